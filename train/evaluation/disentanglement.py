"""Does each latent hold one thing? The mutual information gap of class, slant and boldness."""

from dataclasses import dataclass

import torch
from torch import Tensor

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.evaluation.style import boldness, slant

_BINS = 20


@dataclass(frozen=True)
class FactorGap:
    """How much the latents tell of one factor, as shares of its entropy."""

    most: float
    """I(z_j; v) / H(v) of the latent that tells most."""
    gap: float
    """That minus the share of the latent that tells second most."""


def disentanglement(mu: Tensor, images: Images) -> dict[str, FactorGap]:
    """Return what μ (N, d ≥ 2) of the images tells of their class, slant and boldness.

    The mean gap over factors is the MIG of Chen et al. 2018 ("Isolating Sources of
    Disentanglement in Variational Autoencoders", eq. 6), here with μ for samples of z, and with
    factors measured of the images, as nothing else is known of handwriting. Latents and measured
    factors are cut into 20 bins of equal counts.
    """
    grey = as_float(images.pixels).mean(1)
    factors = {
        "class": images.labels,
        "slant": _equal_bins(slant(grey)),
        "boldness": _equal_bins(boldness(grey)),
    }
    latents = [_equal_bins(own) for own in mu.T]
    return {
        name: _gap([mutual_information(own, factor) for own in latents], factor)
        for name, factor in factors.items()
    }


def mutual_information(first: Tensor, second: Tensor) -> float:
    """Return I of two discrete variables, int64 (N,) each, from their joint counts, in nats."""
    columns = int(second.max()) + 1
    rows = int(first.max()) + 1
    joint = torch.bincount(first * columns + second, minlength=rows * columns)
    p = joint.view(rows, columns).double() / len(first)
    independent = p.sum(1, keepdim=True) * p.sum(0, keepdim=True)
    return float((p * (p / independent).log()).nansum())  # 0 · ln 0 is 0


def _gap(shared: list[float], factor: Tensor) -> FactorGap:
    entropy = mutual_information(factor, factor)
    first, second = sorted(shared, reverse=True)[:2]
    return FactorGap(first / entropy, (first - second) / entropy)


def _equal_bins(values: Tensor) -> Tensor:
    """Cut values (N,) into bins of equal counts by their ranks."""
    ranks = values.argsort().argsort()
    return ranks * _BINS // len(values)
