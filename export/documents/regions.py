"""The class that a classifier predicts at each z of the map, and its confidence."""

from itertools import groupby
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from export.documents.json_numbers import to_json
from train.models.autoencoder import Autoencoder

SIZE = 256
"""Rows and columns of the grid."""
MARGIN = 1.5
"""The grid's width, in widths of the home view."""
LEVELS = (0.5, 0.9)
"""Probabilities of the winning class at which its level of confidence rises."""


def regions_json(model: Autoencoder, view: dict[str, Any]) -> bytes:
    """Write the decision regions over the home view and half as much again.

    Args:
        model: latent size 2, with a classifier.
        view: what the map shows at first: `centre` and `scale`.

    Its layout is that of docs/release-format.md, “Regions”.
    """
    step = float(f"{view['scale'] * MARGIN / (SIZE - 1):.5g}")
    origin = [round(centre - step * (SIZE - 1) / 2, 5) + 0.0 for centre in view["centre"]]
    probability = class_probabilities(model, grid(origin, step, SIZE, SIZE))
    classes = probability.argmax(axis=1).reshape(SIZE, SIZE)
    levels = np.searchsorted(LEVELS, probability.max(axis=1), side="right").reshape(SIZE, SIZE)
    document = {
        "size": [SIZE, SIZE],
        "origin": origin,
        "step": step,
        "levels": list(LEVELS),
        "rows": [_runs(*row) for row in zip(classes.tolist(), levels.tolist(), strict=True)],
    }
    return to_json(document)


def grid(origin: list[float], step: float, columns: int, rows: int) -> NDArray[np.float32]:
    """Return the grid's points row by row, (rows · columns, 2)."""
    x = origin[0] + step * np.arange(columns)
    y = origin[1] + step * np.arange(rows)
    return np.stack([np.tile(x, rows), np.repeat(y, columns)], axis=1).astype(np.float32)


@torch.no_grad()
def class_probabilities(model: Autoencoder, z: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return class probabilities (N, K) of z (N, 2)."""
    parts = [model.class_scores(part).softmax(1) for part in torch.from_numpy(z).split(1 << 13)]
    return torch.cat(parts).numpy()


def _runs(classes: list[int], levels: list[int]) -> list[int]:
    runs: list[int] = []
    for (label, level), run in groupby(zip(classes, levels, strict=True)):
        runs += [label, level, len(list(run))]
    return runs
