"""Serves files from a folder: compressed copies made ahead, ETags, ranges, nothing hidden."""

import asyncio
import contextlib
import hashlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from latent_atlas.webapp.disk import (
    Signature,
    is_absent,
    open_regular,
    read_regular,
    reason,
    signature,
    signature_of,
)
from latent_atlas.webapp.http.compression import decode
from latent_atlas.webapp.http.negotiation import SUFFIXES, has_already, preferred_encoding
from latent_atlas.webapp.http.problems import Problem

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_CHUNK = 1 << 18
_FAULTS_KEPT, _FAULT_SECONDS = 1000, 60.0


class StaticFiles:
    """The files of one folder, answered for GET and HEAD.

    `is_immutable` tells from a file's path in the folder whether its content never changes;
    `is_sound` whether an immutable file of this content may be sent.
    """

    def __init__(
        self,
        folder: Path,
        is_immutable: Callable[[str], bool] = lambda _: False,
        is_sound: Callable[[Path, bytes], bool] = lambda *_: True,
    ) -> None:
        self._folder = folder
        self._is_immutable = is_immutable
        self._is_sound = is_sound
        self._faults: dict[str, tuple[str, float]] = {}
        self._verdicts: dict[Path, tuple[tuple[Signature, Signature], bool]] = {}

    async def respond(self, path: str, request: Request) -> Response:
        """Answer a request for the file at `path` in the folder.

        Raises:
            Problem: 404, 416, or 503 for a damaged file.
            OSError: the file is there and cannot be read.
        """
        fault = None
        try:
            return await asyncio.to_thread(self._respond, path, request.headers)
        except OSError as error:
            fault = reason(error)
            raise
        except Problem as problem:
            fault = "damaged" if problem.status_code == 503 else None
            raise
        finally:
            self._faults.pop(path, None)
            if fault is not None and len(self._faults) < _FAULTS_KEPT:
                self._faults[path] = fault, time.monotonic()

    def fault(self) -> str | None:
        """Say, without names that clients sent, which files could not be sent of late."""
        since = time.monotonic() - _FAULT_SECONDS
        late = [fault for fault, when in self._faults.values() if when > since]
        return f"{len(late)} could not be sent: {', '.join(sorted(set(late)))}" if late else None

    def _respond(self, name: str, headers: Headers) -> Response:
        try:
            path = self._find(name)
            if self._is_immutable(name):
                return self._immutable_file(path, headers)
            return _mutable_file(path, headers)
        except OSError as error:
            if is_absent(error):
                raise _not_found() from error
            raise

    def _immutable_file(self, path: Path, headers: Headers) -> Response:
        copies = _copies(path)
        encoding = None
        if "range" not in headers:  # a range counts bytes of the original
            encoding = preferred_encoding(headers.get("accept-encoding", ""), copies)
        # Opened before the head is sent, so that a failure here can still become an error response.
        file = self._open_copy(path, copies[encoding], encoding) if encoding else None
        if file is None:
            encoding = None
            file = self._open_sound(path, path, lambda data: self._is_sound(path, data))
        if file is None:
            raise Problem(503, "This file is damaged on the server.", {"retry-after": "5"})
        try:
            return _file_response(path, file, headers, encoding, varies=bool(copies))
        except BaseException:
            file.close()
            raise

    def _open_copy(self, path: Path, copy: Path, encoding: str) -> BinaryIO | None:
        """Open the compressed copy of a file; None where the file itself must do."""

        def holds_the_original(data: bytes) -> bool:
            original = read_regular(path)
            with contextlib.suppress(ValueError):
                content = decode(data, encoding, len(original))
                return content == original and self._is_sound(path, original)
            return False

        try:
            return self._open_sound(copy, path, holds_the_original)
        except OSError:
            return None

    def _open_sound(
        self, path: Path, original: Path, is_sound: Callable[[bytes], bool]
    ) -> BinaryIO | None:
        """Open a file, None if it is damaged; what is sent is what was checked.

        It is checked once for each change of it or its original. That it could not be read is no
        verdict.
        """
        file = open_regular(path)
        try:
            now = signature_of(os.fstat(file.fileno())), signature(original)
            seen, sound = self._verdicts.get(path, (None, False))
            if seen != now:
                sound = is_sound(file.read())
                file.seek(0)
                self._verdicts[path] = now, sound
        except BaseException:
            file.close()
            raise
        if not sound:
            file.close()
            return None
        return file

    def _find(self, name: str) -> Path:
        """Return the file's path; refuse hidden and unfinished files, copies and links outside."""
        parts = name.split("/")
        if any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in parts):
            raise _not_found()
        if name.endswith((".tmp", *SUFFIXES.values())):
            raise _not_found()
        try:
            root = self._folder.resolve(strict=True)
            path = root.joinpath(*parts).resolve(strict=True)
        except (ValueError, RuntimeError) as error:  # a loop of links, for one
            raise _not_found() from error
        if not path.is_relative_to(root):
            raise _not_found()
        return path


