"""Whether the page's memory stays flat: minutes of use across all sections, sampled between rounds.

python -m tests.bench.memory --minutes 10
"""

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.support.chromium import launch
from tests.support.server import ROOT, Server

_MOVES = 25


def measure(models: Path, minutes: float) -> list[dict[str, float]]:
    """Return a sample after each round over the sections: minutes, and megabytes.

    `heap` is what script holds after a collection of garbage, `processes` the proportional set
    size of everything the browser runs: buffers of WebAssembly, of WebGL and of workers included.
    """
    samples: list[dict[str, float]] = []
    with Server(models_dir=models) as server, sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            session = page.context.new_cdp_session(page)
            page.goto(server.url)
            page.locator("#hover latent-map[state=ready]").wait_for()
            started = time.monotonic()
            while time.monotonic() - started < 60 * minutes:
                _use(page)
                samples.append(_sample(session, (time.monotonic() - started) / 60))
                print("  ".join(f"{k} {v:.1f}" for k, v in samples[-1].items()), flush=True)
        finally:
            browser.close()
    return samples


def summary(samples: list[dict[str, float]]) -> dict[str, float]:
    """Return what was held once every section had come to life, and at the end: medians of three.

    The first rounds load what the sections need; after a third of the time nothing new comes.
    """
    settled = len(samples) // 3
    result: dict[str, float] = {"memory_minutes": samples[-1]["minutes"]}
    for what in ("heap", "processes"):
        for when, part in (
            ("settled", samples[settled : settled + 3]),
            ("end", samples[-3:]),
        ):
            held = statistics.median(sample[what] for sample in part)
            result[f"memory_{what}_{when}_megabytes"] = held
    return result


def _use(page: Page) -> None:
    """Go through every section: move over its maps and pads, press what can be pressed."""
    for section in page.locator("main > section").all():
        section.scroll_into_view_if_needed()
        page.wait_for_timeout(400)
        for place in section.locator("latent-map, drawing-pad").all():
            if not place.is_visible():
                continue
            place.scroll_into_view_if_needed()
            box = place.bounding_box()
            if box is None:
                continue
            side = min(box["width"], box["height"])
            for step in range(_MOVES):
                x, y = (step * 7 % _MOVES) / _MOVES, (step * 3 % _MOVES) / _MOVES
                page.mouse.move(
                    box["x"] + side * (0.1 + 0.8 * x), box["y"] + side * (0.1 + 0.8 * y)
                )
                page.wait_for_timeout(10)
        for button in section.locator("button:visible").all()[:12]:
            if button.is_enabled():
                button.click(no_wait_after=True, timeout=2000)
                page.wait_for_timeout(60)


def _sample(session: CDPSession, minutes: float) -> dict[str, float]:
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    heap = next(metric["value"] for metric in metrics if metric["name"] == "JSHeapUsedSize")
    return {"minutes": minutes, "heap": heap / 1e6, "processes": _proportional_set_size() / 1e6}


def _proportional_set_size() -> int:
    """Return the bytes of all processes of Chromium on this machine."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"chrom" not in (process / "cmdline").read_bytes():
                continue
            rollup = (process / "smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(
            1024 * int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")
        )
    return total


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.memory", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    for key, value in summary(
        measure(ROOT / "static" / "models", parser.parse_args().minutes)
    ).items():
        print(f"{key:40}{value:10.1f}")
