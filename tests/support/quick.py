"""Makes the measurements at the end of a run quick: a classifier of few steps, and few samples."""

import functools
from dataclasses import replace

import pytest
from torch import nn

from train.data.images import Images
from train.evaluation import measure, samples
from train.files import sha256
from train.models import held_out_classifier
from train.recipes.published import RECIPES
from train.recipes.recipe import Recipe

_trained: dict[tuple[object, ...], nn.Sequential] = {}
_train_network = held_out_classifier.train_network


def quick_measurements(patch: pytest.MonkeyPatch) -> None:
    """Cut down what costs seconds on real data and minutes in a hundred tests."""
    patch.setattr(held_out_classifier, "_FEWEST_STEPS", 12)
    patch.setattr(held_out_classifier, "train_network", _trained_once)
    quick = functools.partial(samples.sample_quality, count=200)
    patch.setattr(measure, "sample_quality", quick)


def _trained_once(images: Images) -> nn.Sequential:
    """Train the classifier of these images, or remember it: the same images give the same one."""
    pixels = images.pixels.numpy()
    key = (sha256(pixels.tobytes() + images.labels.numpy().tobytes()), images.classes, pixels.shape)
    if key not in _trained:
        _trained[key] = _train_network(images)
    return _trained[key]


def quick_faces(name: str) -> Recipe:
    """Return a face recipe small enough for pictures of 32×32 and a few seconds."""
    return replace(
        RECIPES[name], latent_size=8, encoder_layers=(8, 16, 16), decoder_layers=(16, 16, 8, 8),
        epochs=3, batch_size=64, warmup_steps=4, precision="32-true",
    )  # fmt: skip
