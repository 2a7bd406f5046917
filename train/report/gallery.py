"""The finished runs that figures are drawn from, each loaded and encoded once."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_atlas.train.data import datasets
from latent_atlas.train.data.images import Images
from latent_atlas.train.evaluation.encodings import encode_dataset, load_encodings
from latent_atlas.train.evaluation.samples import decode_all
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.runs.run_folder import load_run

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Exhibit:
    """A finished run with the encodings of the training set and of the test set."""

    folder: Path
    recipe: Recipe
    model: Autoencoder
    report: dict[str, Any]
    images: Images
    test: Images
    mu: Floats
    """(N, d), of the training images."""
    test_mu: Floats
    """(M, d)"""

    def decode(self, z: Tensor, labels: Tensor | None = None) -> Floats:
        """Decode z (N, d), under labels (N,) where conditioned, as `on_white`."""
        labels = torch.zeros(len(z), dtype=torch.int64) if labels is None else labels
        return on_white(decode_all(self.model, z, labels))

    def reconstruct(self, count: int) -> Floats:
        """Reconstruct the first test images from μ, as `on_white`."""
        return self.decode(torch.from_numpy(self.test_mu[:count]), self.test.labels[:count])


def on_white(images: Tensor) -> Floats:
    """Return images (N, C, H, W) in [0, 1] as colours (N, H, W, 3); grey ones as ink on white."""
    if images.shape[1] == 1:
        images = 1 - images.expand(-1, 3, -1, -1)
    return images.permute(0, 2, 3, 1).numpy()


class Gallery:
    """Finished runs by id; a run that is not finished raises UserError."""

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self._exhibits: dict[str, Exhibit] = {}
        self._dataset = functools.cache(datasets.load_dataset)

    def __getitem__(self, run_id: str) -> Exhibit:
        if run_id not in self._exhibits:
            folder = self.runs / run_id
            run = load_run(folder)
            dataset = self._dataset(run.recipe.dataset)
            found = load_encodings(folder, run.report["weights_sha256"])
            if found is None:  # an older run has none
                found = encode_dataset(run.model, dataset.train, dataset.test)
            self._exhibits[run_id] = Exhibit(
                folder, run.recipe, run.model, run.report, dataset.train, dataset.test,
                found["train"].mu, found["test"].mu,
            )  # fmt: skip
        return self._exhibits[run_id]
