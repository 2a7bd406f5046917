"""A split as the encoder sees it: computed once for each model, used by everything that follows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.data.images import Images
from train.evaluation.likelihood import encode_all
from train.models.autoencoder import Autoencoder


@dataclass(frozen=True, eq=False)
class Encodings:
    """q(z | x) = N(mu, diag exp(logvar)) of N images, in the dataset's own order."""

    split: str
    """Which images: "train" or "test"."""
    labels: NDArray[np.int64]
    """(N,)"""
    mu: NDArray[np.float32]
    """(N, d)"""
    logvar: NDArray[np.float32] | None
    """(N, d); an autoencoder has none."""

    def __len__(self) -> int:
        return len(self.mu)

    @property
    def variance(self) -> NDArray[np.float32] | None:
        """σ² (N, d); an autoencoder has none."""
        return None if self.logvar is None else np.exp(self.logvar)

    def select(self, index: NDArray[np.integer[Any]]) -> "Encodings":
        """Return the encodings at `index`."""
        logvar = None if self.logvar is None else self.logvar[index]
        return Encodings(self.split, self.labels[index], self.mu[index], logvar)


def encode_split(model: Autoencoder, images: Images, split: str) -> Encodings:
    """Encode every image of a split, each with its own label where the model is conditioned."""
    posterior = encode_all(model, images)
    logvar = None if posterior.logvar is None else posterior.logvar.numpy()
    return Encodings(split, images.labels.numpy(), posterior.mu.numpy(), logvar)
