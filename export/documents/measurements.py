"""What a run is a model of, and what was measured of it, rounded for the page."""

from typing import Any

import numpy as np

from latent_atlas.export.documents.json_numbers import to_json
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.rounding import significant

# What train.evaluation measures; the rest of a report is about the run, and in the manifest.
_MEASURED = (
    "test", "integral", "errors", "knn", "linear_probe", "disentanglement", "active_units",
    "samples", "anomaly", "classifier", "style", "faces", "judge_accuracy_by_attribute",
    "judge_balanced_accuracy_by_attribute",
)  # fmt: skip
_ROC_POINTS = 60
# Closer together where false positives are few: that is where the curves bend.
_ROC_SPACING = 1.5
MOST_EPOCHS = 120
"""Of training curves: few enough to draw."""
_NOT_A_CURVE = ("epoch", "learning_rate", "seconds")


def kind_of(recipe: Recipe) -> str:
    """Return the manifest's `kind`, named after what distinguishes the recipe most."""
    if recipe.objective == "lattice":
        return "lattice"
    if recipe.deterministic:
        return "ae"
    if recipe.classification_weight > 0:
        return "classifier-vae"
    if recipe.prior_means:
        return "target-means-vae"
    if recipe.adversarial_weight > 0:
        return "vae-gan"
    if recipe.perceptual != "none":
        return "perceptual-vae"
    return {"none": "vae", "decoder": "label-decoder-vae", "both": "cvae"}[recipe.condition]


def report_json(report: dict[str, Any]) -> bytes:
    """Write what was measured of a run on the test set."""
    document = {name: report[name] for name in _MEASURED if name in report}
    if document.get("anomaly") is not None:
        document["anomaly"] = {
            kind: found | {"roc": {name: _thinned(rates) for name, rates in found["roc"].items()}}
            for kind, found in document["anomaly"].items()
        }
    return to_json(significant(document, 5))


def _thinned(rates: list[float]) -> list[float]:
    if len(rates) <= _ROC_POINTS:  # of a report that was published before
        return rates
    spaced = (len(rates) - 1) * np.linspace(0, 1, _ROC_POINTS) ** _ROC_SPACING
    return [rates[index] for index in np.unique(spaced.round().astype(int))]


def curves_json(recipe: Recipe, metrics: list[dict[str, float]]) -> bytes:
    """Write the loss terms after each epoch, of a long run of some epochs."""
    count = min(MOST_EPOCHS, len(metrics))
    rows = [metrics[index] for index in np.linspace(0, len(metrics) - 1, count).round().astype(int)]
    document: dict[str, Any] = {
        "held_out": "validation" if recipe.validation_fraction > 0 else "test",
        "epoch": [int(row["epoch"]) for row in rows],
        "curves": {
            name: significant([row[name] for row in rows], 5)
            for name in rows[0]
            if name not in _NOT_A_CURVE
        },
    }
    return to_json(document)
