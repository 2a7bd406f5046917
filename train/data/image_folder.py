"""A folder of the user's own images, read into tensors; unusable files are listed and skipped.

A class is a folder of the first level, with everything below it. Images
without such folders are one class, named after the folder itself.

Each image is turned upright by its EXIF data, cropped to its central square and resized. Not
letterboxed: images of different shapes would differ most in the width of their bars, and two
latents would be spent on that. Transparent areas become white. If every image is grey, pixels have
one channel; a single one in colour makes it three for all.
"""

import errno
import hashlib
import os
import re
import stat
import threading
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from tqdm import tqdm

from train.data.images import Dataset, Images
from train.errors import UserError

Bytes = NDArray[np.uint8]

IMAGE_SIZE = 28
SMALLEST_SIZE, LARGEST_SIZE = 8, 128
FEWEST_IMAGES = 20
MOST_CLASSES = 256
_TEST_SHARE = 10
"""Every n-th image of a class is held out as the test set."""
_SMALLEST_SIDE = 8
_MOST_PIXELS = 50_000_000
# Above this, one image at a time: a handful of the largest would take gigabytes together.
_LARGE_PIXELS = 8_000_000
_MOST_THREADS = 8
_LISTED = 20
# What Pillow reads in this process. EPS, for one, would start Ghostscript.
_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
_NO_IMAGE = "not an image of a kind that is read here"


@dataclass(frozen=True)
class Skipped:
    """A file that is not used: its printable path inside the folder, and the reason."""

    path: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """The dataset of a folder, and the files that were left out of it."""

    dataset: Dataset
    skipped: list[Skipped]


class _UnusableError(Exception):
    """Why one image is skipped, as part of a sentence."""


def read_folder(folder: Path, size: int = IMAGE_SIZE) -> Reading:
    """Read every image under `folder` as `size` × `size` pixels.

    A tenth of each class, chosen by a hash of the path inside the folder, is the test set; that
    hash is the images' order, too, so that the first thousand of them are a fair sample.

    Raises:
        UserError: there is no such folder, fewer than 20 of its files can be used, or it has more
            than 256 classes. What was skipped has been printed by then.
    """
    files, skipped = _walk(folder)
    squares: dict[str, Bytes] = {}
    with _pillow_bounded():
        for path, found in _read_all(folder, files, size):
            if isinstance(found, str):
                skipped.append(Skipped(_printable(path), found))
            else:
                squares[path] = found
    if any("/" in path for path in squares):
        for path in [path for path in squares if "/" not in path]:
            skipped.append(Skipped(_printable(path), "lies beside the folders of the classes"))
            del squares[path]
    skipped.sort(key=lambda one: one.path)
    _print_skipped(folder, skipped)
    if len(squares) < FEWEST_IMAGES:
        raise UserError(
            f"Nothing can be trained on '{folder_name(folder)}': {FEWEST_IMAGES} images are the "
            f"least, and {len(squares) or 'none'} of its {len(squares) + len(skipped)} files can "
            f"be used."
        )
    return Reading(_dataset(squares, folder_name(folder)), skipped)


def folder_name(folder: Path) -> str:
    """Return the folder's own name, fit to be printed: never a path of this machine."""
    return _printable(folder.resolve().name) or "images"


# ——— which files there are ———


def _walk(folder: Path) -> tuple[list[str], list[Skipped]]:
    """List the files under a folder by their path in it; hidden ones do not count.

    Every folder is read once, however many links lead to it, so a loop ends.
    """
    name = folder_name(folder)
    if not folder.exists():
        raise UserError(f"There is no folder '{name}' to take images from.")
    if not folder.is_dir():
        raise UserError(f"--images needs a folder, and '{name}' is a file.")
    files: list[str] = []
    skipped: list[Skipped] = []
    # A link to a folder that the images lie in would lead back here.
    seen = {_identity(above) for above in folder.resolve().parents}
    folders = [""]
    links: list[str] = []  # followed after all that is really there, so that its own names count
    while folders or links:
        inside = folders.pop() if folders else links.pop(0)
        try:
            identity = _identity(folder / inside)
            if identity in seen:
                skipped.append(Skipped(_printable(inside), "a link to a folder read elsewhere"))
                continue
            seen.add(identity)
            with os.scandir(folder / inside) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            skipped.append(Skipped(_printable(inside or name), "a folder that may not be read"))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = f"{inside}/{entry.name}" if inside else entry.name
            try:
                mode = entry.stat().st_mode
            except OSError as error:
                loop = error.errno == errno.ELOOP
                reason = "a link that leads in a circle" if loop else "a link that leads nowhere"
                skipped.append(Skipped(_printable(path), reason))
                continue
            if stat.S_ISDIR(mode):
                (links if entry.is_symlink() else folders).append(path)
            elif stat.S_ISREG(mode):
                files.append(path)
            else:
                skipped.append(Skipped(_printable(path), "not a file"))
    return files, skipped


def _identity(folder: Path) -> tuple[int, int]:
    """Return what two paths to the same folder have in common."""
    status = folder.stat()
    return status.st_dev, status.st_ino


# ——— from a file to pixels ———


@contextmanager
def _pillow_bounded() -> Iterator[None]:
    """Let Pillow refuse huge images before it decodes them, and keep its other warnings quiet."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _read_all(folder: Path, files: list[str], size: int) -> Iterator[tuple[str, Bytes | str]]:
    """Yield each file's path with its pixels, or with the reason why it has none."""
    # Threads, because Pillow decodes and resizes without holding the interpreter's lock.
    one_large = threading.Lock()
    pool = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1))
    try:
        results = pool.map(lambda path: _read(folder / path, size, one_large), files)
        bar = tqdm(
            zip(files, results, strict=True), total=len(files), unit="file",
            desc=folder_name(folder), dynamic_ncols=True,
        )  # fmt: skip
        yield from bar
    finally:
        pool.shutdown(cancel_futures=True)


