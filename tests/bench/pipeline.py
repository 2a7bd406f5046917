"""How long evaluating a model and exporting everything take, and the memory of training."""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from latent_atlas.train.recipes.published import RECIPES

ROOT = Path(__file__).parents[2]


def measure() -> dict[str, float]:
    """Train one epoch of `vae-2`, evaluate that run, and export runs/ where it is complete."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder) / "runs"
        # The child's peak is asked of a process of its own, which has no other children.
        trained = _run(
            f"import resource, sys; from train.__main__ import main\n"
            f"code = main(['vae-2', '--epochs=1', '--samples=2', '--runs', {str(runs)!r}])\n"
            f"print('PEAK', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
            f"sys.exit(code)"
        )
        peak = re.search(r"PEAK (\d+)", trained)
        if peak is None:
            raise RuntimeError("training did not end")
        found["training_peak_megabytes"] = round(int(peak[1]) * 1024 / 1e6)
        started = time.monotonic()
        _run(
            f"import sys; from train.__main__ import main\n"
            f"sys.exit(main(['evaluate', 'vae-2', '--runs', {str(runs)!r}]))"
        )
        found["evaluate_seconds"] = round(time.monotonic() - started, 1)
        if all((ROOT / "runs" / name / "report.json").exists() for name in RECIPES):
            started = time.monotonic()
            out = str(Path(folder) / "models")
            _run(
                f"import sys; from export.__main__ import main; sys.exit(main(['--out', {out!r}]))"
            )
            found["export_seconds"] = round(time.monotonic() - started, 1)
    return found


def _run(code: str) -> str:
    """Run Python code in a process of its own; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


if __name__ == "__main__":
    print(measure())
