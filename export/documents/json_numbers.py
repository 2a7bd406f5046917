"""Numbers as a release writes them: few digits, no −0, nothing that JSON does not have.

Nested values are rounded by `train.rounding.significant`.
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def to_json(document: object) -> bytes:
    """Write a document without spaces.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()


def decimals(values: Floats, digits: int = 3) -> list[Any]:
    """Round an array to that many digits after the point: lists nested as deep as it has axes."""
    # "+ 0.0" turns −0.0 into 0.0.
    rounded: list[Any] = (np.round(values.astype(np.float64), digits) + 0.0).tolist()
    return rounded
