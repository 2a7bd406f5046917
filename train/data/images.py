"""Images as whole tensors on one device: no per-sample Python in the training loop."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Split = Literal["train", "test"]


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

    def cut(self, count: int) -> tuple["Images", "Images"]:
        """Return the first `count` images, and the others."""
        return self.select(slice(0, count)), self.select(slice(count, None))


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


def hold_out(images: Images, fraction: float, seed: int) -> tuple[Images, Images]:
    """Split off a random `fraction` of `images`: (the rest, the held-out part).

    The rest is shuffled; with a fraction of 0 it is `images` themselves.
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
