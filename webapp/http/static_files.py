"""Serves files of a folder: compressed copies made ahead, ETags, ranges, nothing hidden."""

import asyncio
import hashlib
import os
import re
import stat
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from webapp.http.negotiation import SUFFIXES, has_already, preferred_encoding
from webapp.http.security import Problem

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".onnx": "application/octet-stream",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.[a-z0-9.]+$")
_CHUNK = 1 << 18
_NOT_FOUND = Problem(404, "There is nothing at this address.")
_DAMAGED = Problem(503, "This file is damaged on the server.", {"retry-after": "5"})


@dataclass(frozen=True)
class Policy:
    """How a folder's files are cached and checked."""

    immutable: Callable[[str], bool]
    """Whether a file, by its path in the folder, never changes under its name."""
    whole: Callable[[Path], bool] = lambda _: True
    """Whether an immutable file is what its name says."""


def is_built_file(path: str) -> bool:
    """Return whether Vite put a hash of the content into this name."""
    return _HASHED.search(path) is not None


def is_release_file(path: str) -> bool:
    """Return whether this is an object or a manifest, which are written once."""
    return path.startswith(("objects/", "releases/"))


class StaticFiles:
    """The files of one folder."""

    def __init__(self, folder: Path, policy: Policy) -> None:
        self._folder = folder
        self._policy = policy

    async def respond(self, request: Request) -> Response:
        """Answer GET and HEAD for the file that the path parameter `path` names.

        Raises:
            Problem: 404, 416, or 503 for a damaged file.
        """
        return await asyncio.to_thread(self._respond, request.path_params["path"], request.headers)

    def single(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers GET and HEAD with the one file of this name."""

        async def respond(request: Request) -> Response:
            return await asyncio.to_thread(self._respond, name, request.headers)

        return respond

    def _respond(self, name: str, headers: Headers) -> Response:
        path = self._find(name)
        immutable = self._policy.immutable(name)
        if immutable and name.startswith("objects/") and not self._policy.whole(path):
            raise _DAMAGED
        if not immutable:
            return _small_file(path, headers)

        copies = _copies(path)
        encoding = None
        if "range" not in headers:
            encoding = preferred_encoding(headers.get("accept-encoding", ""), copies)
        try:
            file = (path if encoding is None else copies[encoding]).open("rb")
        except OSError as error:
            raise _NOT_FOUND from error
        try:
            return _large_file(file, path, encoding, headers, varies=bool(copies))
        except BaseException:
            file.close()
            raise

    def _find(self, name: str) -> Path:
        """Return the file's path; refuse what is hidden, unfinished, a copy, or outside."""
        parts = name.split("/")
        if any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in parts):
            raise _NOT_FOUND
        if name.endswith((".tmp", *SUFFIXES.values())):
            raise _NOT_FOUND
        try:
            root = self._folder.resolve(strict=True)
            path = root.joinpath(*parts).resolve(strict=True)
            regular = stat.S_ISREG(path.stat().st_mode)
        except (OSError, ValueError, RuntimeError) as error:
            raise _NOT_FOUND from error
        if not regular or not path.is_relative_to(root):
            raise _NOT_FOUND
        return path


def _copies(path: Path) -> dict[str, Path]:
    """Return the compressed copies that are no older than the file; an empty one is not one."""
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


def _small_file(path: Path, headers: Headers) -> Response:
    """Answer with a file that may change under its name, such as the pointer."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _NOT_FOUND from error
    # Of the content: a file replaced within a tick of the clock keeps its size and its time.
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    fields = {"etag": etag, "cache-control": "no-cache"}
    if has_already(headers, etag):
        return Response(status_code=304, headers=fields)
    return Response(data, headers=fields | {"content-type": _media_type(path)})


def _large_file(
    file: BinaryIO, path: Path, encoding: str | None, headers: Headers, *, varies: bool
) -> Response:
    status = os.fstat(file.fileno())
    etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}{"-" + encoding if encoding else ""}"'
    fields = {"etag": etag, "cache-control": "public, max-age=31536000, immutable"}
    if varies:
        fields["vary"] = "accept-encoding"
    if has_already(headers, etag):
        file.close()
        return Response(status_code=304, headers=fields)
    fields["content-type"] = _media_type(path)
    if encoding is not None:
        return _FileResponse(file, 0, status.st_size, 200, fields | {"content-encoding": encoding})
    fields["accept-ranges"] = "bytes"
    wanted = None
    if headers.get("if-range", etag) == etag:
        wanted = _range(headers.get("range", ""), status.st_size)
    if wanted is None:
        return _FileResponse(file, 0, status.st_size, 200, fields)
    first, last = wanted
    fields["content-range"] = f"bytes {first}-{last}/{status.st_size}"
    return _FileResponse(file, first, last - first + 1, 206, fields)


def _range(value: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte asked for, or None where the whole file answers it.

    Raises:
        Problem: 416, no such bytes.
    """
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", value.strip(), re.ASCII)
    if match is None or match.group(0) == "bytes=-":
        return None  # nothing asked, several ranges, or nonsense: all may be answered in full
    start, end = match.groups()
    if start:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
        if end and int(end) < int(start):
            return None
    else:
        first, last = max(0, size - int(end)), size - 1
    if first > last:
        raise Problem(416, "The file has no such bytes.", {"content-range": f"bytes */{size}"})
    return first, last


def _media_type(path: Path) -> str:
    return _TYPES.get(path.suffix, "application/octet-stream")


class _FileResponse(Response):
    """Sends part of an open file, in chunks that a thread reads, and closes it."""

    def __init__(
        self, file: BinaryIO, start: int, length: int, status: int, headers: dict[str, str]
    ) -> None:
        super().__init__(None, status, headers | {"content-length": str(length)})
        self._file = file
        self._left = length
        file.seek(start)
        self._chunk = file.read(min(_CHUNK, length))

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
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body"})
                return
            chunk = self._chunk
            while True:
                self._left -= len(chunk)
                await send(
                    {"type": "http.response.body", "body": chunk, "more_body": self._left > 0}
                )
                if self._left <= 0:
                    return
                chunk = await asyncio.to_thread(self._file.read, min(_CHUNK, self._left))
                if not chunk:
                    raise EOFError("a file became shorter while it was sent")
