"""A frame of the map against one of regl-scatterplot: same points, same browser, in turns.

And a frame of points of a thousand classes against one of ten, each in a browser of its own.
"""

import contextlib
import functools
import http.server
import os
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

from tests.support.chromium import launch

STATIC = Path(__file__).parents[2] / "static"
POINTS, MANY = 60_000, 1_000_000
BLOCKS, FRAMES = 15, 30
BLOCKS_OF_MANY, FRAMES_OF_MANY = 3, 12
SLOW_FRAMES = 200
BROWSERS = 5
WITHOUT_BEAT = ("--disable-gpu-vsync", "--disable-frame-rate-limit")
_TIMEOUT_MS = 300_000


def measure() -> dict[str, float]:
    """Return milliseconds of a frame of a camera that zooms and pans: medians of browsers.

    Raises:
        subprocess.CalledProcessError: the page of static/bench cannot be built.
    """
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        _build(Path(folder))
        with _serving(Path(folder)) as url:
            compare = f"frameCosts({POINTS}, {BLOCKS}, {FRAMES}, true)"
            runs = [_evaluate(playwright, url, compare) for _ in range(BROWSERS)]
            of_many = f"frameCosts({MANY}, {BLOCKS_OF_MANY}, {FRAMES_OF_MANY}, false)"
            many = _evaluate(playwright, url, of_many)["ours"]
            by_classes: dict[int, list[float]] = {10: [], 1_000: []}
            for _ in range(BROWSERS):
                for classes, found in by_classes.items():
                    slow = f"slowFrame({POINTS}, {classes}, {SLOW_FRAMES})"
                    found.append(_evaluate(playwright, url, slow))
    ours, theirs = (statistics.median(run[whose] for run in runs) for whose in ("ours", "theirs"))
    return {
        "scatter_frame_ms": ours,
        "regl_scatterplot_frame_ms": theirs,
        "scatter_share": statistics.median(run["ours"] / run["theirs"] for run in runs),
        "scatter_million_frame_ms": many,
        **{
            f"scatter_{classes}_classes_p95_ms": statistics.median(found)
            for classes, found in by_classes.items()
        },
    }


def _evaluate(playwright: Playwright, url: str, expression: str) -> Any:
    browser = launch(playwright, *WITHOUT_BEAT)
    try:
        page = browser.new_page(viewport={"width": 1300, "height": 700})
        page.set_default_timeout(_TIMEOUT_MS)
        page.goto(url)
        return page.evaluate(expression)
    finally:
        browser.close()


def _build(out: Path) -> None:
    command = ["npx", "vite", "build", "--config", "bench/scatter.config.ts", "--outDir", str(out)]
    with_node = [str(STATIC.parent / "scripts" / "with-node"), ".venv"]
    subprocess.run([*with_node, *command], cwd=STATIC, check=True, capture_output=True)


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine; yields its address."""
    handler = functools.partial(_Quiet, directory=os.fspath(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""
