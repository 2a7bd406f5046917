"""What prepared images look like: a picture of some of them, and how many show nothing."""

import io

import torch
from PIL import Image
from torch import Tensor
from torchvision.utils import make_grid

from latent_atlas.train.data.images import Dataset, Images, batches

NEARLY_CONSTANT = 5
"""A standard deviation over an image, of 255, that the eye takes for one colour."""
_COLUMNS = 16
_ROWS = 16


def contact_sheet(dataset: Dataset) -> bytes:
    """Return a PNG of the first training images of each class, class below class."""
    images = dataset.train
    classes = min(images.classes, _ROWS)
    shown = _COLUMNS * (_ROWS // classes)
    rows: list[Tensor] = []
    for label in range(classes):
        own = images.pixels[(images.labels == label).nonzero()[:shown, 0]]
        blank = own.new_full((-len(own) % _COLUMNS, *own.shape[1:]), 255)
        rows += [own, blank]
    grid = make_grid(torch.cat(rows), _COLUMNS, pad_value=128)
    buffer = io.BytesIO()
    Image.fromarray(grid.permute(1, 2, 0).numpy()).save(buffer, "PNG")
    return buffer.getvalue()


def nearly_constant(images: Images) -> int:
    """Count the images that hardly vary in any channel."""
    spread = [part.pixels.float().flatten(2).std(2).amax(1) for part in batches(images)]
    return int((torch.cat(spread) < NEARLY_CONSTANT).sum())
