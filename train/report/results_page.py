"""docs/results.md: what was measured, in words and tables, from the results files alone."""

import re
from collections.abc import Callable
from typing import Any

from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.study_recipes import STUDY
from latent_atlas.train.report import claims
from latent_atlas.train.report.code_results import disentanglement_table, information_table
from latent_atlas.train.report.face_claims import face_claims
from latent_atlas.train.report.face_results import face_tables
from latent_atlas.train.report.figures.catalogue import FIGURES
from latent_atlas.train.report.plane_results import (
    curve_table,
    objectives_table,
    rate_table,
    seeds_table,
)
from latent_atlas.train.report.significance import Verdict, compare, holm
from latent_atlas.train.report.study_claims import (
    SIZES,
    Document,
    is_whole,
    over_seeds,
    paired_difference,
    squared_error,
)
from latent_atlas.train.report.tables import model_table, table

PARTS = ("parts", "parts-longer")
BOUND = "500-sample bound"
_EFFECTS = {Verdict.SHOWN: "helps", Verdict.CONTRADICTED: "costs"}
_YES = {True: "yes", False: "**no**"}
_NOT_WHOLE = "Some runs that this needs are not finished."


def page(models: Document, study: Document, baselines: Document) -> str:
    """Write the whole page from models.json, study.json and baselines.json of docs/results/."""
    digits = {run_id: model for run_id, model in models.items() if "faces" not in model}
    faces = face_tables(models)
    compared = is_whole(study, "grid", "likelihood", "classification") and set(models) >= {*RECIPES}
    compared = compared and "mnist" in baselines
    parts = [
        "# Results\n\nWritten by `python -m train figures` from `models.json`, `study.json` and "
        "`baselines.json` in `docs/results/`; a test checks that it is up to date. Numbers are of "
        "MNIST's 10,000 test images unless a row says otherwise.",
        "## The shipped models",
        _models_table(digits),
        "## What the encoder misses",
        _gap_table(digits),
        "## What a code tells, and what a grey pixel means",
        information_table(digits) or _NOT_WHOLE,
        "## What each latent holds",
        disentanglement_table(digits) or _NOT_WHOLE,
        "## Against published numbers",
        _likelihood_table(digits, study),
        "### Squared error by latent size",
        _errors_table(study) if is_whole(study, "grid") else _NOT_WHOLE,
        "### Squared error by digit",
        _digits_table(study) if is_whole(study, "grid") else _NOT_WHOLE,
        "## What each part of the recipe that two latents share is worth",
        parts_tables(study) if is_whole(study, *PARTS) else _NOT_WHOLE,
        "More about this recipe, and what is not known: [recipes](recipes.md).",
        "## Rate and distortion by the weight of the KL",
        rate_table(study) if is_whole(study, "beta") else _NOT_WHOLE,
        "## Three objectives in equal time",
        objectives_table(study) if is_whole(study, "objectives") else _NOT_WHOLE,
        "## What size, points and time buy a decoder trained on a lattice",
        curve_table(study) if is_whole(study, "curve") else _NOT_WHOLE,
        "## The seeds of `lattice-2`",
        seeds_table(study) if is_whole(study, "lattice") else _NOT_WHOLE,
        "## What is claimed, and what holds",
        _claims(models, study, baselines) if compared else _NOT_WHOLE,
        "## Samples",
        _samples_table(digits, baselines),
        "## The classifiers",
        *(_confusion(run_id, model) for run_id, model in digits.items() if model.get("classifier")),
        "## Faces" if faces else "",
        faces,
        "## Figures",
        *(
            f"### {entry.caption}\n\n{entry.rows}\n\n![{entry.caption}](figures/{entry.name}.png)"
            for entry in FIGURES
        ),
        "## Reproduce",
        _reproduce(models, study),
    ]
    text = "\n\n".join(part for part in parts if part) + "\n"
    return re.sub(r"(?<![\w-])-(?=\d)", "−", text)


