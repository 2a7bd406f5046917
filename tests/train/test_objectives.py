"""The importance-weighted bound: its value, both its gradients, and a run that is trained on it."""

import contextlib
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Normal

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.runs.run_folder import load_metrics, load_run
from latent_atlas.train.training.objectives import importance_weighted_terms
from latent_atlas.train.training.trainer import build_model

SAMPLES = 4
DRAWS = 3000


@pytest.fixture
def images() -> Images:
    """Two images of black and white pixels, which are their own binary draws."""
    pixels = torch.randint(0, 2, (2, 1, 4, 4), generator=torch.Generator().manual_seed(0)) * 255
    return Images(pixels.to(torch.uint8), torch.tensor([0, 1]), 2)


@pytest.fixture
def model(images: Images) -> Autoencoder:
    recipe = Recipe("m", "m", encoder_layers=(6,), decoder_layers=(6,), activation="silu", seed=3)
    model = build_model(recipe, images)
    with torch.no_grad():  # a decoder that heeds z, and weights that differ
        model.to_logits.weight.mul_(6)
    return model


def plain(model: Autoencoder, images: Images, generator: torch.Generator) -> Tensor:
    """Return the bound with torch's own distributions; autograd sees all of it."""
    image = as_float(images.pixels)
    mu, logvar = model.encode(image)
    assert logvar is not None
    sigma = torch.exp(0.5 * logvar)
    noise = torch.randn(len(image), SAMPLES, 2, generator=generator)
    z = mu.unsqueeze(1) + sigma.unsqueeze(1) * noise
    logits = model.decode(z.flatten(0, 1)).flatten(1).unflatten(0, (len(image), SAMPLES))
    log_weight = Bernoulli(logits=logits).log_prob(image.flatten(1).unsqueeze(1)).sum(2)
    log_weight = log_weight + Normal(0.0, 1.0).log_prob(z).sum(2)
    log_weight = log_weight - Normal(mu.unsqueeze(1), sigma.unsqueeze(1)).log_prob(z).sum(2)
    return math.log(SAMPLES) - torch.logsumexp(log_weight, 1)


def repeat(images: Images) -> Images:
    return images.select(torch.arange(len(images)).repeat_interleave(DRAWS))


def of(gradients: dict[str, Tensor], part: str) -> Tensor:
    own = [value.flatten() for name, value in gradients.items() if name.startswith(part)]
    return torch.cat(own)


def gradients_of(model: Autoencoder, loss: Tensor) -> dict[str, Tensor]:
    model.zero_grad()
    loss.mean().backward()
    return {
        name: own.grad.clone() for name, own in model.named_parameters() if own.grad is not None
    }


def ours(model: Autoencoder, images: Images, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    free = contextlib.nullcontext()
    return importance_weighted_terms(model, images, SAMPLES, generator, free)["nll"]


def test_the_bound_and_its_gradients_are_those_of_the_definition(
    model: Autoencoder, images: Images
) -> None:
    many = repeat(images)
    bound, expected = ours(model, many, 1), plain(model, many, torch.Generator().manual_seed(2))
    error = expected.std() / math.sqrt(len(many))
    assert abs(bound.mean() - expected.mean()) < 5 * error
    one, other = gradients_of(model, bound), gradients_of(model, expected)
    # Both estimators mean the same; over so many draws they agree to a few per cent.
    for part in ("encoder", "to_posterior", "decoder", "to_logits"):
        found, wanted = of(one, part), of(other, part)
        assert (found - wanted).norm() < 0.15 * wanted.norm(), part


def test_the_encoders_gradient_is_less_noisy_than_the_plain_one(
    model: Autoencoder, images: Images
) -> None:
    def noise(loss: Callable[[int], Tensor]) -> float:
        rows = [of(gradients_of(model, loss(seed)), "to_posterior") for seed in range(200)]
        return float(torch.stack(rows).var(0).sum())

    doubly = noise(lambda seed: ours(model, images, seed))
    plainly = noise(lambda seed: plain(model, images, torch.Generator().manual_seed(seed)))
    assert doubly < 0.8 * plainly


@pytest.mark.slow
def test_a_run_is_trained_and_measured_on_it(train: Callable[..., int], tmp_path: Path) -> None:
    options = ("--objective", "iwae", "--importance-samples", "3", "--epochs", "30")
    assert train(*options) == 0
    folder = tmp_path / "runs" / "vae-2"
    run, metrics = load_run(folder), load_metrics(folder)
    assert (run.recipe.objective, run.recipe.importance_samples) == ("iwae", 3)
    assert metrics[-1]["held_out_log_likelihood"] > metrics[0]["held_out_log_likelihood"]
    assert metrics[-1]["loss"] == -metrics[-1]["log_likelihood"]
    assert run.report["integral"].keys() >= {"log_likelihood", "gap"}
