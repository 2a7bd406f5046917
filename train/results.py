"""docs/results.md and its figures: what was measured, in words and tables, from results files.

`python -m train figures` collects what was measured of each finished run into
docs/results/models.json, draws docs/figures/, and writes docs/results.md from models.json and
study.json alone, so that a test can tell when the page is stale.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from train.claims import (
    KINDS,
    PUBLISHED_ERRORS,
    PUBLISHED_KNN_1000,
    PUBLISHED_LIKELIHOODS,
    SIZES,
    Document,
    all_claims,
    over_seeds,
    squared_error,
)
from train.errors import UserError
from train.figures import FIGURES, Entry, render
from train.files import write_atomic
from train.gallery import Exhibit, Gallery
from train.recipes import RECIPES, STUDY

_KEPT = (
    "recipe", "seed", "commit", "dataset", "train_images", "epochs", "train_seconds", "precision",
    "torch", "machine", "parameters", "train", "test", "errors", "knn", "linear_probe",
    "active_units", "samples", "classifier", "style", "weights_sha256",
)  # fmt: skip
_DIGITS = 6
_NOT_WHOLE = "Some runs that this needs are not finished."


@dataclass(frozen=True)
class Places:
    """Where results are written."""

    docs: Path

    @property
    def models(self) -> Path:
        """What was measured of each shipped model."""
        return self.docs / "results" / "models.json"

    @property
    def study(self) -> Path:
        """What was measured of each run of the study."""
        return self.docs / "results" / "study.json"

    @property
    def figures(self) -> Path:
        """The folder of the figures."""
        return self.docs / "figures"

    @property
    def page(self) -> Path:
        """The page that tells all of it."""
        return self.docs / "results.md"


def collect(gallery: Gallery) -> Document:
    """Return what was measured of each finished recipe, by id."""
    found: Document = {}
    for run_id in RECIPES:
        if (gallery.runs / run_id / "report.json").exists():
            exhibit = gallery[run_id]
            kept = {name: exhibit.report[name] for name in _KEPT if name in exhibit.report}
            if "anomaly" in exhibit.report:
                kept["anomaly"] = {
                    name: {"auc": part["auc"]} for name, part in exhibit.report["anomaly"].items()
                }
            found[run_id] = _rounded(kept | _map_numbers(exhibit))
    return found


def _map_numbers(exhibit: Exhibit) -> dict[str, Any]:
    """Return how well classes are told apart on a map, and how little they move between sets."""
    if exhibit.recipe.latent_size != 2:
        return {}
    labels, test_labels = exhibit.images.labels.numpy(), exhibit.test.labels.numpy()
    classes = range(exhibit.images.classes)
    half = np.random.default_rng(0).permutation(len(labels)) < len(labels) // 2

    def means(mu: Any, own: Any) -> Any:
        return np.array([mu[own == label].mean(0) for label in classes])

    def nearest(places: Any) -> float:
        distances = np.square(exhibit.test_mu[:, None] - places).sum(2)
        return float((distances.argmin(1) == test_labels).mean())

    whole = means(exhibit.mu, labels)
    width = np.array([exhibit.mu[labels == label].std(0).mean() for label in classes])[:, None]
    first, second = (means(exhibit.mu[part], labels[part]) for part in (half, ~half))
    found: dict[str, Any] = {
        "nearest_mean": nearest(whole),
        "stability": {
            "halves": float(np.linalg.norm((first - second) / width, axis=1).max()),
            "test": float(
                np.linalg.norm((means(exhibit.test_mu, test_labels) - whole) / width, axis=1).max()
            ),
        },
    }
    if exhibit.recipe.prior_means:
        found["nearest_target"] = nearest(np.array(exhibit.recipe.prior_means))
    return found


def draw_figures(gallery: Gallery, study: Document, folder: Path) -> list[str]:
    """Draw every figure whose runs are there; return the names of those that were left out."""
    missing = []
    for entry in FIGURES:
        try:
            if not is_whole(study) and entry.name in ("errors-by-size", "curves"):
                raise UserError(_NOT_WHOLE)
            write_atomic(folder / file_name(entry), render(entry, gallery, study))
        except UserError:
            missing.append(entry.name)
    return missing


def file_name(entry: Entry) -> str:
    """Return a figure's file name."""
    return f"{entry.name}.{entry.suffix}"


def page(models: Document, study: Document) -> str:
    """Write the whole page from what was measured.

    Args:
        models: docs/results/models.json.
        study: docs/results/study.json.
    """
    parts = [
        "# Results\n\nWritten by `python -m train figures` from `docs/results/models.json` and "
        "`docs/results/study.json`; a test says when it is stale. Numbers are of MNIST's 10,000 "
        "test images unless a row says otherwise.",
        "## The shipped models",
        _models_table(models),
        _models_notes(models),
        "## Against published numbers",
        _likelihood_table(models),
        "### Squared error by latent size",
        _errors_table(study),
        "### Squared error by digit",
        _digits_table(study),
        "## What is claimed, and what holds",
        _claims(models, study),
        "## Samples",
        _samples_table(models),
        "## The classifiers",
        _confusion(models),
        "## Figures",
        *(_figure_text(entry) for entry in FIGURES),
        "## Reproduce",
        _reproduce(models, study),
    ]
    text = "\n\n".join(part for part in parts if part) + "\n"
    return re.sub(r"(?<![\w-])-(?=\d)", "−", text)


