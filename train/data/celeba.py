"""CelebA from its own files, cropped to 64 × 64 and cached as one array.

The files are laid out as torchvision downloads them: `img_align_celeba/`, `list_attr_celeba.txt`
and `list_eval_partition.txt`. Partition 0 is the training set and partition 2 the test set;
partition 1 (validation) is not used. A part of the images is enough; the missing ones are listed.

CelebA is for non-commercial research and must not be redistributed: neither it nor anything made
from it belongs in git.
"""

import os
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock
from numpy.typing import NDArray
from PIL import Image

from latent_atlas.train.data.celeba_tables import (
    ATTRIBUTE_TABLE,
    PARTITION_TABLE,
    Tables,
    listed,
    read_tables,
    refuse_web_page,
)
from latent_atlas.train.data.images import Dataset, Images
from latent_atlas.train.data.in_threads import in_threads
from latent_atlas.train.errors import UserError
from latent_atlas.train.files import remove_leftovers, replacing, sha256

SIZE = 64
FEWEST_IMAGES = 20

_IMAGES = "img_align_celeba"
_HOME = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
_AS_PNG = (
    "The images of CelebA in {} are PNG, and its JPEG files are what is read: unpack "
    f"{_IMAGES}.zip, from {_HOME}, to {{}}."
)
_TRAIN, _TEST = 0, 2
_WIDTH, _HEIGHT = 178, 218
_BOX = (15, 35, 163, 183)
"""The middle square of 148 pixels, as torchvision's CenterCrop takes it."""
_CLASSES = ("black", "blond", "brown", "gray")
_GROUPS = ((*(f"{colour} hair" for colour in _CLASSES), "bald"),)
_TEST_SHARE = 10
_VERSION = 1
"""Part of the cache's name; raise it when the same files give other pixels."""


def load(folder: Path, cache: Path) -> Dataset:
    """Read CelebA from `folder`, through one array in `cache` that is made on first use.

    Pixels stay in the file and are mapped: those that a run leaves out take no memory. An image's
    class is the first colour of hair that is true of it, or "other".

    Raises:
        UserError: there is no CelebA, or some file of it is damaged; one sentence says which.
    """
    sizes = _present(folder)
    tables = read_tables(folder)
    missing = [file for file in tables.files if file not in sizes]
    if missing:
        print(
            f"celeba: {len(missing):,} of {len(tables.files):,} images are missing: "
            f"{listed(missing)}."
        )
    train, test = _choose(tables, sizes, folder)
    rows = np.concatenate([train, test])
    labels = torch.from_numpy(_hair(tables)[rows])
    attributes = torch.from_numpy(tables.attributes[rows])
    pixels = torch.from_numpy(_cached(folder, cache, [tables.files[row] for row in rows], sizes))
    class_names = (*_CLASSES, "other")
    both = Images(pixels, labels, len(class_names), attributes)
    return Dataset(*both.cut(len(train)), class_names, tables.attribute_names, _GROUPS)


