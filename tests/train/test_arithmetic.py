"""The formulas against independent ones."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.errors import UserError
from latent_atlas.train.evaluation.likelihood import likelihood
from latent_atlas.train.evaluation.style import boldness, slant, style_trends, trend
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.recipes.study_recipes import STUDY
from latent_atlas.train.training import losses
from latent_atlas.train.training import trainer as trainer_module
from latent_atlas.train.training.processes import launch
from latent_atlas.train.training.trainer import Trainer, build_model, ema_decay, learning_rate


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


def test_a_single_step_that_diverges_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = Recipe("m", "m", encoder_layers=(8,), decoder_layers=(8,), batch_size=4)
    trainer = Trainer(recipe, images(), launch())
    trainer.train_epoch(0)
    # Finite, and no mean would show it among steps that are as they should be.
    loss_of, steps = trainer_module.total_loss, iter([1.0, 1.0, 1e8, 1.0, 1.0, 1.0])
    monkeypatch.setattr(trainer_module, "total_loss", lambda *given: loss_of(*given) * next(steps))
    with pytest.raises(UserError, match=r"e\+\d+ in a step of epoch 2"):
        trainer.train_epoch(1)


def test_the_schedule_warms_up_and_ends_at_zero() -> None:
    recipe = RECIPES["vae-2"]
    rates = [learning_rate(recipe, step, 1000) for step in range(1001)]
    assert rates[0] < recipe.learning_rate / 100
    assert max(rates) < recipe.learning_rate
    assert rates[1000] == pytest.approx(0)
    assert ema_decay(recipe, 0) == pytest.approx(0.1)
    assert ema_decay(recipe, 10**6) == recipe.ema_decay


def test_a_warm_up_fits_the_steps_and_is_as_asked_in_every_recipe_on_its_own_data() -> None:
    recipe = RECIPES["faces-vae"]
    short = [learning_rate(recipe, step, 40) for step in range(40)]
    assert max(short) > 0.5 * recipe.learning_rate
    assert max(short) in short[10:20]
    images = {"mnist": 60_000, "fashion-mnist": 60_000, "avatars": 27_000}
    for own in (*RECIPES.values(), *(one for group in STUDY.values() for one in group)):
        count = int(images[own.dataset] * (1 - own.validation_fraction))
        steps = count // own.batch_size * own.epochs
        before = own.warmup_steps - 1
        whole = own.learning_rate * 0.5 * (1 + math.cos(math.pi * before / steps))
        assert learning_rate(own, before, steps) == pytest.approx(whole), own.id
        assert learning_rate(own, 0, steps) < 2 * own.learning_rate / own.warmup_steps, own.id


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


def test_a_trend_of_the_average_is_told_apart_from_that_of_each_class() -> None:
    """Four classes, one of which grows with z; the others do not, and do not follow it."""

    class Model:
        classes = 4

        def one_hot(self, label: torch.Tensor) -> torch.Tensor:
            return torch.eye(4)[label]

        def decode(self, z: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
            noise = torch.randn(len(z), generator=torch.Generator().manual_seed(1))
            ink = torch.where(label[:, 0] > 0, z[:, 0], (label @ torch.arange(4.0) - 2) * noise)
            return (0.1 * ink).view(-1, 1, 1, 1).expand(-1, 1, 28, 28)

    found = style_trends(Model())["boldness"]  # type: ignore[arg-type]
    assert found.explained > 0.95
    assert found.explained_of_one == pytest.approx(0.25, abs=0.02)
    assert found.explained_least < 0.01