def _models_table(models: Document) -> str:
    lines = [
        "| model | ELBO | log-likelihood | squared error | 5-NN, 100 / 1,000 / all labels | "
        "linear probe | active units |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for run_id, model in models.items():
        test = model["test"]
        elbo, likelihood = (
            ("–", "–") if test is None
            else (f"{test['elbo']:.2f}", f"{test['log_likelihood']:.2f}")
        )  # fmt: skip
        knn = " / ".join(_accuracy(model["knn"], key) for key in ("100", "1000", "all"))
        units = model["active_units"]
        cells = [
            f"`{run_id}`", elbo, likelihood, f"{model['errors']['squared_error']:.2f}", knn,
            f"{model['linear_probe']:.1%}", "–" if units is None else str(units),
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _accuracy(knn: dict[str, Any], labelled: str) -> str:
    return f"{knn[labelled]['mean']:.1%}" if labelled in knn else "–"


def _models_notes(models: Document) -> str:
    samples = {m["test"]["importance_samples"] for m in models.values() if m["test"] is not None}
    counts = " and ".join(f"{count:,}" for count in sorted(samples))
    fashion = " `fashion-vae-2` is of Fashion-MNIST." if "fashion-vae-2" in models else ""
    return (
        f"ELBO and log-likelihood in nats per image (grey and binarised targets; {counts} "
        f"importance samples); of a conditional model given the label, of `target-means-vae-2` "
        f"with the prior of the image's class. Squared error Σ (x − x̂)² with x̂ decoded from μ; "
        f"divide by 784 for a pixel's. Nearest neighbours and probe read the digit from μ: mean of "
        f"ten draws of labels; a model whose encoder is told the label is given the true one. "
        f"Weights are rounded to eight bits before anything is measured: these are the shipped "
        f"files.{fashion}"
    )


def _likelihood_table(models: Document) -> str:
    lines = [
        "| published (Davidson et al. 2018, MLP) | ELBO | log-likelihood | ours | ELBO | "
        "log-likelihood | beaten |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for run_id, name, elbo, likelihood in PUBLISHED_LIKELIHOODS:
        if run_id not in models:
            continue
        own = models[run_id]["test"]
        beaten = own["elbo"] > elbo and own["log_likelihood"] > likelihood
        lines.append(
            f"| {name} | {elbo:.2f} | {likelihood:.2f} | `{run_id}` | {own['elbo']:.2f} | "
            f"{own['log_likelihood']:.2f} | {_yes(beaten)} |"
        )
    if "1000" in models.get("vae-2", {}).get("knn", {}):
        knn = models["vae-2"]["knn"]["1000"]["mean"]
        lines.append(
            f"| k-NN on 2 Gaussian latents, 1,000 labels | {PUBLISHED_KNN_1000:.1%} | | `vae-2` | "
            f"{knn:.1%} | | {_yes(knn > PUBLISHED_KNN_1000)} |"
        )
    return "\n".join(lines)


def _errors_table(study: Document) -> str:
    if not is_whole(study):
        return _NOT_WHOLE
    lines = [
        "| latents | " + " | ".join(f"{kind.upper()}, ours | published" for kind in KINDS) + " |",
        "| --- |" + " --- |" * (2 * len(KINDS)),
    ]
    for place, size in enumerate(SIZES):
        cells = []
        for kind in KINDS:
            own, published = squared_error(study, kind, size), PUBLISHED_ERRORS[kind][place]
            mark = "" if own.mean <= published else " (above)"
            cells += [own.text() + mark, f"{published:.2f}"]
        lines.append(f"| {size} | " + " | ".join(cells) + " |")
    seeds = squared_error(study, "ae", 2).seeds
    of_a_sample = ("errors", "squared_error_of_a_sample")
    sampled = ", ".join(
        f"{size}: {over_seeds(study, f'study-vae-{size}', *of_a_sample).mean:.2f}" for size in SIZES
    )
    epochs = {
        run["recipe"]["latent_size"]: run["epochs"]
        for run in study["runs"]
        if run["group"] == "grid"
    }
    lines.append(
        f"\nMean ± standard deviation of {seeds} seeds; trained by squared error (plus the KL) on "
        f"90 % of the training images, {epochs[2]} epochs with two latents and {epochs[20]} with "
        f"more, nothing chosen on the test set. Decoded from μ; from a sample of q(z | x) the "
        f"VAE's are {sampled}."
    )
    return "\n".join(lines)


def _digits_table(study: Document) -> str:
    if not is_whole(study):
        return _NOT_WHOLE
    lines = [
        "| model | " + " | ".join(str(digit) for digit in range(10)) + " |",
        "| --- |" + " --- |" * 10,
    ]
    for kind in KINDS:
        for size in SIZES:
            rows = [
                run["errors"]["by_class"] for run in study["runs"]
                if run["id"] == f"study-{kind}-{size}"
            ]  # fmt: skip
            means = [np.mean([row[digit]["squared_error"] for row in rows]) for digit in range(10)]
            cells = " | ".join(f"{mean:.1f}" for mean in means)
            lines.append(f"| {kind.upper()}-{size} | {cells} |")
    return "\n".join(lines)


def _claims(models: Document, study: Document) -> str:
    if not is_whole(study) or set(models) < set(RECIPES):
        return _NOT_WHOLE
    lines = ["| rows | claim | holds | measured |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {claim.rows} | {claim.text} | {_yes(claim.holds)} | {claim.evidence} |"
        for claim in all_claims(models, study)
    ]
    return "\n".join(lines)


def _samples_table(models: Document) -> str:
    lines = [
        "| model | z from | confidently read | evenness | read as asked |",
        "| --- | --- | --- | --- | --- |",
    ]
    for run_id, model in models.items():
        for source, name in (("prior", "the prior"), ("fitted", "a Gaussian fitted to μ")):
            if source in (model["samples"] or {}):
                own = model["samples"][source]
                asked = "–" if own["asked"] is None else f"{own['asked']:.1%}"
                lines.append(
                    f"| `{run_id}` | {name} | {own['confident']:.1%} | {own['evenness']:.2f} | "
                    f"{asked} |"
                )
    some = next(iter(models.values()))["samples"]["test_images"]
    lines.append(
        f"\nAn independent convolutional classifier, which reads {some['asked']:.1%} of the test "
        f"images right, looks at samples of each model. Confidently: a class has probability 0.9 "
        f"or more ({some['confident']:.1%} of the test images). Evenness: exp(entropy) of the "
        f"classes it reads, over their number; 1 where all come equally often. The prior is "
        f"N(0, I), or around each class's target; a plain autoencoder was never given one."
    )
    return "\n".join(lines)


def _confusion(models: Document) -> str:
    parts = []
    for run_id, model in models.items():
        if model.get("classifier"):
            confusion = model["classifier"]["confusion"]
            rows = [
                f"| **{digit}** | " + " | ".join(str(count) for count in row) + " |"
                for digit, row in enumerate(confusion)
            ]
            head = "| | " + " | ".join(f"**{digit}**" for digit in range(10)) + " |"
            parts.append(
                f"`{run_id}` reads {model['classifier']['accuracy']:.2%} of the test images from "
                f"μ. Rows: the digit; columns: what is read.\n\n"
                + "\n".join([head, "| --- |" + " --- |" * 10, *rows])
            )
    return "\n\n".join(parts)


def _figure_text(entry: Entry) -> str:
    rows = ", ".join(entry.rows)
    return f"### {entry.caption}\n\n{rows}\n\n![{entry.caption}](figures/{file_name(entry)})"


def _reproduce(models: Document, study: Document) -> str:
    lines = ["| model | seed | epochs | training | commit |", "| --- | --- | --- | --- | --- |"]
    for run_id, model in models.items():
        commit = (model["commit"] or "–")[:12]
        lines.append(
            f"| `{run_id}` | {model['seed']} | {model['epochs']} | "
            f"{model['train_seconds'] / 60:.1f} min | `{commit}` |"
        )
    command = study.get("command", "python -m train study")
    return (
        "`python -m train <id>` trains one of the models again with the recipe of that name "
        "(`train/recipes.py`), on a CPU in float32 bit for bit; the minutes are those of the "
        "machine that trained it, busy with others.\n\n" + "\n".join(lines) + "\n\n"
        f"The study: `{command}`; each run in `study.json` names its recipe, seed and commit."
    )


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return value


def is_whole(study: Document) -> bool:
    """Whether every recipe of the study has a finished run."""
    held = {run["id"] for run in study["runs"]}
    return all(recipe.id in held for recipes in STUDY.values() for recipe in recipes)


def load_json(path: Path) -> Document:
    """Read a results file; an absent study is one without runs."""
    try:
        document: Document = json.loads(path.read_text())
    except FileNotFoundError:
        return {"runs": []}
    return document


def write_results(runs: Path, docs: Path) -> Sequence[str]:
    """Collect, draw and write everything under `docs`; return the figures left out.

    Raises:
        UserError: no run is finished.
    """
    gallery, places = Gallery(runs), Places(docs)
    models = collect(gallery)
    if not models:
        raise UserError(f"There is no finished run in {runs}; train one: python -m train vae-2.")
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(model)}" for name, model in models.items())
    write_atomic(places.models, f"{{\n{lines}\n}}\n".encode(), verify=json.loads)
    study = load_json(places.study)
    missing = draw_figures(gallery, study, places.figures)
    write_atomic(places.page, page(models, study).encode())
    return missing