def _models_table(models: Document) -> str:
    def accuracies(model: dict[str, Any]) -> str:
        found = [model["knn"].get(labels) for labels in ("100", "1000", "all")]
        return " / ".join("–" if own is None else f"{own['mean']:.1%}" for own in found)

    listed = model_table(models, [
        ("ELBO", lambda model: (model["test"] or {}).get("elbo"), "{:.2f}"),
        (BOUND, lambda model: (model["test"] or {}).get("log_likelihood"), "{:.2f}"),
        ("integrated", lambda model: (model.get("integral") or {}).get("log_likelihood"), "{:.2f}"),
        ("squared error", lambda model: model["errors"]["squared_error"], "{:.2f}"),
        ("5-NN, 100 / 1,000 / all labels", accuracies, "{}"),
        ("linear probe", lambda model: model["linear_probe"], "{:.1%}"),
        ("active units", lambda model: model["active_units"], "{}"),
    ])  # fmt: skip
    samples = {m["test"]["importance_samples"] for m in models.values() if m["test"] is not None}
    counts = " and ".join(f"{count:,}" for count in sorted(samples))
    by_lattice = "".join(
        f" With a proposal that is a mixture over the points of its lattice, as many samples bound "
        f"`{run_id}` at {own['log_likelihood']:.2f}, "
        f"{model['integral']['log_likelihood'] - own['log_likelihood']:.2f} below the integral of "
        f"the same binary images (train/evaluation/lattice_bound.py)."
        for run_id, model in models.items()
        if (own := model.get("lattice_bound"))
    )
    fashion = " `fashion-vae-2` is of Fashion-MNIST." if "fashion-vae-2" in models else ""
    return (
        f"{listed}\n\n"
        f"Both are lower bounds of the log-likelihood in nats per image: the ELBO (of grey images) "
        f"and the tighter one of {counts} importance samples (of binarised ones). Of models that "
        f"are given the label, and of `target-means-vae-2`, whose prior is that of the image's "
        f"class, they bound log p(x | y) instead of log p(x), which is up to ln 10 = 2.3 nats "
        f"less. With two latents the log-likelihood is integrated, too. The ELBO's reconstruction "
        f"term is of samples of q(z | x); the squared error Σ (x − x̂)² is of x̂ decoded from μ "
        f"(divide by 784 for a pixel's). Nearest neighbours and probe read the digit from μ: mean "
        f"of ten draws of labels; a conditioned encoder is given the true label.{by_lattice} "
        f"Everything is "
        f"measured "
        f"with the weights as they are shipped, most of them rounded to eight bits.{fashion}"
    )


def _gap_table(models: Document) -> str:
    """Tell log p(x) − ELBO apart, of the models whose plane was integrated over."""
    listed = {run_id: model for run_id, model in models.items() if model.get("integral")}
    if not listed:
        return _NOT_WHOLE

    def part(name: str) -> Callable[[dict[str, Any]], float]:
        return lambda model: model["integral"]["gap"][name]

    def marginal(model: dict[str, Any]) -> float | None:
        return model["integral"]["log_likelihood_marginal"]

    rows = model_table(listed, [
        ("log p, grey", lambda model: model["integral"]["log_likelihood_grey"], "{:.2f}"),
        ("log p without the label, binary", marginal, "{:.2f}"),
        ("spread", part("spread"), "{:.2f}"),
        ("place", part("place"), "{:.2f}"),
        ("diagonal", part("diagonal"), "{:.2f}"),
        ("Gaussian", part("gaussian"), "{:.2f}"),
    ])  # fmt: skip
    counts = " and ".join(
        str(n) for n in sorted({m["integral"]["gap"]["images"] for m in listed.values()})
    )
    return (
        f"{rows}\n\n"
        f"log p(x) − ELBO is KL(q ‖ p(z | x)), here in nats of the first {counts} test images: "
        f"what the ELBO gains by the best diagonal Gaussian near the encoder's own (spread), by "
        f"the best one anywhere (place), by a full covariance (diagonal) and by the posterior "
        f"itself (Gaussian). The integral is a sum over a grid of the plane, whose spacing is "
        f"halved until that moves it by less than 0.05 nats (train/evaluation/integral.py)."
    )


def _likelihood_table(models: Document, study: Document) -> str:
    rows = []
    for run_id, name, *published in claims.PUBLISHED_LIKELIHOODS:
        if run_id in models:
            own = [models[run_id]["test"][key] for key in ("elbo", "log_likelihood")]
            known = [(ours, other) for ours, other in zip(own, published, strict=True) if other]
            beaten = all(ours > other for ours, other in known)
            texts = ["–" if value is None else f"{value:.2f}" for value in (*published, *own)]
            rows.append([name, *texts[:2], f"`{run_id}`", *texts[2:], _YES[beaten]])
    if "1000" in models.get("vae-2", {}).get("knn", {}):
        knn, least = models["vae-2"]["knn"]["1000"]["mean"], claims.PUBLISHED_KNN_1000
        rows.append([
            "k-NN on 2 Gaussian latents, 1,000 labels", f"{least:.1%}", "", "`vae-2`",
            f"{knn:.1%}", "", _YES[knn > least],
        ])  # fmt: skip
    head = (
        "published (Davidson et al. 2018, MLP)", "ELBO", BOUND, "ours, one seed", "ELBO", BOUND,
        "above",
    )  # fmt: skip
    return f"{table(head, rows)}\n\n{_what_differs(models, study)}"


