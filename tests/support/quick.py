"""Makes the measurements at the end of a run quick: a judge of few steps, and few samples."""

import functools

import pytest

from train import judge, measure, samples


def quick_measurements(patch: pytest.MonkeyPatch) -> None:
    """Cut down what costs seconds on real data and minutes in a hundred tests."""
    patch.setattr(judge, "_FEWEST_STEPS", 12)
    quick = functools.partial(samples.sample_quality, count=200)
    patch.setattr(measure, "sample_quality", quick)
