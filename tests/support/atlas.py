"""The page as a test sees it: its sections, what its elements hold, and its pixels."""

import base64
import io
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page

PATIENCE = 40.0
"""Seconds in which anything the page does must have happened."""

_TO_BASE64 = """pixels => {
  if (pixels === null) return null;
  const bytes = new Uint8Array(Float32Array.from(pixels).buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192)
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}"""

# What the reader would still have to wait for, in an element and in all shadow roots in it. Where
# that is more than a screen away, goes back to the element's start: it was passed before the script
# came that watches for it to be seen.
_WAITING = """element => {
  const found = [];
  const visit = root => {
    for (const node of root.querySelectorAll("*")) {
      const waits = node.matches(
        ":not(:defined), [state=loading], latent-map:not([state=ready]), .waits");
      if (waits && node.checkVisibility()) found.push(node);
      if (node.shadowRoot) visit(node.shadowRoot);
    }
  };
  visit(element);
  if (found.some(node => node.getBoundingClientRect().bottom < -innerHeight))
    element.scrollIntoView({behavior: "instant"});
  return found.map(node => node.cloneNode().outerHTML.slice(0, 120));
}"""
# Scrolls on by a screen where an element's end is not seen yet; says whether it had to.
_SCROLL_ON = """element => {
  const goes = element.getBoundingClientRect().bottom > innerHeight + 1;
  if (goes) scrollBy({top: innerHeight, behavior: "instant"});
  return goes;
}"""
_TWO_FRAMES = """() => new Promise(done =>
  requestAnimationFrame(() => requestAnimationFrame(done)))"""

# What an image view's canvas shows.
_CANVAS = """view => {
  const canvas = view.shadowRoot.querySelector("canvas");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return [...data].filter((_, i) => i % 4 < view.channels);
}"""


