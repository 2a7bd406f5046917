"""A split as the encoder sees it: computed once for each model, used by everything that follows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from train.data import Images
from train.evaluate import encode
from train.model import Autoencoder

# As train.evaluate.encode_all: another batch size rounds some last bits differently.
_ROWS_AT_ONCE = 1000


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


@torch.no_grad()
def encode_split(model: Autoencoder, images: Images, split: str) -> Encodings:
    """Encode every image of a split, each with its own label where the model is conditioned."""
    mu, logvar = [], []
    for start in range(0, len(images), _ROWS_AT_ONCE):
        part = images.select(slice(start, start + _ROWS_AT_ONCE))
        posterior, _ = encode(model, part)
        mu.append(posterior.mu.numpy())
        if posterior.logvar is not None:
            logvar.append(posterior.logvar.numpy())
    return Encodings(
        split,
        images.labels.numpy(),
        np.concatenate(mu),
        np.concatenate(logvar) if logvar else None,
    )
