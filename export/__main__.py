"""The command line of the export.

    python -m export                 publish every finished run in runs/, in place of its older self
    python -m export vae-2           the same for the runs named
    python -m export --only          carry nothing over from the current release

A running server picks the new release up by itself.
"""

import argparse
import errno
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from train.errors import UserError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    try:
        return _run(argv)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        print(f"Export failed: {reason}; the release before goes on serving.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Export stopped; the release before goes on serving.", file=sys.stderr)
        return 130


def _run(argv: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export",
        allow_abbrev=False,
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("models", nargs="*", help="run ids; all finished runs where none is named")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where run folders are")
    parser.add_argument("--out", type=Path, default=Path("static/models"), help="where releases go")
    parser.add_argument("--only", action="store_true", help="carry nothing over")
    parser.add_argument("--prune", action="store_true", help="also remove what older releases left")
    arguments = parser.parse_args(argv)

    from export.publish import ReleaseFolder

    started = time.monotonic()
    runs = _load_runs(arguments.models, arguments.runs)
    folder = ReleaseFolder(arguments.out)
    with folder.locked():
        release = _publish(runs, folder, arguments.only)
        if arguments.prune:
            folder.prune(keep=1, grace=0)
        else:
            folder.prune()
    for name, size in folder.written:
        print(f"  {size / 1000:10,.1f} kB  {name}")
    total = sum(size for _, size in folder.written)
    print(
        f"Release {release} is published: {len(folder.written)} new files, {total / 1e6:.1f} MB, "
        f"{time.monotonic() - started:.1f} s."
    )
    return 0


def _load_runs(names: Sequence[str], folder: Path) -> list[Any]:
    """Load the named runs, or every finished one."""
    from train.runs import load_run

    chosen = [folder / name for name in names] or sorted(
        path.parent for path in folder.glob("*/report.json")
    )
    if not chosen:
        raise UserError(f"There is no finished run in {folder}; train one: python -m train vae-2.")
    return [load_run(path) for path in chosen]


def _publish(runs: Sequence[Any], folder: Any, only: bool) -> str:
    """Write all objects, then the release."""
    from export.entry import model_entry
    from export.picture import PALETTE
    from train import data
    from train.recipes import RECIPES
    from train.runs import commit

    images = {name: data.load(name, "train") for name in {run.recipe.dataset for run in runs}}
    entries: dict[str, dict[str, Any]] = {}
    current = folder.current()
    if current is not None and not only:
        entries = {entry["id"]: entry for entry in current["models"]}
    for run in runs:
        metrics = run.report["test"]
        print(
            f"{run.recipe.id}: ELBO {metrics['elbo']:.2f}, "
            f"log-likelihood {metrics['log_likelihood']:.2f} nats"
        )
        entries[run.recipe.id] = model_entry(run, images[run.recipe.dataset], folder)
    order = {name: index for index, name in enumerate(RECIPES)}
    models = sorted(entries.values(), key=lambda entry: order.get(entry["id"], len(order)))
    manifest = {"commit": commit(), "palette": list(PALETTE), "models": models}
    published: str = folder.publish(manifest)
    return published


if __name__ == "__main__":
    sys.exit(main())
