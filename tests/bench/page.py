"""How fast the page is, in a real Chromium against the real server.

Times are from the moment an input event reaches the page to the end of the putImageData that
draws its result; `event.timeStamp` would add the browser's own waiting for the next frame.
"""

import json
import statistics
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    CDPSession,
    Frame,
    Locator,
    Page,
    ViewportSize,
    sync_playwright,
)

from tests.bench.proxy import CountingProxy
from tests.support.chromium import launch
from tests.support.server import Server

ROOT = Path(__file__).parents[2]
VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
MOVES = 300
MOVES_A_MODEL = 60
LATTICES = 15
QUIET = 5.0
"""Seconds after which the sections nearby have loaded their models, too."""

# Notes when an input event reaches the page and when each named image is drawn.
PROBE = """
(() => {
  // Where the browser tells of moves before the frame, maps answer then; pads and sliders do not.
  const move = "onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove";
  const probe = { input: 0, move, samples: {}, firstDraw: {}, longest: 0 };
  window.__probe = probe;
  for (const type of ["pointerrawupdate", "pointermove", "pointerdown", "click"]) {
    addEventListener(type, () => {
      if (["pointerdown", "click", probe.move].includes(type))
        probe.input = performance.now();
    }, { capture: true });
  }
  const draw = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...args) {
    draw.apply(this, args);
    const now = performance.now();
    // An image view has a name; the canvases of a map have classes.
    const name = this.canvas.getRootNode().host?.name ?? this.canvas.className;
    if (name === "") return;
    probe.firstDraw[name] ??= now;
    if (probe.input > 0) (probe.samples[name] ??= []).push([probe.input, now - probe.input]);
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) probe.longest = Math.max(probe.longest, entry.duration);
  }).observe({ type: "longtask", buffered: true });
})();
"""


def measure(models: Path) -> dict[str, float]:
    """Return every number of the page, times in ms, sizes in bytes."""
    with Server(models_dir=models) as server, sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            numbers = _loading(browser, server)
            numbers |= _interaction(browser, server)
        finally:
            browser.close()
    return numbers


def _loading(browser: Browser, server: Server) -> dict[str, float]:
    """Open the page cold, five times."""
    rows: list[dict[str, float]] = []
    for _ in range(5):
        with CountingProxy(*server.address) as proxy:
            # What is kept for offline use comes after the first digit, and is not measured here.
            context = browser.new_context(viewport=VIEWPORT, service_workers="block")
            page = context.new_page()
            page.add_init_script(PROBE)
            page.goto(proxy.url, wait_until="commit")
            while not (live := page.evaluate("__probe.firstDraw.decoded ?? 0")):
                time.sleep(0.002)
            received = proxy.received
            picture = page.evaluate(
                """() => {
                  const image = document.querySelector("#hover latent-map img").currentSrc;
                  const paint = performance.getEntriesByName("first-contentful-paint")[0];
                  const file = performance.getEntriesByName(image)[0];
                  return Math.max(paint?.startTime ?? 0, file?.responseEnd ?? 0);
                }"""
            )
            page.locator("#hover latent-map[state=ready]").wait_for()
            time.sleep(0.5)
            rows.append(
                {
                    "cold_bytes": received,
                    "first_picture_ms": picture,
                    "first_live_digit_ms": live,
                    "longest_task_loading_ms": page.evaluate("__probe.longest"),
                }
            )
            context.close()
    return {key: statistics.median(row[key] for row in rows) for key in rows[0]}


def _interaction(browser: Browser, server: Server) -> dict[str, float]:
    context = browser.new_context(viewport=VIEWPORT, service_workers="block")
    page = context.new_page()
    page.add_init_script(PROBE)
    page.goto(server.url)
    numbers: dict[str, float] = {}

    page.locator("#hover latent-map[state=ready]").wait_for()
    page.locator("#hover image-view[name=decoded][state=ready]").wait_for()
    page.evaluate("__probe.longest = 0")
    sweep(page, page.locator("#hover latent-map"))
    numbers |= quantiles(page, "decoded", "hover")
    numbers["longest_task_hovering_ms"] = page.evaluate("__probe.longest")
    numbers |= _lattice(page)

    page.locator("#labels").scroll_into_view_if_needed()
    page.locator("#labels latent-map[state=ready]").wait_for()
    page.locator("#labels image-view[name=class-9][state=ready]").wait_for()
    sweep(page, page.locator("#labels latent-map"))
    numbers |= quantiles(page, "class-9", "ten_digits")

    page.locator("#draw").scroll_into_view_if_needed()
    page.locator("#draw latent-map[state=ready]").wait_for()
    before_frame = page.evaluate("__probe.move")
    page.evaluate("__probe.move = 'pointermove'")
    _draw(page, context.new_cdp_session(page))
    numbers |= quantiles(page, "reconstruction", "pen")

    numbers |= _sliders(page)
    page.evaluate("move => { __probe.move = move; }", before_frame)
    numbers |= _every_model(page)
    context.close()
    return numbers


