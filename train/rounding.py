"""Numbers as the project's files write them: a few significant digits, and only what JSON has."""

import math
from typing import Any


def significant(value: Any, digits: int = 4) -> Any:
    """Round every float in a nested JSON value to that many digits; one not finite becomes null."""
    if isinstance(value, dict):
        return {name: significant(part, digits) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [significant(part, digits) for part in value]
    if isinstance(value, float):
        # "+ 0.0" turns −0.0 into 0.0.
        return float(f"{value:.{digits}g}") + 0.0 if math.isfinite(value) else None
    return value
