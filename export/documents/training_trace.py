"""The training of a 2-D map: its points after some of the epochs, compressed."""

import base64
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.export.documents.json_numbers import to_json
from latent_atlas.train.rounding import significant

_FRAMES = 24
_LEVELS = 1023
"""The largest coordinate: a step is then about a pixel of the map."""


def trace_json(
    trace: Mapping[Any, NDArray[np.float32]],
    labels: NDArray[np.int64],
    split: str = "train",
) -> bytes:
    """Write up to 24 frames of a trace: μ (N, 2) of the same images, by the epochs done.

    `labels` are the classes of the split's images; the first N count. A trace may be over
    something else than epochs.
    """
    epochs = chosen_epochs(sorted(trace))
    points = np.stack([trace[epoch].T for epoch in epochs]).astype(np.float64)  # (F, 2, N)
    low, high = points.min(axis=(0, 2)), points.max(axis=(0, 2))
    # As they are written, so that what is rounded here is what is read there.
    low = np.array(significant(low.tolist(), 6))
    step = np.array(significant((np.maximum(high - low, 1e-6) / _LEVELS).tolist(), 6))
    whole = np.rint((points - low[:, None]) / step[:, None]).astype(np.int32)
    change = np.diff(whole, axis=0, prepend=0)
    unsigned = ((change << 1) ^ (change >> 31)).astype("<u2")
    planes = unsigned.view(np.uint8).reshape(-1, 2).T.tobytes()
    document = {
        "epochs": epochs,
        "count": points.shape[2],
        "split": split,
        "labels": labels[: points.shape[2]].tolist(),
        "low": low.tolist(),
        "step": step.tolist(),
        "encoding": "deflate",
        "data": base64.b64encode(zlib.compress(planes, 9)).decode(),
    }
    return to_json(document)


def chosen_epochs(epochs: Sequence[float]) -> list[float]:
    """Return the first epoch and up to 23 others, evenly spaced in the logarithm."""
    if len(epochs) <= _FRAMES:
        return list(epochs)
    last = len(epochs) - 1
    places = [0, 1]
    for left in range(_FRAMES - 2, 0, -1):
        place = places[-1]
        # Early ones would coincide when rounded.
        places.append(max(place + 1, round(place * (last / place) ** (1 / left))))
    return [epochs[place] for place in places]
