"""The finished runs that figures are drawn from, each loaded and encoded once."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from train.data import datasets
from train.data.images import Images, Split
from train.evaluation.encodings import (
    Encodings,
    encode_dataset,
    load_encodings,
)
from train.evaluation.samples import decode_all
from train.models.autoencoder import Autoencoder
from train.recipes.recipe import Recipe
from train.runs.run_folder import load_run

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Exhibit:
    """A finished run with the encodings of the test set and of the training set."""

    folder: Path
    recipe: Recipe
    model: Autoencoder
    report: dict[str, Any]
    images: Images
    test: Images

    @functools.cached_property
    def encodings(self) -> dict[str, Encodings]:
        """The encodings of both splits, as the run kept them or, of an older one, made now."""
        kept = load_encodings(self.folder, self.report["weights_sha256"])
        return kept or encode_dataset(self.model, self.images, self.test)

    @property
    def mu(self) -> Floats:
        """Return μ of the training images, (N, d)."""
        return self.encodings["train"].mu

    @property
    def test_mu(self) -> Floats:
        """Return μ of the test images, (M, d)."""
        return self.encodings["test"].mu

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
    """Finished runs by id."""

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self._exhibits: dict[str, Exhibit] = {}
        self._splits: dict[tuple[str, str], Images] = {}

    def __getitem__(self, run_id: str) -> Exhibit:
        """Return a run.

        Raises:
            UserError: there is no finished run of that id.
        """
        if run_id not in self._exhibits:
            run = load_run(self.runs / run_id)
            self._exhibits[run_id] = Exhibit(
                self.runs / run_id, run.recipe, run.model, run.report,
                self._split(run.recipe.dataset, "train"), self._split(run.recipe.dataset, "test"),
            )  # fmt: skip
        return self._exhibits[run_id]

    def _split(self, dataset: str, split: Split) -> Images:
        if (dataset, split) not in self._splits:
            self._splits[dataset, split] = datasets.load(dataset, split)
        return self._splits[dataset, split]
