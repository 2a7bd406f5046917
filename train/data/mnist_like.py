"""MNIST and Fashion-MNIST: idx files that torchvision downloads and reads."""

from pathlib import Path

import torch
from torchvision.datasets import MNIST, FashionMNIST

from latent_atlas.train.data.images import Images, Split
from latent_atlas.train.errors import UserError

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
    classes = len(CLASS_NAMES[dataset])
    if (
        pixels.dtype != torch.uint8
        or pixels.shape != (len(labels), 28, 28)
        or len(labels) == 0
        or not 0 <= labels.min() <= labels.max() < classes
    ):
        raise UserError(
            f"Cannot use {where}: they are not grey images of 28×28 pixels, each with a label "
            f"from 0 to {classes - 1}."
        )
    return Images(pixels.unsqueeze(1), labels.long(), classes)
