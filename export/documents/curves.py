"""A run's training curves, few enough points to draw."""

from typing import Any

import numpy as np

from export.documents.json_numbers import to_json
from train.recipes.recipe import Recipe
from train.rounding import significant

MOST = 120
_NOT_A_CURVE = ("epoch", "learning_rate", "seconds")


def curves_json(recipe: Recipe, metrics: list[dict[str, float]]) -> bytes:
    """Write the loss terms after each epoch.

    Args:
        recipe: says what was held out.
        metrics: a run's rows, one an epoch.

    Layout (E ≤ 120 points; of a longer run evenly spaced epochs, the first and the last among
    them):
        {"held_out": "validation" | "test", "epoch": [E],
         "curves": {"loss": [E], "reconstruction": [E], "kl": [E], "elbo": [E],
                    "held_out_loss": [E], …}}

    Each curve is named as in the run's metrics.jsonl and in its units: nats per image, or squared
    error per image where the recipe trains that. What starts with `held_out_` was measured after
    the epoch on images that were not trained on: validation images, or, where the recipe holds
    none back, the test images, by which nothing is chosen. Terms that a kind of model has not are
    absent; a value that was not finite is null.
    """
    some = np.unique(np.linspace(0, len(metrics) - 1, min(MOST, len(metrics))).round().astype(int))
    rows = [metrics[index] for index in some]
    names = [name for name in rows[0] if name not in _NOT_A_CURVE]
    document: dict[str, Any] = {
        "held_out": "validation" if recipe.validation_fraction > 0 else "test",
        "epoch": [int(row["epoch"]) for row in rows],
        "curves": {name: significant([row[name] for row in rows], 5) for name in names},
    }
    return to_json(document)
