"""Example images to start from, as what the encoder makes of them: no image is shipped."""

from typing import Any

import numpy as np

from export.documents.json_numbers import decimals, to_json
from train.evaluation.encodings import Encodings
from train.rounding import significant

MOST = 10


def tiles_json(test: Encodings) -> bytes:
    """Write q(z | x) of the first test image of each class, of the first ten classes at most.

    Layout (T tiles):
        {"count": T, "split": "test", "index": [T row numbers in the split], "labels": [T],
         "mu": [[d], …], "sigma": [[d], …]}

    σ is the standard deviation; an autoencoder has none, and its object no `sigma`. The picture
    of a tile is decode(μ), with the tile's label where the decoder is conditioned.
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
