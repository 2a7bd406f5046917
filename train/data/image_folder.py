"""A folder of the user's own images, read into tensors; unusable files are listed and skipped.

A class is a folder of the first level, with everything below it. Images
without such folders are one class, named after the folder itself. Where the folders of the first
level are `train` and `test` or `val`, the split is theirs, and the classes are the folders in them.

Each image is turned upright by its EXIF data, cropped to its central square and resized. Not
letterboxed: images of different shapes would differ most in the width of their bars, and two
latents would be spent on that. Transparent areas become white, or black where nothing could be seen
on white. Values of other than eight bits are scaled by the depth that the brightest of the
folder needs. If every image is grey, pixels have one channel; a single one in colour makes it three
for all.
"""

import os
import unicodedata
import warnings
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from latent_atlas.train.data.contact_sheet import NEARLY_CONSTANT
from latent_atlas.train.data.images import Dataset
from latent_atlas.train.data.in_threads import in_threads
from latent_atlas.train.data.own_dataset import FEWEST_IMAGES, Bytes, own_dataset
from latent_atlas.train.errors import UserError

Floats = NDArray[np.float32]

IMAGE_SIZE = 28
SMALLEST_SIZE, LARGEST_SIZE = 8, 128
_SPLITS = {
    "train": "train", "training": "train",
    "test": "test", "testing": "test",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
}  # fmt: skip
_DARKEST_PHOTOGRAPHS = 64
"""Images that all stay below this are masks, whose values number things, or of fewer bits."""
_SMALLEST_SIDE = 8
_MOST_PIXELS = 50_000_000
# A decoded image of the largest takes some 400 MB.
_MOST_THREADS = 4
_LISTED = 20
# What Pillow reads in this process. EPS, for one, would start Ghostscript.
_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")

_HEIC = "HEIC, which is not read here: convert it to JPEG or PNG"
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


class _Deep(NamedTuple):
    """A grey image of more than eight bits, (H, W), and its extremes before it was resized."""

    values: Floats
    low: float
    high: float


class Reading(NamedTuple):
    """The dataset of a folder, and why each file that was left out was: printable path → reason."""

    dataset: Dataset
    skipped: dict[str, str]


def read_folder(folder: Path, size: int = IMAGE_SIZE) -> Reading:
    """Read every image under `folder` as `size` × `size` pixels.

    Unless the folder is split already, a tenth of each class, chosen by a hash of the path inside
    the folder, is the test set; that hash is the images' order, too, so that the first thousand of
    them are a fair sample.

    Raises:
        UserError: there is no such folder, fewer than 20 of its files can be used, or it has more
            than 1,000 classes. What was skipped has been printed by then.
    """
    name = folder_name(folder)
    files, walked = _walk(folder)
    skipped = dict(walked)
    images: dict[str, Bytes | _Deep] = {}
    with warnings.catch_warnings(action="ignore"):  # Pillow's, of files that it reads all the same
        read = in_threads(
            lambda path: _read(folder / path, size), files, name, "file", _MOST_THREADS
        )
        for path, found in zip(files, read, strict=True):
            if isinstance(found, str):
                skipped[path] = found
            else:
                images[path] = found
    class_of, held_out, unused = _sort_out(images, name)
    skipped |= unused
    skipped = {_printable(path): skipped[path] for path in sorted(skipped)}
    if skipped:
        files_are = "1 file is" if len(skipped) == 1 else f"{len(skipped):,} files are"
        print(f"{name}: {files_are} skipped:")
        for path, reason in list(skipped.items())[:_LISTED]:
            print(f"  {path}: {reason}")
        if len(skipped) > _LISTED:
            print(f"  and {len(skipped) - _LISTED:,} more")
    heic = sum(reason == _HEIC for reason in skipped.values())
    advice = ""
    if heic:
        advice = f" {heic:,} of them are HEIC; convert these to JPEG or PNG first."
        print(f"{name}:{advice}")
    if len(class_of) < FEWEST_IMAGES:
        raise UserError(
            f"Nothing can be trained on '{name}': {FEWEST_IMAGES} images are the least, and "
            f"{len(class_of) or 'none'} of its {len(files) + len(walked)} files can be used."
            f"{advice}"
        )
    squares = _in_eight_bits({path: images[path] for path in class_of}, name)
    return Reading(own_dataset(squares, class_of, name, held_out), skipped)


