"""What a trained model is worth on held-out images: ELBO and importance-weighted likelihood."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from train import losses
from train.data import Images, as_float, one_hot
from train.model import Autoencoder

# Decoded images at once: about what a processor's cache holds, and small enough for the allocator
# to use the same memory again.
_ROWS_AT_ONCE = 2500


@dataclass(frozen=True)
class Likelihood:
    """Means over the images, in nats per image."""

    elbo: float
    reconstruction: float
    kl: float
    log_likelihood: float
    importance_samples: int


@torch.no_grad()
def likelihood(model: Autoencoder, images: Images, samples: int = 500, seed: int = 0) -> Likelihood:
    """Estimate the ELBO and log p(b) of `images` with `samples` draws from q(z | x).

    The ELBO's target is the grey image x, whose Bernoulli cross-entropy is the expectation over
    binary images b ~ Bernoulli(x). The log-likelihood is that of one such b an image:
    log (1/S) Σ_s p(b | z_s) p(z_s) / q(z_s | x) (Burda et al. 2015, eq. 8), the encoder seeing x.

    Args:
        model: in evaluation mode, on the images' device.
        images: N images with labels, which a conditioned model is given.
        samples: S.
        seed: of the noise and of the binary targets.
    """
    device = images.pixels.device
    generator = torch.Generator(device).manual_seed(seed)
    totals = torch.zeros(3, dtype=torch.float64, device=device)
    batch = max(1, _ROWS_AT_ONCE // samples)
    for start in range(0, len(images), batch):
        part = images.select(slice(start, start + batch))
        grey = as_float(part.pixels)
        label = one_hot(part.labels, part.classes) if model.condition != "none" else None
        posterior = model.encode(grey, label)
        noise = torch.randn(
            len(part), samples, model.latent_size, generator=generator, device=device
        )
        sigma = torch.exp(0.5 * posterior.logvar)
        z = posterior.mu.unsqueeze(1) + sigma.unsqueeze(1) * noise  # (n, S, d)
        repeated = None if label is None else label.repeat_interleave(samples, 0)
        logits = model.decode(z.flatten(0, 1), repeated).view(len(part), samples, -1)
        binary = torch.bernoulli(grey, generator=generator)
        # log p(b | z) = Σ b·l − softplus(l) is linear in b: both targets share one product.
        targets = torch.stack([grey.flatten(1), binary.flatten(1)], dim=2)  # (n, pixels, 2)
        log_p = torch.bmm(logits, targets) - functional.softplus(logits).sum(2, keepdim=True)
        log_prior_over_posterior = 0.5 * (
            noise.square().sum(2) - z.square().sum(2) + posterior.logvar.sum(1, keepdim=True)
        )
        log_weight = log_p[:, :, 1] + log_prior_over_posterior
        log_mean = torch.logsumexp(log_weight, dim=1) - math.log(samples)
        totals[0] -= log_p[:, :, 0].mean(1).sum()
        totals[1] += losses.gaussian_kl(posterior.mu, posterior.logvar).sum()
        totals[2] += log_mean.sum()
    reconstruction, kl, log_likelihood = (totals / len(images)).tolist()
    return Likelihood(-reconstruction - kl, reconstruction, kl, log_likelihood, samples)


@torch.no_grad()
def encode_all(model: Autoencoder, images: Images, batch: int = 2000) -> Tensor:
    """Return μ of every image, (N, d) float32 on the CPU."""
    parts = []
    for start in range(0, len(images), batch):
        part = images.select(slice(start, start + batch))
        label = one_hot(part.labels, part.classes) if model.condition != "none" else None
        parts.append(model.encode(as_float(part.pixels), label).mu.cpu())
    return torch.cat(parts)
