"""How good a model's samples are, as the held-out classifier reads them."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.models.held_out_classifier import HeldOutClassifier

COUNT = 5000
CONFIDENT = 0.9


@dataclass(frozen=True)
class Quality:
    """What the held-out classifier reads from a set of images: shares, but for `evenness`.

    That is normalised perplexity, exp(entropy of the classes it reads) / number of classes: 1
    where all classes come equally often.
    """

    confident: float
    """Given a class with probability 0.9 or more."""
    evenness: float
    class_shares: list[float]
    asked: float | None
    """Read as the class that was asked for, where the model is conditioned on one."""


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


class Prior(Protocol):
    """What p(z) is: N(m, I), with a mean m for each class or one for all."""

    @property
    def latent_size(self) -> int:
        """The number d of latents."""
        ...

    @property
    def classes(self) -> int:
        """The number of classes."""
        ...

    @property
    def prior_means(self) -> Tensor:
        """The means, (classes, d) or (1, d)."""
        ...

    def prior_mean(self, labels: Tensor) -> Tensor:
        """Return the mean of each label's prior, (N, d) or (1, d): labels (N,) int64."""
        ...


def draw_prior(model: Prior, count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
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
    parts = zip(z.split(1000), labels.split(1000), strict=True)
    return torch.cat([torch.sigmoid(model.decode(one, model.one_hot(own))) for one, own in parts])


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
        # Not all pictures at once, to save memory.
        parts = zip(points.split(1000), labels.split(1000), strict=True)
        read = [classifier.probabilities(decode_all(model, *part)) for part in parts]
        return quality(torch.cat(read), asked)

    found = {"prior": classified(z)}
    if model.deterministic:
        found["fitted"] = classified(draw_gaussian(mu, count))
    found["test_images"] = quality(classifier.on_test, test.labels)
    return found


def means_of_two(test: Images, classifier: HeldOutClassifier, seed: int = 0) -> Quality:
    """Classify the means of two test images of different classes, which belong to no class.

    What the classifier is sure of need not be valid: this is how often it is sure of these.
    """
    generator = torch.Generator().manual_seed(seed)
    first, second = torch.randint(len(test), (2, 2 * COUNT), generator=generator)
    pairs = (test.labels[first] != test.labels[second]).nonzero().squeeze(1)[:COUNT]
    one, other = (as_float(test.pixels[rows[pairs]]) for rows in (first, second))
    return quality(classifier.probabilities((one + other) / 2))
