"""The formulas against independent ones."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from train.data.images import Images, as_float
from train.evaluation.likelihood import likelihood
from train.evaluation.style import boldness, slant, trend
from train.models.autoencoder import Autoencoder
from train.recipes.published import RECIPES
from train.recipes.recipe import Recipe
from train.training import losses
from train.training.trainer import build_model, ema_decay, learning_rate


def test_bernoulli_nll_and_its_gradient() -> None:
    logits = torch.randn(4, 1, 5, 5, dtype=torch.float64, requires_grad=True)
    target = torch.rand(4, 1, 5, 5, dtype=torch.float64)
    ours = losses.bernoulli_nll(logits.float(), target.float())
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(
        logits.float(), target.float(), reduction="none"
    ).sum((1, 2, 3))
    torch.testing.assert_close(ours, theirs)
    weights = torch.tensor([1.0, 2.0, 3.0, 4.0])
    (gradient,) = torch.autograd.grad((ours * weights).sum(), logits, retain_graph=True)
    (expected,) = torch.autograd.grad((theirs * weights).sum(), logits)
    torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("mean", [0.0, 3.0])
def test_gaussian_kl(mean: float) -> None:
    mu, logvar = torch.randn(6, 3), torch.randn(6, 3)
    expected = kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(torch.tensor(mean), 1.0))
    torch.testing.assert_close(losses.gaussian_kl(mu, logvar, mean), expected.sum(1))


def images(count: int = 20) -> Images:
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (count, 1, 6, 6), generator=generator, dtype=torch.uint8)
    return Images(pixels, torch.arange(count) % 10, 10)


def small(condition: str = "none") -> Autoencoder:
    recipe = Recipe("m", "m", encoder_layers=(8,), decoder_layers=(8,), condition=condition)  # type: ignore[arg-type]
    return build_model(recipe, images()).eval()


@torch.no_grad()
def test_log_likelihood_is_exact_where_the_decoder_ignores_z() -> None:
    model = small()
    for parameter in (*model.decoder.parameters(), model.to_logits.weight):
        parameter.zero_()
    # With q = p the importance weights are all p(b), whatever the samples.
    model.to_posterior.weight.zero_()
    model.to_posterior.bias.zero_()
    test = images()
    measured = likelihood(model, test, samples=7)
    assert measured.kl == pytest.approx(0)
    probability = torch.sigmoid(model.to_logits.bias)
    grey = as_float(test.pixels).flatten(1)
    expected = -losses.bernoulli_nll(model.to_logits.bias.expand(20, -1), grey).mean()
    assert measured.elbo == pytest.approx(float(expected), rel=1e-5)
    # The binary targets' likelihood has the grey targets' as its mean.
    spread = float(Bernoulli(probability).log_prob(torch.bernoulli(grey)).sum(1).std())
    assert abs(measured.log_likelihood - measured.elbo) < 4 * spread / math.sqrt(20)


def test_more_importance_samples_tighten_the_bound() -> None:
    model = small("both")
    model.to_posterior.bias.data[2:] = 2.0  # a posterior far too wide
    few, many = (likelihood(model, images(), samples=s).log_likelihood for s in (1, 400))
    assert many > few


@pytest.mark.parametrize("condition", ["none", "decoder", "both"])
def test_labels_are_asked_for_where_they_are_needed(condition: str) -> None:
    model = small(condition)
    image, z, label = torch.rand(3, 1, 6, 6), torch.zeros(3, 2), torch.eye(10)[:3]
    if condition == "none":
        assert model.decode(z).shape == (3, 1, 6, 6)
    else:
        with pytest.raises(ValueError, match="label"):
            model.decode(z)
        assert model.decode(z, label).shape == (3, 1, 6, 6)
    if condition == "both":
        with pytest.raises(ValueError, match="label"):
            model.encode(image)
    else:
        assert model.encode(image).mu.shape == (3, 2)


def test_a_model_starts_at_the_mean_image() -> None:
    model = small()
    model.to_logits.weight.data.zero_()
    mean = images().pixels.float().mean(0) / 255
    torch.testing.assert_close(torch.sigmoid(model.decode(torch.zeros(1, 2)))[0], mean)


def test_the_schedule_warms_up_and_ends_at_zero() -> None:
    recipe = RECIPES["vae-2"]
    rates = [learning_rate(recipe, step, 1000) for step in range(1001)]
    assert rates[0] < recipe.learning_rate / 100
    assert max(rates) < recipe.learning_rate
    assert rates[1000] == pytest.approx(0)
    assert ema_decay(recipe, 0) == pytest.approx(0.1)
    assert ema_decay(recipe, 10**6) == recipe.ema_decay


def test_slant_and_boldness_measure_what_they_say() -> None:
    y = torch.arange(28.0).view(28, 1)
    x = torch.arange(28.0).view(1, 28)
    leans = torch.tensor([-0.5, 0.0, 0.5])
    lines = torch.stack([(1.5 - (x - 14 + lean * (y - 14)).abs()).clamp(0, 1) for lean in leans])
    # The line ends at the picture's edge, which takes a little off a leaning one.
    torch.testing.assert_close(slant(lines), leans, atol=0.03, rtol=0)
    assert boldness(lines * 0.5)[1] == pytest.approx(float(boldness(lines)[1]) / 2)


def test_a_trend_finds_its_direction() -> None:
    z = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    exact = trend(z, 3 * z[:, 1] + 1)
    assert exact.explained == pytest.approx(1, abs=1e-4)
    assert exact.direction == pytest.approx(90, abs=0.1)
    assert trend(z, torch.randn(500)).explained < 0.1
