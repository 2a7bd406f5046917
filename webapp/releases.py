"""Finds releases on disk, verifies them and says which is in service.

Whoever publishes replaces current.json last, so a release named there is whole. It is still read
with distrust: a bad one is refused and the old one goes on.
"""

import hashlib
import logging
import os
import threading
import weakref
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from webapp.inference import Graph, Model, ModelError, Runtime
from webapp.manifest import FileEntry, Golden, Manifest, ModelEntry, Pointer

logger = logging.getLogger(__name__)

Signature = tuple[int, int, int] | None


class ReleaseError(Exception):
    """A release cannot be served; the text says why, in part of a sentence."""


@dataclass(frozen=True, eq=False)
class Release:
    """A release in service. It never changes: what is swapped is the whole of it."""

    id: str
    manifest: Manifest
    manifest_bytes: bytes
    models: Mapping[str, Model]
    """The models in service, by id."""
    out_of_service: frozenset[str]
    """The ids of the others: a file of theirs is missing or damaged, or they fail their pairs."""


class ReleaseStore:
    """The release that current.json names, or the last good one.

    Sessions are shared between releases: a graph whose sha256 is unchanged is not made again.
    """

    def __init__(self, folder: Path, runtime: Runtime) -> None:
        self._folder = folder
        self._runtime = runtime
        self._current: Release | None = None
        self._pointer: bytes | None = None
        self._looked = False
        self._suspects: dict[Path, Signature] = {}
        self._complaints: set[str] = set()
        self._graphs: weakref.WeakValueDictionary[str, Graph] = weakref.WeakValueDictionary()
        self._graphs_lock = threading.Lock()
        self.refusals = 0

    def refresh(self) -> Release | None:
        """Look at the disk; return the release in service by now, or None if there is none.

        Blocks: it reads files and makes sessions, but only when current.json reads differently
        than the last time, or when a file changed that was at fault then.
        """
        pointer = _read(self._folder / "current.json")
        changed = {path for path, seen in self._suspects.items() if signature(path) != seen}
        if self._looked and pointer == self._pointer and not changed:
            return self._current
        if pointer != self._pointer:
            self._complaints.clear()
        self._looked = True
        self._pointer = pointer
        self._suspects = {}
        try:
            self._current = self._load(pointer)
        except ReleaseError as error:
            self.refusals += 1
            goes_on = f"{self._current.id} goes on" if self._current else "there is no other"
            self._complain(f"A release is refused, {goes_on}: {error}.")
        return self._current

    def _load(self, pointer: bytes | None) -> Release:
        if pointer is None:
            raise ReleaseError("current.json cannot be read, python -m export makes a release")
        path = manifest_path(self._folder, pointer)
        self._suspects[path] = signature(path)
        manifest, data = read_manifest(path)

        # Two threads a core would gain nothing: hashing and making sessions is all arithmetic.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            loaded = list(pool.map(self._load_model, manifest.models))
        models = {model.entry.id: model for model in loaded if model is not None}
        if not models:
            raise ReleaseError(f"no model of {manifest.release} works")
        lost = frozenset(entry.id for entry in manifest.models) - models.keys()
        self._suspects.pop(path)
        return Release(manifest.release, manifest, data, models, lost)

    def _load_model(self, entry: ModelEntry) -> Model | None:
        """Return a verified model; None, said once in the log, if it cannot be served."""
        paths = [self._folder / "objects" / file.name for file in entry.files]
        seen = {path: signature(path) for path in paths}
        try:
            contents = {
                file.sha256: _verified(path, file)
                for path, file in zip(paths, entry.files, strict=True)
            }
            before = self._current.models.get(entry.id) if self._current else None
            if before is not None and before.entry == entry:
                return before
            model = Model(
                entry,
                self._graph(entry.decoder, contents),
                self._graph(entry.encoder, contents),
                self._runtime,
            )
            model.replay(_golden(contents[entry.golden.sha256]))
        except ModelError as error:
            self._suspects.update(seen)
            self._complain(f"The model {entry.id} is out of service: {error}.")
            return None
        return model

    def _graph(self, file: FileEntry, contents: Mapping[str, bytes]) -> Graph:
        with self._graphs_lock:
            graph = self._graphs.get(file.sha256)
        if graph is None:
            graph = Graph(contents[file.sha256])
            with self._graphs_lock:
                self._graphs[file.sha256] = graph
        return graph

    def _complain(self, sentence: str) -> None:
        if sentence not in self._complaints:
            self._complaints.add(sentence)
            logger.warning(sentence)


def manifest_path(folder: Path, pointer: bytes) -> Path:
    """Return where the manifest of the release is that current.json, `pointer`, names.

    Raises:
        ReleaseError: it names none.
    """
    try:
        release_id = Pointer.model_validate_json(pointer).release
    except ValidationError as error:
        raise ReleaseError("current.json does not name a release") from error
    return folder / "releases" / release_id / "manifest.json"


def read_manifest(path: Path) -> tuple[Manifest, bytes]:
    """Read the manifest of a release, which lies in a folder of the release's name.

    Raises:
        ReleaseError: it is missing or wrong.
    """
    release_id = path.parent.name
    data = _read(path)
    if data is None:
        raise ReleaseError(f"the manifest of {release_id} cannot be read")
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise ReleaseError(f"the manifest of {release_id} is wrong at {_place(error)}") from error
    if manifest.release != release_id:
        raise ReleaseError(f"the manifest of {release_id} is another release's")
    return manifest, data


def signature(path: Path) -> Signature:
    """Return what changes when a file's content does; None where there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


class ObjectCheck:
    """Says whether a file in objects/ still is what its name says; hashes it once a change.

    Such files are sent as immutable, so a damaged one would stay in caches for ever.
    """

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Signature, bool]] = {}

    def __call__(self, path: Path) -> bool:
        """Return whether the file's sha256 is the one in its name."""
        now = signature(path)
        seen, whole = self._known.get(path, (None, False))
        if now is None or seen != now:
            data = _read(path)
            whole = data is not None and hashlib.sha256(data).hexdigest() == path.name[:64]
            self._known[path] = now, whole
        return whole


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _verified(path: Path, file: FileEntry) -> bytes:
    """Read a file once: the bytes that were hashed are the bytes that are used."""
    try:
        whole = path.stat().st_size == file.bytes
        data = path.read_bytes() if whole else b""
    except OSError as error:
        raise ModelError(f"its file {file.sha256[:12]}… is missing") from error
    if not whole or hashlib.sha256(data).hexdigest() != file.sha256:
        raise ModelError(f"its file {file.sha256[:12]}… is damaged")
    return data


def _golden(data: bytes) -> Golden:
    try:
        return Golden.model_validate_json(data)
    except ValidationError as error:
        raise ModelError(f"its golden pairs are wrong at {_place(error)}") from error


def _place(error: ValidationError) -> str:
    """Name the field that a file has wrong."""
    return ".".join(str(part) for part in error.errors()[0]["loc"]) or "its top"