class Atlas:
    """One open page. `url` is the server's address, without a slash at its end."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, fragment: str = "") -> "Atlas":
        """Load the page and wait until the first section answers."""
        self.page.goto(f"{self.url}/{fragment}")
        self.wait_live("hover")
        return self

    def load(self) -> "Atlas":
        """Load the page without waiting for its models."""
        self.page.goto(f"{self.url}/")
        return self

    def map(self, section: str = "hover") -> Locator:
        """Return the section's map."""
        return self.page.locator(f"#{section} latent-map")

    def image(self, name: str) -> Locator:
        """Return an image view."""
        return self.page.locator(f'image-view[name="{name}"]')

    def show(self, section: str) -> None:
        """Scroll to a section's figure, at once; its models start to load."""
        self.map(section).evaluate("map => map.scrollIntoView({behavior: 'instant', block: 'end'})")

    def enter(self, section: str) -> None:
        """Scroll to a section and wait until it is live."""
        self.show(section)
        self.wait_live(section)
        self.show(section)  # sections above that came to life with it may have moved it

    def wait_laid_out(self) -> "Atlas":
        """Wait until every section is laid out: before, one far from the screen has no text."""
        waiting = "[...document.querySelectorAll('main > section + section')]"
        laid_out = "section => getComputedStyle(section).contentVisibility === 'visible'"
        self.until(lambda: self.page.evaluate(f"{waiting}.every({laid_out})"))
        return self

    @property
    def sections(self) -> list[str]:
        """Return the ids of all sections, in order."""
        ids: list[str] = self.page.locator("main > section").evaluate_all(
            "sections => sections.map(({ id }) => id)"
        )
        return ids

    def read_through(self, *sections: str) -> "Atlas":
        """Scroll through all sections or some, a screen at a time, until each is live."""
        for section in sections or self.sections:
            root = self.page.locator(f"#{section}")
            root.evaluate("section => section.scrollIntoView({behavior: 'instant'})")
            self.frames()
            waiting: list[str] = []

            def is_read(root: Locator = root, waiting: list[str] = waiting) -> bool:
                # A section grows while it comes to life: its end is looked for each time anew.
                if root.evaluate(_SCROLL_ON):
                    self.frames()
                    return False
                waiting[:] = root.evaluate(_WAITING)
                if waiting:
                    self.frames()
                return not waiting

            try:
                self.until(is_read)
            except AssertionError as error:
                raise AssertionError(f"{section} never came to life: {waiting}") from error
        return self

    def frames(self) -> None:
        """Wait until the page has drawn what is now, and told its observers."""
        self.page.evaluate(_TWO_FRAMES)

    def timers(self, delay_ms: int) -> None:
        """Let every timer of the page run that is due within `delay_ms`: none starts after ours."""
        self.page.evaluate("delay => new Promise(done => setTimeout(done, delay))", delay_ms)
        self.frames()

    def resize(self, width: int, height: int) -> None:
        """Give the window another size, and the page time to follow."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.until(lambda: self.page.evaluate("[innerWidth, innerHeight]") == [width, height])
        self.frames()

    def wait_live(self, section: str) -> None:
        """Wait until a section's points are drawn and its models have been loaded."""
        self.page.locator(f"#{section} latent-map[state=ready]").wait_for(state="attached")
        first = {
            "hover": "decoded", "draw": "reconstruction", "labels": "class-9",
            "control": "control-decoded", "classify": "classify-decoded",
        }[section]  # fmt: skip
        loaded = ":not([state=loading])" if section == "draw" else "[state=ready]"
        self.page.locator(f'image-view[name="{first}"]{loaded}').wait_for(state="attached")

    def z(self, section: str = "hover") -> tuple[float, float] | None:
        """Return where a map's z is."""
        z = self.map(section).evaluate("map => map.z")
        return None if z is None else (z[0], z[1])

    def view(self, section: str = "hover") -> dict[str, Any]:
        """Return what a map shows: centre and scale."""
        view: dict[str, Any] = self.map(section).evaluate(
            "map => ({centre: [...map.view.centre], scale: map.view.scale})"
        )
        return view

    def move_to(self, z: tuple[float, float], section: str = "hover") -> None:
        """Move z exactly, as if the reader's pointer had."""
        self.map(section).evaluate("(map, z) => map.moveTo(z, 'pointer')", list(z))

    def pixels(self, name: str) -> np.ndarray | None:
        """Return what an image view holds, (H·W·C,) float32, or None before its first image."""
        text = self.image(name).evaluate(f"view => ({_TO_BASE64})(view.pixels)")
        return None if text is None else np.frombuffer(base64.b64decode(text), np.float32)

    def drawn(self, name: str) -> np.ndarray:
        """Return what an image view's canvas shows, (H·W·C,) uint8."""
        return np.array(self.image(name).evaluate(_CANVAS), np.uint8)

    def surface(self, section: str = "hover") -> dict[str, float]:
        """Return the box of a map's surface on the screen."""
        box: dict[str, float] | None = self.map(section).locator(".surface").bounding_box()
        assert box is not None
        return box

    def at(self, x: float, y: float, section: str = "hover") -> tuple[float, float]:
        """Map a place on a map, in shares of its surface, to the screen."""
        box = self.surface(section)
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def data_at(self, place: tuple[float, float], section: str = "hover") -> tuple[float, float]:
        """Map a place on the screen to the latent point that the map shows there."""
        box, view = self.surface(section), self.view(section)
        units = view["scale"] / min(box["width"], box["height"])
        return (
            view["centre"][0] + (place[0] - box["x"] - box["width"] / 2) * units,
            view["centre"][1] - (place[1] - box["y"] - box["height"] / 2) * units,
        )

    def place_of(self, z: tuple[float, float], section: str = "hover") -> tuple[float, float]:
        """Map a latent point to the screen: the inverse of `data_at`."""
        box, view = self.surface(section), self.view(section)
        units = view["scale"] / min(box["width"], box["height"])
        return (
            box["x"] + box["width"] / 2 + (z[0] - view["centre"][0]) / units,
            box["y"] + box["height"] / 2 - (z[1] - view["centre"][1]) / units,
        )

    def hover(self, x: float, y: float, section: str = "hover") -> tuple[float, float]:
        """Move the pointer to a place on a map, as `at` maps it; return the z that is there.

        Again where sections above have just moved the map.
        """

        def there() -> tuple[float, float] | None:
            place = self.at(x, y, section)
            self.page.mouse.move(*place)
            z = self.z(section)
            is_there = z is not None and np.allclose(z, self.data_at(place, section), 0, 1e-5)
            return z if is_there else None

        z: tuple[float, float] = self.until(there, "the pointer is elsewhere")
        return z

    def shot(self, target: Locator | None = None) -> np.ndarray:
        """Return the screen's or an element's pixels, (H, W, 3) uint8."""
        data = self.page.screenshot() if target is None else target.screenshot()
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))

    def still_shot(self, target: Locator) -> np.ndarray:
        """Return an element's pixels, (H, W, 3) int64, once they no longer change."""
        last = self.shot(target).astype(int)

        def rests() -> bool:
            nonlocal last
            before, last = last, self.shot(target).astype(int)
            return np.array_equal(before, last)

        self.until(rests, "it never comes to rest")
        return last

    def points_shot(self, map_: Locator) -> np.ndarray:
        """Return a map's surface, (H, W, 3) int64, once its points are drawn and at rest.

        A map that comes back from far away is ready, and shows its picture until its points are
        drawn anew.
        """
        map_.evaluate("map => map.scrollIntoView({behavior: 'instant', block: 'end'})")
        map_.locator(".picture.replaced").wait_for(state="attached")
        return self.still_shot(map_.locator(".surface"))

    def until(self, what: Callable[[], Any], message: str = "", seconds: float = PATIENCE) -> Any:
        """Ask again and again; return the first answer that is true."""
        deadline = time.monotonic() + seconds
        while not (answer := what()):
            assert time.monotonic() < deadline, message or "it never came true"
            self.page.wait_for_timeout(20)
        return answer

    def expect_image(self, name: str, expected: np.ndarray, tolerance: float = 1e-4) -> None:
        """Wait until a view holds `expected`, and check that its canvas shows it, too."""
        difference = float("inf")

        def equal() -> bool:
            nonlocal difference
            pixels = self.pixels(name)
            if pixels is not None and pixels.shape == expected.shape:
                difference = float(np.abs(pixels - expected).max())
            return difference <= tolerance

        deadline = time.monotonic() + PATIENCE
        while not equal():
            assert time.monotonic() < deadline, f"{name} is off by {difference}"
            self.page.wait_for_timeout(10)
        # Both at one moment: the next picture may be on its way.
        held, drawn = self.image(name).evaluate(f"view => [[...view.pixels], ({_CANVAS})(view)]")
        assert np.array_equal(drawn, np.rint(255 * np.array(held, np.float32).astype(np.float64)))
