"""Writes numbers as the article shows them; every function is a filter of the templates, too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from markupsafe import Markup

MISSING = Markup("–")
"""What stands where a release lacks a number."""


@dataclass(frozen=True)
class Spread:
    """A mean over seeds and the standard deviation of single runs; None of a single run."""

    mean: float
    std: float | None = None

    @classmethod
    def of(cls, number: Mapping[str, Any] | None) -> Self | None:
        """Read {"mean": …, "std": …} of a document; None where there is no number."""
        return cls(number["mean"], number.get("std")) if number else None


def fixed(value: float | None, digits: int = 1) -> str:
    """Write a number with so many decimals and a true minus sign."""
    return MISSING if value is None else f"{value:.{digits}f}".replace("-", "−")


def nats(value: float | None) -> str:
    """Write a log-likelihood, a loss or an error: one decimal."""
    return fixed(value, 1)


def count(value: int | None) -> str:
    """Write how many there are: 60,000."""
    return MISSING if value is None else f"{value:,}"


def percent(share: float | None, digits: int = 0) -> Markup:
    """Write a share 0…1 as a percentage that no line break divides."""
    if share is None:
        return MISSING
    return Markup('<span class="unbroken">{} %</span>').format(fixed(100 * share, digits))


def spread(number: Spread | None, digits: int = 2) -> Markup:
    """Write mean ± standard deviation, which no line break divides."""
    return _spread(number, digits, 1, "")


def percent_spread(number: Spread | None, digits: int = 1, unit: str = " %") -> Markup:
    """Write mean ± standard deviation of shares 0…1 as percentages."""
    return _spread(number, digits, 100, unit)


def _spread(number: Spread | None, digits: int, scale: float, unit: str) -> Markup:
    if number is None:
        return MISSING
    deviation = Markup()
    if number.std is not None:
        deviation = Markup(' <span class="std">± {}</span>').format(
            fixed(scale * number.std, digits)
        )
    mean = fixed(scale * number.mean, digits)
    return Markup('<span class="unbroken">{}{}{}</span>').format(mean, deviation, unit)


FILTERS: dict[str, Callable[..., str]] = {
    "fixed": fixed,
    "nats": nats,
    "count": count,
    "percent": percent,
    "spread": spread,
    "percent_spread": percent_spread,
}
"""The templates' filters by name; `count` takes the place of Jinja's other word for `length`."""
