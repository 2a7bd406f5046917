"""`make bench`: every number of the project that a machine can measure, as one table.

python -m tests.bench            measure and print
python -m tests.bench --write    also keep it in docs/bench.json, which docs/bench.md shows
python -m tests.bench page scatter --write    only these parts; the others stay as they were kept
"""

import argparse
import json
import os
import platform
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import (
    embedding,
    face_decoding,
    first_second,
    lighthouse,
    memory,
    page,
    scatter,
    server_encode,
)
from tests.bench.report import BENCH_PAGE, MODELS_PAGE, TABLE, rows
from tests.support.server import Server

MINUTES = 10.0
"""Of use across all sections, for the page's memory."""

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "static" / "models"
KEPT = ROOT / "docs" / "bench.json"


def release() -> dict[str, float]:
    """Return what the shipped release itself says and weighs."""
    manifest_id = json.loads((MODELS / "current.json").read_text())["release"]
    manifest = json.loads((MODELS / "releases" / manifest_id / "manifest.json").read_text())
    models = {model["id"]: model for model in manifest["models"]}
    decoder = MODELS.parent / models["vae-2"]["decoder"]["url"]
    compressed = decoder.with_name(decoder.name + ".br")
    wire = compressed.stat().st_size if compressed.exists() else 0
    files = [
        path for path in MODELS.rglob("*") if path.suffix in (".onnx", ".json", ".png", ".webp")
    ]
    return {
        "decoder_wire_bytes": wire or decoder.stat().st_size,
        "release_bytes": sum(path.stat().st_size for path in files),
        "release_bytes_in_git": sum(len(zlib.compress(path.read_bytes())) for path in files),
        "vae_2_elbo": models["vae-2"]["metrics"]["test_elbo"],
        "vae_2_log_likelihood": models["vae-2"]["metrics"]["log_likelihood"],
        "label_decoder_elbo": models["label-decoder-vae-2"]["metrics"]["test_elbo"],
    }


def commit() -> str:
    """Return the commit that is measured, with `+` where the working tree has changes."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.strip()

    # What the bench itself writes is no change of what it measures.
    written = (f":!{path.relative_to(ROOT)}" for path in (KEPT, BENCH_PAGE, MODELS_PAGE))
    changed = git("status", "--porcelain", "--", ".", *written)
    return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def server() -> dict[str, float]:
    """Return encode requests a second of one worker, and their latency."""
    with Server(models_dir=MODELS) as running:
        result = server_encode.measure(running.url, "vae-2", 5)
    return {f"encode_{key}": value for key, value in result.items()}


def training() -> dict[str, Any]:
    """Return training speed, where MNIST is at hand."""
    from latent_atlas.train.errors import UserError
    from tests.bench import pipeline
    from tests.bench import training_speed as speed

    try:
        return speed.measure() | pipeline.measure()
    except UserError as error:
        print(f"Training speed is not measured: {error}")
        return {}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "release": release,
    "server": server,
    "page": lambda: page.measure(MODELS),
    "embedding": lambda: embedding.measure(MODELS),
    "first-second": lambda: first_second.measure(MODELS),
    "faces": lambda: face_decoding.measure(MODELS),
    "scatter": scatter.measure,
    "lighthouse": lambda: lighthouse.measure(MODELS),
    "memory": lambda: memory.summary(memory.measure(MODELS, MINUTES)),
    "training": training,
}


def main() -> None:
    """Measure, print, and keep the numbers where asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the numbers in docs/bench.json")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all where none is named")
    arguments = parser.parse_args()
    kept = json.loads(KEPT.read_text()) if arguments.parts else {}
    numbers = kept | {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "commits": dict(kept.get("commits", {})),
    }
    for name in arguments.parts or PARTS:
        part = PARTS[name]
        print(f"→ {name}", flush=True)
        numbers |= part()
        numbers["commits"][name] = commit()
    table = rows(numbers)
    widths = [max(len(row[column]) for row in table) for column in (0, 1)]
    for label, value, target in table:
        print(f"{label:{widths[0]}}  {value:>{widths[1]}}   {target}")
    if arguments.write:
        KEPT.write_text(json.dumps(numbers, indent=1) + "\n")
        print(
            f"{len(TABLE)} rows kept in docs/bench.json; "
            f"`python -m tests.bench.report` renews docs/bench.md."
        )


if __name__ == "__main__":
    main()
