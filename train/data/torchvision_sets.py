"""Data sets that torchvision downloads and reads, by its own names: `torchvision:KMNIST`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torchvision.datasets import CIFAR10, CIFAR100, EMNIST, KMNIST, MNIST, FashionMNIST

from latent_atlas.train.data.images import Dataset, Images, Split
from latent_atlas.train.errors import UserError

PREFIX = "torchvision:"


def _emnist(root: str, *, train: bool, download: bool) -> Any:
    source = EMNIST(root, "balanced", train=train, download=download)
    source.data = source.data.transpose(1, 2)  # its files hold columns where MNIST's hold rows
    return source


READERS: dict[str, Callable[..., Any]] = {
    "KMNIST": KMNIST, "EMNIST": _emnist, "CIFAR10": CIFAR10, "CIFAR100": CIFAR100,
    "MNIST": MNIST, "FashionMNIST": FashionMNIST,
}  # fmt: skip


def load(dataset: str, root: Path) -> Dataset:
    """Read `torchvision:NAME` under `root`, downloaded where it is not there yet.

    Classes have torchvision's names. Of EMNIST it is the split "balanced".

    Raises:
        UserError: there is no such dataset, or its files cannot be downloaded or are damaged.
    """
    train, test = (read_split(dataset, split, root) for split in ("train", "test"))
    return Dataset(train[0], test[0], train[1])


def read_split(dataset: str, split: Split, root: Path) -> tuple[Images, tuple[str, ...]]:
    """Read one split of `torchvision:NAME`, with the names of its classes; raises as `load`."""
    name = dataset.removeprefix(PREFIX)
    if name not in READERS:
        known = ", ".join(f"{PREFIX}{one}" for one in READERS)
        raise UserError(f"There is no '{dataset}'; of torchvision's datasets there are: {known}.")
    where = f"the {split} files of torchvision's {name} under {root}"
    try:
        source = READERS[name](str(root), train=split == "train", download=True)
        pixels, labels = torch.as_tensor(np.asarray(source.data)), torch.as_tensor(source.targets)
    # Its parsers raise exceptions of many kinds on damaged files.
    except Exception as error:
        raise UserError(
            f"Cannot read or download {where}; put them there whole, or point DATA_ROOT at a "
            f"folder that has them."
        ) from error
    channels_first = pixels.unsqueeze(1) if pixels.ndim == 3 else pixels.permute(0, 3, 1, 2)
    class_names = tuple(source.classes)
    if (
        not len(labels)
        or len(labels) != len(pixels)
        or not 0 <= labels.min() <= labels.max() < (len(class_names))
    ):
        raise UserError(f"Cannot use {where}: not every image has a label of its classes.")
    return Images(channels_first.contiguous(), labels.long(), len(class_names)), class_names
