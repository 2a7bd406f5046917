"""The bound whose proposal is the lattice: below the integral, near it, also of two far peaks."""

import pytest
import torch
from torch import Tensor

from latent_atlas.train.data.images import Images
from latent_atlas.train.evaluation.integral import integral
from latent_atlas.train.evaluation.lattice_bound import lattice_bound
from latent_atlas.train.evaluation.likelihood import likelihood
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.recipe import Recipe

RECIPE = Recipe("m", "m", objective="lattice", lattice_points=(55,), decoder_layers=(8,))


def images(count: int = 300) -> Images:
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (count, 1, 6, 6), generator=generator, dtype=torch.uint8)
    return Images(pixels, torch.arange(count) % 3, 3)


class TwoPeaks(Autoencoder):
    """A decoder to which z and −z are the same: every posterior has two peaks alike."""

    def decode(self, z: Tensor, _: Tensor | None = None) -> Tensor:
        wave = torch.sin(torch.arange(36.0).outer(torch.tensor([0.9, 0.4])) @ z.square().T).T
        return (4 * wave).view(-1, 1, 6, 6)


@torch.no_grad()
@pytest.mark.parametrize("kind", [Autoencoder, TwoPeaks])
def test_B17_many_samples_of_the_lattice_come_to_the_integral(kind: type[Autoencoder]) -> None:
    torch.manual_seed(0)
    model = kind(RECIPE, (1, 6, 6), 3).eval()
    exact = integral(model, images(), gap_images=1).log_likelihood
    few, many = (lattice_bound(model, images(), samples) for samples in (5, 500))
    assert few.log_likelihood < many.log_likelihood < exact + 0.05
    assert many.log_likelihood == pytest.approx(exact, abs=0.25)  # 55 cells are wide
    assert many.importance_samples == 500


@torch.no_grad()
def test_B17_one_gaussian_misses_the_second_peak() -> None:
    torch.manual_seed(0)
    model = TwoPeaks(RECIPE, (1, 6, 6), 3).eval()
    one = likelihood(model, images(), 500).log_likelihood
    assert one < lattice_bound(model, images(), 500).log_likelihood - 0.3
