"""Finds releases on disk, verifies them and tells which one is in service.

Publishing replaces current.json last, so a release that it names is complete. It is verified all
the same: a bad release is refused and the previous one stays in service.
"""

import contextlib
import hashlib
import json
import logging
import os
import threading
import weakref
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from latent_atlas.program import program
from latent_atlas.webapp.disk import (
    Attempts,
    Signature,
    is_surely_finite,
    parse_json,
    read_regular,
    reason,
    signature,
)
from latent_atlas.webapp.inference import EntryError, Graph, Model, ModelError, Runtime
from latent_atlas.webapp.manifest import (
    FileEntry,
    Golden,
    Manifest,
    ModelEntry,
    Pointer,
    describe,
    parse_manifest,
)

logger = logging.getLogger(__name__)


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
    faults: Mapping[str, str]
    """Why the other models are out of service, by id."""

    def without(self, faults: Mapping[str, str]) -> "Release":
        """Return it without models that the page must not show: neither may the manifest."""
        content = json.loads(self.manifest_bytes)
        content["models"] = [entry for entry in content["models"] if entry["id"] not in faults]
        models = {name: model for name, model in self.models.items() if name not in faults}
        if not models:
            raise ReleaseError(_no_model(self.id, faults))
        return replace(
            self,
            manifest=Manifest.model_validate(content),
            manifest_bytes=json.dumps(content).encode(),
            models=models,
            faults={**self.faults, **faults},
        )


class ReleaseStore:
    """The release that current.json names, or the last good one.

    Releases share sessions: a graph whose sha256 is unchanged is not loaded again.
    """

    def __init__(self, folder: Path, runtime: Runtime) -> None:
        self._folder = folder
        self._runtime = runtime
        self._current: Release | None = None
        self._attempts = Attempts()
        self._faulty: dict[Path, Signature] = {}
        self._graphs: weakref.WeakValueDictionary[str, Graph] = weakref.WeakValueDictionary()
        self._graphs_lock = threading.Lock()
        self.refusal: str | None = None
        """Why the release that current.json names is not in service; None: it is."""

    def refresh(self) -> Release | None:
        """Look at the disk; return the release that is now in service, or None.

        Blocks while it reads files and loads graphs, which it does only if current.json has
        changed or a file that was at fault has, and again after a while if anything was.
        """
        pointer: bytes | str
        try:
            pointer = read_regular(self._folder / "current.json")
        except (OSError, MemoryError) as error:
            pointer = reason(error)
        found = {path: signature(path) for path in self._faulty}
        if not self._attempts.is_due((pointer, found)):
            return self._current
        self._faulty = {}
        try:
            self._current = self._load(pointer)
            self.refusal = None
        except ReleaseError as error:
            self.refusal = str(error)
        except Exception as error:
            logger.exception("A release cannot be loaded.")
            self.refusal = f"it cannot be loaded: {reason(error)}"
        failed = self.refusal is not None or bool(self._faulty)
        self._attempts.record((pointer, dict(self._faulty)), failed=failed)
        return self._current

    def _load(self, pointer: bytes | str) -> Release:
        if isinstance(pointer, str):
            raise ReleaseError(
                f"current.json cannot be read ({pointer}); {program('export')} makes a release"
            )
        path = manifest_path(self._folder, pointer)
        self._faulty[path] = signature(path)
        manifest, data, wrong = read_manifest(path)

        # More threads than cores would gain nothing: hashing and loading graphs is arithmetic.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            loaded = pool.map(self._load_model, manifest.models)
        by_id = {entry.id: model for entry, model in zip(manifest.models, loaded, strict=True)}
        models = {name: model for name, model in by_id.items() if isinstance(model, Model)}
        errors = {name: model for name, model in by_id.items() if not isinstance(model, Model)}
        faults = wrong | {name: str(error) for name, error in errors.items()}
        if not models:
            raise ReleaseError(_no_model(manifest.release, faults))
        self._faulty.pop(path)
        release = Release(manifest.release, manifest, data, models, faults)
        hidden = [name for name, error in errors.items() if isinstance(error, EntryError)]
        return release.without({name: faults[name] for name in hidden}) if hidden else release

    def _load_model(self, entry: ModelEntry) -> Model | ModelError:
        """Return a verified model, or why it cannot be served."""
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
                self._graph(entry.encoder, contents) if entry.encoder else None,
                self._runtime,
            )
            model.replay(_golden(contents[entry.golden.sha256]))
        except EntryError as error:
            return error
        except ModelError as error:
            self._faulty.update(seen)
            return error
        except Exception as error:  # whatever it is, it costs this model and no other
            logger.exception("A model cannot be loaded.")
            self._faulty.update(seen)
            return ModelError(f"it cannot be loaded: {reason(error)}")
        return model

    def _graph(self, file: FileEntry, contents: Mapping[str, bytes]) -> Graph:
        with self._graphs_lock:
            graph = self._graphs.get(file.sha256)
        if graph is None:
            graph = Graph(contents[file.sha256])
            with self._graphs_lock:
                self._graphs[file.sha256] = graph
        return graph


def _no_model(release: str, faults: Mapping[str, str]) -> str:
    name, fault = next(iter(faults.items()))
    return f"no model of {release} works, {name} for one: {fault}"


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


def read_manifest(path: Path) -> tuple[Manifest, bytes, dict[str, str]]:
    """Read the manifest of a release; its folder has the release's name.

    Returns:
        What `parse_manifest` does.

    Raises:
        ReleaseError: it cannot be read or is wrong.
    """
    release_id = path.parent.name
    try:
        manifest, data, faults = parse_manifest(read_regular(path))
    except OSError as error:
        raise ReleaseError(
            f"the manifest of {release_id} cannot be read ({reason(error)})"
        ) from error
    except ValidationError as error:
        raise ReleaseError(f"the manifest of {release_id} is wrong at {describe(error)}") from error
    except ValueError as error:
        raise ReleaseError(f"the manifest of {release_id} is no JSON") from error
    if manifest.release != release_id:
        raise ReleaseError(f"the manifest of {release_id} belongs to another release")
    return manifest, data, faults


def is_sound(path: Path, data: bytes) -> bool:
    """Return whether a file of a release holds what its name promises, and no wrong number.

    It is sent as immutable, so caches would keep a damaged one for a year.
    """
    if path.parent.name == "objects" and hashlib.sha256(data).hexdigest() != path.name[:64]:
        return False
    if path.suffix != ".json" or is_surely_finite(data):
        return True
    with contextlib.suppress(ValueError):
        parse_json(data)
        return True
    return False


def _verified(path: Path, file: FileEntry) -> bytes:
    """Read a file and check it."""
    try:
        data = read_regular(path)
    except FileNotFoundError as error:
        raise ModelError(f"its file {file.sha256[:12]}… is missing") from error
    except OSError as error:
        raise ModelError(f"its file {file.sha256[:12]}… cannot be read: {reason(error)}") from error
    if len(data) != file.bytes or not is_sound(path, data):
        raise ModelError(f"its file {file.sha256[:12]}… is damaged")
    return data


def _golden(data: bytes) -> Golden:
    try:
        return Golden.model_validate_json(data)
    except ValidationError as error:
        raise ModelError(f"its golden pairs are wrong at {describe(error)}") from error
