"""Larger latent spaces laid out in two dimensions: PCA and t-SNE of the encodings."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from train.files import write_atomic

Floats = NDArray[np.float32]

PCA_IMAGES = 10_000
TSNE_IMAGES = 3000
_FILE = "projections.safetensors"


def pca(mu: Floats) -> Floats:
    """Project mu (N, d) on its two directions of greatest variance: (N, 2)."""
    projected: Floats = PCA(2, svd_solver="full").fit_transform(mu).astype(np.float32)
    return projected


def tsne(rows: Floats, seed: int = 0) -> Floats:
    """Lay rows (N, d) out by t-SNE (van der Maaten & Hinton 2008) at perplexity 30: (N, 2)."""
    perplexity = min(30.0, (len(rows) - 1) / 3)
    layout = TSNE(
        2, perplexity=perplexity, init="pca", random_state=seed,
        n_jobs=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
    )  # fmt: skip
    laid_out: Floats = layout.fit_transform(rows.astype(np.float32)).astype(np.float32)
    return laid_out


def save_projections(run_folder: Path, mu: Floats, test_mu: Floats) -> None:
    """Write both: PCA of the first 10,000 training, t-SNE of the first 3,000 test encodings."""
    arrays = {"pca": pca(mu[:PCA_IMAGES]), "tsne": tsne(test_mu[:TSNE_IMAGES])}
    # The format stores memory as it lies, and scikit-learn's may lie column by column.
    rows = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    write_atomic(run_folder / _FILE, save_arrays(rows))


def load_projections(run_folder: Path) -> dict[str, Floats]:
    """Return `pca` and `tsne`, (N, 2) each; empty where the run has none."""
    try:
        arrays: dict[str, Floats] = load_arrays((run_folder / _FILE).read_bytes())
    except FileNotFoundError:
        return {}
    return arrays