def _not_found() -> Problem:
    """Return a new exception: one that is raised again keeps every request's frames alive."""
    return Problem(404, "There is nothing at this address.")


def _mutable_file(path: Path, headers: Headers) -> Response:
    """Answer with a small file that may change under its name, such as current.json."""
    data = read_regular(path)
    # A hash of the content: two versions of equal size can have the same modification time.
    tag = hashlib.sha256(data).hexdigest()[:32]
    fields = {"cache-control": "no-cache"}
    if copies := _copies(path):
        fields["vary"] = "accept-encoding"
    encoding = preferred_encoding(headers.get("accept-encoding", ""), copies)
    if encoding and (copy := _sound_copy(copies[encoding], encoding, data)) is not None:
        data, tag = copy, f"{tag}-{encoding}"
        fields["content-encoding"] = encoding
    fields["etag"] = f'"{tag}"'
    if has_already(headers, fields["etag"]):
        fields.pop("content-encoding", None)
        return Response(status_code=304, headers=fields)
    return Response(data, headers=fields | {"content-type": _media_type(path)})


def _sound_copy(path: Path, encoding: str, original: bytes) -> bytes | None:
    """Read a compressed copy; None where it cannot be read or is not of `original`."""
    with contextlib.suppress(OSError, ValueError):
        copy = read_regular(path)
        if decode(copy, encoding, len(original)) == original:
            return copy
    return None


def _file_response(
    path: Path, file: BinaryIO, headers: Headers, encoding: str | None, *, varies: bool
) -> Response:
    """Answer with an open file that never changes under its name; `path` tells its type."""
    status = os.fstat(file.fileno())
    etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}{"-" + encoding if encoding else ""}"'
    fields = {"etag": etag, "cache-control": "public, max-age=31536000, immutable"}
    if varies:
        fields["vary"] = "accept-encoding"
    if has_already(headers, etag):
        file.close()
        return Response(status_code=304, headers=fields)
    fields["content-type"] = _media_type(path)
    fields |= {"content-encoding": encoding} if encoding else {"accept-ranges": "bytes"}
    wanted = None
    if headers.get("if-range", etag) == etag:
        wanted = _range(headers.get("range", ""), status.st_size)
    if wanted is None:
        return _FileResponse(file, range(status.st_size), 200, fields)
    fields["content-range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{status.st_size}"
    return _FileResponse(file, wanted, 206, fields)


def _copies(path: Path) -> dict[str, Path]:
    """Return the compressed copies that are up to date, by encoding; an empty one is a marker."""
    original = path.stat()
    copies = {}
    for encoding, suffix in SUFFIXES.items():
        copy = path.with_name(path.name + suffix)
        try:
            status = copy.stat()
        except OSError:
            continue
        if status.st_size > 0 and status.st_mtime_ns >= original.st_mtime_ns:
            copies[encoding] = copy
    return copies


def _range(value: str, size: int) -> range | None:
    """Return the bytes that a Range header asks for, or None to send the whole file.

    Several ranges, other units and malformed values are ignored, as RFC 9110, 14.2, allows.

    Raises:
        Problem: 416 if the file has no such bytes.
    """
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", value.strip(), re.ASCII)
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if first and last and int(last) < int(first):
        return None
    if first:
        wanted = range(int(first), min(int(last) + 1, size) if last else size)
    else:
        wanted = range(max(0, size - int(last)), size)
    if not wanted:
        raise Problem(416, "The file has no such bytes.", {"content-range": f"bytes */{size}"})
    return wanted


def _media_type(path: Path) -> str:
    return _TYPES.get(path.suffix, "application/octet-stream")


class _FileResponse(Response):
    """Sends part of an open file in chunks, read in a thread, and closes the file."""

    def __init__(self, file: BinaryIO, part: range, status: int, headers: dict[str, str]) -> None:
        super().__init__(None, status, headers | {"content-length": str(len(part))})
        self._file = file
        self._left = len(part)
        file.seek(part.start)

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,  # noqa: ARG002 - ASGI's signature
        send: Send,
    ) -> None:
        with self._file:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            while self._left > 0 and scope["method"] != "HEAD":
                chunk = await asyncio.to_thread(self._file.read, min(_CHUNK, self._left))
                if not chunk:
                    raise EOFError("a file became shorter while it was sent")
                self._left -= len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})
