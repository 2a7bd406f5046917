"""Numbers as a release writes them: few digits, no −0, nothing that JSON does not have.

Nested values are rounded by `train.rounding.significant`.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.train.errors import UserError

Floats = NDArray[np.floating[Any]]


class NotFiniteError(UserError):
    """A number that JSON does not have; its text names the field."""


def to_json(document: object, **layout: Any) -> bytes:
    """Write a document, without spaces unless `layout` (as of `json.dumps`) says otherwise.

    Raises:
        NotFiniteError: a number is not finite.
    """
    layout = {"separators": (",", ":"), **layout, "allow_nan": False}
    try:
        return json.dumps(document, **layout).encode()
    except ValueError:
        for field in _not_finite(document):
            raise NotFiniteError(
                f"{field} is not a finite number; nothing was published."
            ) from None
        raise


def _not_finite(value: object, field: str = "") -> Iterator[str]:
    """Yield the name of every field whose number JSON does not have: `models.vae-2.metrics.kl`."""
    if isinstance(value, float) and not math.isfinite(value):
        yield field or "The document"
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _not_finite(part, f"{field}.{name}".lstrip("."))
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            name = part.get("id", place) if isinstance(part, dict) else place
            yield from _not_finite(part, f"{field}.{name}".lstrip("."))


def decimals(values: Floats, digits: int = 3) -> list[Any]:
    """Round an array to that many digits after the point: lists nested as deep as it has axes."""
    # "+ 0.0" turns −0.0 into 0.0.
    return (np.round(values.astype(np.float64), digits) + 0.0).tolist()
