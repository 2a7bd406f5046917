"""Publishing a release: hash-named objects, then the manifest, then one pointer.

Whoever holds a manifest can never read a mixture of two releases, because an object's name is
its content's hash and no object is ever changed. A kill between any two lines of this file
leaves the old release serving.
"""

import contextlib
import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from train.errors import UserError
from train.files import sha256, write_atomic

Manifest = dict[str, Any]
FileEntry = dict[str, Any]

# What readers fetch is addressed from the page, which lies beside `models/`.
_URL_PREFIX = "models/objects/"
_RELEASES_KEPT = 2
# A server or a page may hold a replaced manifest for a while and still fetch what it names.
_GRACE_SECONDS = 3600.0


class ReleaseFolder:
    """The folder `static/models`, written to by one export at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written: list[tuple[str, int]] = []

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one export and clear away what a killed one left half-written.

        Raises:
            UserError: another export holds it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.root / ".lock")
        try:
            with lock.acquire(timeout=0):
                for leftover in self.root.rglob(".*.tmp"):
                    leftover.unlink(missing_ok=True)
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

    def current(self) -> Manifest | None:
        """Return the manifest being served, or None where there is none that can be read."""
        try:
            release = json.loads((self.root / "current.json").read_bytes())["release"]
            manifest: Manifest = json.loads(
                (self.root / "releases" / str(release) / "manifest.json").read_bytes()
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return manifest

    def publish(self, manifest: Manifest) -> str:
        """Write the manifest, then point to it; return the release's id.

        The id is the content's hash, so the same models make the same release.
        """
        content = json.dumps(manifest, sort_keys=True).encode()
        release = hashlib.sha256(content).hexdigest()[:16]
        path = self.root / "releases" / release / "manifest.json"
        if not path.exists():
            created = datetime.now(UTC).isoformat(timespec="seconds")
            whole = {"format": 1, "release": release, "created": created, **manifest}
            write_atomic(path, _json(whole))
        replaced = self.current()
        if replaced is not None and replaced["release"] != release:
            # Its age counts from now on: see prune.
            (self.root / "releases" / replaced["release"] / "manifest.json").touch()
        write_atomic(self.root / "current.json", _json({"release": release}))
        return release

    def prune(self, keep: int = _RELEASES_KEPT, grace: float = _GRACE_SECONDS) -> None:
        """Remove old releases, and the objects that none of the others names.

        Args:
            keep: how many stay whatever their age, the current one first.
            grace: for how many seconds after it was replaced any other stays too.
        """
        current = self.current()
        if current is None:
            return
        folders = sorted(
            (path.parent for path in self.root.glob("releases/*/manifest.json")),
            key=lambda folder: (
                folder.name == current["release"],
                (folder / "manifest.json").stat().st_mtime_ns,
            ),
            reverse=True,
        )
        used: set[str] = set()
        oldest = time.time() - grace
        for rank, folder in enumerate(folders):
            manifest = folder / "manifest.json"
            if rank < keep or manifest.stat().st_mtime > oldest:
                content = json.loads(manifest.read_bytes())
                used |= {Path(entry["url"]).name for entry in file_entries(content)}
            else:
                for path in folder.iterdir():
                    path.unlink()
                folder.rmdir()
        for path in (self.root / "objects").glob("*"):
            if path.name.removesuffix(".br").removesuffix(".gz") not in used:
                path.unlink()


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


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
