"""Mutual information, the aggregate posterior's KL and calibration, where the truth is known."""

import math

import pytest
import torch

from latent_atlas.train.evaluation.information import from_sums, information, tally


def test_codes_that_cannot_be_mixed_up_tell_which_image_it_was() -> None:
    mu = torch.cartesian_prod(torch.arange(8.0), torch.arange(8.0)) * 2
    found = information(mu, torch.full_like(mu, 0.01))
    assert found.mutual_information == pytest.approx(math.log(64), abs=0.15)


def test_codes_that_are_all_the_prior_tell_nothing() -> None:
    found = information(torch.zeros(500, 2), torch.ones(500, 2))
    assert found.mutual_information == pytest.approx(0, abs=1e-9)
    assert found.marginal_kl == pytest.approx(0, abs=1e-9)


def test_both_parts_are_those_of_a_gaussian_channel() -> None:
    # μ ~ N(0, S) and z = μ + N(0, s): I is ½ ln (1 + S / s) a latent, and q(z) is N(0, S + s).
    spread, noise = 0.75, 0.5
    mu = math.sqrt(spread) * torch.randn(20_000, 2, generator=torch.Generator().manual_seed(1))
    found = information(mu, torch.full_like(mu, noise))
    total = spread + noise
    assert found.mutual_information == pytest.approx(math.log(1 + spread / noise), abs=0.03)
    assert found.marginal_kl == pytest.approx(total - 1 - math.log(total), abs=0.03)


def test_pixels_that_mean_what_they_say_have_no_error_and_others_their_distance() -> None:
    chance = torch.linspace(0, 1, 100_001)
    honest = from_sums(tally(chance, chance))
    assert honest.error == pytest.approx(0, abs=1e-9)
    assert sum(honest.share) == pytest.approx(1)
    assert honest.predicted[4] == pytest.approx(0.45, abs=1e-3)
    timid = from_sums(tally(0.5 + (chance - 0.5) / 2, chance))
    assert timid.predicted[0] is None
    assert timid.observed[3] == pytest.approx(0.2, abs=1e-3)  # of those at 0.35 on average
    assert timid.error == pytest.approx(0.125, abs=1e-3)
