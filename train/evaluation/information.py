"""What z tells of its image, how far all codes are from the prior, whether grey means grey."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from latent_atlas.train.data.images import Images, as_float, batches
from latent_atlas.train.evaluation.likelihood import encode
from latent_atlas.train.models.autoencoder import Autoencoder

_DRAWS = 2000
_ROWS_AT_ONCE = 20
_BINS = 10


@dataclass(frozen=True)
class Information:
    """The mean KL of N images to the prior, split into two, in nats."""

    mutual_information: float
    """I(x; z): what z tells of which image it is of; ln N at most."""
    marginal_kl: float
    """KL(q(z) ‖ p(z)) of the aggregate posterior to N(0, I)."""


@dataclass(frozen=True)
class Calibration:
    """How the probabilities of pixels agree with the pixels, by tenths of probability."""

    predicted: list[float | None]
    """The mean probability in each bin; None where it is empty."""
    observed: list[float | None]
    """The mean grey value of its pixels, which is the chance that they are drawn white."""
    share: list[float]
    """Of all pixels."""
    error: float
    """Their mean distance, weighted by share: the expected calibration error."""


@torch.no_grad()
def information(mu: Tensor, variance: Tensor, seed: int = 0) -> Information:
    """Split the mean KL of q(z|x) = N(mu, diag variance), both (N, d), to N(0, I).

    KL = I(x; z) + KL(q(z) ‖ p(z)) with q(z) the mean of all q(z|x) (Hoffman and Johnson 2016,
    "ELBO surgery"). The second is the mean of log q(z) − log p(z), which varies little, over draws
    from some of the images.
    """
    mu, variance = mu.double(), variance.double()
    kl = 0.5 * (variance + mu.square() - 1 - variance.log()).sum(1).mean()
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(mu), generator=generator)[:_DRAWS]
    noise = torch.randn(len(chosen), mu.shape[1], generator=generator, dtype=torch.float64)
    z = mu[chosen] + noise * variance[chosen].sqrt()
    prior = -0.5 * z.square().sum(1)  # without the 2π that both have
    normaliser = -0.5 * variance.log().sum(1)
    total = 0.0
    precision = 1 / variance
    for start in range(0, len(z), _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        log_q = normaliser.repeat(len(z[some]), 1)
        for place, mean, weight in zip(z[some].T, mu.T, precision.T, strict=True):
            log_q -= 0.5 * weight * (place[:, None] - mean).square()
        aggregate = torch.logsumexp(log_q, 1) - math.log(len(mu))
        total += float((aggregate - prior[some]).sum())
    marginal = total / len(z)
    return Information(float(kl) - marginal, marginal)


@torch.no_grad()
def calibration(model: Autoencoder, images: Images, seed: int = 0) -> Calibration:
    """Compare pixels' probabilities, decoded from draws of q(z|x), with the images' grey values."""
    device = images.pixels.device
    generator = torch.Generator(device).manual_seed(seed)
    sums = torch.zeros(3, _BINS, dtype=torch.float64)
    for part in batches(images):
        posterior, label = encode(model, part)
        noise = torch.randn(posterior.mu.shape, generator=generator, device=device)
        probability = model.decode(posterior.sample(noise), label).sigmoid().flatten().cpu()
        grey = as_float(part.pixels).flatten().cpu()
        sums += tally(probability, grey)
    return from_sums(sums)


def tally(probability: Tensor, grey: Tensor) -> Tensor:
    """Sum (M,) pixels by tenths of probability: (3, 10) of count, probability and grey value."""
    bins = (probability * _BINS).long().clamp(max=_BINS - 1)
    values = torch.stack([torch.ones_like(grey), probability, grey]).double()
    return torch.zeros(3, _BINS, dtype=torch.float64).index_add_(1, bins, values)


def from_sums(sums: Tensor) -> Calibration:
    """Make a calibration from what `tally` has summed."""
    count, probability, grey = sums
    share = count / count.sum()
    filled = [(p / n, g / n) if n > 0 else (None, None) for n, p, g in sums.T.tolist()]
    error = (probability - grey).abs().sum() / count.sum()
    predicted, observed = map(list, zip(*filled, strict=True))
    return Calibration(predicted, observed, share.tolist(), float(error))
