"""Takes the pictures of docs/screenshots: every section, at four widths, in light and in dark.

python -m tests.screenshots OUT [--widths 390,820,1440,1920] [--schemes light,dark] [--sections …]
"""

import argparse
import io
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.support.chromium import launch
from tests.support.server import ROOT, Server

_HEIGHTS = {390: 844, 820: 1180, 1440: 900, 1920: 1080}
_PATIENCE_MS = 60_000
_COLOURS = 256
_LOADING = """section => [...section.querySelectorAll("*")]
  .filter(part => part.getAttribute("state") === "loading" && part.checkVisibility()).length"""
# Maps whose points are not on the screen though they are there.
_UNDRAWN = """section => [...section.querySelectorAll("latent-map[state=ready]")]
  .filter(map => map.checkVisibility() && map.points !== null && map.layers.points !== false)
  .filter(map => map.shadowRoot.querySelector(".picture.replaced") === null).length"""
_HIDE_OTHERS = """(section, hidden) => {
  for (const other of section.parentElement.children)
    if (other !== section) other.style.display = hidden ? "none" : "";
}"""


def main() -> None:
    """Take the pictures; exit with 1 where the page scrolls sideways or does not load."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--widths", default="390,820,1440,1920")
    parser.add_argument("--schemes", default="light,dark")
    parser.add_argument("--sections", default="")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    with Server(models_dir=ROOT / "static" / "models") as server, sync_playwright() as playwright:
        browser = launch(playwright)
        for width in map(int, arguments.widths.split(",")):
            for scheme in arguments.schemes.split(","):
                page = _open(browser, server.url, width, scheme)
                wanted = [name for name in arguments.sections.split(",") if name]
                faults += _take(page, wanted, arguments.out, f"{width}-{scheme}")
                page.context.close()
        browser.close()
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


def _open(browser: Browser, url: str, width: int, scheme: str) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": _HEIGHTS.get(width, 900)},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        service_workers="block",
    )
    page = context.new_page()
    page.goto(url)
    page.locator("#hover latent-map[state=ready]").wait_for(timeout=_PATIENCE_MS)
    return page


def _take(page: Page, wanted: list[str], out: Path, kind: str) -> list[str]:
    """Take each section's picture; return what was wrong."""
    faults = []
    for section in page.locator("main > section").all():
        name = section.get_attribute("id")
        if wanted and name not in wanted:
            continue
        _visit(page, section)
        for example in section.locator("[data-example]").all()[:1]:
            example.click()  # an empty pad shows nothing
            page.mouse.move(0, 0)  # over a map the wheel would zoom
            _visit(page, section)
        with _alone(page, section):
            page.wait_for_timeout(700)
            if section.evaluate(_LOADING) > 0:
                faults.append(f"{kind} {name}: something still loads")
            image = Image.open(io.BytesIO(section.screenshot())).convert("RGB")
        # Enough for points, faces and text, in less than half of the bytes. Without k-means the
        # commonest greys take the colours of the legend's thin lines.
        image = image.quantize(_COLOURS, dither=Image.Dither.NONE, kmeans=3)
        image.save(out / f"{name}-{kind}.png", optimize=True)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append(f"{kind}: the page scrolls sideways")
    return faults


@contextmanager
def _alone(page: Page, section: Locator) -> Iterator[None]:
    """Show nothing but the section, in a window of its height: a map far off draws no points."""
    size = page.viewport_size
    assert size is not None
    section.evaluate(_HIDE_OTHERS, True)
    height = math.ceil((section.bounding_box() or {"height": 0})["height"])
    if height > 2 * size["height"]:  # what is a screen away is still drawn
        page.set_viewport_size({"width": size["width"], "height": height})
    try:
        for _ in range(_PATIENCE_MS // 300):
            if section.evaluate(_UNDRAWN) == 0:
                break
            page.wait_for_timeout(300)
        yield
    finally:
        page.set_viewport_size(size)
        section.evaluate(_HIDE_OTHERS, False)


def _visit(page: Page, section: Locator) -> None:
    """Scroll through a section, so that its parts load, and wait until they have."""
    section.evaluate("section => section.scrollIntoView({ behavior: 'instant' })")
    height = (section.bounding_box() or {"height": 0})["height"]
    for _ in range(int(height // 500) + 1):
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(200)
    for _ in range(_PATIENCE_MS // 300):
        if section.evaluate(_LOADING) == 0:
            return
        page.wait_for_timeout(300)


if __name__ == "__main__":
    main()
