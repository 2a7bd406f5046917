"""Images, labels and latents as people have them: arrays, tensors, files, datasets by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from latent_atlas.train.data import torchvision_sets
from latent_atlas.train.data.datasets import data_root
from latent_atlas.train.data.image_folder import IMAGE_SIZE, read_folder
from latent_atlas.train.errors import UserError

Array = NDArray[Any]
Shape = tuple[int, int, int]
"""Channels, height, width."""

MOST_CLASSES = 1000
_LARGEST_SIDE = 256
_LARGEST_LATENT = 1000.0
"""The largest coordinate that a server decodes (webapp/api.py)."""
_CHANNELS = (1, 3)


@dataclass(frozen=True)
class Table:
    """Rows of an array, and what their file says of their classes."""

    rows: Array
    labels: Array | None = None
    class_names: Sequence[str] | None = None
    dataset: str = "images"


def image_shape_of(shape: Sequence[int]) -> Shape:
    """Return a shape as channels, height and width: (28, 28), (3, 32, 32) or (32, 32, 3).

    Raises:
        UserError: it is none of an image of one or three channels, up to 256 × 256.
    """
    sizes = tuple(int(size) for size in shape)
    if len(sizes) == 2:
        sizes = (1, *sizes)
    elif len(sizes) == 3 and sizes[0] not in _CHANNELS and sizes[2] in _CHANNELS:
        sizes = (sizes[2], *sizes[:2])
    if len(sizes) != 3 or sizes[0] not in _CHANNELS or min(sizes) < 1:
        raise UserError(
            f"The images' shape {_written(sizes)} is none that a page can show: it takes one or "
            f"three channels, then height and width; say image_shape=(1, 28, 28), for example."
        )
    if max(sizes[1:]) > _LARGEST_SIDE:
        raise UserError(
            f"Images of {sizes[1]}×{sizes[2]} pixels are too large; {_LARGEST_SIDE}×"
            f"{_LARGEST_SIDE} is the most."
        )
    return sizes


def read_images(images: object, image_shape: Sequence[int] | None) -> Table:
    """Return images as uint8 (N, C, H, W), with the labels that came with them.

    Args:
        images: an array or tensor (N, H, W), (N, C, H, W), (N, H, W, C) or, with `image_shape`,
            (N, pixels); an .npz file with `images` and perhaps `labels` and `class_names`; a
            folder; or "torchvision:NAME".
        image_shape: of one image, where it is not that of the array.

    Raises:
        UserError: they cannot be read, are too large, or hold other numbers than pixels.
    """
    shape = None if image_shape is None else image_shape_of(image_shape)
    if isinstance(images, str) and images.startswith(torchvision_sets.PREFIX):
        table = _torchvision(images)
    elif isinstance(images, str | Path) and Path(images).is_dir():
        table = _folder(Path(images), IMAGE_SIZE if shape is None else shape[1])
    else:
        table = _table(images, "images", ("images", "x", "pixels"))
    rows = table.rows
    if len(rows) == 0:
        raise UserError("There are no images.")
    shape = shape or image_shape_of(rows.shape[1:])
    if rows.ndim == 4 and rows.shape[1:] == (*shape[1:], shape[0]) and rows.shape[1:] != shape:
        rows = np.moveaxis(rows, 3, 1)
    if rows[0].size != np.prod(shape):
        raise UserError(
            f"The images are {_written(rows.shape[1:])} and cannot have the shape "
            f"{_written(shape)}."
        )
    pixels = _bytes(rows).reshape(len(rows), *shape)
    return Table(np.ascontiguousarray(pixels), table.labels, table.class_names, table.dataset)


def read_latents(latents: object) -> Table:
    """Return latents as float32 (N, d), d ≥ 2: of an array, a tensor, or an .npz or .npy file.

    Raises:
        UserError: they cannot be read, or are not finite or too far out.
    """
    table = _table(latents, "latents", ("latents", "z", "mu"))
    if table.rows.ndim != 2 or len(table.rows) == 0:
        raise UserError(
            f"Latents are rows of numbers, (N, d); these have the shape "
            f"{_written(table.rows.shape)}."
        )
    rows = _floats(table.rows, "The latents").astype(np.float32)
    check_latents(rows)
    return Table(rows, table.labels, table.class_names, table.dataset)


def check_latents(rows: Array) -> None:
    """Refuse points (N, d) that no server would decode, or of a single latent.

    Raises:
        UserError: they are such points.
    """
    if rows.shape[1] < 2:
        raise UserError("The model has one latent; a map needs at least two.")
    if not np.isfinite(rows).all():
        raise UserError("The latents hold NaN or an infinite number.")
    if (farthest := float(np.abs(rows).max())) > _LARGEST_LATENT:
        raise UserError(
            f"A latent of {farthest:.4g} is too far out; {_LARGEST_LATENT:g} is the most."
        )


def read_labels(
    labels: object, class_names: Sequence[str] | None, count: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return labels (N,) as whole numbers from 0, and the names of their classes.

    Args:
        labels: numbers or words, as an array, a tensor, a list, or an .npz or .npy file; None:
            all are of one class.
        class_names: of the classes 0, 1, …; None: the words, or the numbers themselves.
        count: N.

    Raises:
        UserError: they cannot be read, are not N, or are of other classes.
    """
    if labels is None:
        if class_names is not None and len(class_names) != 1:
            raise UserError("There are class names and no labels; give labels as well.")
        return np.zeros(count, np.int64), tuple(class_names or ("all images",))
    table = _table(labels, "labels", ("labels", "y", "targets"))
    found, names = table.rows.squeeze(), class_names or table.class_names
    if found.shape != (count,):
        raise UserError(f"There are {found.size:,} labels for {count:,} images or latents.")
    if found.dtype.kind in "USO":
        words = sorted({str(word) for word in found}) if names is None else [*map(str, names)]
        place = {word: index for index, word in enumerate(words)}
        if unknown := next((str(word) for word in found if str(word) not in place), None):
            raise UserError(f"The label '{unknown}' is not among the class names.")
        found, names = np.array([place[str(word)] for word in found]), words
    whole = _floats(found, "The labels")
    if whole.min() < 0 or not np.array_equal(whole, np.floor(whole)):
        raise UserError("Labels are whole numbers from 0, or words.")
    classes = int(whole.max()) + 1
    names = tuple(map(str, range(classes) if names is None else names))
    if classes > len(names):
        raise UserError(
            f"The label {classes - 1} has no name: there are {len(names)} class names, for the "
            f"labels 0 to {len(names) - 1}."
        )
    if len(names) > MOST_CLASSES:
        raise UserError(f"There are {len(names):,} classes; {MOST_CLASSES:,} are the most.")
    return whole.astype(np.int64), names


