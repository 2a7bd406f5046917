"""Whether numbers of several seeds differ by more than chance: t tests and what they show.

The one place that decides this. Every standard deviation is that of a sample (divided by n − 1).
"""

import enum
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy import stats

LEVEL = 0.05
"""Two-sided: a difference that chance alone makes less often than this is shown."""


class Verdict(enum.StrEnum):
    """What a t test says of a claim."""

    SHOWN = "shown"
    NOT_SHOWN = "not shown"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Spread:
    """A number over several seeds: mean and sample standard deviation (0 for one seed)."""

    mean: float
    std: float
    seeds: int

    def text(self, digits: int = 2, scale: float = 1) -> str:
        """Write mean ± standard deviation."""
        return f"{self.mean * scale:.{digits}f} ± {self.std * scale:.{digits}f}"


@dataclass(frozen=True)
class Comparison:
    """A claim that one number is above another, and its test."""

    difference: float
    """First minus second."""
    p: float
    """How often chance alone makes a difference at least as large, in either direction."""

    @property
    def verdict(self) -> Verdict:
        """What this comparison shows of the claim."""
        if self.p >= LEVEL:
            return Verdict.NOT_SHOWN
        return Verdict.SHOWN if self.difference > 0 else Verdict.CONTRADICTED


def spread(values: Iterable[float]) -> Spread:
    """Return mean and sample standard deviation."""
    own = list(values)
    return Spread(statistics.fmean(own), statistics.stdev(own) if len(own) > 1 else 0.0, len(own))


def compare(first: Spread | float, second: Spread | float) -> Comparison:
    """Test whether `first` is above `second`; a plain number has no error of its own.

    Welch's t test (Welch 1947), which takes no variance to be equal to another; against a plain
    number it is Student's test of one sample. A single seed shows nothing.
    """
    means = [own.mean if isinstance(own, Spread) else own for own in (first, second)]
    samples = [own for own in (first, second) if isinstance(own, Spread)]
    difference = means[0] - means[1]
    if any(own.seeds < 2 for own in samples):
        return Comparison(difference, 1.0)
    variances = [own.std**2 / own.seeds for own in samples]
    total = sum(variances)
    if total == 0:
        return Comparison(difference, float(difference == 0))
    freedom = total**2 / sum(
        variance**2 / (own.seeds - 1) for variance, own in zip(variances, samples, strict=True)
    )
    return Comparison(difference, float(2 * stats.t.sf(abs(difference) / total**0.5, freedom)))


def holm(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Correct the p values of a family of comparisons that are read side by side (Holm 1979)."""
    corrected, largest = list(comparisons), 0.0
    order = sorted(range(len(comparisons)), key=lambda index: comparisons[index].p)
    for rank, index in enumerate(order):
        own = comparisons[index]
        largest = max(largest, min(1.0, own.p * (len(order) - rank)))
        corrected[index] = Comparison(own.difference, largest)
    return corrected


def verdict_of_all(comparisons: Sequence[Comparison]) -> Verdict:
    """Weigh a claim that says all of these at once.

    Shown where each is, which needs no correction; contradicted where any is, after Holm's.
    """
    if all(own.verdict is Verdict.SHOWN for own in comparisons):
        return Verdict.SHOWN
    if any(own.verdict is Verdict.CONTRADICTED for own in holm(comparisons)):
        return Verdict.CONTRADICTED
    return Verdict.NOT_SHOWN
