"""MNIST and Fashion-MNIST: idx files that torchvision downloads and reads."""

from pathlib import Path

import torch
from torch import Tensor
from torchvision.datasets import MNIST, FashionMNIST

from train.data.images import Images, Split
from train.errors import UserError

READERS = {"mnist": MNIST, "fashion-mnist": FashionMNIST}
CLASS_NAMES: dict[str, tuple[str, ...]] = {
    "mnist": tuple("0123456789"),
    "fashion-mnist": (
        "T-shirt", "trousers", "pullover", "dress", "coat",
        "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
}  # fmt: skip


def load(dataset: str, split: Split, root: Path) -> Images:
    """Read a split under `root`, downloaded where it is not there yet.

    Raises:
        UserError: its files cannot be downloaded or are damaged; the sentence names the dataset
            and the folder.
    """
    where = f"the {split} files of {dataset} under {root}"
    try:
        source = READERS[dataset](str(root), train=split == "train", download=True)
        pixels, labels = source.data, source.targets
    # torchvision's parser raises exceptions of many kinds on damaged idx files.
    except (AssertionError, ValueError, KeyError, IndexError, EOFError, TypeError) as error:
        raise UserError(f"Cannot read {where}: they are damaged or not idx files.") from error
    except (RuntimeError, OSError) as error:
        raise UserError(
            f"Cannot find or download {where}; put them there, or point DATA_ROOT at a folder "
            f"that has them."
        ) from error
    return _checked(pixels, labels, where, len(CLASS_NAMES[dataset]))


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