def _present(folder: Path) -> dict[str, int]:
    """Return the size of each file of images, where they and the tables are there."""
    needed = (_IMAGES, ATTRIBUTE_TABLE, PARTITION_TABLE)
    missing = [name for name in needed if not (folder / name).exists()]
    archive = folder / f"{_IMAGES}.zip"
    if _IMAGES in missing and archive.exists():
        with archive.open("rb") as file:
            refuse_web_page(archive, file.read(1000))
        raise UserError(f"The images of CelebA are not unpacked: unzip {archive} there.")
    if converted := [name for name in missing if (folder / name).with_suffix(".csv").exists()]:
        raise UserError(
            f"CelebA's tables in {folder} are .csv, as on Kaggle: get the original "
            f"{' and '.join(converted)} from {_HOME}, and put them there."
        )
    if _IMAGES in missing and (folder / f"{_IMAGES}_png").exists():
        raise UserError(_AS_PNG.format(folder / f"{_IMAGES}_png", folder / _IMAGES))
    if missing:
        raise UserError(
            f"CelebA is not all there, {folder} lacks {', '.join(missing)}: get it with "
            f"torchvision.datasets.CelebA('{folder.parent}', download=True) or from "
            f"{_HOME} (for non-commercial research, not to be passed on)."
        )
    with os.scandir(folder / _IMAGES) as entries:
        found = {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
    if not any(name.endswith(".jpg") for name in found):
        if any(name.lower().endswith(".png") for name in found):
            raise UserError(_AS_PNG.format(folder / _IMAGES, folder / _IMAGES))
        deeper = next((folder / _IMAGES).glob("*/*.jpg"), None)
        if deeper is not None:
            raise UserError(
                f"The images of CelebA are one folder too deep: move those in {deeper.parent} up "
                f"into {folder / _IMAGES}."
            )
    return found


def _choose(
    tables: Tables, sizes: dict[str, int], folder: Path
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose the images of both splits among those that are there, as rows of the tables."""
    there = np.array([file in sizes for file in tables.files], bool)
    train = np.flatnonzero(there & (tables.partition == _TRAIN))
    test = np.flatnonzero(there & (tables.partition == _TEST))
    if len(train) + len(test) < FEWEST_IMAGES or not len(train):
        raise UserError(
            f"Nothing can be trained on CelebA with {len(train)} training images and "
            f"{len(test)} test images in {folder / _IMAGES}."
        )
    if not len(test):
        # The first files of CelebA, which is what a part of it often is, are all of partition 0.
        print("celeba: no image of the test partition is there; a tenth of the others is taken.")
        held = len(train) // _TEST_SHARE
        train, test = train[:-held], train[-held:]
    return train, test


def _hair(tables: Tables) -> NDArray[np.int64]:
    lacking = [name for name in _GROUPS[0] if name not in tables.attribute_names]
    if lacking:
        raise UserError(
            f"Cannot use {ATTRIBUTE_TABLE} of CelebA: it has no column for {', '.join(lacking)}."
        )
    columns = [tables.attribute_names.index(name) for name in _GROUPS[0][: len(_CLASSES)]]
    colours = tables.attributes[:, columns]
    return np.where(colours.any(1), colours.argmax(1), len(_CLASSES))


def _cached(
    folder: Path, cache: Path, files: list[str], sizes: dict[str, int]
) -> NDArray[np.uint8]:
    """Return the pixels (N, 3, 64, 64) of `files`, mapped from the cache, made where it is not.

    The array is named after the files' names and sizes, so that other files make another array.
    """
    content = "\n".join(f"{file} {sizes[file]}" for file in files)
    path = cache / f"celeba-{_VERSION}-{sha256(content.encode())[:16]}.npy"
    cache.mkdir(parents=True, exist_ok=True)
    # Of several processes that need it, one makes it and the others wait.
    with FileLock(cache / ".lock"):
        try:
            # Copy on write: PyTorch warns of arrays that may not be written.
            return np.load(path, mmap_mode="c")
        except (OSError, ValueError):  # missing, or cut short
            remove_leftovers(cache)
            for outdated in cache.glob("celeba-*.npy"):
                outdated.unlink()
            with replacing(path) as temporary:
                _pack(folder / _IMAGES, files, temporary)
            return np.load(path, mmap_mode="c")


def _pack(folder: Path, files: list[str], path: Path) -> None:
    """Read every image and write them as one .npy file to `path`, never all of them in memory."""
    shape = (len(files), 3, SIZE, SIZE)
    packed = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    damaged: list[str] = []
    squares = in_threads(lambda file: _read(folder / file), files, "celeba", "image")
    for index, square in enumerate(squares):
        if square is None:
            damaged.append(files[index])
        else:
            packed[index] = square
    packed.flush()
    if damaged:
        raise UserError(
            f"Cannot read {listed(damaged)} of CelebA in {folder}: damaged, cut short, or not "
            f"{_WIDTH}×{_HEIGHT} pixels; download them again, or delete them to do without."
        )


def _read(path: Path) -> NDArray[np.uint8] | None:
    """Return the middle of an image (3, 64, 64), None where it is damaged."""
    try:
        with Image.open(path, formats=("JPEG",)) as image:
            if image.size != (_WIDTH, _HEIGHT):
                return None
            middle = image.convert("RGB").resize((SIZE, SIZE), Image.Resampling.LANCZOS, _BOX)
    # Decoders raise exceptions of many kinds on damaged files.
    except Exception:
        return None
    return np.moveaxis(np.asarray(middle), -1, 0)
