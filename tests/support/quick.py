"""Makes the measurements at the end of a run quick: few steps, few samples, wide grids."""

import functools
from dataclasses import replace

import pytest
from torch import nn

from latent_atlas.train.data.images import Images
from latent_atlas.train.evaluation import integral, measure, samples
from latent_atlas.train.files import sha256
from latent_atlas.train.models import held_out_classifier
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.recipe import Recipe

_trained: dict[tuple[object, ...], nn.Sequential] = {}
_train_network = held_out_classifier.train_network


def quick_measurements(patch: pytest.MonkeyPatch) -> None:
    """Cut down what costs seconds on real data and minutes in a hundred tests."""
    patch.setattr(held_out_classifier, "_FEWEST_STEPS", 12)
    patch.setattr(held_out_classifier, "train_network", _trained_once)
    quick = functools.partial(samples.sample_quality, count=200)
    patch.setattr(measure, "sample_quality", quick)
    quick_integral(patch)


def quick_integral(patch: pytest.MonkeyPatch) -> None:
    """Integrate over a wide grid, and fit Gaussians to a few posteriors."""
    patch.setattr(integral, "_COARSEST", 0.5)
    patch.setattr(integral, "_FINEST", 0.25)
    patch.setattr(measure, "integral", functools.partial(integral.integral, gap_images=4))


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
