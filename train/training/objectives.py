"""The terms of each objective's loss, per image, and their weighted sum."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.models.autoencoder import Autoencoder, Output
from latent_atlas.train.models.lattice import fibonacci_lattice
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.training import losses

_RECONSTRUCTION = {"bernoulli": losses.bernoulli_nll, "squared-error": losses.squared_error}


def as_pixels(output: Output) -> Tensor:
    """Return the decoded images (N, C, H, W) in [0, 1]."""
    return torch.sigmoid(output.logits.float())


def elbo_terms(
    recipe: Recipe, output: Output, image: Tensor, labels: Tensor, prior_mean: Tensor
) -> dict[str, Tensor]:
    """Return the terms of a recipe's loss by name, each of shape (N,), none of them weighted.

    `output` is of a pass over `image`, (N, C, H, W) in [0, 1], with the classes `labels`, (N,)
    int64; `prior_mean` is (N, d) or (1, d).
    """
    terms = {"reconstruction": _RECONSTRUCTION[recipe.reconstruction](output.logits, image)}
    if output.logvar is not None:
        terms["kl"] = losses.gaussian_kl(output.mu, output.logvar, prior_mean)
    if output.class_scores is not None:
        terms["classification"] = losses.class_cross_entropy(output.class_scores, labels)
    return terms


def importance_weighted_terms(
    model: Autoencoder,
    images: Images,
    samples: int,
    generator: torch.Generator,
    precision: AbstractContextManager[object],
) -> dict[str, Tensor]:
    """Return −log 1/K Σ_k w_k of binary images b ~ Bernoulli(x), of K draws from q(z | x).

    w is p(b, z) / q(z | x), the encoder seeing x. The decoder learns by the gradient of that bound.
    The encoder, to whom plain gradients of many draws say ever less, learns by the doubly
    reparameterised one (Tucker et al. 2019, "Doubly Reparameterized Gradient Estimators for Monte
    Carlo Objectives", eq. 8): q's own parameters are constants in log w, and what reaches them
    through z_k is weighted by w_k / Σ w once more.

    Raises:
        ValueError: the model is deterministic.
    """
    image = as_float(images.pixels)
    binary = torch.bernoulli(image, generator=generator)
    with precision:
        mu, logvar = model.encode(image)
        if logvar is None:
            raise ValueError("a deterministic autoencoder has no importance weights")
        size = len(image), samples, model.latent_size
        noise = torch.randn(size, generator=generator, device=image.device)
        sigma = torch.exp(0.5 * logvar)
        z = mu.unsqueeze(1) + sigma.unsqueeze(1) * noise
        logits = model.decode(z.flatten(0, 1))
    nll = losses.bernoulli_nll(logits, binary.repeat_interleave(samples, 0))
    constant = (z - mu.detach().unsqueeze(1)) / sigma.detach().unsqueeze(1)
    log_prior_over_posterior = 0.5 * (
        constant.square().sum(2) - z.square().sum(2) + logvar.detach().sum(1, keepdim=True)
    )
    log_weight = log_prior_over_posterior - nll.unflatten(0, size[:2])
    if z.requires_grad:
        shares = torch.softmax(log_weight.detach(), 1).unsqueeze(2)
        z.register_hook(lambda gradient: gradient * shares)
    return {"nll": losses.importance_weighted_nll(log_weight)}


def lattice_terms(
    model: Autoencoder,
    images: Images,
    points: int,
    generator: torch.Generator,
    precision: AbstractContextManager[object],
) -> dict[str, Tensor]:
    """Return −log p(b) of binary images b ~ Bernoulli(x), summed over a shifted lattice."""
    device = images.pixels.device
    shift = torch.rand(2, generator=generator, device=device, dtype=torch.float64)
    binary = torch.bernoulli(as_float(images.pixels), generator=generator)
    with precision:
        logits = model.decode(fibonacci_lattice(points, shift))
    return {"nll": losses.mixture_nll(logits, binary)}


def total_loss(recipe: Recipe, terms: Mapping[str, Any]) -> Any:
    """Add the terms up, weighted; a discriminator's own loss is none of the model's."""
    weights = {
        "nll": 1.0,
        "reconstruction": recipe.reconstruction_weight,
        "kl": 1.0,
        "classification": recipe.classification_weight,
        "perceptual": recipe.perceptual_weight,
        "features": recipe.feature_weight,
        "adversarial": recipe.adversarial_weight,
    }
    return sum(weight * terms[name] for name, weight in weights.items() if name in terms)
