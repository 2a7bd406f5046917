"""The training of a 2-D map: its points after some of the epochs, compressed."""

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.documents.json_numbers import to_json
from train.rounding import significant

FRAMES = 24
LEVELS = 1023
"""The largest coordinate: a step is then about a pixel of the map."""

Trace = dict[int, NDArray[np.float32]]


def trace_json(trace: Trace, labels: NDArray[np.integer[Any]]) -> bytes:
    """Write up to 24 frames of a trace.

    Args:
        trace: μ (N, 2) of the same images, by the number of epochs done.
        labels: the class of each image; the first N count.

    Its layout is that of docs/release-format.md, “Trace”.
    """
    epochs = chosen_epochs(sorted(trace))
    points = np.stack([trace[epoch].T for epoch in epochs]).astype(np.float64)  # (F, 2, N)
    low, high = points.min(axis=(0, 2)), points.max(axis=(0, 2))
    # As they are written, so that what is rounded here is what is read there.
    low = np.array(significant(low.tolist(), 6))
    step = np.array(significant((np.maximum(high - low, 1e-6) / LEVELS).tolist(), 6))
    whole = np.rint((points - low[:, None]) / step[:, None]).astype(np.int32)
    change = np.diff(whole, axis=0, prepend=0)
    unsigned = ((change << 1) ^ (change >> 31)).astype("<u2")
    planes = unsigned.view(np.uint8).reshape(-1, 2).T.tobytes()
    document = {
        "epochs": epochs,
        "count": points.shape[2],
        "split": "train",
        "labels": labels[: points.shape[2]].tolist(),
        "low": low.tolist(),
        "step": step.tolist(),
        "encoding": "deflate",
        "data": base64.b64encode(zlib.compress(planes, 9)).decode(),
    }
    return to_json(document)


def chosen_epochs(epochs: list[int], most: int = FRAMES) -> list[int]:
    """Return the first epoch and up to `most` − 1 others, evenly spaced in the logarithm."""
    if len(epochs) <= most:
        return epochs
    last = len(epochs) - 1
    places = [0, 1]
    for left in range(most - 2, 0, -1):
        place = places[-1]
        # Early ones would coincide when rounded.
        places.append(max(place + 1, round(place * (last / place) ** (1 / left))))
    return [epochs[place] for place in places]
