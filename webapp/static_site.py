"""Writes the page as a plain static site, which any host can serve under any path.

    python -m webapp.static_site static/models OUT

The site is written beside OUT and replaces it when complete, so a kill leaves no half-written site.
"""

import errno
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from latent_atlas.program import program
from latent_atlas.webapp.disk import read_regular
from latent_atlas.webapp.manifest import FileEntry, Manifest
from latent_atlas.webapp.pages import EMBEDDED_FIGURES, PageError, PageMaker, built_files
from latent_atlas.webapp.releases import ReleaseError, is_sound, manifest_path, read_manifest
from latent_atlas.webapp.settings import Settings, SettingsError, read_settings

_WORKER = "sw.js"
_ELEMENT = "embed.js"
_OURS = {"index.html", _WORKER, _ELEMENT, "assets", "embed", "models"}
_MARK = b'data-server="absent"'
"""Found near the beginning of a static site's page, and of no other page."""


class SiteError(Exception):
    """The site cannot be written; the text is one sentence."""


def write_site(settings: Settings, out: Path) -> tuple[str, int, int]:
    """Write the current release and the built front end as a site.

    Returns:
        The release's id, the number of files, and their bytes.

    Raises:
        SiteError: there is no complete release or front end, or `out` holds something else.
        OSError: a file cannot be read or written.
    """
    out = out.resolve()
    fresh = out.with_name(f".{out.name}.new.tmp")
    old = out.with_name(f".{out.name}.old.tmp")
    if old.exists() and not out.exists():
        old.rename(out)  # an earlier process was killed between the two renames of _replace
    _check_replaceable(out)
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        release = _fill(settings, fresh)
        files = [path for path in fresh.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        _replace(out, fresh, old)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    return release, len(files), size


def _replace(out: Path, fresh: Path, old: Path) -> None:
    if out.exists():
        out.rename(old)
    try:
        fresh.rename(out)
    except BaseException:
        if old.exists():
            old.rename(out)
        raise


def _check_replaceable(out: Path) -> None:
    """Refuse to replace anything but an empty folder or an earlier site."""
    if not out.exists():
        return
    if not out.is_dir():
        raise SiteError(f"{out} is a file; name a folder for the site.")
    names = {path.name for path in out.iterdir()}
    if not names:
        return
    page = out / "index.html"
    ours = names <= _OURS and page.is_file() and _MARK in page.read_bytes()[:200]
    if not ours:
        raise SiteError(
            f"{out} holds something other than an earlier site; empty it or name another folder."
        )


def _fill(settings: Settings, folder: Path) -> str:
    """Write a site into a folder that does not exist yet; return the release's id."""
    manifest, data = _release(settings.models_dir)
    try:
        pages = PageMaker(settings.templates_dir, settings.dist_dir, settings.models_dir)
        page = pages.render(json.loads(data), server=False)
        embed = pages.represent_embed(server=False)
    except PageError as error:
        raise SiteError(f"The page cannot be made: {error}.") from error
    worker = settings.dist_dir / _WORKER
    if not worker.is_file():
        raise SiteError("The front end is not fully built; make demo builds it.")

    release = manifest.release
    models = folder / "models"
    for path in (folder / "assets", models / "objects", models / "releases" / release):
        path.mkdir(parents=True)
    for path in built_files(settings.dist_dir):
        shutil.copyfile(path, folder / "assets" / path.name)
    for file in manifest.files:
        _copy_object(settings.models_dir, models, file)
    (models / "releases" / release / "manifest.json").write_bytes(data)
    (models / "current.json").write_text(json.dumps({"release": release}) + "\n")
    shutil.copyfile(worker, folder / _WORKER)
    if embed is not None:
        (folder / "embed").mkdir()
        for figure in EMBEDDED_FIGURES:
            (folder / "embed" / f"{figure}.html").write_bytes(embed.body)
        shutil.copyfile(settings.dist_dir / _ELEMENT, folder / _ELEMENT)
    (folder / "index.html").write_text(page, encoding="utf-8")
    return release


def _release(models: Path) -> tuple[Manifest, bytes]:
    """Return the manifest of the current release, and its bytes on disk."""
    try:
        pointer = read_regular(models / "current.json")
        manifest, data, faults = read_manifest(manifest_path(models, pointer))
    except OSError as error:
        raise SiteError(
            f"There is no release in {models}; {program('export')} makes one."
        ) from error
    except ReleaseError as error:
        raise SiteError(f"The release in {models} cannot be published: {error}.") from error
    for name, fault in faults.items():
        print(f"The model {name} is left out: {fault}.", file=sys.stderr)
    return manifest, data


def _copy_object(source: Path, target: Path, file: FileEntry) -> None:
    try:
        path = source / "objects" / file.name
        data = read_regular(path)
    except FileNotFoundError as error:
        raise SiteError(f"The release lacks its file {file.name}; export it again.") from error
    if not is_sound(path, data):
        raise SiteError(f"The release's file {file.name} is damaged; export it again.")
    (target / "objects" / file.name).write_bytes(data)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the site; return the exit status."""
    words = sys.argv[1:] if argv is None else argv
    if len(words) != 2:
        print("Name two folders: python -m webapp.static_site MODELS OUT", file=sys.stderr)
        return 2
    models, out = words
    try:
        release, files, size = write_site(read_settings(["--models-dir", models]), Path(out))
    except (SiteError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        print(f"The site was not written: {reason}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the site was not written.", file=sys.stderr)
        return 130
    print(f"Release {release} is a site in {out}: {files} files, {size / 1e6:.1f} MB.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
