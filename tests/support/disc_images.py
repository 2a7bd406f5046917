"""Makes folders of invented images: coloured or grey discs whose place and hue tell the class."""

from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = ((220, 60, 40), (50, 180, 70), (60, 90, 220), (230, 200, 40))


def disc(
    seed: int, kind: int, size: tuple[int, int] = (40, 48), *, grey: bool = False
) -> Image.Image:
    """Return an image (width, height) of one disc; `kind` decides its height and colour."""
    rng = np.random.default_rng([seed, kind])
    width, height = size
    y, x = np.mgrid[:height, :width]
    centre = (0.3 + 0.4 * rng.random()) * width, (0.2 + 0.2 * kind) * height
    inside = np.hypot(x - centre[0], y - centre[1]) < 0.18 * width
    pixels = rng.integers(0, 30, (height, width, 3), dtype=np.uint8)
    pixels[inside] = COLOURS[kind]
    image = Image.fromarray(pixels)
    return image.convert("L") if grey else image


def make_folder(folder: Path, classes: dict[str, int], *, grey: bool = False) -> Path:
    """Write so many images for each class folder ("" for none); return `folder`."""
    for kind, (name, count) in enumerate(classes.items()):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for seed in range(count):
            disc(seed, kind, grey=grey).save(folder / name / f"{seed:03d}.png")
    return folder
