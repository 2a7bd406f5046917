"""log p(x) as an integral, against sums that can be written down, and what is missed of it."""

import dataclasses
import math

import pytest
import torch
from torch import Tensor

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.evaluation.integral import Gap, integral, integrate, refine
from latent_atlas.train.evaluation.likelihood import likelihood
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.training import losses
from latent_atlas.train.training.trainer import build_model


def images(count: int = 12) -> Images:
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (count, 1, 6, 6), generator=generator, dtype=torch.uint8)
    return Images(pixels, torch.arange(count) % 3, 3)


def model(**fields: object) -> Autoencoder:
    """Return a model whose posterior is N(0, I) and whose decoder ignores z."""
    recipe = Recipe("m", "m", encoder_layers=(8,), decoder_layers=(8,), **fields)  # type: ignore[arg-type]
    made = build_model(recipe, images()).eval()
    with torch.no_grad():
        assert made.to_posterior is not None
        for parameter in (made.to_logits.weight, *made.to_posterior.parameters()):
            parameter.zero_()
    return made


def parts(gap: Gap) -> list[float]:
    return [gap.spread, gap.place, gap.diagonal, gap.gaussian]


@torch.no_grad()
def test_B17_the_integral_of_a_decoder_that_ignores_z() -> None:
    found = integral(model(), images())
    bias = model().to_logits.bias
    assert isinstance(bias, Tensor)
    grey = as_float(images().pixels).flatten(1)
    expected = -losses.bernoulli_nll(bias.expand(12, -1), grey).mean()
    assert found.log_likelihood_grey == pytest.approx(float(expected), abs=1e-3)
    assert parts(found.gap) == pytest.approx([0, 0, 0, 0], abs=1e-3)
    assert found.log_likelihood_marginal is None


@torch.no_grad()
def test_B17_what_the_encoder_misses_is_its_own_distance_from_the_posterior() -> None:
    wrong = model()
    assert wrong.to_posterior is not None
    wrong.to_posterior.bias[0] = 1.0  # N((1, 0), I) for N(0, I): half a nat
    assert parts(integral(wrong, images()).gap) == pytest.approx([0.5, 0, 0, 0], abs=2e-3)


@torch.no_grad()
def test_B17_a_posterior_aslant_is_missed_by_upright_axes() -> None:
    # In the linear limit log p(x | z) = −(z₀ + z₁)² · c: a ridge aslant.
    aslant = model(activation="silu")
    aslant.to_logits.weight.normal_(std=2.0, generator=torch.Generator().manual_seed(5))
    first = aslant.decoder[0]
    assert isinstance(first, torch.nn.Linear)
    first.weight[:] = first.weight[:, :1].expand(-1, 2)  # the decoder sees z₀ + z₁ alone
    found = integral(aslant, images())
    gap = found.gap
    assert min(parts(gap)) > -1e-3
    assert gap.diagonal > 0.05
    measured = likelihood(aslant, images(), samples=2000)
    assert sum(parts(gap)) == pytest.approx(found.log_likelihood_grey - measured.elbo, abs=0.3)
    # The importance samples are a bound of the integral; the binary images are others.
    assert measured.log_likelihood < found.log_likelihood + 3


def test_the_sum_is_that_of_a_finer_grid() -> None:
    generator = torch.Generator().manual_seed(1)
    weight = torch.randn(2, 36, generator=generator)
    target = torch.rand(5, 36, generator=generator).round()
    mean = torch.tensor([10.0, -3.0])

    def decode(z: Tensor) -> Tensor:
        return (z - mean) @ weight

    coarse = integrate(decode, target, mean, 0.1)
    fine = integrate(decode, target, mean, 0.05)
    torch.testing.assert_close(coarse.log_p, fine.log_p, atol=1e-3, rtol=0)
    pruned = integrate(decode, target, mean, 0.05, coarse)
    torch.testing.assert_close(pruned.log_p, fine.log_p, atol=1e-6, rtol=0)
    assert pruned.by_tile.isinf().sum() > fine.by_tile.isinf().sum()
    best = coarse.best_z
    assert (best - fine.best_z).abs().max() <= 0.1
    log_joint = target @ decode(best).T  # any other image's best z is worse for this one
    log_joint -= torch.nn.functional.softplus(decode(best)).sum(1)
    log_joint -= 0.5 * (best - mean).square().sum(1)
    assert torch.equal(log_joint.argmax(1), torch.arange(5))


@pytest.mark.slow
def test_a_peak_between_the_points_of_the_grid_is_found_by_dividing_its_cell() -> None:
    weight = 400 * torch.eye(2).repeat(1, 18)  # σ is a fiftieth of a cell of a tenth
    mean = torch.zeros(2)

    def decode(z: Tensor) -> Tensor:
        return (z - 0.43) @ weight

    target = torch.tensor([[1.0] * 18 + [0.0] * 18])
    exact = integrate(decode, target, mean, 0.1 / 32).log_p
    coarse = integrate(decode, target, mean, 0.1 / 16)
    fine = refine(decode, target, mean, 0.1 / 16, coarse)
    assert (fine - exact).abs() < (coarse.log_p - exact).abs() / 3 + 1e-4
    smooth = integrate(lambda z: decode(z) / 400, target, mean, 0.1)
    again = refine(lambda z: decode(z) / 400, target, mean, 0.1, smooth)
    torch.testing.assert_close(again, smooth.log_p, atol=5e-3, rtol=0)


@pytest.mark.slow
@torch.no_grad()
@pytest.mark.parametrize("condition", ["decoder", "both"])
def test_a_label_is_summed_over_for_the_marginal(condition: str) -> None:
    labelled = model(condition=condition)
    found = integral(labelled, images())
    # A decoder that ignores its label, too, gains nothing by being told.
    assert found.log_likelihood_marginal == pytest.approx(found.log_likelihood, abs=1e-3)
    labelled.to_logits.weight.normal_(generator=torch.Generator().manual_seed(6))
    found = integral(labelled, images())
    assert found.log_likelihood_marginal is not None
    assert found.log_likelihood_marginal != pytest.approx(found.log_likelihood, abs=1e-2)
    assert found.log_likelihood_marginal >= found.log_likelihood - math.log(3)


@torch.no_grad()
def test_classes_with_places_of_their_own_are_integrated_there() -> None:
    means = ((0.0, 0.0), (10.0, 0.0), (0.0, -20.0))
    found = integral(model(prior_means=means), images())
    assert found.log_likelihood == pytest.approx(found.log_likelihood_marginal, abs=1e-3)
    assert math.isfinite(found.log_likelihood)
    assert dataclasses.asdict(found)["spacing"] <= 0.05
