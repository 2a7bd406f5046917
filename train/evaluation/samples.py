"""How good a model's samples are, as the held-out classifier reads them."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from train.data.images import Images, one_hot
from train.models.autoencoder import Autoencoder
from train.models.held_out_classifier import HeldOutClassifier

COUNT = 5000
CONFIDENT = 0.9


@dataclass(frozen=True)
class Quality:
    """What the held-out classifier reads from a set of images."""

    confident: float
    """Share of images that it gives a class with probability 0.9 or more."""
    evenness: float
    """Normalised perplexity: exp(entropy of the classes it reads) / number of classes.

    1 where all classes come equally often.
    """
    class_shares: list[float]
    """How often it reads each class."""
    asked: float | None
    """Share read as the class that was asked for, where the model is conditioned on one."""


def quality(probabilities: Tensor, asked: Tensor | None = None) -> Quality:
    """Summarise class probabilities (N, K) of N images, with `asked` (N,) if known."""
    read = probabilities.argmax(1)
    shares = torch.bincount(read, minlength=probabilities.shape[1]) / len(read)
    evenness = torch.special.entr(shares).sum().exp() / len(shares)
    return Quality(
        float((probabilities.amax(1) >= CONFIDENT).float().mean()),
        float(evenness),
        shares.tolist(),
        None if asked is None else float((read == asked).float().mean()),
    )


def draw_prior(model: Autoencoder, count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return z (count, d) from the model's prior and labels (count,) that cycle through classes.

    A model whose classes have priors of their own draws from them in turn.
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % model.classes
    z = torch.randn(count, model.latent_size, generator=generator)
    return z + model.prior_mean(labels), labels


def draw_gaussian(mu: Tensor, count: int, seed: int = 0) -> Tensor:
    """Return z (count, d) from the Gaussian with the mean and covariance of mu (N, d)."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(count, mu.shape[1], generator=generator, dtype=torch.float64)
    covariance = torch.cov(mu.double().T).reshape(mu.shape[1], mu.shape[1])
    values, vectors = torch.linalg.eigh(covariance)
    root = vectors * values.clamp_min(0).sqrt()
    return (mu.double().mean(0) + noise @ root.T).float()


@torch.no_grad()
def decode_all(model: Autoencoder, z: Tensor, labels: Tensor) -> Tensor:
    """Decode z (N, d) to images (N, C, H, W) in [0, 1]; labels (N,) are used where conditioned."""
    return torch.cat(list(decoded_parts(model, z, labels)))


@torch.no_grad()
def decoded_parts(model: Autoencoder, z: Tensor, labels: Tensor) -> Iterator[Tensor]:
    """Decode as `decode_all` does, yielding a thousand images at a time to save memory."""
    for part, own in zip(z.split(1000), labels.split(1000), strict=True):
        label = one_hot(own, model.classes) if model.condition != "none" else None
        yield torch.sigmoid(model.decode(part, label))


def sample_quality(
    model: Autoencoder, mu: Tensor, test: Images, classifier: HeldOutClassifier, count: int = COUNT
) -> dict[str, Quality]:
    """Classify decoded samples of the prior, and the test images themselves for comparison.

    An autoencoder has no prior: its samples are of N(0, I) and of the Gaussian fitted to its
    encodings mu (N, d) of the training images.
    """
    z, labels = draw_prior(model, count)
    asked = labels if model.condition != "none" else None

    def classified(points: Tensor) -> Quality:
        parts = [classifier.probabilities(part) for part in decoded_parts(model, points, labels)]
        return quality(torch.cat(parts), asked)

    found = {"prior": classified(z)}
    if model.deterministic:
        found["fitted"] = classified(draw_gaussian(mu, count))
    found["test_images"] = quality(classifier.on_test, test.labels)
    return found
