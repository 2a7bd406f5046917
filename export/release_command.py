"""The command `latent-atlas releases`: list, roll back, remove a model, collect what is not needed.

latent-atlas releases                      list the releases that are kept, the current one first
latent-atlas releases rollback             return to the one before (or to the one named)
latent-atlas releases remove trial         publish the current release without this model
latent-atlas releases collect --keep 1     remove older releases, and files that none names
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from latent_atlas.program import default_releases, program
from latent_atlas.train.errors import UserError

if TYPE_CHECKING:
    from latent_atlas.export.publish import ReleaseFolder

_KEPT = 2
"""Releases that `collect` leaves, the current one among them: one to return to."""


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = argparse.ArgumentParser(
        prog=program("releases"),
        allow_abbrev=False,
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(action="list")
    _add_folder(parser, default_releases())
    actions = parser.add_subparsers(metavar="ACTION", dest="action")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
        _add_folder(action, argparse.SUPPRESS)  # given here or before the action
        return action

    add("list", "list the releases, the current one first")
    back = add("rollback", "return to the release before, or to the one named")
    back.add_argument("release", nargs="?", default="", metavar="ID", help="id of a release")
    remove = add("remove", "publish the current release without a model")
    remove.add_argument("model", metavar="MODEL", help="id of the model")
    collect = add("collect", "remove older releases, and the files that no other names")
    collect.add_argument(
        "--keep", type=int, default=_KEPT, metavar="N", help=f"releases to keep ({_KEPT})"
    )
    return parser


def _add_folder(parser: argparse.ArgumentParser, default: object) -> None:
    parser.add_argument("--out", type=Path, default=default, help="folder of releases")


def run(argv: Sequence[str]) -> int:
    """Run the command; return the exit status.

    Raises:
        UserError: there is no such release or model, or another export is writing.
    """
    parser = make_parser()
    arguments = parser.parse_args(argv)
    # Late, so that --help and the shells' completion need no training tools.
    from latent_atlas.export.publish import ReleaseFolder

    folder = ReleaseFolder(arguments.out)
    if arguments.action in (None, "list"):
        print("\n".join(folder.listing()) or f"There is no release in {arguments.out}.")
        return 0
    if arguments.action == "collect" and arguments.keep < 1:
        parser.error("--keep is at least 1: the current release stays")
    if not arguments.out.is_dir():
        raise UserError(
            f"There is no folder {arguments.out}; name that of the releases with --out."
        )
    with folder.locked():
        if arguments.action == "rollback":
            print(f"Release {folder.rollback(arguments.release)} is current again.")
        elif arguments.action == "remove":
            release = folder.publish(_without(folder, arguments.model))
            print(f"Release {release} is published, without {arguments.model}.")
        else:
            before = _sizes(arguments.out)
            folder.prune(arguments.keep, grace=0)
            removed = before.keys() - _sizes(arguments.out).keys()
            size = sum(before[path] for path in removed)
            files = "1 file" if len(removed) == 1 else f"{len(removed):,} files"
            print(f"Removed {files}, {size / 1e6:.1f} MB.")
    for remark in folder.remarks:
        print(remark, file=sys.stderr)
    return 0


def _without(folder: "ReleaseFolder", model: str) -> dict[str, object]:
    """Return the current manifest without a model, and without what belongs to its data alone."""
    current = folder.current()
    if current is None:
        raise UserError(f"There is no release in {folder.root}.")
    models = [entry for entry in current["models"] if entry["id"] != model]
    if len(models) == len(current["models"]):
        ids = ", ".join(entry["id"] for entry in models)
        raise UserError(f"There is no model '{model}' in the current release; there are: {ids}.")
    if not models:
        raise UserError(f"'{model}' is the only model of the release; publish another one first.")
    of_the_release = ("format", "release", "created")  # which publishing writes anew
    manifest = {name: value for name, value in current.items() if name not in of_the_release}
    manifest["models"] = models
    if "datasets" in manifest:
        used = {entry["dataset"] for entry in models}
        manifest["datasets"] = {
            name: files for name, files in manifest["datasets"].items() if name in used
        }
    return manifest


def _sizes(folder: Path) -> dict[Path, int]:
    """Return the bytes of every file of the releases and objects in a folder."""
    return {
        path: path.stat().st_size
        for part in ("objects", "releases")
        for path in (folder / part).rglob("*")
        if path.is_file()
    }
