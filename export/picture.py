"""Pictures that a page shows before any script has run: the map's points, and digits."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Petroff (2021), "Accessible Color Sequences for Data Visualization", ten colours: chosen for
# readers with colour vision deficiencies, and of middling lightness, so they hold on light and
# dark. Reordered so that digits that share a place on the map (3 5 8, 4 7 9) differ most.
PALETTE = (
    "#3f90da", "#ffa90e", "#bd1f01", "#92dadd", "#832db6",
    "#e76300", "#a96b59", "#b9ac70", "#717581", "#94a4a2",
)  # fmt: skip

WIDTH = 720
_SUPERSAMPLING = 2
_RADIUS = 1.25  # in pixels of the finished picture
_ALPHA = 0.85


def map_png(
    mu: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]], view: dict[str, Any]
) -> bytes:
    """Draw the points of `view` (centre, scale) as a transparent square PNG.

    Args:
        mu: (N, 2) positions; y grows upwards.
        labels: (N,) class of each, an index into the palette.
        view: what the map shows at first, so that the live map takes over without a jump.
    """
    size = WIDTH * _SUPERSAMPLING
    per_unit = size / view["scale"]
    x = (mu[:, 0] - view["centre"][0]) * per_unit + size / 2
    y = size / 2 - (mu[:, 1] - view["centre"][1]) * per_unit
    painted = np.full((size, size), -1, dtype=np.int16)
    radius = _RADIUS * _SUPERSAMPLING
    reach = int(np.ceil(radius))
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            near = (column + dx + 0.5 - x) ** 2 + (row + dy + 0.5 - y) ** 2 <= radius**2
            inside = (column + dx >= 0) & (column + dx < size) & (row + dy >= 0) & (row + dy < size)
            use = near & inside
            painted[row[use] + dy, column[use] + dx] = labels[use]
    colours = np.array([_rgb(colour) for colour in PALETTE], dtype=np.float32)
    covered = painted >= 0
    rgb = np.where(covered[..., None], colours[painted % len(PALETTE)], 0.0)
    alpha = covered.astype(np.float32)
    blocks = (WIDTH, _SUPERSAMPLING, WIDTH, _SUPERSAMPLING)
    alpha_mean = alpha.reshape(blocks).mean(axis=(1, 3))
    rgb_mean = rgb.reshape(*blocks, 3).mean(axis=(1, 3)) / np.maximum(alpha_mean, 1e-6)[..., None]
    pixels = np.dstack([rgb_mean, alpha_mean * _ALPHA * 255]).clip(0, 255).astype(np.uint8)
    # 128 colours with alpha cut the file to a quarter; no eye tells at this point size.
    image = Image.fromarray(pixels, "RGBA").quantize(128, method=Image.Quantize.FASTOCTREE)
    return _png(image)


def image_png(image: NDArray[np.floating[Any]]) -> bytes:
    """Write one image (C, H, W) in [0, 1] as a PNG, grey or colour."""
    pixels = np.rint(image * 255).clip(0, 255).astype(np.uint8)
    if pixels.shape[0] == 1:
        return _png(Image.fromarray(pixels[0], "L"))
    return _png(Image.fromarray(np.moveaxis(pixels, 0, -1), "RGB"))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
