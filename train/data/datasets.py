"""Every dataset by its name."""

import os
from collections.abc import Callable
from pathlib import Path

from latent_atlas.train.data import avatars, celeba, mnist_like, torchvision_sets
from latent_atlas.train.data.images import Dataset, Images, Split
from latent_atlas.train.errors import UserError

OWN_IMAGES = "images"
"""The dataset of a run on the user's own images: packed in the run's folder."""

NOT_TO_PASS_ON = frozenset({"celeba"})
"""Datasets whose licences forbid passing on their images, and the models made from these."""


def data_root() -> Path:
    """Return the folder that holds the datasets: `DATA_ROOT`, or `data/`."""
    return Path(os.environ.get("DATA_ROOT") or "data")


def cache_root() -> Path:
    """Return the folder of datasets that are drawn or packed here: `ATLAS_CACHE`, or `data/`."""
    return Path(os.environ.get("ATLAS_CACHE") or "data")


def load(dataset: str, split: Split, root: Path | None = None) -> Images:
    """Read a split: downloaded to `root`, or drawn, where it is not there yet.

    Raises:
        UserError: the dataset is unknown, cannot be downloaded or drawn, or its files are damaged;
            the sentence names the dataset and the folder.
    """
    if dataset in mnist_like.READERS:
        return mnist_like.load(dataset, split, root or data_root())
    whole = load_dataset(dataset, root)
    return whole.train if split == "train" else whole.test


def load_dataset(dataset: str, root: Path | None = None) -> Dataset:
    """Read both splits as `load` does."""
    if dataset in _WHOLE:
        return _WHOLE[dataset](root or data_root())
    if dataset.startswith(torchvision_sets.PREFIX):
        return torchvision_sets.load(dataset, root or data_root())
    if dataset not in mnist_like.READERS:
        known = ", ".join(sorted([*mnist_like.READERS, *_WHOLE]))
        raise UserError(
            f"There is no dataset '{dataset}'; there are: {known}, and torchvision:NAME."
        )
    train, test = load(dataset, "train", root), load(dataset, "test", root)
    return Dataset(train, test, mnist_like.CLASS_NAMES[dataset])


_WHOLE: dict[str, Callable[[Path], Dataset]] = {
    "avatars": lambda _: avatars.load(cache_root() / "avatars"),
    "celeba": lambda root: celeba.load(root / "celeba", cache_root() / "celeba"),
}
