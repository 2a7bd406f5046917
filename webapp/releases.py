"""Finds releases on disk, verifies them and tells which one is in service.

Publishing replaces current.json last, so a release that it names is complete. It is verified all
the same: a bad release is refused and the previous one stays in service.
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
    """A release in service. It never changes; a new release replaces it as a whole."""

    id: str
    manifest: Manifest
    manifest_bytes: bytes
    models: Mapping[str, Model]
    """The models in service, by id."""
    out_of_service: frozenset[str]
    """The ids of models with a missing or damaged file, or that do not reproduce their pairs."""


class ReleaseStore:
    """The release that current.json names, or the last good one.

    Releases share sessions: a graph whose sha256 is unchanged is not loaded again.
    """

    def __init__(self, folder: Path, runtime: Runtime) -> None:
        self._folder = folder
        self._runtime = runtime
        self._current: Release | None = None
        self._pointer: bytes | None = None
        self._looked = False
        self._faulty: dict[Path, Signature] = {}
        self._warnings: set[str] = set()
        self._graphs: weakref.WeakValueDictionary[str, Graph] = weakref.WeakValueDictionary()
        self._graphs_lock = threading.Lock()
        self.refusals = 0

    def refresh(self) -> Release | None:
        """Look at the disk; return the release that is now in service, or None.

        Blocks while it reads files and loads graphs, which it does only if current.json has
        changed or a file that was at fault has.
        """
        pointer = _read(self._folder / "current.json")
        changed = {path for path, seen in self._faulty.items() if signature(path) != seen}
        if self._looked and pointer == self._pointer and not changed:
            return self._current
        if pointer != self._pointer:
            self._warnings.clear()
        self._looked = True
        self._pointer = pointer
        self._faulty = {}
        try:
            self._current = self._load(pointer)
        except ReleaseError as error:
            self.refusals += 1
            left = f"{self._current.id} stays in service" if self._current else "none is in service"
            self._warn_once(f"A release is refused, {left}: {error}.")
        return self._current

    def _load(self, pointer: bytes | None) -> Release:
        if pointer is None:
            raise ReleaseError("current.json cannot be read; python -m export makes a release")
        path = manifest_path(self._folder, pointer)
        self._faulty[path] = signature(path)
        manifest, data = read_manifest(path)

        # More threads than cores would gain nothing: hashing and loading graphs is arithmetic.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            loaded = list(pool.map(self._load_model, manifest.models))
        models = {model.entry.id: model for model in loaded if model is not None}
        if not models:
            raise ReleaseError(f"no model of {manifest.release} works")
        lost = frozenset(entry.id for entry in manifest.models) - models.keys()
        self._faulty.pop(path)
        return Release(manifest.release, manifest, data, models, lost)

    def _load_model(self, entry: ModelEntry) -> Model | None:
        """Return a verified model, or None, with a warning, if it cannot be served."""
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
            self._faulty.update(seen)
            self._warn_once(f"The model {entry.id} is out of service: {error}.")
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

    def _warn_once(self, sentence: str) -> None:
        if sentence not in self._warnings:
            self._warnings.add(sentence)
            logger.warning(sentence)


def is_release_file(path: str) -> bool:
    """Return whether the file at this path, in a folder of releases, is written only once."""
    return path.startswith(("objects/", "releases/"))


def manifest_path(folder: Path, pointer: bytes) -> Path:
    """Return the path of the manifest of the release that `pointer`, current.json, names.

    Raises:
        ReleaseError: it names none.
    """
    try:
        release_id = Pointer.model_validate_json(pointer).release
    except ValidationError as error:
        raise ReleaseError("current.json does not name a release") from error
    return folder / "releases" / release_id / "manifest.json"


def read_manifest(path: Path) -> tuple[Manifest, bytes]:
    """Read the manifest of a release; its folder has the release's name.

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
        raise ReleaseError(f"the manifest of {release_id} belongs to another release")
    return manifest, data


def signature(path: Path) -> Signature:
    """Return a value that changes with a file's content; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


class ObjectCheck:
    """Tells whether a file still has the sha256 in its name; hashes it once for each change.

    Objects are sent as immutable, so caches would keep a damaged one for a year.
    """

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Signature, bool]] = {}

    def __call__(self, path: Path) -> bool:
        """Return whether the file is intact; one outside objects/ has no hash to compare."""
        if path.parent.name != "objects":
            return True
        now = signature(path)
        seen, intact = self._known.get(path, (None, False))
        if now is None or seen != now:
            data = _read(path)
            intact = data is not None and hashlib.sha256(data).hexdigest() == path.name[:64]
            self._known[path] = now, intact
        return intact


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _verified(path: Path, file: FileEntry) -> bytes:
    """Read a file and check its hash."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"its file {file.sha256[:12]}… is missing") from error
    if len(data) != file.bytes or hashlib.sha256(data).hexdigest() != file.sha256:
        raise ModelError(f"its file {file.sha256[:12]}… is damaged")
    return data


def _golden(data: bytes) -> Golden:
    try:
        return Golden.model_validate_json(data)
    except ValidationError as error:
        raise ModelError(f"its golden pairs are wrong at {_place(error)}") from error


def _place(error: ValidationError) -> str:
    """Name the field that is wrong in a file."""
    return ".".join(str(part) for part in error.errors()[0]["loc"]) or "its top level"