def _what_differs(models: Document, study: Document) -> str:
    """Say what besides the method a comparison with published likelihoods compares."""
    sentences = [
        "This compares networks and schedules as much as methods: the published encoders have two "
        "hidden layers of 256 and 128 units; ours are larger and trained by recipes of their own."
    ]
    if textbook := models.get("vae-2-mlp256", {}).get("test"):
        sentences.append(
            f"With one layer of 256 units on each side, `vae-2-mlp256`, ours has "
            f"{textbook['elbo']:.2f} and {textbook['log_likelihood']:.2f}."
        )
    if is_whole(study, PARTS[1]):
        recipe = STUDY[PARTS[1]][0]
        elbo, bound = (
            over_seeds(study, recipe.id, "test", name) for name in ("elbo", "log_likelihood")
        )
        sentences.append(
            f"Ours are of one seed each; the spread is known of the shared recipe of two latents "
            f"in {recipe.epochs} epochs alone: {elbo} and {bound} over {elbo.seeds} seeds."
        )
    return " ".join(sentences)


def _errors_table(study: Document) -> str:
    rows = []
    for place, size in enumerate(SIZES):
        cells = [str(size)]
        for kind in claims.KINDS:
            own, published = squared_error(study, kind, size), claims.PUBLISHED_ERRORS[kind][place]
            mark = "" if own.mean <= published else " (above)"
            cells += [own.text() + mark, f"{published:.2f}"]
        rows.append(cells)
    listed = "; ".join(
        f"{kind.upper()} "
        + ", ".join(f"{size}: {claims.error_of_a_sample(study, kind, size):.2f}" for size in SIZES)
        for kind in claims.KINDS
        if kind != "ae"
    )
    above = "; ".join(
        f"{kind.upper()} with {size} latents ({own:.2f} against {published:.2f})"
        for kind, size, own, published in claims.above_from_samples(study)
    )
    verdict = f"not below the published one: {above}" if above else "all below the published ones"
    epochs = {recipe.latent_size: recipe.epochs for recipe in STUDY["grid"]}
    head = ("latents", "AE, ours", "published", "VAE, ours", "published", "CVAE, ours", "published")
    return table(head, rows) + (
        f"\n\nMean ± standard deviation of {squared_error(study, 'ae', 2).seeds} seeds; trained by "
        f"squared error (plus the KL) on 90 % of the training images, {epochs[2]} epochs with two "
        f"latents and {epochs[20]} with more, nothing chosen on the test set. Decoded from μ; from "
        f"a sample of q(z | x) they are, by latents: {listed}; {verdict}. Which of the two was "
        f"published is not known here."
    )


def _digits_table(study: Document) -> str:
    rows = []
    for name in (f"{kind}-{size}" for kind in claims.KINDS for size in SIZES):
        by_class = f"study-{name}", "errors", "by_class"
        means = [over_seeds(study, *by_class, n, "squared_error").mean for n in range(10)]
        rows.append([name.upper(), *(f"{error:.1f}" for error in means)])
    return table(["model", *map(str, range(10))], rows)


def parts_tables(study: Document) -> str:
    """Write the tables of the recipe without each of its parts, beside the whole.

    Differences are taken seed by seed and tested against 0; a table is one family of tests.
    """
    tables = "\n\n".join(_parts_table(study, group) for group in PARTS)
    seeds = over_seeds(study, STUDY["parts"][0].id, "test", "elbo").seeds
    return (
        f"The recipe that most models of two latents share, and what it is without one of its "
        f"parts. `vae-2` has that recipe without residual connections, with more pixel dropout, in "
        f"{RECIPES['vae-2'].epochs} epochs.\n\n{tables}\n\n"
        f"Nats per test image, mean ± standard deviation of {seeds} seeds; “worth” is the ELBO "
        f"with the part minus the ELBO without it, seed by seed. A part helps or costs where a "
        f"paired t test, after Holm's correction for the rows of its table, gives p < 0.05. "
        f"Three seeds show only large effects. In a short schedule there is little overfitting, "
        f"so regularisation has less to prevent."
    )


