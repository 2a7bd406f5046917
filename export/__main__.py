"""The command line of the export.

    python -m export              publish every finished run in runs/; other models stay
    python -m export vae-2        publish the runs named; other models stay
    python -m export --only       publish the runs without the models of the current release
    python -m export --refresh    publish the current models again with new results of the study
    python -m export site OUT     write the page and the current release as a static site

A running server picks up the new release by itself.
"""

import argparse
import errno
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from train.errors import UserError, how_to_install

# Runs on these are published only if they are named.
_NOT_TO_PASS_ON = ("celeba",)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == ["site"]:
            from export import site_command

            return site_command.main(words[1:])
        return _run(words)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        print(how_to_install(error), file=sys.stderr)
        return 1
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        print(f"Export failed: {reason}. The previous release stays current.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Export interrupted. The previous release stays current.", file=sys.stderr)
        return 130


def _run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export",
        allow_abbrev=False,
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("models", nargs="*", help="run ids; default: all finished runs")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="of runs")
    parser.add_argument(
        "--out", type=Path, default=Path("static/models"), help="folder of releases"
    )
    parser.add_argument(
        "--study", type=Path, default=Path("docs/results/study.json"), help="results of the study"
    )
    parser.add_argument("--only", action="store_true", help="keep no model of the current release")
    parser.add_argument(
        "--refresh", action="store_true", help="take no runs: only renew the study's results"
    )
    parser.add_argument("--prune", action="store_true", help="remove older releases at once")
    arguments = parser.parse_args(argv)

    from export.publish import ReleaseFolder

    started = time.monotonic()
    folder = ReleaseFolder(arguments.out)
    if arguments.refresh:
        if arguments.models or arguments.only:
            parser.error("--refresh takes no run ids and not --only")
        if folder.current() is None:
            raise UserError(f"There is no release in {arguments.out} to refresh.")
    runs = {} if arguments.refresh else _load_runs(arguments.models, arguments.runs)
    with folder.locked():
        release = _publish(runs, folder, arguments)
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


def _load_runs(names: Sequence[str], folder: Path) -> dict[Path, Any]:
    """Load the named runs, or every finished one, by their folders."""
    from train.runs.run_folder import load_run

    chosen = [folder / name for name in names] or sorted(
        path.parent for path in folder.glob("*/report.json")
    )
    if not chosen:
        raise UserError(f"There is no finished run in {folder}; train one: python -m train vae-2.")
    runs = {path: load_run(path) for path in chosen}
    if names:
        return runs
    kept = {path: run for path, run in runs.items() if run.recipe.dataset not in _NOT_TO_PASS_ON}
    for path in runs.keys() - kept.keys():
        print(
            f"{path.name} is left out: the licence of {runs[path].recipe.dataset} forbids passing "
            f"on what is made from its images. To use it on this machine only, name it: "
            f"python -m export {path.name}."
        )
    if not kept:
        raise UserError("No run is left to publish. The previous release stays current.")
    return kept


def _publish(runs: Mapping[Path, Any], folder: Any, arguments: argparse.Namespace) -> str:
    """Write all objects, then the release."""
    from export.documents.projections import layout_json
    from export.documents.study_document import study_json
    from export.entry import model_entry
    from train.data.datasets import OWN_IMAGES
    from train.palette import PALETTE
    from train.recipes.published import RECIPES
    from train.runs.latent_projections import raw_tsne
    from train.runs.run_folder import commit, load_dataset

    entries: dict[str, dict[str, Any]] = {}
    datasets: dict[str, dict[str, Any]] = {}
    current = folder.current()
    if current is not None and not arguments.only:
        entries = {entry["id"]: entry for entry in current["models"]}
        datasets = current.get("datasets", {})
    loaded: dict[str, Any] = {}
    for path, run in runs.items():
        print(_summary(run))
        name = run.recipe.dataset
        if name == OWN_IMAGES:
            dataset = load_dataset(name, path)
        else:
            dataset = loaded[name] = loaded.get(name) or load_dataset(name, path)
        entries[run.recipe.id] = model_entry(run, path, dataset, folder)
    for name, dataset in loaded.items():
        if dataset.attribute_names:
            continue  # there is no figure of the raw pixels of faces
        layout = raw_tsne(dataset.test, arguments.runs / "cache")
        raw = layout_json("tsne", layout, dataset.test.labels.numpy(), "test")
        datasets[name] = {"raw_tsne": folder.add_object(raw, "json")}
    order = {name: index for index, name in enumerate(RECIPES)}
    models = sorted(entries.values(), key=lambda entry: order.get(entry["id"], len(order)))
    manifest: dict[str, Any] = {
        "commit": commit(), "palette": list(PALETTE), "models": models,
        "datasets": dict(sorted(datasets.items())),
    }  # fmt: skip
    study = study_json(arguments.study)
    if study is None and arguments.refresh:
        raise UserError(f"There are no results of the study in {arguments.study}.")
    if study is not None:
        manifest["study"] = folder.add_object(study, "json")
    published: str = folder.publish(manifest)
    return published


def _summary(run: Any) -> str:
    """Describe a run's results in one line."""
    test = run.report["test"]
    if test is None:
        return f"{run.recipe.id}: squared error {run.report['errors']['squared_error']:.2f}"
    elbo, log_likelihood = test["elbo"], test["log_likelihood"]
    return f"{run.recipe.id}: ELBO {elbo:.2f}, log-likelihood {log_likelihood:.2f} nats"


if __name__ == "__main__":
    sys.exit(main())
