"""The command line of the export.

    python -m export              publish every finished run in runs/
    python -m export vae-2        publish only the runs named
    python -m export --replace    publish a model even if it is worse than the one that it replaces
    python -m export --only       drop the models of the current release that are not published anew
    python -m export --refresh    publish the current models again, with the study's new results and
                                  the lattice of the first map
    python -m export --list       list the releases that are kept
    python -m export --rollback   return to the release before (or to the one named)
    python -m export vae-2 --hub-folder OUT    write one run by the Hugging Face Hub's conventions
    python -m export site OUT     write the page and the current release as a static site

Without --only, the other models of the current release stay in the new one. A running server picks
up the new release by itself.
"""

import argparse
import contextlib
import errno
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from latent_atlas.program import default_releases, program, shipped_releases
from latent_atlas.train.errors import UserError, how_to_install

_KEPT = 2
"""Releases, the current one among them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["site"]:
        return _site(words[1:])
    return _told(_run, words)


def releases(argv: Sequence[str]) -> int:
    """Run the command `latent-atlas releases`; return the exit status."""

    def run(words: Sequence[str]) -> int:
        from latent_atlas.export.release_command import run

        return run(words)

    return _told(run, argv)


def _told(run: Callable[[Sequence[str]], int], words: Sequence[str]) -> int:
    """Run a command, and say what ends it in one sentence; return the exit status."""
    try:
        return run(words)
    except (UserError, ModuleNotFoundError) as error:
        print(error if isinstance(error, UserError) else how_to_install(error), file=sys.stderr)
        return 1
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        print(f"Export failed: {reason}. The previous release stays current.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Export interrupted. The previous release stays current.", file=sys.stderr)
        return 130


def make_site_parser() -> argparse.ArgumentParser:
    """Return the parser of the command that writes a static site."""
    parser = argparse.ArgumentParser(
        prog=program("site"),
        allow_abbrev=False,
        description="Write the page and the current release as files that any web host can serve.",
    )
    parser.add_argument("out", type=Path, help="folder to write; a site that it holds is replaced")
    parser.add_argument(
        "--models", type=Path, default=shipped_releases(), help="folder of releases"
    )
    return parser


def _site(argv: Sequence[str]) -> int:
    """Write a static site; the server renders it, in a process because export imports no webapp."""
    arguments = make_site_parser().parse_args(argv)
    command = [sys.executable, "-m", "latent_atlas.webapp.static_site"]
    command += [arguments.models, arguments.out]
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 130  # the process was interrupted as well, and has said so


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = argparse.ArgumentParser(
        prog=program("export"),
        allow_abbrev=False,
        description=(__doc__ or "").replace("python -m export", program("export")),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("models", nargs="*", help="ids of runs; default: every finished run")
    add("--runs", type=Path, default=Path("runs"), help="folder of runs")
    add("--out", type=Path, default=default_releases(), help="folder of releases")
    add("--study", type=Path, default=Path("docs/results/study.json"), help="the study's results")
    add("--replace", action="store_true", help="publish models that are worse than those replaced")
    add("--only", action="store_true", help="drop the other models of the current release")
    add(
        "--refresh",
        action="store_true",
        help="publish the current models with a new study and lattice",
    )
    add("--keep", type=int, metavar="N", help=f"releases to keep (default: {_KEPT})")
    add("--prune", action="store_true", help="remove older releases at once (--keep: all but N)")
    add("--hub-folder", type=Path, metavar="OUT", help="write the run named to a folder instead")
    add("--list", action="store_true", help="list the releases, the current one first")
    add("--rollback", nargs="?", const="", metavar="ID", help="return to the release before, or ID")
    return parser


# What needs PyTorch is imported late, so that --help and a mistyped option answer at once.


def _run(argv: Sequence[str]) -> int:
    parser = make_parser()
    arguments = parser.parse_args(argv)
    if arguments.keep is not None and arguments.keep < 1:
        parser.error("--keep is at least 1: the current release stays")

    from latent_atlas.export.publish import ReleaseFolder

    if arguments.hub_folder is not None:
        return _write_hub_folder(arguments)
    started = time.monotonic()
    folder = ReleaseFolder(arguments.out)
    if arguments.list:
        print("\n".join(folder.listing()) or f"There is no release in {arguments.out}.")
        return 0
    if arguments.rollback is not None:
        with folder.locked():
            print(f"Release {folder.rollback(arguments.rollback)} is current again.")
        return 0
    if arguments.refresh:
        if arguments.models or arguments.only:
            parser.error("--refresh takes neither run ids nor --only")
        if folder.current() is None:
            raise UserError(f"There is no release in {arguments.out} to refresh.")
    runs = {} if arguments.refresh else _load_runs(arguments.models, arguments.runs)
    with folder.locked():
        _compare(runs, folder, arguments)
        release = _publish(runs, folder, arguments)
        # From here on the release is published, whatever becomes of the older ones.
        with contextlib.suppress(KeyboardInterrupt):
            if arguments.prune:
                folder.prune(arguments.keep or 1, grace=0)
            else:
                folder.prune(arguments.keep or _KEPT)
    for name, size in folder.written:
        print(f"  {size / 1000:10,.1f} kB  {name}")
    total = sum(size for _, size in folder.written)
    print(
        f"Release {release} is published: {len(folder.written)} new files, {total / 1e6:.1f} MB, "
        f"{time.monotonic() - started:.1f} s."
    )
    for remark in folder.remarks:
        print(remark, file=sys.stderr)
    return 0


def _load_runs(names: Sequence[str], folder: Path) -> dict[Path, Any]:
    """Load the named runs, or every finished one that may be passed on, by their folders."""
    from latent_atlas.train.data.datasets import NOT_TO_PASS_ON
    from latent_atlas.train.runs.run_folder import load_run

    chosen = [folder / name for name in names] or sorted(
        path.parent for path in folder.glob("*/report.json")
    )
    if not chosen:
        raise UserError(
            f"There is no finished run in {folder}; train one: {program('train')} vae-2."
        )
    runs = {path: load_run(path) for path in chosen}
    for path, run in list(runs.items()):
        if not names and run.recipe.dataset in NOT_TO_PASS_ON:
            del runs[path]
            print(
                f"{path.name} is left out: the licence of {run.recipe.dataset} forbids passing on "
                f"what is made from its images. To use it on this machine only, name it: "
                f"{program('export')} {path.name}."
            )
    if not runs:
        raise UserError("No run is left to publish. The previous release stays current.")
    return runs


def _write_hub_folder(arguments: argparse.Namespace) -> int:
    from latent_atlas.export.hub_folder import write_hub_folder
    from latent_atlas.train.runs.run_folder import load_dataset, load_run

    if len(arguments.models) != 1:
        raise UserError("A folder for the Hub holds one model; name one run.")
    path = arguments.runs / arguments.models[0]
    run = load_run(path)
    write_hub_folder(run, load_dataset(run.recipe.dataset, path).class_names, arguments.hub_folder)
    print(f"{run.recipe.id} is written to {arguments.hub_folder}.")
    return 0


def _compare(runs: Mapping[Path, Any], folder: Any, arguments: argparse.Namespace) -> None:
    """Say how each run differs from the published model that it would replace.

    Raises:
        UserError: one is worse, and --replace is not given.
    """
    from latent_atlas.export.comparison import compare, load_study

    try:
        current = folder.current()
    except UserError:
        if not arguments.only:  # with which a damaged release can be replaced
            raise
        current = None
    published = {entry["id"]: entry for entry in (current or {"models": []})["models"]}
    study = load_study(arguments.study)
    worse = []
    for run in runs.values():
        name = run.recipe.id
        if name not in published:
            continue
        report: dict[str, Any] = {}
        with contextlib.suppress(UserError, OSError, KeyError):
            report = json.loads(folder.object_bytes(published[name]["report"]))
        found = compare(published[name], run, study, report)
        if found is None:
            print(f"{name}: cannot be compared with the published one, which it replaces")
            continue
        print(f"{name}: {found}")
        if found.is_worse:
            worse.append(name)
    if worse and not arguments.replace:
        raise UserError(
            f"Nothing is published, because {' and '.join(worse)} would be worse than now; add "
            f"--replace to publish all the same."
        )


def _publish(runs: Mapping[Path, Any], folder: Any, arguments: argparse.Namespace) -> str:
    """Write all objects, then the release."""
    from latent_atlas.export.documents.json_numbers import NotFiniteError
    from latent_atlas.export.documents.maps import layout_json
    from latent_atlas.export.documents.rate_distortion import rate_distortion
    from latent_atlas.export.documents.study_document import study_json
    from latent_atlas.export.entry import model_entry, renewed
    from latent_atlas.train.data.datasets import OWN_IMAGES
    from latent_atlas.train.palette import PALETTE
    from latent_atlas.train.recipes.published import RECIPES
    from latent_atlas.train.runs.latent_projections import raw_tsne
    from latent_atlas.train.runs.run_folder import commit, load_dataset

    entries: dict[str, dict[str, Any]] = {}
    datasets: dict[str, dict[str, Any]] = {}
    current = None if arguments.only else folder.current()
    if current is not None:
        entries = {entry["id"]: entry for entry in current["models"]}
        datasets = current.get("datasets", {})
    if arguments.refresh:
        entries = {name: renewed(entry, folder) for name, entry in entries.items()}
    loaded: dict[str, Any] = {}
    for path, run in runs.items():
        print(run.recipe.id)
        name = run.recipe.dataset
        dataset = loaded.get(name) or load_dataset(name, path)
        if name != OWN_IMAGES:
            loaded[name] = dataset
        try:
            entries[run.recipe.id] = model_entry(run, path, dataset, folder)
        except NotFiniteError as error:
            raise UserError(f"{path.name}: {error}") from error
    for name, dataset in loaded.items():
        if not dataset.attribute_names:  # there is no figure of the raw pixels of faces
            layout = raw_tsne(dataset.test, arguments.runs / "cache")
            raw = layout_json("tsne", layout, dataset.test.labels.numpy(), "test")
            datasets[name] = {"raw_tsne": folder.add_object(raw, "json")}
    order = list(RECIPES)
    # Runs of no recipe, such as those of the user's own images, stand last.
    models = sorted(entries.values(), key=lambda entry: [*order, entry["id"]].index(entry["id"]))
    manifest: dict[str, Any] = {
        "commit": commit(), "palette": list(PALETTE), "models": models,
        "datasets": dict(sorted(datasets.items())),
    }  # fmt: skip
    study = study_json(arguments.study)
    if study is None and arguments.refresh:
        raise UserError(f"There are no results of the study in {arguments.study}.")
    if study is not None:
        manifest["study"] = folder.add_object(study, "json")
    if (by_beta := rate_distortion(arguments.study)) is not None:
        names = ("measured", "trace")
        manifest["rate_distortion"] = {
            name: folder.add_object(data, "json") for name, data in zip(names, by_beta, strict=True)
        }
    return folder.publish(manifest)


if __name__ == "__main__":
    sys.exit(main())
