"""Whether numbers of several seeds differ by more than chance: t tests and what they show.

The one place that decides this. Every standard deviation is that of a sample (divided by n − 1).
"""

import enum
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
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

    def __str__(self) -> str:
        return self.text()

    def text(self, digits: int = 2, scale: float = 1) -> str:
        """Write mean ± standard deviation, which a single seed does not have."""
        mean = f"{self.mean * scale:.{digits}f}"
        return mean if self.seeds == 1 else f"{mean} ± {self.std * scale:.{digits}f}"


@dataclass(frozen=True)
class Comparison:
    """A claim that one number is above another, and its test."""

    difference: float
    """First minus second."""
    p: float
    """How often chance alone makes a difference at least as large, in either direction."""

    @property
    def verdict(self) -> Verdict:
        """What this comparison shows of the claim; nothing where a number is not finite."""
        if not self.p < LEVEL:
            return Verdict.NOT_SHOWN
        return Verdict.SHOWN if self.difference > 0 else Verdict.CONTRADICTED


def spread(values: Iterable[float]) -> Spread:
    """Return mean and sample standard deviation."""
    own = np.array(list(values))
    # Taken from the first, so that equal numbers have no deviation at all.
    std = np.std(own - own[0], ddof=1) if len(own) > 1 else 0.0
    return Spread(statistics.fmean(own), float(std), len(own))


def compare(first: Spread | float, second: Spread | float) -> Comparison:
    """Test whether `first` is above `second`; a plain number has no error of its own.

    Welch's t test (Welch 1947), which takes no variance to be equal to another; against a plain
    number it is Student's test of one sample. A single seed shows nothing.
    """
    # Without a spread, a number's seeds do not enter Welch's formulas.
    one, other = (own if isinstance(own, Spread) else Spread(own, 0, 2) for own in (first, second))
    difference = one.mean - other.mean
    if min(one.seeds, other.seeds) < 2:
        return Comparison(difference, 1.0)
    if one.std == other.std == 0:
        return Comparison(difference, float(difference == 0))
    samples = (one.mean, one.std, one.seeds, other.mean, other.std, other.seeds)
    found = stats.ttest_ind_from_stats(*samples, equal_var=False)
    return Comparison(difference, float(found.pvalue))


def holm(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Correct the p values of a family of comparisons that are read side by side (Holm 1979)."""
    p = np.array([own.p for own in comparisons])
    order = np.argsort(p)
    raised = p[order] * np.arange(len(p), 0, -1)
    p[order] = np.maximum.accumulate(np.minimum(raised, 1))
    return [Comparison(own.difference, float(q)) for own, q in zip(comparisons, p, strict=True)]


def verdict_of_all(comparisons: Sequence[Comparison]) -> tuple[Verdict, float]:
    """Weigh a claim that says all of these at once; return its verdict and a p value.

    Shown where each is, which needs no correction; contradicted where any is, after Holm's. The p
    value is then the smallest corrected one that contradicts the claim, otherwise the largest.
    """
    against = [own.p for own in holm(comparisons) if own.verdict is Verdict.CONTRADICTED]
    if against:
        return Verdict.CONTRADICTED, min(against)
    shown = all(own.verdict is Verdict.SHOWN for own in comparisons)
    return Verdict.SHOWN if shown else Verdict.NOT_SHOWN, max(own.p for own in comparisons)
