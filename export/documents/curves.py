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

    Its layout is that of docs/release-format.md, “Curves”.
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
