"""The lab as a test sees it: its two benches, its path, what it saves."""

import re
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator

from tests.support.atlas import Atlas

PICTURE = {"first": "lab-first", "second": "lab-second"}


class Lab:
    """The lab of an open page; it is scrolled to, and its first map is ready."""

    def __init__(self, atlas: Atlas, *, wait: bool = True) -> None:
        self.atlas = atlas
        self.page = atlas.page
        self.root = self.page.locator("#lab")
        self.root.evaluate("lab => lab.scrollIntoView({behavior: 'instant'})")
        if wait:
            self.wait("first")
            if self.bench("second").is_visible():
                self.wait("second")

    def bench(self, name: str = "first") -> Locator:
        """Return a bench."""
        return self.root.locator(f"[data-bench={name}]")

    def map(self, name: str = "first") -> Locator:
        """Return a bench's map."""
        return self.bench(name).locator("latent-map")

    def wait(self, name: str = "first") -> None:
        """Wait until a bench's picture and points are drawn."""
        self.bench(name).locator("image-view[state=ready]").wait_for()
        self.bench(name).locator("latent-map[state=ready]").wait_for()

    def choose(self, model: str, beside: str | None = None) -> None:
        """Choose models as the reader does, and wait for them."""
        self.page.select_option("#lab-model", model)
        self.wait("first")
        if beside is not None:
            self.page.select_option("#lab-other", beside)
            if beside:
                self.wait("second")

    def move_to(self, place: tuple[float, float], name: str = "first") -> None:
        """Move on a map, as if the reader's pointer had."""
        self.map(name).evaluate("(map, z) => map.moveTo(z, 'pointer')", list(place))

    def mark(self, name: str = "first") -> tuple[float, float]:
        """Return where a map's z is marked."""
        x, y = self.map(name).evaluate("map => map.z")
        return x, y

    def open_numbers(self, name: str = "first") -> None:
        """Open the box in which z stands as numbers, and wait for its fields."""
        box = self.bench(name).locator("details[data-latents]")
        box.evaluate("box => { box.open = true; }")
        box.locator("input").first.wait_for()  # the browser tells of its opening later

    def z(self, name: str = "first") -> list[float]:
        """Return z as the opened box has it, once the picture's caption has the same."""
        fields = self.bench(name).locator(".latents input")
        caption = self.bench(name).locator("[data-caption]")

        def settled() -> list[float] | None:
            z = [float(value) for value in fields.evaluate_all("all => all.map(f => f.value)")]
            # Of a long z the caption has the first few numbers and how many more there are.
            said = caption.inner_text().partition("…")[0].replace("−", "-")
            shown = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", said)]
            alike = 0 < len(shown) <= len(z) and np.allclose(shown, z[: len(shown)], 0, 0.006)
            return z if alike else None

        found: list[float] = self.atlas.until(settled)
        return found

    def switch(self, layer: str, *, on: bool = True) -> None:
        """Switch a layer."""
        self.root.locator(f"layer-switches input[name={layer}]").set_checked(on)

    def layers(self) -> list[str]:
        """Return the layers that are offered."""
        names: list[str] = self.root.locator("layer-switches input").evaluate_all(
            "all => all.map(input => input.name)"
        )
        return names

    def expect(self, expected: np.ndarray, name: str = "first") -> None:
        """Wait until a bench shows an image (H·W·C,)."""
        self.atlas.expect_image(PICTURE[name], expected)

    def saved(self, control: Locator, folder: Path) -> Path:
        """Press a control that saves a file; return where the file is, under its own name."""
        with self.page.expect_download() as caught:
            control.click()
        path = folder / caught.value.suggested_filename
        caught.value.save_as(path)
        return path

    def program(self, name: str = "first") -> str:
        """Return a bench's Python program."""
        text: str = self.bench(name).locator("code-block").evaluate("block => block.code")
        return text
