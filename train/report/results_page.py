"""docs/results.md: what was measured, in words and tables, from the results files alone."""

import re
from typing import Any

import numpy as np

from train.recipes.published import RECIPES
from train.recipes.study_recipes import STUDY
from train.report.claims import (
    KINDS,
    PUBLISHED_ERRORS,
    PUBLISHED_KNN_1000,
    PUBLISHED_LIKELIHOODS,
    all_claims,
)
from train.report.face_claims import face_claims
from train.report.face_results import face_tables, is_of_faces
from train.report.figures.catalogue import FIGURES, Entry, file_name
from train.report.recipe_parts import GROUPS, parts_tables
from train.report.study_claims import SIZES, Document, over_seeds, squared_error
from train.report.tables import table, yes

NOT_WHOLE = "Some runs that this needs are not finished."


def page(models: Document, study: Document) -> str:
    """Write the whole page from what was measured.

    Args:
        models: docs/results/models.json.
        study: docs/results/study.json.
    """
    digits = {run_id: model for run_id, model in models.items() if not is_of_faces(model)}
    faces = face_tables(models)
    parts = [
        "# Results\n\nWritten by `python -m train figures` from `docs/results/models.json` and "
        "`docs/results/study.json`; a test checks that it is up to date. Numbers are of MNIST's "
        "10,000 test images unless a row says otherwise.",
        "## The shipped models",
        _models_table(digits),
        _models_notes(digits),
        "## Against published numbers",
        _likelihood_table(digits),
        "### Squared error by latent size",
        _errors_table(study),
        "### Squared error by digit",
        _digits_table(study),
        "## What each part of the recipe that two latents share is worth",
        parts_tables(study) if is_whole(study, *GROUPS) else NOT_WHOLE,
        "More about this recipe, and what is not known: [recipes](recipes.md).",
        "## What is claimed, and what holds",
        _claims(models, study),
        "## Samples",
        _samples_table(digits),
        "## The classifiers",
        _confusion(digits),
        "## Faces" if faces else "",
        faces,
        "## Figures",
        *(_figure_text(entry) for entry in FIGURES),
        "## Reproduce",
        _reproduce(models, study),
    ]
    text = "\n\n".join(part for part in parts if part) + "\n"
    return re.sub(r"(?<![\w-])-(?=\d)", "−", text)


def _models_table(models: Document) -> str:
    rows = []
    for run_id, model in models.items():
        test = model["test"]
        elbo, likelihood = (
            ("–", "–") if test is None
            else (f"{test['elbo']:.2f}", f"{test['log_likelihood']:.2f}")
        )  # fmt: skip
        knn = " / ".join(_accuracy(model["knn"], key) for key in ("100", "1000", "all"))
        units = model["active_units"]
        rows.append([
            f"`{run_id}`", elbo, likelihood, f"{model['errors']['squared_error']:.2f}", knn,
            f"{model['linear_probe']:.1%}", "–" if units is None else str(units),
        ])  # fmt: skip
    head = (
        "model", "ELBO", "log-likelihood", "squared error", "5-NN, 100 / 1,000 / all labels",
        "linear probe", "active units",
    )  # fmt: skip
    return table(head, rows)


def _accuracy(knn: dict[str, Any], labelled: str) -> str:
    return f"{knn[labelled]['mean']:.1%}" if labelled in knn else "–"


def _models_notes(models: Document) -> str:
    samples = {m["test"]["importance_samples"] for m in models.values() if m["test"] is not None}
    counts = " and ".join(f"{count:,}" for count in sorted(samples))
    fashion = " `fashion-vae-2` is of Fashion-MNIST." if "fashion-vae-2" in models else ""
    return (
        f"ELBO and log-likelihood in nats per image (grey and binarised targets; {counts} "
        f"importance samples); given the label where a model is conditioned, of "
        f"`target-means-vae-2` with the prior of the image's class. The ELBO's reconstruction term "
        f"is of samples of q(z | x); the squared error Σ (x − x̂)² is of x̂ decoded from μ (divide "
        f"by 784 for a pixel's). Nearest neighbours and probe read the digit from μ: mean of ten "
        f"draws of labels; a conditioned encoder is given the true label. Everything is measured "
        f"with the weights as they are shipped, most of them rounded to eight bits.{fashion}"
    )


def _likelihood_table(models: Document) -> str:
    rows = []
    for run_id, name, elbo, likelihood in PUBLISHED_LIKELIHOODS:
        if run_id not in models:
            continue
        own = models[run_id]["test"]
        beaten = own["elbo"] > elbo and own["log_likelihood"] > likelihood
        rows.append([
            name, f"{elbo:.2f}", f"{likelihood:.2f}", f"`{run_id}`", f"{own['elbo']:.2f}",
            f"{own['log_likelihood']:.2f}", yes(beaten),
        ])  # fmt: skip
    if "1000" in models.get("vae-2", {}).get("knn", {}):
        knn = models["vae-2"]["knn"]["1000"]["mean"]
        rows.append([
            "k-NN on 2 Gaussian latents, 1,000 labels", f"{PUBLISHED_KNN_1000:.1%}", "", "`vae-2`",
            f"{knn:.1%}", "", yes(knn > PUBLISHED_KNN_1000),
        ])  # fmt: skip
    head = (
        "published (Davidson et al. 2018, MLP)", "ELBO", "log-likelihood", "ours", "ELBO",
        "log-likelihood", "beaten",
    )  # fmt: skip
    return table(head, rows)


