"""Datasets as whole tensors on one device: no per-sample Python in the training loop."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor
from torchvision import datasets

from train.errors import UserError

Split = Literal["train", "test"]

_TORCHVISION = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST}
CLASS_NAMES: dict[str, tuple[str, ...]] = {
    "mnist": tuple("0123456789"),
    "fashion-mnist": (
        "T-shirt", "trousers", "pullover", "dress", "coat",
        "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
}  # fmt: skip
OWN_IMAGES = "images"
"""The dataset of a run on a folder of the user's own: packed in the run's folder."""


@dataclass(frozen=True)
class Images:
    """A dataset split: `pixels` uint8 (N, C, H, W) and `labels` int64 (N,), on one device.

    Where attributes are known of the images, they are uint8 (N, A), each 0 or 1.
    """

    pixels: Tensor
    labels: Tensor
    classes: int
    attributes: Tensor | None = None

    def __len__(self) -> int:
        return self.pixels.shape[0]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one image."""
        channels, height, width = self.pixels.shape[1:]
        return channels, height, width

    def to(self, device: torch.device) -> "Images":
        """Return the same split on `device`."""
        attributes = None if self.attributes is None else self.attributes.to(device)
        return Images(self.pixels.to(device), self.labels.to(device), self.classes, attributes)

    def select(self, index: Tensor | slice) -> "Images":
        """Return the images at `index`."""
        attributes = None if self.attributes is None else self.attributes[index]
        return Images(self.pixels[index], self.labels[index], self.classes, attributes)


@dataclass(frozen=True)
class Dataset:
    """Both splits of a dataset, and what its classes and attributes are called.

    Of each of the `attribute_groups` at most one attribute is true of an image.
    """

    train: Images
    test: Images
    class_names: tuple[str, ...]
    attribute_names: tuple[str, ...] = ()
    attribute_groups: tuple[tuple[str, ...], ...] = ()


def data_root() -> Path:
    """Return the folder that holds the datasets: `DATA_ROOT`, or `data/`."""
    return Path(os.environ.get("DATA_ROOT") or "data")


def cache_root() -> Path:
    """Return the folder for what is made of or as datasets: `ATLAS_CACHE`, or `data/`."""
    return Path(os.environ.get("ATLAS_CACHE") or "data")


def load(dataset: str, split: Split, root: Path | None = None) -> Images:
    """Read a split: downloaded to `root`, or made, where it is not there yet.

    Raises:
        UserError: the dataset is unknown, cannot be downloaded or made, or its files are damaged;
            the sentence names the dataset and the folder.
    """
    if dataset in _READERS:
        whole = _READERS[dataset](root)
        return whole.train if split == "train" else whole.test
    if dataset not in _TORCHVISION:
        known = ", ".join(sorted([*_TORCHVISION, *_READERS]))
        raise UserError(f"There is no dataset '{dataset}'; there are: {known}.")
    root = data_root() if root is None else root
    where = f"the {split} files of {dataset} under {root}"
    try:
        source = _TORCHVISION[dataset](str(root), train=split == "train", download=True)
        pixels, labels = source.data, source.targets
    # torchvision reports damaged idx files by whatever its parser trips over.
    except (AssertionError, ValueError, KeyError, IndexError, EOFError, TypeError) as error:
        raise UserError(f"Cannot read {where}: they are damaged or not idx files.") from error
    except (RuntimeError, OSError) as error:
        raise UserError(
            f"Cannot find or download {where}; put them there, or point DATA_ROOT at a folder "
            f"that has them."
        ) from error
    return _checked(pixels, labels, where, len(CLASS_NAMES[dataset]))


def load_dataset(dataset: str, root: Path | None = None) -> Dataset:
    """Read both splits as `load` does."""
    if dataset in _READERS:
        return _READERS[dataset](root)
    train, test = load(dataset, "train", root), load(dataset, "test", root)
    return Dataset(train, test, CLASS_NAMES[dataset])


def _avatars(_: Path | None) -> Dataset:
    from train.data import avatars  # these readers import this module

    return avatars.load(cache_root() / "avatars")


def _celeba(root: Path | None) -> Dataset:
    from train.data import celeba

    return celeba.load((root or data_root()) / "celeba", cache_root() / "celeba")


_READERS: dict[str, Callable[[Path | None], Dataset]] = {"avatars": _avatars, "celeba": _celeba}


def _checked(pixels: Tensor, labels: Tensor, where: str, classes: int) -> Images:
    """Refuse files that parse and are still not this dataset."""
    if pixels.dtype != torch.uint8 or pixels.ndim != 3 or pixels.shape[1:] != (28, 28):
        shape = "×".join(str(n) for n in pixels.shape)
        raise UserError(f"Cannot use {where}: expected 28×28 grey images, found shape {shape}.")
    if labels.ndim != 1 or labels.shape[0] != pixels.shape[0]:
        raise UserError(
            f"Cannot use {where}: {pixels.shape[0]} images but {labels.shape[0]} labels."
        )
    if labels.numel() == 0:
        raise UserError(f"Cannot use {where}: they hold no images.")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise UserError(
            f"Cannot use {where}: labels run from {low} to {high}, expected 0 to {classes - 1}."
        )
    return Images(pixels.unsqueeze(1), labels.long(), classes)


def hold_out(images: Images, fraction: float, seed: int) -> tuple[Images, Images]:
    """Split off a random `fraction` of `images`: (the rest, the held-out part).

    The rest is in an order of its own; with a fraction of 0 it is `images` themselves.
    """
    if fraction == 0:
        return images, images.select(slice(0, 0))
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    count = round(len(images) * fraction)
    return images.select(order[count:]), images.select(order[:count])


def as_float(pixels: Tensor) -> Tensor:
    """Scale uint8 pixels to float32 in [0, 1], the same shape."""
    return pixels.float().div_(255)


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Turn (N,) int64 labels into (N, classes) float32 one-hot rows."""
    return torch.nn.functional.one_hot(labels, classes).float()


def batches(images: Images) -> Iterator[Images]:
    """Yield the images in their order, as many at once as a processor's cache is good for."""
    rows = batch_rows(images.pixels)
    for start in range(0, len(images), rows):
        yield images.select(slice(start, start + rows))


def batch_rows(pixels: Tensor) -> int:
    """Return how many images (N, C, H, W) are looked at at once: a thousand of 28×28."""
    return max(1, 784_000 // max(1, pixels[0].numel()))
