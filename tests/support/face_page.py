"""Section "faces" as a test sees it, pictures for its reader to open, and its draws in Python."""

import io
import json
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator

from tests.support.atlas import Atlas
from tests.support.reference import Reference

SLOW = 90.0
"""Seconds for whatever loads models."""
KINDS = {"vae": "Plain", "perceptual-vae": "Perceptual", "vae-gan": "Adversarial"}


class Faces:
    """What a release knows of its models of faces, and the section of an open page."""

    def __init__(self, atlas: Atlas, reference: Reference, model_id: str) -> None:
        self.atlas = atlas
        self.page = atlas.page
        self.reference = reference
        self.id = model_id
        self.section = atlas.page.locator("#faces")

    def document(self, name: str, model_id: str | None = None) -> Any:
        model = self.reference.model(model_id or self.id)
        return json.loads(self.reference.read(model[name]))

    @property
    def mu(self) -> np.ndarray:
        return np.array(self.document("examples")["mu"])

    def names(self) -> list[str]:
        names: list[str] = self.document("attributes")["names"]
        return names

    def vectors(self, form: str = "raw") -> np.ndarray:
        key = "vectors" if form == "raw" else "orthogonal"
        return np.array(self.document("attributes")[key])

    def decode(self, z: Any, model_id: str | None = None) -> np.ndarray:
        return self.reference.decode(model_id or self.id, np.atleast_2d(z).tolist())

    def expect(self, name: str, z: Any, model_id: str | None = None) -> None:
        """Wait until a view shows what z decodes to."""
        self.atlas.expect_image(name, self.decode(z, model_id)[0], tolerance=2e-3)

    # ——— the page ———

    def enter(self) -> "Faces":
        """Scroll to the section and wait until it answers."""
        self.section.evaluate("section => section.scrollIntoView({behavior: 'instant'})")
        ready = {"state": "attached", "timeout": 1000 * SLOW}
        self.section.locator("attribute-sliders[state=ready]").wait_for(**ready)
        self.section.locator('image-view[name="faces-decoded"][state=ready]').wait_for(**ready)
        self.section.locator("#faces-examples[state=ready]").wait_for(**ready)
        return self

    def go_to(self, selector: str) -> Locator:
        """Scroll to a figure of the section, whose script starts then."""
        figure = self.section.locator(selector)
        figure.evaluate("figure => figure.scrollIntoView({behavior: 'instant', block: 'center'})")
        return figure

    @property
    def sliders(self) -> Locator:
        return self.section.locator("attribute-sliders")

    def weights(self) -> np.ndarray:
        return np.array(self.sliders.evaluate("sliders => sliders.z"))

    def grid(self, locator: Locator) -> np.ndarray:
        """Return what a grid's canvases show, (n, H, W, 3) uint8."""
        shown = locator.evaluate(
            """grid => [...grid.shadowRoot.querySelectorAll("canvas")].map(canvas => {
              const { width, height } = canvas;
              const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
              return { width, height, data: [...data].filter((_, i) => i % 4 < 3) };
            })"""
        )
        return np.array(
            [np.array(one["data"]).reshape(one["height"], one["width"], 3) for one in shown]
        )

    def pixels(self, name: str) -> np.ndarray:
        """Return what a view holds, (H, W, 3)."""
        held = self.atlas.pixels(name)
        assert held is not None
        side = int(np.sqrt(len(held) / 3))
        return held.reshape(side, side, 3)


def models_of(reference: Reference) -> dict[str, str]:
    """Return the ids of the models of faces by kind, of the dataset that the page shows."""
    found = [m for m in reference.manifest["models"] if "attributes" in m and m["kind"] in KINDS]
    if not found:
        return {}
    first = next((model for model in found if model["id"] == "faces-vae"), found[0])
    kinds: dict[str, str] = {}
    for model in found:
        if model["dataset"] == first["dataset"]:
            kinds.setdefault(model["kind"], model["id"])
    return {kind: kinds[kind] for kind in KINDS if kind in kinds}


def draw(seed: int, size: int) -> np.ndarray:
    """Draw z ~ N(0, I) as core/random does: Mulberry32, then Box and Muller."""
    state = seed

    def uniform() -> float:
        nonlocal state
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        mixed = (state ^ (state >> 15)) * (state | 1) & 0xFFFFFFFF
        mixed ^= (mixed + ((mixed ^ (mixed >> 7)) * (mixed | 61) & 0xFFFFFFFF)) & 0xFFFFFFFF
        return ((mixed ^ (mixed >> 14)) & 0xFFFFFFFF) / 2**32

    z: list[float] = []
    while len(z) < size:
        radius = np.sqrt(-2 * np.log(1 - uniform()))
        angle = 2 * np.pi * uniform()
        z += [radius * np.cos(angle), radius * np.sin(angle)]
    return np.array(z[:size])


# ——— pictures to open ———


def quadrants(width: int = 300, height: int = 200) -> Image.Image:
    """Return a picture of four colours: red, green over blue, yellow."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (220, 30, 30)
    pixels[: height // 2, width // 2 :] = (30, 180, 30)
    pixels[height // 2 :, : width // 2] = (30, 30, 200)
    pixels[height // 2 :, width // 2 :] = (230, 210, 40)
    return Image.fromarray(pixels)


def file_of(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture's file."""
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def turned_jpeg(picture: Image.Image) -> bytes:
    """Return a JPEG of a camera held upright: stored on its side, to be turned right."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return file_of(picture, "JPEG", quality=95, exif=exif)


def large_png(width: int, height: int) -> bytes:
    """Return a PNG of so many pixels of one grey, made row by row."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    packer = zlib.compressobj(1)
    row = b"\0" + bytes([100]) * width
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )
