"""A dataset as a model's encoder sees it: computed once for each run, and kept in its folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from latent_atlas.train.data.images import Images
from latent_atlas.train.evaluation.likelihood import encode_all
from latent_atlas.train.files import write_atomic
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.training.checkpoint import read_metadata

Floats = NDArray[np.floating[Any]]

CIRCLE_SHARE = 0.99
HALVES_SEED = 0
_FILE = "encodings.safetensors"


@dataclass(frozen=True, eq=False)
class Encodings:
    """q(z | x) = N(mu, diag exp(logvar)) of N images, in the dataset's own order."""

    split: str  # "train" or "test"
    labels: NDArray[np.int64]  # (N,)
    mu: NDArray[np.float32]  # (N, d)
    logvar: NDArray[np.float32] | None  # (N, d); an autoencoder has none

    def __len__(self) -> int:
        return len(self.mu)

    @property
    def variance(self) -> NDArray[np.float32] | None:
        """σ² (N, d); an autoencoder has none."""
        return None if self.logvar is None else np.exp(self.logvar)

    def select(self, index: NDArray[np.integer[Any]] | slice) -> "Encodings":
        """Return the encodings at `index`."""
        logvar = None if self.logvar is None else self.logvar[index]
        return Encodings(self.split, self.labels[index], self.mu[index], logvar)


def encode_dataset(model: Autoencoder, train: Images, test: Images) -> dict[str, Encodings]:
    """Encode both splits, by name: `train`, which may be more than was trained on, and `test`.

    Each image is encoded with its own label where the model is conditioned.
    """
    found = {}
    for split, images in (("train", train), ("test", test)):
        mu, logvar = encode_all(model, images)
        logvars = None if logvar is None else logvar.numpy()
        found[split] = Encodings(split, images.labels.numpy(), mu.numpy(), logvars)
    return found


def save_encodings(folder: Path, encodings: dict[str, Encodings], weights: str) -> None:
    """Keep the encodings in a run's folder, with the hash of the weights that made them."""
    arrays: dict[str, NDArray[Any]] = {}
    for split, own in encodings.items():
        arrays |= {f"{split}_labels": own.labels, f"{split}_mu": own.mu}
        if own.logvar is not None:
            arrays[f"{split}_logvar"] = own.logvar
    write_atomic(folder / _FILE, save_arrays(arrays, metadata={"weights_sha256": weights}))


def load_encodings(folder: Path, weights: str) -> dict[str, Encodings] | None:
    """Return the encodings that these weights made; None where the folder has none of them."""
    try:
        data = (folder / _FILE).read_bytes()
        arrays = load_arrays(data)
    except (FileNotFoundError, SafetensorError):
        return None
    if read_metadata(data).get("weights_sha256") != weights:
        return None
    return {
        split: Encodings(
            split, arrays[f"{split}_labels"], arrays[f"{split}_mu"], arrays.get(f"{split}_logvar")
        )
        for split in ("train", "test")
    }


def halves(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return two disjoint random sets of row numbers that together are all of them, in order."""
    order = np.random.default_rng(HALVES_SEED).permutation(count)
    return np.sort(order[: count // 2]), np.sort(order[count // 2 :])


def enclosing_circle(points: Floats) -> tuple[NDArray[np.float64], float]:
    """Return centre (2,) and radius of the 99 % circle of points (N, 2).

    It is centred on their mean, and the smallest such circle that encloses 99 % of them; both
    are rounded to four decimals, the radius upwards, so that its last point stays inside.
    """
    centre = np.round(points.mean(axis=0, dtype=np.float64), 4) + 0.0
    distance = np.hypot(*(points - centre).T)
    radius = np.quantile(distance, CIRCLE_SHARE, method="higher")
    return centre, float(np.ceil(radius * 1e4) / 1e4)
