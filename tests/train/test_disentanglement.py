"""The mutual information gap, where it is known: one latent a factor, factors mixed, no factor."""

import math

import pytest
import torch

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.evaluation.disentanglement import disentanglement, mutual_information
from latent_atlas.train.evaluation.style import boldness, slant


def _strokes(count: int) -> Images:
    """Lines of random slant and strength, of two classes that neither tells."""
    generator = torch.Generator().manual_seed(0)
    lean, ink = torch.rand(2, count, generator=generator)
    pixels = torch.zeros(count, 1, 28, 28, dtype=torch.uint8)
    for row in range(4, 24):
        column = 14 + (lean - 0.5) * (14 - row)
        for side in (0, 1):
            weight = (column % 1 if side else 1 - column % 1) * (0.3 + 0.7 * ink)
            pixels[torch.arange(count), 0, row, column.floor().long() + side] = (
                255 * weight
            ).byte()
    return Images(pixels, torch.randint(2, (count,), generator=generator), 2)


def test_a_latent_for_each_factor_has_the_gap_and_mixed_ones_have_none() -> None:
    images = _strokes(4000)
    grey = as_float(images.pixels).mean(1)
    style = torch.stack([slant(grey), boldness(grey)], 1)
    style = (style - style.mean(0)) / style.std(0)
    apart = disentanglement(style, images)
    for name in ("slant", "boldness"):
        assert apart[name].most == pytest.approx(1, abs=1e-6)
        assert apart[name].gap > 0.9
    assert apart["class"].most < 0.01
    turned = disentanglement(style @ torch.tensor([[1.0, 1.0], [-1.0, 1.0]]), images)
    for name in ("slant", "boldness"):
        assert turned[name].gap < 0.1 < turned[name].most


def test_mutual_information_of_counts() -> None:
    first = torch.tensor([0, 0, 1, 1]).repeat(50)
    assert mutual_information(first, first) == pytest.approx(math.log(2))
    assert mutual_information(first, torch.tensor([0, 1]).repeat(100)) == pytest.approx(0)
