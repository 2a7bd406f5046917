"""CelebA from its own files, cropped to 64 × 64 and cached as one array.

The files are laid out as torchvision downloads them: `img_align_celeba/`, `list_attr_celeba.txt`
and `list_eval_partition.txt`. Partition 0 is the training set and partition 2 the test set;
partition 1 (validation) is not used. A part of the images is enough; the missing ones are listed.

CelebA is for non-commercial research and must not be redistributed: neither it nor anything made
from it belongs in git.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from train.data.celeba_tables import (
    ATTRIBUTE_TABLE,
    PARTITION_TABLE,
    TEST,
    TRAIN,
    Tables,
    listed,
    read_tables,
)
from train.data.images import Dataset, Images
from train.errors import UserError
from train.files import remove_leftovers, replacing, sha256

SIZE = 64
FEWEST_IMAGES = 20

_IMAGES = "img_align_celeba"
_WIDTH, _HEIGHT = 178, 218
_CROP = 148
_BOX = (15, 35, 15 + _CROP, 35 + _CROP)
"""The middle square, as torchvision's CenterCrop takes it."""
_CLASSES = ("black", "blond", "brown", "gray")
_OTHER_HAIR = "other"
_GROUPS = ((*(f"{colour} hair" for colour in _CLASSES), "bald"),)
_TEST_SHARE = 10
_VERSION = 1
"""Part of the cache's name; raise it when the same files give other pixels."""
_CHUNK = 64


def load(folder: Path, cache: Path) -> Dataset:
    """Read CelebA from `folder`, through one array in `cache` that is made on first use.

    Pixels stay in the file and are mapped: those that a run leaves out take no memory. An image's
    class is the first colour of hair that is true of it, or "other".

    Raises:
        UserError: there is no CelebA, or some file of it is damaged; one sentence says which.
    """
    sizes = _present(folder)
    tables = read_tables(folder)
    _print_missing(tables, sizes)
    train, test = _choose(tables, sizes, folder)
    rows = np.concatenate([train, test])
    labels = torch.from_numpy(_hair(tables)[rows])
    attributes = torch.from_numpy(tables.attributes[rows])
    pixels = torch.from_numpy(_cached(folder, cache, [tables.files[row] for row in rows], sizes))
    class_names = (*_CLASSES, _OTHER_HAIR)
    both = Images(pixels, labels, len(class_names), attributes)
    return Dataset(
        both.select(slice(0, len(train))), both.select(slice(len(train), None)),
        class_names, tables.attribute_names, _GROUPS,
    )  # fmt: skip


# ——— which images there are ———


def _present(folder: Path) -> dict[str, int]:
    """Return the size of each file of images.

    Raises:
        UserError: there are none, or the tables are missing.
    """
    needed = (_IMAGES, ATTRIBUTE_TABLE, PARTITION_TABLE)
    missing = [name for name in needed if not (folder / name).exists()]
    if missing == [_IMAGES] and (folder / f"{_IMAGES}.zip").exists():
        raise UserError(
            f"The images of CelebA are not unpacked: unzip {folder / _IMAGES}.zip there."
        )
    if missing:
        raise UserError(
            f"CelebA is not all there, {folder} lacks {', '.join(missing)}: get it with "
            f"torchvision.datasets.CelebA('{folder.parent}', download=True) or from "
            f"https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html (for non-commercial research, "
            f"not to be passed on)."
        )
    try:
        with os.scandir(folder / _IMAGES) as entries:
            return {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
    except OSError as error:
        raise UserError(f"Cannot list the images of CelebA in {folder / _IMAGES}.") from error


def _print_missing(tables: Tables, sizes: dict[str, int]) -> None:
    """Say briefly which images of the tables there are none of."""
    missing = [file for file in tables.files if file not in sizes]
    if missing:
        print(
            f"celeba: {len(missing):,} of {len(tables.files):,} images are missing: "
            f"{listed(missing)}."
        )


def _choose(
    tables: Tables, sizes: dict[str, int], folder: Path
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose the images of both splits among those that are there, as rows of the tables.

    Raises:
        UserError: they are too few.
    """
    there = np.array([file in sizes for file in tables.files], bool)
    train = np.flatnonzero(there & (tables.partition == TRAIN))
    test = np.flatnonzero(there & (tables.partition == TEST))
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
    """Return the class of every image.

    Raises:
        UserError: the table lacks a colour of hair.
    """
    lacking = [name for name in _GROUPS[0] if name not in tables.attribute_names]
    if lacking:
        raise UserError(
            f"Cannot use {ATTRIBUTE_TABLE} of CelebA: it has no column for {', '.join(lacking)}."
        )
    columns = [tables.attribute_names.index(f"{colour} hair") for colour in _CLASSES]
    colours = tables.attributes[:, columns]
    first = colours.argmax(1)
    return np.where(colours.any(1), first, len(_CLASSES)).astype(np.int64)


# ——— the array ———


def _cached(
    folder: Path, cache: Path, files: list[str], sizes: dict[str, int]
) -> NDArray[np.uint8]:
    """Return the pixels (N, 3, 64, 64) of `files`, mapped from the cache, made where it is not.

    The array is named after the files' names and sizes, so that other files make another array.

    Raises:
        UserError: some images are damaged.
    """
    content = "\n".join(f"{file} {sizes[file]}" for file in files)
    path = cache / f"celeba-{_VERSION}-{sha256(content.encode())[:16]}.npy"
    shape = (len(files), 3, SIZE, SIZE)
    cache.mkdir(parents=True, exist_ok=True)
    # Of several processes that need it, one makes it and the others wait.
    with FileLock(cache / ".lock"):
        found = _mapped(path, shape)
        if found is not None:
            return found
        remove_leftovers(cache)
        for outdated in cache.glob("celeba-*.npy"):
            outdated.unlink()
        with replacing(path) as temporary:
            _pack(folder / _IMAGES, files, temporary)
        made = _mapped(path, shape)
    assert made is not None  # noqa: S101 (for mypy: it has just been made)
    return made


def _mapped(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """Return the array in `path`; None if it is missing or damaged."""
    try:
        # Copy on write: PyTorch warns of arrays that may not be written.
        found: NDArray[np.uint8] = np.load(path, mmap_mode="c")
    except (OSError, ValueError):
        return None
    return found if found.shape == shape and found.dtype == np.uint8 else None


def _pack(folder: Path, files: list[str], path: Path) -> None:
    """Read every image and write them as one .npy file to `path`, never all of them in memory.

    Raises:
        UserError: some are damaged; it names the first of them.
    """
    shape = (len(files), 3, SIZE, SIZE)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    damaged: list[str] = []
    # Threads, because Pillow decodes and resizes without holding the interpreter's lock.
    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        with (
            path.open("wb") as packed,
            tqdm(total=len(files), unit="image", desc="celeba", dynamic_ncols=True) as bar,
        ):
            np.lib.format.write_array_header_1_0(packed, header)
            read = pool.map(lambda chunk: [_read(folder / file) for file in chunk], chunks)
            for chunk, squares in zip(chunks, read, strict=True):
                for file, square in zip(chunk, squares, strict=True):
                    if square is None:
                        damaged.append(file)
                    else:
                        packed.write(square.tobytes())
                bar.update(len(chunk))
    finally:
        pool.shutdown(cancel_futures=True)
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