def _errors_table(study: Document) -> str:
    if not is_whole(study, "grid"):
        return NOT_WHOLE
    rows = []
    for place, size in enumerate(SIZES):
        cells = [str(size)]
        for kind in KINDS:
            own, published = squared_error(study, kind, size), PUBLISHED_ERRORS[kind][place]
            mark = "" if own.mean <= published else " (above)"
            cells += [own.text() + mark, f"{published:.2f}"]
        rows.append(cells)
    seeds = squared_error(study, "ae", 2).seeds
    of_a_sample = ("errors", "squared_error_of_a_sample")
    sampled = {size: over_seeds(study, f"study-vae-{size}", *of_a_sample).mean for size in SIZES}
    listed = ", ".join(f"{size}: {error:.2f}" for size, error in sampled.items())
    above = [
        f"{size} latents ({sampled[size]:.2f} against {published:.2f})"
        for size, published in zip(SIZES, PUBLISHED_ERRORS["vae"], strict=True)
        if sampled[size] > published
    ]
    verdict = (
        f"above the published one with {', '.join(above)}" if above
        else "none of them above the published one"
    )  # fmt: skip
    epochs = {
        run["recipe"]["latent_size"]: run["epochs"]
        for run in study["runs"]
        if run["group"] == "grid"
    }
    head = ["latents"]
    for kind in KINDS:
        head += [f"{kind.upper()}, ours", "published"]
    return table(head, rows) + (
        f"\n\nMean ± standard deviation of {seeds} seeds; trained by squared error (plus the KL) "
        f"on 90 % of the training images, {epochs[2]} epochs with two latents and {epochs[20]} "
        f"with more, nothing chosen on the test set. Decoded from μ; from a sample of q(z | x) the "
        f"VAE's are {listed}; {verdict}."
    )


def _digits_table(study: Document) -> str:
    if not is_whole(study, "grid"):
        return NOT_WHOLE
    rows = []
    for kind in KINDS:
        for size in SIZES:
            errors = [
                run["errors"]["by_class"] for run in study["runs"]
                if run["id"] == f"study-{kind}-{size}"
            ]  # fmt: skip
            means = [
                np.mean([run[digit]["squared_error"] for run in errors]) for digit in range(10)
            ]
            rows.append([f"{kind.upper()}-{size}", *(f"{mean:.1f}" for mean in means)])
    return table(["model", *(str(digit) for digit in range(10))], rows)


def _claims(models: Document, study: Document) -> str:
    compared = is_whole(study, "grid", "likelihood", "classification")
    if not compared or set(models) < set(RECIPES):
        return NOT_WHOLE
    rows = [
        (claim.rows, claim.text, claim.verdict_text(), claim.evidence)
        for claim in (*all_claims(models, study), *face_claims(models))
    ]
    return (
        "Where several seeds were trained, a claim is *shown* if Welch's t test gives p < 0.05 "
        "(two-sided) for each of its comparisons, *contradicted* if one of them is significant in "
        "the other direction (after Holm's correction), and *not shown* otherwise: three seeds "
        "show only large differences. A claim about models trained with one seed says so: it "
        "is of these models alone. Every standard deviation on this page is that "
        "of a sample (n − 1).\n\n" + table(("rows", "claim", "verdict", "measured"), rows)
    )


def _samples_table(models: Document) -> str:
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
    return table(head, rows) + (
        f"\n\nA held-out convolutional classifier, with an accuracy of {some['asked']:.1%} on the "
        f"test images, reads samples of each model. Confidently: a class has probability 0.9 or "
        f"more ({some['confident']:.1%} of the test images). Normalised perplexity: exp(entropy) "
        f"of the classes it reads, over their number; 1 where all come equally often. The prior is "
        f"N(0, I), or N(m, I) with the target m of each class; a plain autoencoder has none."
    )


def _confusion(models: Document) -> str:
    parts = []
    for run_id, model in models.items():
        if model.get("classifier"):
            rows = [
                [f"**{digit}**", *(str(count) for count in row)]
                for digit, row in enumerate(model["classifier"]["confusion"])
            ]
            head = ["", *(f"**{digit}**" for digit in range(10))]
            parts.append(
                f"`{run_id}` classifies {model['classifier']['accuracy']:.2%} of the test images "
                f"correctly from μ. Rows: true digit; columns: predicted digit.\n\n"
                f"{table(head, rows)}"
            )
    return "\n\n".join(parts)


def _figure_text(entry: Entry) -> str:
    rows = ", ".join(entry.rows)
    return f"### {entry.caption}\n\n{rows}\n\n![{entry.caption}](figures/{file_name(entry)})"


def _reproduce(models: Document, study: Document) -> str:
    rows = [
        (
            f"`{run_id}`", str(model["seed"]), str(model["epochs"]),
            f"`{model['precision']}`",
            f"{model['train_seconds'] / 60:.1f} min", f"`{(model['commit'] or '–')[:12]}`",
        )
        for run_id, model in models.items()
    ]  # fmt: skip
    listed = table(("model", "seed", "epochs", "precision", "training", "commit"), rows)
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


def is_whole(study: Document, *groups: str) -> bool:
    """Whether every recipe of these groups of the study has a finished run."""
    held = {run["id"] for run in study["runs"]}
    return all(recipe.id in held for group in groups for recipe in STUDY[group])