def _table(given: object, what: str, names: Sequence[str]) -> Table:
    """Read an array, a tensor, a list, or the array of one of these names of an .npz file."""
    if isinstance(given, torch.Tensor):
        return Table(given.detach().cpu().numpy())
    if not isinstance(given, str | Path):
        return Table(np.asarray(given))
    path = Path(given)
    try:
        loaded = np.load(path, allow_pickle=False)
    except FileNotFoundError as error:
        raise UserError(f"There is no file '{path.name}' to take {what} from.") from error
    except (OSError, ValueError, EOFError) as error:
        raise UserError(f"'{path.name}' is no .npz or .npy file of plain arrays.") from error
    if isinstance(loaded, np.ndarray):
        return Table(loaded)
    with loaded:
        try:
            arrays = {name: loaded[name] for name in loaded.files}
        except ValueError as error:
            raise UserError(f"'{path.name}' holds objects; {what} are plain arrays.") from error
    found = next((name for name in names if name in arrays), None)
    if found is None and len(arrays) == 1:
        found = next(iter(arrays))
    if found is None:
        raise UserError(
            f"'{path.name}' has no array '{names[0]}'; it has: {', '.join(sorted(arrays))}."
        )
    classes = arrays.get("class_names")
    return Table(
        arrays[found],
        None if what == "labels" else arrays.get("labels"),
        None if classes is None else [str(name) for name in classes],
    )


def _folder(folder: Path, size: int) -> Table:
    dataset = read_folder(folder, size).dataset
    parts = (dataset.train, dataset.test)
    return Table(
        torch.cat([part.pixels for part in parts]).numpy(),
        torch.cat([part.labels for part in parts]).numpy(),
        dataset.class_names,
    )


def _torchvision(given: str) -> Table:
    """Read the training images of one of torchvision's datasets."""
    images, class_names = torchvision_sets.read_split(given, "train", data_root())
    return Table(images.pixels.numpy(), images.labels.numpy(), class_names, given)


def _bytes(rows: Array) -> NDArray[np.uint8]:
    """Return pixels as bytes: of 0 to 255, of 0 to 1, or of two values."""
    if rows.dtype.kind == "b":
        return rows.astype(np.uint8) * 255
    low, high = float(rows.min()), float(rows.max())
    _floats(rows, "The images")
    if low < 0 or high > 255:
        raise UserError(
            f"Pixels lie between 0 and 1, or between 0 and 255; these lie between {low:.4g} and "
            f"{high:.4g}."
        )
    scale = 255 if high <= 1 else 1
    return np.rint(rows * scale).astype(np.uint8) if scale > 1 or rows.dtype != np.uint8 else rows


def _floats(values: Array, what: str) -> Array:
    if values.dtype.kind not in "iufb":
        raise UserError(f"{what} are no numbers.")
    if not np.isfinite(values).all():
        raise UserError(f"{what} hold NaN or an infinite number.")
    return values


def _written(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "a single number"
