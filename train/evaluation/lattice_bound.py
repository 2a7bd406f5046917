"""The importance-weighted bound of a lattice model, its proposal being the lattice itself."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.models.lattice import log_prior
from latent_atlas.train.training.losses import softplus_sum

_POINTS = 64
"""Points of the lattice, those of most mass, in the proposal of an image."""
_TEMPERATURE = 8.0
"""What log p(x | z) is divided by in their weights: of a narrow peak the nearest point may lie off
its flank, and a binary image's peak is elsewhere than that of its grey one. Chosen, with the width,
on training images."""
_WIDTH = 0.6
"""Standard deviation of a component, in sides of a cell of the lattice."""
_ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class LatticeBound:
    """Nats per image, of one binary image b ~ Bernoulli(x) for each."""

    log_likelihood: float
    importance_samples: int


@torch.no_grad()
def lattice_bound(
    model: Autoencoder, images: Images, samples: int = 500, seed: int = 0
) -> LatticeBound:
    """Bound log p(b) from below as `likelihood` does, with draws from a mixture instead of q.

    One Gaussian describes one peak of a posterior; the lattice knows them all. An image's proposal
    is a mixture of Gaussians at lattice points z_k, which are equally probable, weighted by
    p(x | z_k)^(1/T): log (1/S) Σ_s p(b | z_s) p(z_s) / q(z_s | x). The binary images are those of
    `integral` for the same seed.
    """
    generator = torch.Generator().manual_seed(seed)
    pixels = as_float(images.pixels).flatten(1)
    binary = torch.bernoulli(pixels, generator=generator)
    lattice = model.lattice
    logits = model.decode(lattice).flatten(1)  # (K, P)
    partition = softplus_sum(logits)
    # A cell's sides: in the unit square 1 / √K, in the plane that over the root of the density.
    width = _WIDTH * torch.exp(-0.5 * log_prior(lattice)) / math.sqrt(len(lattice))
    total = 0.0
    batch = max(1, _ROWS_AT_ONCE // samples)
    for start in range(0, len(images), batch):
        grey = pixels[start : start + batch]
        best = (grey @ logits.T - partition).topk(min(_POINTS, len(lattice)))
        log_weight = torch.log_softmax(best.values / _TEMPERATURE, dim=1)
        chosen = torch.multinomial(log_weight.exp(), samples, True, generator=generator)
        centres, widths = lattice[best.indices], width[best.indices]  # (n, M, 2), (n, M)
        noise = torch.randn(*chosen.shape, 2, generator=generator)
        z = centres.gather(1, chosen.unsqueeze(2).expand(-1, -1, 2))
        z = z + widths.gather(1, chosen).unsqueeze(2) * noise  # (n, S, 2)
        apart = torch.cdist(z, centres) / widths.unsqueeze(1)  # (n, S, M)
        log_q = log_weight - 2 * widths.log() - math.log(2 * math.pi)
        log_q = torch.logsumexp(log_q.unsqueeze(1) - 0.5 * apart.square(), dim=2)
        log_p = _log_p(model, z, binary[start : start + batch]) + log_prior(z) - log_q
        total += float((torch.logsumexp(log_p, dim=1) - math.log(samples)).double().sum())
    return LatticeBound(total / len(images), samples)


def _log_p(model: Autoencoder, z: Tensor, binary: Tensor) -> Tensor:
    """Return log p(b | z) of images (n, P) at z (n, S, 2): (n, S)."""
    logits = model.decode(z.flatten(0, 1)).flatten(1)
    linear = torch.bmm(logits.view(*z.shape[:2], -1), binary.unsqueeze(2)).squeeze(2)
    return linear - softplus_sum(logits).view(z.shape[:2])