def folder_name(folder: Path) -> str:
    """Return the folder's own name, fit to be printed: never a path of this machine."""
    return _printable(folder.resolve().name) or "images"


def _walk(folder: Path) -> tuple[list[str], dict[str, str]]:
    """List the files under a folder by their path in it, and those skipped; hidden ones not.

    Every folder is read once, however many links lead to it, so a loop ends.
    """
    name = folder_name(folder)
    if not folder.exists():
        raise UserError(f"There is no folder '{name}' to take images from.")
    if not folder.is_dir():
        raise UserError(f"--images needs a folder or an .npz file, and '{name}' is a file.")
    files: list[str] = []
    skipped: dict[str, str] = {}
    seen = set(folder.resolve().parents)  # a link to one of them would lead back here
    folders = [folder]
    links: list[Path] = []
    while folders or links:
        inside = folders.pop() if folders else links.pop(0)  # names that are really there first
        if inside.resolve() in seen:
            skipped[str(inside.relative_to(folder))] = "a link to a folder read elsewhere"
            continue
        seen.add(inside.resolve())
        try:
            for entry in sorted(inside.iterdir()):
                path = str(entry.relative_to(folder))
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    (links if entry.is_symlink() else folders).append(entry)
                elif entry.is_file():
                    files.append(path)
                elif entry.is_symlink():
                    skipped[path] = "a link that leads nowhere or leads in a circle"
                else:
                    skipped[path] = "not a file"
        except OSError:
            skipped[str(inside.relative_to(folder))] = "a folder that may not be read"
    return files, skipped


def _sort_out(
    paths: Collection[str], name: str
) -> tuple[dict[str, str], frozenset[str], dict[str, str]]:
    """Return the class of each image that is used, those a split holds out, and why others are not.

    Says so where the folder is split already.
    """
    tops = sorted({path.split("/")[0] for path in paths if "/" in path})
    is_split = _is_split(tops)
    part_of = {
        path: _SPLITS.get(path.split("/")[0].casefold(), "") if is_split else "train"
        for path in paths
    }
    inside = {path: path.partition("/")[2] if is_split else path for path in paths}
    in_folders = any("/" in inside[path] for path in paths if part_of[path] == "train")
    unused: dict[str, str] = {}
    class_of: dict[str, str] = {}
    for path in paths:
        if not inside[path] or (in_folders and "/" not in inside[path]):
            unused[path] = "lies beside the folders of the classes"
        else:
            class_of[path] = _printable(inside[path].split("/")[0]) if in_folders else name
    if not is_split:
        seconds = {path.split("/")[1] for path in paths if path.count("/") > 1}
        if len(tops) == 1 and _is_split(seconds):
            print(
                f"{name}: '{_printable(tops[0])}' in it is split already; to train on its split, "
                f"name that folder with --images."
            )
        return class_of, frozenset(), unused
    known = {class_of[path] for path in class_of if part_of[path] == "train"}
    for path in [path for path in class_of if class_of[path] not in known]:
        unused[path] = "is of a class without images to train on"
        del class_of[path]
    counts = Counter(part_of[path] for path in class_of)
    test = "test" if counts["test"] else "validation"
    held_out = frozenset(path for path in class_of if part_of[path] == test)
    says = f"{len(held_out):,} of {test} are held out" if held_out else "a tenth is held out"
    if test == "test" and counts["validation"]:
        says += f", and the {counts['validation']:,} of validation are not used"
    print(f"{name}: split already; {counts['train']:,} images are of train, {says}.")
    return {p: c for p, c in class_of.items() if part_of[p] in ("train", test)}, held_out, unused


def _is_split(names: Collection[str]) -> bool:
    """Tell whether folders of these names are a split, one of them to train on."""
    parts = {_SPLITS.get(name.casefold()) for name in names}
    return "train" in parts and None not in parts


