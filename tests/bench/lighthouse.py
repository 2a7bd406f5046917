"""What Lighthouse says of the page, by its desktop and its mobile preset; npm fetches it."""

import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.support.chromium import ARGUMENTS, find
from tests.support.server import Server

_LIGHTHOUSE = "lighthouse@12"
_CATEGORIES = ("performance", "accessibility", "best-practices")
_PRESETS: dict[str, list[str]] = {"desktop": ["--preset=desktop"], "mobile": []}
_RUNS = 3
_SECONDS = 180
_ATTEMPTS = 3


def measure(models: Path) -> dict[str, float]:
    """Return the scores, 0 to 100, as `lighthouse_<preset>_<category>`: medians of three runs.

    Raises:
        OSError: npx is not there.
        subprocess.SubprocessError: Lighthouse failed.
    """
    scores: dict[str, float] = {}
    with Server(models_dir=models) as server, tempfile.TemporaryDirectory() as folder:
        for preset, options in _PRESETS.items():
            runs = [_run(server.url, options, Path(folder)) for _ in range(_RUNS)]
            for category in _CATEGORIES:
                found = [100 * run["categories"][category]["score"] for run in runs]
                scores[f"lighthouse_{preset}_{category.replace('-', '_')}"] = statistics.median(
                    found
                )
    return scores


def _run(url: str, options: list[str], folder: Path) -> dict[str, Any]:
    out = folder / "report.json"
    command = [
        "npx", "--yes", _LIGHTHOUSE, url, *options, "--quiet", "--output=json",
        f"--output-path={out}", f"--only-categories={','.join(_CATEGORIES)}",
        f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}",
    ]  # fmt: skip
    browser = find()
    chrome = {} if browser is None else {"CHROME_PATH": browser}
    for attempt in range(_ATTEMPTS):
        # Now and then its Chromium does not start, or its connection to it breaks.
        last = attempt == _ATTEMPTS - 1
        done = subprocess.run(command, check=last, env=os.environ | chrome, timeout=_SECONDS)
        if done.returncode == 0:
            break
    report: dict[str, Any] = json.loads(out.read_text())
    return report
