"""Pictures that the page shows before any script has run: the map's points, and digits."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from latent_atlas.export.documents.json_numbers import Floats
from latent_atlas.train.palette import class_colour

# Width and number of colours. Small is for maps further down the page: a fifth of the bytes.
LARGE = (720, 128)
SMALL = (360, 32)
# As the page's own renderer draws them (static/src/core/points/points.ts, pointStyle).
_OPACITY = 0.5
_SMALLEST_DIAMETER = 1.5
_PACKING = 0.95
# Points blended at once: few enough to hardly overlap, many enough for numpy.
_BATCH = 500


def map_png(
    mu: Floats,
    labels: NDArray[np.integer[Any]],
    view: dict[str, Any],
    width: int,
    colours: int,
) -> bytes:
    """Draw the points of `view` (centre, scale) as a transparent square PNG.

    Args:
        mu: (N, 2) positions; y grows upwards.
        labels: (N,) class of each, an index into the palette.
        view: what the map shows at first, so that the live map takes over without a jump.
        width: of the picture, in pixels.
        colours: at most so many, each with an opacity; fewer make a smaller file.
    """
    per_unit = width / view["scale"]
    x = (mu[:, 0] - view["centre"][0]) * per_unit + width / 2
    y = width / 2 - (mu[:, 1] - view["centre"][1]) * per_unit
    radius = max(_SMALLEST_DIAMETER, _PACKING * width / np.sqrt(len(mu))) / 2
    reach = int(np.ceil(radius + 0.5))
    offsets = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1)  # rows, columns
    palette = [class_colour(label) for label in range(int(labels.max(initial=0)) + 1)]
    rgb = np.array([ImageColor.getrgb(colour) for colour in palette], dtype=np.float32)
    colours_of_points = rgb[labels]
    # Premultiplied colour and opacity, so that later points lie over earlier ones.
    canvas = np.zeros((width * width, 4), dtype=np.float32)
    for start in range(0, len(mu), _BATCH):
        part = slice(start, start + _BATCH)
        column = np.floor(x[part]).astype(int)[:, None] + offsets[1]
        row = np.floor(y[part]).astype(int)[:, None] + offsets[0]
        distance = np.hypot(column + 0.5 - x[part, None], row + 0.5 - y[part, None])
        alpha = np.clip(radius - distance + 0.5, 0, 1) * _OPACITY
        inside = (alpha > 0) & (column >= 0) & (column < width) & (row >= 0) & (row < width)
        # Where two points of a batch meet, the later one counts.
        pixel, last = np.unique((row * width + column)[inside][::-1], return_index=True)
        point = np.nonzero(inside)[0][::-1][last]
        over = alpha[inside][::-1][last, None].astype(np.float32)
        source = np.hstack([colours_of_points[part][point] * over, over])
        canvas[pixel] = source + canvas[pixel] * (1 - over)
    opacity = canvas[:, 3:]
    colour = canvas[:, :3] / np.maximum(opacity, 1e-6)
    pixels = np.hstack([colour, opacity * 255]).clip(0, 255).astype(np.uint8)
    # Few colours with opacity cut the file to a third; at this point size nobody sees it.
    image = Image.fromarray(pixels.reshape(width, width, 4), "RGBA")
    return _png(image.quantize(colours, method=Image.Quantize.FASTOCTREE))


def image_png(image: Floats) -> bytes:
    """Write one image (C, H, W) in [0, 1] as a PNG, grey or colour."""
    pixels = np.rint(image * 255).clip(0, 255).astype(np.uint8)
    return _png(Image.fromarray(pixels[0] if len(pixels) == 1 else np.moveaxis(pixels, 0, -1)))


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
