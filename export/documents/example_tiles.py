"""Example images to start from, as their posteriors: no image is shipped."""

from typing import Any

import numpy as np

from export.documents.json_numbers import decimals, to_json
from train.evaluation.encodings import Encodings
from train.rounding import significant

MOST = 10


def tiles_json(test: Encodings) -> bytes:
    """Write q(z | x) of the first test image of each class, of the first ten classes at most.

    Its layout is that of docs/release-format.md, “Tiles”.
    """
    labels, index = np.unique(test.labels, return_index=True)
    tiles = test.select(index[:MOST])
    document: dict[str, Any] = {
        "count": len(tiles),
        "split": test.split,
        "index": index[:MOST].tolist(),
        "labels": labels[:MOST].tolist(),
        "mu": [decimals(row, 4) for row in tiles.mu],
    }
    if tiles.logvar is not None:
        document["sigma"] = significant(np.exp(0.5 * tiles.logvar).tolist(), 4)
    return to_json(document)
