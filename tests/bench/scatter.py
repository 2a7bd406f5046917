"""A frame of the map against one of regl-scatterplot: same points, same browser, in turns."""

import contextlib
import functools
import http.server
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.chromium import launch

STATIC = Path(__file__).parents[2] / "static"
POINTS, MANY = 60_000, 1_000_000
FRAMES, FRAMES_OF_MANY = 60, 12
_TIMEOUT_MS = 300_000


def measure() -> dict[str, float]:
    """Return milliseconds of a frame: medians of a camera that zooms and pans.

    Raises:
        subprocess.CalledProcessError: the page of static/bench cannot be built.
    """
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        _build(Path(folder))
        with _serving(Path(folder)) as url:
            browser = launch(playwright)
            try:
                page = browser.new_page(viewport={"width": 1300, "height": 700})
                page.set_default_timeout(_TIMEOUT_MS)
                page.goto(url)
                both = page.evaluate(f"compareScatters({POINTS}, {FRAMES})")
                page.reload()
                many = page.evaluate(f"frameOfOurs({MANY}, {FRAMES_OF_MANY})")
            finally:
                browser.close()
    return {
        "scatter_frame_ms": both["ours"],
        "regl_scatterplot_frame_ms": both["theirs"],
        "scatter_share": both["ours"] / both["theirs"],
        "scatter_million_frame_ms": many,
    }


def _build(out: Path) -> None:
    command = ["npx", "vite", "build", "--config", "bench/vite.config.ts", "--outDir", str(out)]
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
