"""Makes the measurements at the end of a run quick: a judge of few steps, and few samples."""

import functools

import pytest
from torch import nn

from train import judge, measure, samples
from train.data import Images
from train.files import sha256

_trained: dict[tuple[object, ...], nn.Sequential] = {}
_train_network = judge.train_network


def quick_measurements(patch: pytest.MonkeyPatch) -> None:
    """Cut down what costs seconds on real data and minutes in a hundred tests."""
    patch.setattr(judge, "_FEWEST_STEPS", 12)
    patch.setattr(judge, "train_network", _trained_once)
    quick = functools.partial(samples.sample_quality, count=200)
    patch.setattr(measure, "sample_quality", quick)


def _trained_once(images: Images) -> nn.Sequential:
    """Train the judge of these images, or remember it: the same images give the same judge."""
    pixels = images.pixels.numpy()
    key = (sha256(pixels.tobytes() + images.labels.numpy().tobytes()), images.classes, pixels.shape)
    if key not in _trained:
        _trained[key] = _train_network(images)
    return _trained[key]
