"""Publishing a release: hash-named objects, then the manifest, then one pointer.

Whoever holds a manifest can never read a mixture of two releases, because an object's name is
its content's hash and no object is ever changed. A kill between any two lines of this file
leaves the old release serving.
"""

import contextlib
import json
import math
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from latent_atlas.export.documents.json_numbers import to_json
from latent_atlas.train.errors import UserError
from latent_atlas.train.files import make_folder, sha256, write_atomic

Manifest = dict[str, Any]
FileEntry = dict[str, Any]

# What readers fetch is addressed from the page, which lies beside `models/`.
_URL_PREFIX = "models/objects/"
# A server or a page may hold a replaced manifest for a while and still fetch what it names.
_GRACE_SECONDS = 3600.0
_CLOCKS_DIFFER = 60.0
"""Seconds by which a file may be dated in the future: its disk may go by another clock."""


class ReleaseFolder:
    """The folder `static/models`, written to by one export at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written: list[tuple[str, int]] = []
        self.remarks: list[str] = []
        """What was found amiss while old files were removed: a sentence each."""

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one export and clear away what a killed one left half-written.

        Raises:
            UserError: another export holds it.
        """
        make_folder(self.root)
        try:
            with FileLock(self.root / ".lock", timeout=0):
                for leftover in self.root.rglob(".*.tmp"):
                    with self._remarking(leftover):
                        # A server's compressor may be at work on its own; it takes seconds.
                        compressed = {".br", ".gz"} & set(leftover.suffixes)
                        if not compressed or _age(leftover) > _GRACE_SECONDS:
                            leftover.unlink()
                yield
        except Timeout as error:
            raise UserError(
                f"Another export is writing to {self.root}; wait until it is done."
            ) from error

    def add_object(self, data: bytes, suffix: str) -> FileEntry:
        """Store `data` under its hash, unless it is there and whole; return its manifest entry."""
        name = f"{sha256(data)}.{suffix}"
        path = self.root / "objects" / name
        # A damaged file under this name is put right: its readers could not use it anyway.
        if not path.exists() or path.read_bytes() != data:
            write_atomic(path, data)
            self.written.append((name, len(data)))
        return {"url": _URL_PREFIX + name, "sha256": sha256(data), "bytes": len(data)}

    def object_bytes(self, entry: FileEntry) -> bytes:
        """Read an object.

        Raises:
            OSError: it cannot be read.
            UserError: it is damaged.
        """
        data = (self.root / "objects" / Path(entry["url"]).name).read_bytes()
        if sha256(data) != entry["sha256"]:
            raise UserError(f"{entry['url']} is damaged; export its model again.")
        return data

    def current(self) -> Manifest | None:
        """Return the manifest being served, or None where there is none yet.

        Raises:
            OSError: it cannot be read now.
            UserError: it is damaged.
        """
        try:
            pointer = (self.root / "current.json").read_bytes()
        except FileNotFoundError:
            return None
        try:
            return self._manifest(json.loads(pointer)["release"])
        except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"The current release in {self.root} is damaged; publish without its models "
                f"(--only), or return to an earlier one (--list, --rollback ID)."
            ) from error

    def publish(self, manifest: Manifest) -> str:
        """Write the manifest, then point to it; return the release's id.

        The id is the content's hash, so the same models make the same release.
        """
        manifest = json.loads(to_json(manifest))
        release = sha256(json.dumps(manifest, sort_keys=True).encode())[:16]
        created = datetime.now(UTC).isoformat(timespec="seconds")
        whole = {"format": 1, "release": release, "created": created, **manifest}
        try:
            there = self._manifest(release)
        except (OSError, ValueError):
            there = {}
        if there | {"created": created} != whole:
            write_atomic(self._path(release), _lines(whole))
        self._point_to(release)
        return release

    def _point_to(self, release: str) -> None:
        replaced = self._pointed_to()
        if replaced not in (None, release):
            # Its age counts from now on: see prune.
            with contextlib.suppress(OSError):
                os.utime(self._path(str(replaced)))
        try:
            write_atomic(self.root / "current.json", _lines({"release": release}))
        except OSError as error:
            if self._pointed_to() != release:
                raise
            # It is published: only the folder could not be flushed after the renaming.
            self.remarks.append(f"A power cut now could undo this: {error.strerror}.")

    def rollback(self, release: str) -> str:
        """Point to an earlier release, or without an id to the one replaced last; return its id.

        Raises:
            UserError: there is no such release, or it is not whole.
        """
        current = self._pointed_to()
        earlier = (name for name in self._latest_first() if name != current)
        release = release or next(earlier, "")
        if not release:
            raise UserError(f"There is no earlier release in {self.root}.")
        try:
            for name in _objects(self._manifest(release)):
                if sha256((self.root / "objects" / name).read_bytes()) != Path(name).stem:
                    raise ValueError(name)
        except (FileNotFoundError, ValueError) as error:
            reason = "it is damaged"
            if isinstance(error, FileNotFoundError):
                reason = f"{Path(error.filename).name} is missing"
            raise UserError(
                f"Release {release} cannot be served, {reason}; --list shows what there is."
            ) from error
        self._point_to(release)
        return release

    def listing(self) -> Iterator[str]:
        """Yield a line for each release: the current one, then the others, latest first."""
        current = self._pointed_to()
        for release in self._latest_first():
            try:
                manifest = self._manifest(release)
                ids = ", ".join(model["id"] for model in manifest["models"])
                line = f"{manifest.get('created')}  {len(manifest['models'])} models: {ids}"
            except (OSError, ValueError):
                line = "cannot be read"
            yield f"{'*' if release == current else ' '} {release}  {line}"

    def prune(self, keep: int, grace: float = _GRACE_SECONDS) -> None:
        """Remove old releases, and the objects that none of the others names.

        `keep` of them stay whatever their age, the current one first; any other stays for `grace`
        seconds after it was replaced. Nothing that is amiss ends this: it becomes a remark.
        """
        used: set[str] = set()
        kept, unread = 0, 0
        for release in self._latest_first():
            path = self._path(release)
            with self._remarking(path.parent):
                try:
                    manifest = self._manifest(release)
                except (FileNotFoundError, ValueError) as error:
                    what = "had no" if isinstance(error, FileNotFoundError) else "had a damaged"
                    self.remarks.append(f"{path.parent} {what} manifest and is removed.")
                    _remove(path.parent)
                    continue
                except OSError:
                    unread += 1
                    raise
                if _age(path) < -_CLOCKS_DIFFER:
                    self.remarks.append(f"{path} was dated in the future; it ages from now on.")
                    now = time.time() - _CLOCKS_DIFFER  # after the one that was just replaced
                    os.utime(path, (now, now))
                if kept < keep or _age(path) < grace:
                    kept += 1
                    used |= _objects(manifest)
                else:
                    _remove(path.parent)
        if unread:
            return  # which objects such a release needs is not known
        for path in (self.root / "objects").glob("[!.]*"):
            if path.name.removesuffix(".br").removesuffix(".gz") not in used:
                with self._remarking(path):
                    path.unlink()

    @contextlib.contextmanager
    def _remarking(self, path: Path) -> Iterator[None]:
        """Turn what cannot be done to `path` into a remark."""
        try:
            yield
        except FileNotFoundError:
            pass  # the server's compressor was quicker
        except OSError as error:
            self.remarks.append(f"{path} was left as it is: {error.strerror}.")

    def _path(self, release: str) -> Path:
        return self.root / "releases" / release / "manifest.json"

    def _manifest(self, release: str) -> Manifest:
        """Read a manifest.

        Raises:
            OSError: it cannot be read, or is not there.
            ValueError: it is damaged.
        """
        manifest: Manifest = json.loads(self._path(release).read_bytes())
        try:
            _objects(manifest)
            if manifest["release"] == release and all(model["id"] for model in manifest["models"]):
                return manifest
        except (KeyError, TypeError) as error:
            raise ValueError(release) from error
        raise ValueError(release)

    def _pointed_to(self) -> str | None:
        try:
            return str(json.loads((self.root / "current.json").read_bytes())["release"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _latest_first(self) -> list[str]:
        """Return the ids of all releases: the current one, then the one replaced last, and on."""
        current = self._pointed_to()
        now = time.time()  # one for all: they may be microseconds apart

        def rank(folder: Path) -> tuple[bool, float]:
            try:
                age = now - (folder / "manifest.json").stat().st_mtime
            except OSError:
                age = math.inf
            return folder.name != current, age if age >= -_CLOCKS_DIFFER else _CLOCKS_DIFFER

        folders = [path for path in self.root.glob("releases/*") if path.is_dir()]
        return [folder.name for folder in sorted(folders, key=rank)]


def file_entries(value: object) -> Iterator[FileEntry]:
    """Yield every file entry (url, sha256, bytes) anywhere in a manifest."""
    if isinstance(value, dict):
        if "url" in value and "sha256" in value:
            yield value
        for part in value.values():
            yield from file_entries(part)
    elif isinstance(value, list):
        for part in value:
            yield from file_entries(part)


def _objects(manifest: Manifest) -> set[str]:
    """Return the names of the files that a manifest names."""
    return {Path(entry["url"]).name for entry in file_entries(manifest)}


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _remove(release: Path) -> None:
    for path in release.iterdir():  # compressed copies lie beside the manifest
        path.unlink(missing_ok=True)
    release.rmdir()


def _lines(value: object) -> bytes:
    return to_json(value, indent=1, separators=(",", ": "), ensure_ascii=False) + b"\n"
