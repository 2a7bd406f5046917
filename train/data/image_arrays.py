"""The user's own images as arrays in an .npz file, read into tensors.

The file holds `images`, (N, H, W) or (N, H, W, C) of 1 or 3 channels, uint8 or floats from 0 to 1;
where there are classes, `labels` (N,), whole numbers or names; and `class_names`, names of the
labels 0, 1, 2, ….
"""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from latent_atlas.train.data.image_folder import LARGEST_SIZE, SMALLEST_SIZE
from latent_atlas.train.data.images import Dataset
from latent_atlas.train.data.own_dataset import FEWEST_IMAGES, Bytes, own_dataset
from latent_atlas.train.errors import UserError

Arrays = dict[str, NDArray[Any]]


def read_arrays(path: Path, size: int | None = None) -> Dataset:
    """Read an .npz file; with a `size` each image is cropped to its middle square and resized.

    A tenth of each class is held out as the test set.

    Raises:
        UserError: the file cannot be read, or its arrays are not such images and labels.
    """
    name = path.stem
    arrays = _load(path)
    pixels = _pixels(arrays, name)
    count, height, width = pixels.shape[:3]
    if count < FEWEST_IMAGES:
        raise UserError(
            f"Nothing can be trained on '{name}': {FEWEST_IMAGES} images are the least, and it "
            f"has {count}."
        )
    if size is None and not SMALLEST_SIZE <= min(height, width) <= max(height, width) <= (
        LARGEST_SIZE
    ):
        raise UserError(
            f"The images of '{name}' are {height}×{width} pixels, and sides are from "
            f"{SMALLEST_SIZE} to {LARGEST_SIZE}; resize them with --image-size."
        )
    class_of, class_names = _classes(arrays, count, name)
    images = {str(row): _resized(image, size) for row, image in enumerate(pixels)}
    by_key = {str(row): own for row, own in enumerate(class_of)}
    return own_dataset(images, by_key, name, class_names=class_names)


def _load(path: Path) -> Arrays:
    if not path.exists():
        raise UserError(f"There is no file '{path.name}' to take images from.")
    try:
        # numpy leaves a file open that it cannot read.
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return {key: file[key] for key in ("images", "labels", "class_names") if key in file}
    # A file of another kind is read as a single array, which no `with` takes.
    except (ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(
            f"Cannot read '{path.name}': it is damaged, no .npz file, or holds Python objects in "
            f"place of arrays."
        ) from error


def _pixels(arrays: Arrays, name: str) -> Bytes:
    """Return the images as uint8, (N, H, W) or (N, H, W, 3)."""
    images = arrays.get("images")
    if images is None:
        raise UserError(f"'{name}' has no array 'images'; name it so in numpy.savez.")
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.ndim != 3 and not (images.ndim == 4 and images.shape[3] == 3):
        raise UserError(
            f"'images' in '{name}' is {_shape(images)}; it is (N, height, width), or with 1 or 3 "
            f"channels last."
        )
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind != "f":
        raise UserError(
            f"'images' in '{name}' are {images.dtype}; they are uint8, or floats from 0 to 1."
        )
    if images.size and not (images.min() >= 0 and images.max() <= 1):  # NaN is neither
        raise UserError(
            f"'images' in '{name}' run from {images.min():g} to {images.max():g}; floats are from "
            f"0 to 1."
        )
    return np.rint(images * np.float32(255)).astype(np.uint8)


def _classes(arrays: Arrays, count: int, name: str) -> tuple[list[str], list[str]]:
    """Return the class of each of `count` images, and the classes' order where it is given."""
    labels, names = arrays.get("labels"), arrays.get("class_names")
    if labels is None:
        return [name] * count, []
    if labels.shape != (count,) or labels.dtype.kind not in "iubU":
        raise UserError(
            f"'labels' in '{name}' are {labels.dtype} of shape {_shape(labels)}; they are a whole "
            f"number or a name for each of its {count:,} images."
        )
    if names is None:
        order = [] if labels.dtype.kind == "U" else np.unique(labels).tolist()
        return [str(label) for label in labels.tolist()], [str(label) for label in order]
    if names.ndim != 1 or names.dtype.kind != "U" or len(set(names.tolist())) < len(names):
        raise UserError(f"'class_names' in '{name}' are different texts, one for each class.")
    if labels.dtype.kind == "U" or not 0 <= labels.min() <= labels.max() < len(names):
        raise UserError(
            f"'labels' in '{name}' are numbers from 0 to {len(names) - 1} where it has "
            f"{len(names)} 'class_names'."
        )
    return [str(names[label]) for label in labels.astype(np.int64)], [str(one) for one in names]


def _resized(image: Bytes, size: int | None) -> Bytes:
    if size is None or image.shape[:2] == (size, size):
        return image
    return np.asarray(ImageOps.fit(Image.fromarray(image), (size, size), Image.Resampling.LANCZOS))


def _shape(array: NDArray[Any]) -> str:
    return "×".join(str(side) for side in array.shape) or "a single value"
