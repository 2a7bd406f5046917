"""Writes numbers as the article shows them; every function is a filter of the templates, too."""

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from markupsafe import Markup

MISSING = Markup("–")
"""What stands where a release lacks a number."""


def at(document: Any, *path: str) -> Any:
    """Return what stands at a path of keys in a document; None where a part of it is missing."""
    for key in path:
        document = document.get(key) if document else None
    return document


def _is_number(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def fixed(value: float | None, digits: int = 1) -> str:
    """Write a number with so many decimals and a true minus sign."""
    return f"{value:.{digits}f}".replace("-", "−") if _is_number(value) else MISSING


def count(value: int | None) -> str:
    """Write how many there are: 60,000."""
    return f"{value:,}" if _is_number(value) else MISSING


def percent(share: float | None, digits: int = 0) -> Markup:
    """Write a share 0…1 as a percentage that no line break divides."""
    if not _is_number(share):
        return MISSING
    return Markup('<span class="unbroken">{} %</span>').format(fixed(100 * share, digits))


def spread(
    number: Mapping[str, Any] | None, digits: int = 2, scale: float = 1, unit: str = ""
) -> Markup:
    """Write the "mean" ± "std" of a number over seeds, which no line break divides."""
    if number is None or not _is_number(number["mean"]):
        return MISSING
    deviation = Markup()
    if _is_number(std := number.get("std")):
        deviation = Markup(' <span class="std">± {}</span>').format(fixed(scale * std, digits))
    mean = fixed(scale * number["mean"], digits)
    return Markup('<span class="unbroken">{}{}{}</span>').format(mean, deviation, unit)


def percent_spread(number: Mapping[str, Any] | None, digits: int = 1, unit: str = " %") -> Markup:
    """Write mean ± standard deviation of shares 0…1 as percentages."""
    return spread(number, digits, 100, unit)


FILTERS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (at, fixed, count, percent, spread, percent_spread)
}
"""The templates' filters by name; `count` takes the place of Jinja's other word for `length`."""
