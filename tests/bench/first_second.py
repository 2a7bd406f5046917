"""How soon a digit answers the pointer: on a slow network, and once everything is there.

python -m tests.bench.first_second [MODELS]

On a slow network the page is opened cold, and a pointer moves over its map all the time: measured
is the first digit from the lattice and the first from the model. Once everything is there it is the
time from an event's own time stamp to the digit, which includes what the browser holds it back.
"""

import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.page import VIEWPORT
from tests.bench.throttle import ThrottlingProxy
from tests.support.chromium import launch
from tests.support.server import Server

ROOT = Path(__file__).parents[2]
NETWORKS = {"10": (10e6, 0.040), "1.6": (1.6e6, 0.150)}
"""By Mbit/s: bits a second, and the round trip in seconds."""
TRIES = 3
GAPS = {"16": 0.016, "70": 0.070}
"""Seconds between two moves, by ms, once everything is there."""
MOVES = 150
PATIENCE = 90.0
MOVE = 0.03
"""Seconds between two moves of the pointer."""

# The first picture of each kind, and when what is there before any script was painted.
_PROBE = """
(() => {
  const first = (window.__first = {});
  const draw = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...args) {
    draw.apply(this, args);
    const host = this.canvas.getRootNode().host;
    if (host?.name !== "decoded") return;
    first[host.approximate ? "lattice" : "model"] ??= performance.now();
  };
})();
"""
# Of each move: from its own time stamp to its digit, and whether that comes before the next frame.
_STAMPS = """
(() => {
  const stamps = (window.__stamps = { samples: [], frames: [] });
  let stamp = null;
  const moved = ({ timeStamp, clientX, clientY }) => {
    if (stamp?.x === clientX && stamp.y === clientY) return;
    stamp = { at: timeStamp, x: clientX, y: clientY, drawn: false };
  };
  addEventListener("pointerrawupdate", moved, { capture: true });
  addEventListener("pointermove", (event) => {
    moved(event);
    const own = stamp;
    requestAnimationFrame(() => stamps.frames.push(own.drawn));
  }, { capture: true });
  const draw = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...args) {
    draw.apply(this, args);
    if (this.canvas.getRootNode().host?.name !== "decoded" || stamp === null || stamp.drawn) return;
    stamps.samples.push(performance.now() - stamp.at);
    stamp.drawn = true;
  };
})();
"""
_PICTURES = """() => {
  const arrived = (url) => performance.getEntriesByName(url)[0]?.responseEnd ?? 0;
  const of = (selector) => arrived(document.querySelector(`#hover ${selector} img`).currentSrc);
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return {
    paint: paint?.startTime ?? 0,
    map: Math.max(paint?.startTime ?? 0, of("latent-map")),
    prepared: Math.max(paint?.startTime ?? 0, of("image-view")),
  };
}"""


def measure(models: Path, tries: int = TRIES) -> dict[str, float]:
    """Return medians in s by network, and ms by gap between moves.

    A release without a lattice has none of its numbers.
    """
    numbers: dict[str, float] = {}
    with Server(models_dir=models) as server, sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            for name, (rate, round_trip) in NETWORKS.items():
                rows = [_open(browser, server, rate, round_trip) for _ in range(tries)]
                for key in rows[0]:
                    median = statistics.median(row[key] for row in rows)
                    numbers[f"first_{key}_{name}_mbit_s"] = median / 1000
            numbers |= _stamps(browser, server)
        finally:
            browser.close()
    return numbers


def _open(browser: Browser, server: Server, rate: float, round_trip: float) -> dict[str, float]:
    with ThrottlingProxy(*server.address, rate, round_trip) as proxy:
        context = browser.new_context(viewport=VIEWPORT, service_workers="block")
        page = context.new_page()
        page.add_init_script(_PROBE)
        page.goto(proxy.url, wait_until="commit", timeout=1000 * PATIENCE)
        first = _wander(page)
        pictures: dict[str, float] = page.evaluate(_PICTURES)
        context.close()
    return pictures | first


def _stamps(browser: Browser, server: Server) -> dict[str, float]:
    context = browser.new_context(viewport=VIEWPORT, service_workers="block")
    page = context.new_page()
    page.goto(server.url)
    page.locator("#hover latent-map[state=ready]").wait_for()
    page.evaluate(_STAMPS)
    numbers: dict[str, float] = {}
    for name, gap in GAPS.items():
        page.evaluate("__stamps.samples = []; __stamps.frames = []")
        for step in range(MOVES):
            page.mouse.move(300 + 3 * (step * 7 % 100), 200 + 3 * (step * 3 % 100))
            time.sleep(gap)
        samples, frames = page.evaluate("[__stamps.samples, __stamps.frames]")
        samples.sort()
        numbers |= {
            f"stamp_{name}_p50_ms": statistics.median(samples),
            f"stamp_{name}_p95_ms": samples[int(0.95 * len(samples))],
            f"stamp_{name}_in_frame_percent": 100 * sum(frames) / len(frames),
        }
    context.close()
    return numbers


def _wander(page: Page) -> dict[str, float]:
    """Move over the map until the model has drawn, as a reader does who does not wait."""
    deadline = time.monotonic() + PATIENCE
    step = 0
    while "model" not in (first := page.evaluate("window.__first ?? {}")):
        if time.monotonic() > deadline:
            raise RuntimeError("the model never answers")
        step += 1
        width, height = VIEWPORT["width"], VIEWPORT["height"]
        page.mouse.move(width * (0.2 + 0.002 * (step % 50)), height * (0.5 + 0.003 * (step % 40)))
        time.sleep(MOVE)
    return dict(first)


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "static" / "models"
    for key, value in measure(chosen).items():
        print(f"{key:40}{value:12.2f}")