def _lattice(page: Page) -> dict[str, float]:
    """Switch the lattice of 20 × 20 digits on and off again."""
    switch = page.locator("#hover layer-switches input[name=lattice]")
    page.evaluate("__probe.samples = {}; __probe.longest = 0")
    for _ in range(LATTICES):
        switch.check()
        time.sleep(0.3)
        switch.uncheck()
        time.sleep(0.05)
    numbers = quantiles(page, "bitmap lattice", "lattice")
    return numbers | {"longest_task_lattice_ms": page.evaluate("__probe.longest")}


def _sliders(page: Page) -> dict[str, float]:
    """Drag sliders of ten latents."""
    section = page.locator("#dimensions")
    section.scroll_into_view_if_needed()
    sliders = section.locator("latent-sliders input[type=range]")
    sliders.first.wait_for()
    section.locator("latent-sliders[state=ready]").wait_for()
    time.sleep(QUIET)
    page.evaluate("__probe.samples = {}")
    for slider in sliders.all()[:5]:
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        if box is None:
            raise RuntimeError("a slider is not visible")
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        for step in range(MOVES_A_MODEL):
            share = 0.1 + 0.8 * (step * 7 % MOVES_A_MODEL) / MOVES_A_MODEL
            page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
            time.sleep(0.016)
        page.mouse.up()
    return quantiles(page, "dimensions-decoded", "slider")


def _every_model(page: Page) -> dict[str, float]:
    """Move over the map of each model of digits in the lab; return what the slowest takes.

    Faces are measured in their own section, against a target of their own.
    """
    chooser = page.locator("#lab-model")
    chooser.scroll_into_view_if_needed()
    page.locator("#lab [data-bench=first] latent-map[state=ready]").first.wait_for()
    slowest = 0.0
    digits: list[str] = page.evaluate(
        """() => JSON.parse(document.querySelector("#manifest").textContent).models
          .filter(({ image }) => image.channels === 1).map(({ id }) => id)"""
    )
    for model in digits:
        chooser.select_option(model)
        page.locator(f"#lab [data-bench=first] latent-map[model={model}][state=ready]").wait_for()
        page.locator("image-view[name=lab-first][state=ready]").wait_for()
        time.sleep(0.3)
        page.evaluate("__probe.samples = {}")
        map_ = page.locator(f"#lab [data-bench=first] latent-map[model={model}]")
        sweep(page, map_, MOVES_A_MODEL)
        slowest = max(slowest, quantiles(page, "lab-first", "model")["model_p95_ms"])
    return {"slowest_model_p95_ms": slowest}


def sweep(page: Page, target: Locator, moves: int = MOVES) -> None:
    """Move the mouse over a map, one step a frame, as a hand does."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    if box is None:
        raise RuntimeError("the map is not visible")
    for step in range(moves):
        across, down = (step * 7 % 100) / 100, (step * 3 % 100) / 100
        page.mouse.move(
            box["x"] + box["width"] * (0.1 + 0.8 * across),
            box["y"] + box["width"] * (0.1 + 0.8 * down),
        )
        time.sleep(0.016)
    time.sleep(0.2)


def _draw(page: Page, session: CDPSession) -> None:
    """Draw zigzags with a pen."""
    canvas = page.locator("drawing-pad canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    if box is None:
        raise RuntimeError("the pad is not visible")
    for stroke in range(4):
        for step in range(MOVES // 4):
            down = step / (MOVES // 4)
            position = {
                "x": box["x"] + box["width"] * (0.2 + 0.15 * stroke + 0.1 * (step % 10) / 10),
                "y": box["y"] + box["height"] * (0.1 + 0.8 * down),
            }
            kind = "mousePressed" if step == 0 else "mouseMoved"
            session.send(
                "Input.dispatchMouseEvent",
                {"type": kind, **position, "button": "left", "buttons": 1, "pointerType": "pen",
                 "force": 0.5, "clickCount": 1 if step == 0 else 0},
            )  # fmt: skip
            time.sleep(0.016)
        session.send(
            "Input.dispatchMouseEvent",
            {"type": "mouseReleased", **position, "button": "left", "pointerType": "pen"},
        )
    time.sleep(0.2)


def quantiles(page: Page | Frame, image: str, name: str) -> dict[str, float]:
    """Return p50 and p95 of one image: of each input event, the first drawing after it."""
    samples: list[tuple[float, float]] = page.evaluate(f"__probe.samples[{json.dumps(image)}]")
    first: dict[float, float] = {}
    for moment, took in samples:
        first.setdefault(moment, took)
    times = sorted(first.values())
    page.evaluate("__probe.samples = {}")
    return {
        f"{name}_p50_ms": statistics.median(times),
        f"{name}_p95_ms": times[int(0.95 * len(times))],
        f"{name}_samples": float(len(times)),
    }


def describe(numbers: dict[str, Any]) -> str:
    """Return the numbers as lines, for a run by hand."""
    return "\n".join(f"{key:28}{value:12.2f}" for key, value in numbers.items())


if __name__ == "__main__":
    print(describe(measure(ROOT / "static" / "models")))