def _parts_table(study: Document, group: str) -> str:
    whole, *others = STUDY[group]
    worth = [paired_difference(study, whole.id, recipe.id, "test", "elbo") for recipe in others]
    verdicts = holm([compare(own, 0.0) for own in worth])
    effects = [
        (
            f"{own.mean:+.2f} ± {own.std:.2f}",
            f"{verdict.p:.2g}",
            _EFFECTS.get(verdict.verdict, verdict.verdict),
        )
        for own, verdict in zip(worth, verdicts, strict=True)
    ]
    rows = []
    for recipe, effect in zip(STUDY[group], (("", "", ""), *effects), strict=True):
        title = recipe.title.removeprefix("Study: ")
        title += f" in {whole.epochs} epochs" if recipe is whole else ""
        bounds = [
            str(over_seeds(study, recipe.id, "test", name)) for name in ("elbo", "log_likelihood")
        ]
        rows.append((title, *bounds, *effect))
    return table(("recipe", "ELBO", BOUND, "what was left out is worth", "p", "it"), rows)


def _claims(models: Document, study: Document, baselines: Document) -> str:
    weighed = *claims.all_claims(models, study, baselines), *face_claims(models)
    rows = [(claim.rows, claim.text, claim.verdict_text(), claim.evidence) for claim in weighed]
    return (
        "Where several seeds were trained, a claim is *shown* if Welch's t test gives p < 0.05 "
        "(two-sided) for each of its comparisons, *contradicted* if one of them is significant in "
        "the other direction (after Holm's correction), and *not shown* otherwise: three seeds "
        "show only large differences. A claim about models trained with one seed says so: it "
        "is of these models alone. Every standard deviation on this page is that "
        "of a sample (n − 1).\n\n" + table(("rows", "claim", "verdict", "measured"), rows)
    )


def _samples_table(models: Document, baselines: Document) -> str:
    rows = []
    for run_id, model in models.items():
        for source, name in (("prior", "the prior"), ("fitted", "a Gaussian fitted to μ")):
            if source in (model["samples"] or {}):
                own = model["samples"][source]
                asked = "–" if own["asked"] is None else f"{own['asked']:.1%}"
                share, even = f"{own['confident']:.1%}", f"{own['evenness']:.2f}"
                rows.append((f"`{run_id}`", name, share, even, asked))
    some = next(iter(models.values()))["samples"]["test_images"]
    head = ("model", "z from", "confidently read", "normalised perplexity", "read as asked")
    blends = baselines.get("mnist", {}).get("means_of_two")
    not_valid = (
        f" A confident reading proves no digit: {blends['confident']:.1%} of the pixel-wise means "
        f"of two test digits of different classes get one, too."
        if blends
        else ""
    )
    return table(head, rows) + (
        f"\n\nA held-out convolutional classifier, with an accuracy of {some['asked']:.1%} on the "
        f"test images, reads samples of each model. Confidently: a class has probability 0.9 or "
        f"more ({some['confident']:.1%} of the test images). Normalised perplexity: exp(entropy) "
        f"of the classes it reads, over their number; 1 where all come equally often. The prior is "
        f"N(0, I), or N(m, I) with the target m of each class; a plain autoencoder has none."
        f"{not_valid}"
    )


def _confusion(run_id: str, model: dict[str, Any]) -> str:
    rows = [
        [f"**{digit}**", *map(str, row)]
        for digit, row in enumerate(model["classifier"]["confusion"])
    ]
    return (
        f"`{run_id}` classifies {model['classifier']['accuracy']:.2%} of the test images "
        f"correctly from μ. Rows: true digit; columns: predicted digit.\n\n"
        f"{table(['', *(row[0] for row in rows)], rows)}"
    )


def _reproduce(models: Document, study: Document) -> str:
    listed = model_table(models, [
        ("seed", lambda model: model["seed"], "{}"),
        ("epochs", lambda model: model["epochs"], "{}"),
        ("precision", lambda model: model["precision"], "`{}`"),
        ("training", lambda model: model["train_seconds"] / 60, "{:.1f} min"),
        ("commit", lambda model: model["commit"] or "–", "`{:.12}`"),
    ])  # fmt: skip
    command = study.get("command", "python -m train study")
    return (
        f"`python -m train <id>` trains one of the models again with the recipe of that name "
        f"(`train/recipes/published.py`), whose precision is that of the table. On one machine, "
        f"training in `32-true` on a CPU ends bit for bit the same; otherwise rounding differs, "
        f"and the numbers come out near these, not equal to them. The minutes are those of the "
        f"machine that trained it, which was shared.\n\n"
        f"{listed}\n\nThe study: `{command}`; each run in `study.json` names its recipe, seed, "
        f"precision and commit."
    )
