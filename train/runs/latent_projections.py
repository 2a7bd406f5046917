"""Larger latent spaces laid out in two dimensions: PCA and t-SNE of the encodings."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.files import sha256, write_atomic
from latent_atlas.train.training.hardware import cores

Floats = NDArray[np.float32]

PCA_IMAGES = 10_000
TSNE_IMAGES = 3000
_FEWEST_ROWS = 3
_FILE = "projections.safetensors"


def pca(mu: Floats) -> Floats:
    """Project the first 10,000 rows of mu (N, d) on their two directions of greatest variance."""
    return PCA(2, svd_solver="full").fit_transform(mu[:PCA_IMAGES]).astype(np.float32)


def tsne(rows: Floats, seed: int = 0) -> Floats:
    """Lay the first 3,000 rows (N, d) out by t-SNE (van der Maaten & Hinton 2008): (N, 2)."""
    some = rows[:TSNE_IMAGES].astype(np.float32)
    if len(some) < _FEWEST_ROWS or not np.ptp(some, axis=0).any():
        return np.zeros((len(some), 2), np.float32)  # no distances to lay out
    perplexity = min(30.0, (len(some) - 1) / 3)
    layout = TSNE(2, perplexity=perplexity, init="pca", random_state=seed, n_jobs=cores())
    return layout.fit_transform(some).astype(np.float32)


def save_tsne(run_folder: Path, test_mu: Floats) -> None:
    """Lay the test encodings (N, d) out and keep that in the run folder: it takes a while."""
    _write(run_folder / _FILE, tsne(test_mu))


def load_tsne(run_folder: Path) -> Floats | None:
    """Return the run's t-SNE, (N, 2), where it has one."""
    return _read(run_folder / _FILE)


def raw_tsne(test: Images, cache: Path) -> Floats:
    """Return t-SNE of the first 3,000 test images' own pixels, (N, 2).

    It takes half a minute, and is kept in the folder `cache` under its images' hash.
    """
    some = test.select(slice(0, TSNE_IMAGES))
    # The images' size belongs to the name: the same bytes may be cut otherwise.
    content = str(tuple(some.pixels.shape)).encode() + some.pixels.numpy().tobytes()
    path = cache / f"tsne-{sha256(content)[:16]}.safetensors"
    found = _read(path)
    if found is None:
        found = tsne(as_float(some.pixels).flatten(1).numpy())
        _write(path, found)
    return found


def _write(path: Path, layout: Floats) -> None:
    # safetensors stores memory as it is, and scikit-learn's layout is column by column.
    write_atomic(path, save_arrays({"tsne": np.ascontiguousarray(layout)}))


def _read(path: Path) -> Floats | None:
    try:
        layout: Floats = load_arrays(path.read_bytes())["tsne"]
    except (FileNotFoundError, SafetensorError, KeyError):
        return None
    return layout
