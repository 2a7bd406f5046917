"""What a trained model is worth on held-out images: likelihood, errors by class, active units."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from latent_atlas.train.data.images import Images, as_float, batches
from latent_atlas.train.models.autoencoder import Autoencoder, Posterior
from latent_atlas.train.training import losses

# Decoded images at once: about what a processor's cache holds, and small enough for the allocator
# to use the same memory again.
_ROWS_AT_ONCE = 1000
# Burda et al. 2015, section 4.2: a unit whose mean varies less than this carries nothing.
_ACTIVE_VARIANCE = 0.01


@dataclass(frozen=True)
class Likelihood:
    """Means over the images, in nats per image."""

    elbo: float
    reconstruction: float
    kl: float
    log_likelihood: float
    importance_samples: int


@dataclass(frozen=True)
class Errors:
    """Reconstruction errors per image: Σ (x − x̂)², and the Bernoulli cross-entropy in nats."""

    squared_error: float
    cross_entropy: float
    squared_error_of_a_sample: float
    """The same with z drawn from q(z | x) instead of its mean."""
    by_class: list[dict[str, float]]
    """For each class: label, count, squared_error, cross_entropy."""


@torch.no_grad()
def likelihood(model: Autoencoder, images: Images, samples: int = 500, seed: int = 0) -> Likelihood:
    """Estimate the ELBO and log p(b) of `images` with `samples` draws from q(z | x).

    The ELBO's target is the grey image x, whose Bernoulli cross-entropy is the expectation over
    binary images b ~ Bernoulli(x). The log-likelihood is that of one such b an image:
    log (1/S) Σ_s p(b | z_s) p(z_s) / q(z_s | x) (Burda et al. 2015, eq. 8), the encoder seeing x.
    Where the classes' priors differ, p(z) is that of the image's own class.

    Raises:
        ValueError: the model is deterministic, and has no likelihood.
    """
    device = images.pixels.device
    generator = torch.Generator(device).manual_seed(seed)
    totals = torch.zeros(3, dtype=torch.float64, device=device)
    batch = max(1, _ROWS_AT_ONCE // samples)
    for start in range(0, len(images), batch):
        part = images.select(slice(start, start + batch))
        grey = as_float(part.pixels)
        posterior, label = encode(model, part)
        if posterior.logvar is None:
            raise ValueError("a deterministic autoencoder has no likelihood")
        size = len(part), samples, model.latent_size
        noise = torch.randn(size, generator=generator, device=device)
        sigma = torch.exp(0.5 * posterior.logvar)
        z = posterior.mu.unsqueeze(1) + sigma.unsqueeze(1) * noise  # (n, S, d)
        repeated = None if label is None else label.repeat_interleave(samples, 0)
        logits = model.decode(z.flatten(0, 1), repeated).flatten(1)  # (n · S, pixels)
        binary = torch.bernoulli(grey, generator=generator)
        # log p(b | z) = Σ b·l − softplus(l) is linear in b: both targets share one product.
        targets = torch.stack([grey.flatten(1), binary.flatten(1)], dim=2)  # (n, pixels, 2)
        log_p = torch.bmm(logits.view(len(part), samples, -1), targets)
        log_p -= losses.softplus_sum(logits).view(len(part), samples, 1)
        prior_mean = model.prior_mean(part.labels)
        log_prior_over_posterior = 0.5 * (
            noise.square().sum(2)
            - (z - prior_mean.unsqueeze(1)).square().sum(2)
            + posterior.logvar.sum(1, keepdim=True)
        )
        log_weight = log_p[:, :, 1] + log_prior_over_posterior
        log_mean = torch.logsumexp(log_weight, dim=1) - math.log(samples)
        totals[0] -= log_p[:, :, 0].mean(1).sum()
        totals[1] += losses.gaussian_kl(posterior.mu, posterior.logvar, prior_mean).sum()
        totals[2] += log_mean.sum()
    reconstruction, kl, log_likelihood = (totals / len(images)).tolist()
    return Likelihood(-reconstruction - kl, reconstruction, kl, log_likelihood, samples)


@torch.no_grad()
def reconstruction_errors(model: Autoencoder, images: Images, seed: int = 0) -> Errors:
    """Measure how far reconstructions from μ are from `images`, overall and by class."""
    device = images.pixels.device
    generator = torch.Generator(device).manual_seed(seed)
    rows = []
    for part in batches(images):
        grey = as_float(part.pixels)
        posterior, label = encode(model, part)
        noise = torch.randn(posterior.mu.shape, generator=generator, device=device)
        logits = model.decode(posterior.mu, label)
        drawn = model.decode(posterior.sample(noise), label)
        squared, entropy = losses.squared_error(logits, grey), losses.bernoulli_nll(logits, grey)
        rows.append(torch.stack([squared, entropy, losses.squared_error(drawn, grey)]))
    errors = torch.cat(rows, dim=1).double()
    by_class = []
    for label_value in images.labels.unique().tolist():
        own = errors[:, images.labels == label_value]
        squared_mean, entropy_mean, _ = own.mean(1).tolist()
        by_class.append(
            {
                "label": label_value,
                "count": own.shape[1],
                "squared_error": squared_mean,
                "cross_entropy": entropy_mean,
            }
        )
    squared_mean, entropy_mean, drawn_mean = errors.mean(1).tolist()
    return Errors(squared_mean, entropy_mean, drawn_mean, by_class)


def active_units(mu: Tensor) -> int:
    """Count the latents that carry something: Var_x E[z_j | x] above 0.01; mu is (N, d)."""
    return int((mu.var(dim=0) > _ACTIVE_VARIANCE).sum())


@torch.no_grad()
def classifier_confusion(model: Autoencoder, images: Images) -> Tensor:
    """Count images by true class (rows) and the class read from μ (columns): (K, K) int64."""
    read = model.class_scores(encode_all(model, images).mu).argmax(1)
    pairs = images.labels * images.classes + read
    return torch.bincount(pairs, minlength=images.classes**2).view(-1, images.classes)


@torch.no_grad()
def encode_all(model: Autoencoder, images: Images) -> Posterior:
    """Return q(z | x) of every image: tensors (N, d) float32 on the CPU."""
    parts = [encode(model, part)[0] for part in batches(images)]
    mu = torch.cat([part.mu for part in parts]).cpu()
    logvar = [part.logvar for part in parts if part.logvar is not None]
    return Posterior(mu, torch.cat(logvar).cpu() if logvar else None)


def encode(model: Autoencoder, images: Images) -> tuple[Posterior, Tensor | None]:
    """Return q(z | x) of a batch, and its one-hot labels where the model is conditioned."""
    label = model.one_hot(images.labels)
    return model.encode(as_float(images.pixels), label), label
