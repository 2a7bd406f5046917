"""Test faces to start from: their posteriors, and their pixels where the licence allows it."""

import base64
from typing import Any

import numpy as np

from export.documents.json_numbers import decimals, to_json
from train.data.images import Images
from train.evaluation.encodings import Encodings
from train.models.attribute_network import attributes_of
from train.rounding import significant

COUNT = 24
# Their licences allow their images to be passed on; CelebA's does not.
_FREE = ("avatars",)


def examples_json(test: Encodings, images: Images, dataset: str) -> bytes:
    """Write q(z | x) and the attributes of the first 24 test images.

    Its layout is that of docs/release-format.md, “Examples”.
    """
    count = min(COUNT, len(test))
    some = test.select(np.arange(count))
    document: dict[str, Any] = {
        "count": count,
        "split": test.split,
        "index": list(range(count)),
        "mu": decimals(some.mu, 4),
        "attributes": attributes_of(images)[:count].tolist(),
    }
    if some.logvar is not None:
        document["sigma"] = significant(np.exp(0.5 * some.logvar).tolist(), 4)
    if dataset in _FREE:
        pixels = images.pixels[:count].permute(0, 2, 3, 1).contiguous().numpy()
        document["pixels"] = base64.b64encode(pixels.tobytes()).decode()
    return to_json(document)