def _read(path: Path, size: int, one_large: threading.Lock) -> Bytes | str:
    """Return a file's image (H, W, 3), or (H, W) if it is grey, or the reason why it is skipped."""
    try:
        with Image.open(path, formats=_FORMATS) as image:
            if min(image.size) < _SMALLEST_SIDE:
                raise _UnusableError(f"tiny: {image.width}×{image.height} pixels")
            # A photograph with a depth or brightness map beside it (MPO) has frames, but is one.
            if image.format != "MPO" and getattr(image, "is_animated", False):
                raise _UnusableError("animated, or of several pages")
            if image.width * image.height <= _LARGE_PIXELS:
                return _square(image, size)
            with one_large:
                return _square(image, size)
    except _UnusableError as reason:
        return str(reason)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return f"huge: above {_MOST_PIXELS // 1_000_000} megapixels"
    except UnidentifiedImageError:
        return _NO_IMAGE if path.stat().st_size else "empty"
    except PermissionError:
        return "may not be read"
    # Decoders raise exceptions of many kinds on damaged files.
    except Exception as error:
        return "cut short" if "truncated" in str(error) else "damaged"


def _square(image: Image.Image, size: int) -> Bytes:
    """Return the middle of an opened image as (size, size, 3), or (size, size) where it is grey."""
    image.draft(None, (2 * size, 2 * size))  # a JPEG can be decoded smaller, and much faster
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I") or turned.mode == "F":
        turned = _eight_bits(turned)
    if turned.has_transparency_data:
        turned = turned.convert("RGBA")
        ground = Image.new("RGBA", turned.size, "white")
        turned = Image.alpha_composite(ground, turned)
    fitted = ImageOps.fit(turned.convert("RGB"), (size, size), Image.Resampling.LANCZOS)
    pixels = np.asarray(fitted)
    grey = (pixels == pixels[..., :1]).all()
    return np.ascontiguousarray(pixels[..., 0] if grey else pixels)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Turn whole numbers of 16 bits, or numbers from 0 to 1, into eight bits."""
    values = np.asarray(image, dtype=np.float32)
    if not np.isfinite(values).all():
        raise _UnusableError("damaged")
    most = 1.0 if image.mode == "F" else 65535.0
    return Image.fromarray(np.rint(values / most * 255).clip(0, 255).astype(np.uint8))


# ——— from pixels to a dataset ———


def _dataset(squares: dict[str, Bytes], name: str) -> Dataset:
    """Put images by path together: classes, order, and a tenth of each class held out.

    Raises:
        UserError: there are more than 256 classes.
    """
    class_of = {path: _class_name(path) or name for path in squares}
    class_names = sorted(set(class_of.values()), key=_natural)
    if len(class_names) > MOST_CLASSES:
        raise UserError(
            f"'{name}' has {len(class_names)} classes, one for each folder in it, and at most "
            f"{MOST_CLASSES} can be trained."
        )
    order = sorted(squares, key=lambda path: hashlib.sha256(os.fsencode(path)).digest())
    counts = Counter(class_of.values())
    # At least one image is held out, from a class that can spare it.
    room = {label: counts[label] // _TEST_SHARE for label in class_names}
    if not any(room.values()):
        room[max(class_names, key=counts.__getitem__)] = 1
    held_out: list[str] = []
    training: list[str] = []
    for path in order:
        part = held_out if room[class_of[path]] > 0 else training
        room[class_of[path]] -= 1
        part.append(path)
    channels = 1 if all(square.ndim == 2 for square in squares.values()) else 3
    label_of = {label: index for index, label in enumerate(class_names)}

    def images(paths: list[str]) -> Images:
        height, width = squares[paths[0]].shape[:2]
        pixels = np.empty((len(paths), channels, height, width), np.uint8)
        for row, path in zip(pixels, paths, strict=True):
            row[:] = _planes(squares[path])
        labels = torch.tensor([label_of[class_of[path]] for path in paths])
        return Images(torch.from_numpy(pixels), labels, len(class_names))

    return Dataset(images(training), images(held_out), tuple(class_names))


def _class_name(path: str) -> str:
    """Return the name of a path's class, "" where it is in no folder."""
    first, slash, _ = path.partition("/")
    return _printable(first) if slash else ""


def _planes(square: Bytes) -> Bytes:
    """Turn (H, W) into (1, H, W), and (H, W, 3) into (3, H, W)."""
    return square[np.newaxis] if square.ndim == 2 else np.moveaxis(square, -1, 0)


def _natural(name: str) -> tuple[object, ...]:
    """Sort by letters without case, and by numbers as numbers: 2 before 10."""
    parts = re.split("([0-9]+)", name.casefold())
    return *(int(part) if index % 2 else part for index, part in enumerate(parts)), name


def _printable(path: str) -> str:
    """Return a path as one line of valid text in composed letters, from any bytes."""
    text = unicodedata.normalize("NFC", os.fsencode(path).decode("utf-8", "replace"))
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _print_skipped(folder: Path, skipped: list[Skipped]) -> None:
    """List the skipped files, one a line; of very many, the first ones and a count."""
    if not skipped:
        return
    files = "1 file is" if len(skipped) == 1 else f"{len(skipped):,} files are"
    print(f"{folder_name(folder)}: {files} skipped:")
    for one in skipped[:_LISTED]:
        print(f"  {one.path}: {one.reason}")
    if len(skipped) > _LISTED:
        print(f"  and {len(skipped) - _LISTED:,} more")
