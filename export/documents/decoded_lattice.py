"""One picture of decodings on a lattice: what the page blends until the model has loaded."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_atlas.export.documents.json_numbers import Floats
from latent_atlas.export.onnx_graphs.parity import make_session

SIZE = 40
"""Tiles along each side."""
RANGE = 3.5
"""The lattice reaches from −RANGE to RANGE, latent units: beyond lie 5 in 10,000 of the prior."""
EXPONENT = 1.4
"""Above 1 tiles are closer together in the middle, where the digits are."""
_QUALITY = 50
"""Of WebP: at 40 × 40 tiles of digits a better one doubles the bytes and saves no visible error."""


def lattice_axis(size: int = SIZE) -> NDArray[np.float64]:
    """Return the coordinates of the tiles along an axis, ascending: (size,)."""
    t = np.linspace(-1, 1, size)
    return RANGE * np.sign(t) * np.abs(t) ** EXPONENT


def lattice_webp(decoder: bytes, size: int = SIZE) -> tuple[bytes, dict[str, Any]]:
    """Decode a lattice of size × size points with an unconditioned graph of two latents.

    Returns:
        The tiles side by side as WebP, z₂ growing upwards as on the map, and what the manifest
        says of them.
    """
    axis = lattice_axis(size)
    z = np.stack([np.tile(axis, size), np.repeat(axis[::-1], size)], axis=1).astype(np.float32)
    images: Floats = make_session(decoder).run(["image"], {"z": z})[0]  # (size², C, H, W)
    _, channels, height, width = images.shape
    rows = images.reshape(size, size, channels, height, width)
    sheet = rows.transpose(0, 3, 1, 4, 2).reshape(size * height, size * width, channels)
    pixels = np.rint(sheet * 255).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "WEBP", quality=_QUALITY, method=6)
    return buffer.getvalue(), {
        "size": size, "range": RANGE, "exponent": EXPONENT,
        "tile": {"width": width, "height": height},
    }  # fmt: skip
