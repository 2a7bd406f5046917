"""Own images put together as a dataset: the order of its classes and images, its test set."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from latent_atlas.train.data.images import Dataset, Images
from latent_atlas.train.errors import UserError

Bytes = NDArray[np.uint8]

FEWEST_IMAGES = 20
MOST_CLASSES = 1000
_TEST_SHARE = 10
"""Every n-th image of a class is held out as the test set."""


def own_dataset(
    images: Mapping[str, Bytes],
    class_of: Mapping[str, str],
    name: str,
    held_out: Collection[str] = (),
    class_names: Sequence[str] = (),
) -> Dataset:
    """Return the dataset of images by key, (H, W) or (H, W, 3) each, and the class of each.

    The test set is `held_out`, or else a tenth of each class, chosen by a hash of the key; that
    hash is the images' order, too, so that the first thousand of them are a fair sample. If one
    image is in colour, all have three channels. Classes stand in the order of `class_names`, or
    else sorted.

    Raises:
        UserError: there are more than 1,000 classes; the sentence names the dataset.
    """
    occur = Counter(class_of.values())
    names = [one for one in class_names if one in occur] or sorted(occur, key=_natural)
    if len(names) > MOST_CLASSES:
        raise UserError(
            f"'{name}' has {len(names):,} classes (folders, or different labels), and at most "
            f"{MOST_CLASSES:,} can be trained."
        )
    room = {label: occur[label] // _TEST_SHARE for label in names}
    if not any(room.values()):  # many small classes: a tenth of all, from those that can spare it
        largest = sorted(names, key=occur.__getitem__, reverse=True)
        room |= dict.fromkeys(largest[: max(1, len(images) // _TEST_SHARE)], 1)
    test: list[str] = []
    train: list[str] = []
    for key in sorted(images, key=lambda key: hashlib.sha256(os.fsencode(key)).digest()):
        part = test if (key in held_out if held_out else room[class_of[key]] > 0) else train
        room[class_of[key]] -= 1
        part.append(key)
    in_colour = any(image.ndim == 3 for image in images.values())
    number = {label: index for index, label in enumerate(names)}

    def split(keys: list[str]) -> Images:
        planes = [np.atleast_3d(images[key]) for key in keys]  # (H, W, 1) or (H, W, 3)
        if in_colour:
            planes = [np.broadcast_to(plane, (*plane.shape[:2], 3)) for plane in planes]
        labels = torch.tensor([number[class_of[key]] for key in keys])
        pixels = np.ascontiguousarray(np.moveaxis(np.stack(planes), -1, 1))
        return Images(torch.from_numpy(pixels), labels, len(names))

    return Dataset(split(train), split(test), tuple(names))


def _natural(name: str) -> tuple[object, ...]:
    """Sort by letters without case, and by numbers as numbers: 2 before 10."""
    parts = re.split("([0-9]+)", name.casefold())
    return *(int(part) if index % 2 else part for index, part in enumerate(parts)), name