def _read(path: Path, size: int) -> Bytes | _Deep | str:
    """Return a file's image (H, W, 3), or (H, W) if it is grey, or the reason why it is skipped."""
    huge = f"huge: above {_MOST_PIXELS // 1_000_000} megapixels"
    try:
        with Image.open(path, formats=_FORMATS) as image:
            if min(image.size) < _SMALLEST_SIDE:
                return f"tiny: {image.width}×{image.height} pixels"
            if image.width * image.height > _MOST_PIXELS:
                return huge
            # A photograph with a depth or brightness map beside it (MPO) has frames, but is one.
            if image.format != "MPO" and getattr(image, "is_animated", False):
                return "animated, or of several pages"
            return _square(image, size)
    except Image.DecompressionBombError:
        return huge
    except UnidentifiedImageError:
        if _is_heic(path):
            return _HEIC
        return "not an image of a kind that is read here" if path.stat().st_size else "empty"
    except PermissionError:
        return "may not be read"
    # Decoders raise exceptions of many kinds on damaged files.
    except Exception as error:
        return "cut short" if "truncated" in str(error) else "damaged"


def _is_heic(path: Path) -> bool:
    """Tell whether a file that Pillow cannot read is a photograph as telephones store them."""
    with path.open("rb") as file:
        start = file.read(12)
    return start[4:8] == b"ftyp" and start[8:12] in _HEIC_BRANDS


def _square(image: Image.Image, size: int) -> Bytes | _Deep:
    """Return the middle of an opened image as (size, size, 3), or (size, size) where it is grey."""
    image.draft(None, (2 * size, 2 * size))  # a JPEG can be decoded smaller, and much faster
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I") or turned.mode == "F":
        values = np.asarray(turned, dtype=np.float32)
        if not np.isfinite(values).all():
            raise ValueError("an image with infinite values")
        low, high = float(values.min()), float(values.max())
        return _Deep(_fitted(Image.fromarray(values), size).clip(low, high), low, high)
    if turned.has_transparency_data:
        pixels = _on_ground(_fitted(turned.convert("RGBA"), size))
    else:
        pixels = _fitted(turned.convert("RGB"), size)
    grey = (pixels == pixels[..., :1]).all()
    return np.ascontiguousarray(pixels[..., 0] if grey else pixels)


def _fitted(image: Image.Image, size: int) -> NDArray[Any]:
    return np.asarray(ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS))


def _on_ground(pixels: Bytes) -> Bytes:
    """Lay (H, W, 4) on white, or on black if it can be seen there alone: (H, W, 3)."""
    colour, opacity = pixels[..., :3], pixels[..., 3:] / 255
    white, black = (colour * opacity + ground * (1 - opacity) for ground in (255, 0))
    on_black = white.std((0, 1)).max() < NEARLY_CONSTANT < black.std((0, 1)).max()
    return np.rint(black if on_black else white).astype(np.uint8)


def _in_eight_bits(images: dict[str, Bytes | _Deep], name: str) -> dict[str, Bytes]:
    """Scale values of another depth to eight bits; the brightest image tells the depth.

    Negative values tell of no depth, and the darkest and brightest become black and white.
    """
    deep = [image for image in images.values() if isinstance(image, _Deep)]
    others = [image for image in images.values() if not isinstance(image, _Deep)]
    low, high = 0.0, 255.0
    if deep:
        low, high = min(0.0, *(image.low for image in deep)), max(image.high for image in deep)
    else:
        brightest = max(float(image.max()) for image in others)
        high = brightest if brightest < _DARKEST_PHOTOGRAPHS else high
    if low == 0:
        high = max(1, 2 ** round(high).bit_length() - 1)
    if not deep and high == 255:
        return {path: image for path, image in images.items() if not isinstance(image, _Deep)}
    print(f"{name}: values from {low:g} to {high:g} become black to white.")

    def scaled(values: NDArray[Any]) -> Bytes:
        return np.rint((values - low) / (high - low or 1) * 255).clip(0, 255).astype(np.uint8)

    return {
        path: scaled(image.values) if isinstance(image, _Deep) else image if deep else scaled(image)
        for path, image in images.items()
    }


def _printable(path: str) -> str:
    """Return a path as one line of valid text in composed letters, from any bytes."""
    text = unicodedata.normalize("NFC", os.fsencode(path).decode("utf-8", "replace"))
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
