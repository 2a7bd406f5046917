"""Writes .br and .gz copies beside files, once, so that no request ever waits for a compressor.

    python -m webapp.http.compression static/dist static/models

A copy that would not be worth it (95 % of the original or more) is left empty: that is how the
next run knows it was tried.
"""

import gzip
import logging
import os
import queue
import sys
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli

from webapp.http.negotiation import SUFFIXES

logger = logging.getLogger(__name__)

_TYPES = frozenset(
    {".css", ".html", ".js", ".json", ".map", ".mjs", ".onnx", ".svg", ".txt", ".wasm"}
)
_SMALLEST = 1024
_WORTH = 0.95
_CHUNK = 1 << 18
_BEST = 11
# Weights are close to noise: the best quality takes sixty times as long and saves one per cent.
# Nobody waits for the runtime of graphics processors, which is fetched after the first picture.
_QUICK = 9
_QUICKLY = (".onnx", ".jspi")


class StoppedError(Exception):
    """The work was called off; nothing was written."""


def compressible(path: Path) -> bool:
    """Return whether `path` is a file that compression may help."""
    return (
        path.suffix in _TYPES
        and not path.name.startswith(".")
        and path.is_file()
        and path.stat().st_size > _SMALLEST
    )


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def encode(data: bytes, encoding: str, *, quality: int | None = None) -> bytes:
    """Return `data` in an encoding, `br` or `gzip`; by default as small as it gets."""
    if encoding == "br":
        compressed: bytes = brotli.compress(data, quality=_BEST if quality is None else quality)
        return compressed
    return gzip.compress(data, 9 if quality is None else quality, mtime=0)


def compress(path: Path, stopped: Callable[[], bool] = lambda: False) -> None:
    """Write the copies of `path` that are missing or older than it, each atomically.

    `stopped` is asked between chunks.

    Raises:
        OSError: a file cannot be read or written.
        StoppedError: `stopped` returned true.
    """
    for encoding, suffix in SUFFIXES.items():
        copy = path.with_name(path.name + suffix)
        if not _current(copy, path):
            data = path.read_bytes()
            quality = _QUICK if any(part in path.name for part in _QUICKLY) else _BEST
            encoded = _encode_in_chunks(data, encoding, quality, stopped)
            _write(copy, encoded if len(encoded) < _WORTH * len(data) else b"")


def _current(copy: Path, original: Path) -> bool:
    try:
        return copy.stat().st_mtime_ns >= original.stat().st_mtime_ns
    except FileNotFoundError:
        return False


def _encode_in_chunks(
    data: bytes, encoding: str, quality: int, stopped: Callable[[], bool]
) -> bytes:
    """Encode like `encode`, but in steps short enough to be called off."""
    if encoding == "br":
        # A window of 2^24 holds all of the largest file, the WebAssembly runtime.
        compressor = brotli.Compressor(quality=quality, lgwin=24)
        step, finish = compressor.process, compressor.finish
    else:
        gzipper = zlib.compressobj(9, zlib.DEFLATED, 31)
        step, finish = gzipper.compress, gzipper.flush
    encoded = []
    for start in range(0, len(data), _CHUNK):
        if stopped():
            raise StoppedError
        encoded.append(step(data[start : start + _CHUNK]))
    return b"".join([*encoded, finish()])


def _write(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)  # mkstemp's 0600 would hide the file from a server of another user
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


class BackgroundCompressor:
    """Compresses files one by one in a thread of low priority, until it is stopped."""

    def __init__(self) -> None:
        self._paths: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._complained = False
        self._thread = threading.Thread(target=self._work, name="compressor", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def add(self, paths: Iterable[Path]) -> None:
        """Queue files; those not worth it, or done already, cost next to nothing."""
        for path in paths:
            self._paths.put(path)

    def stop(self) -> None:
        """Call off what is under way and wait for the thread, a second at most."""
        self._stopped.set()
        self._paths.put(None)
        self._thread.join(1)

    def _work(self) -> None:
        if sys.platform == "linux":
            # There a priority is a thread's own; elsewhere this would slow the whole server.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
        while (path := self._paths.get()) is not None and not self._stopped.is_set():
            try:
                if compressible(path):
                    compress(path, self._stopped.is_set)
            except StoppedError:
                return
            except OSError as error:
                if not self._complained:
                    self._complained = True
                    logger.warning(
                        "Compressed copies cannot be written (%s); files go out as they are.",
                        error.strerror,
                    )


def main(argv: Sequence[str] | None = None) -> int:
    """Compress everything worth it below the folders named; return the exit status."""
    folders = [Path(word) for word in (sys.argv[1:] if argv is None else argv)]
    if not folders:
        print(
            "Name the folders to compress: python -m webapp.http.compression DIR…", file=sys.stderr
        )
        return 2
    paths = [
        path
        for folder in folders
        for path in folder.rglob("*")
        if compressible(path) and not _hidden(path.relative_to(folder))
    ]
    paths.sort(key=lambda path: -path.stat().st_size)  # the longest first: no core idles at the end
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for _ in pool.map(compress, paths):
                pass
    except OSError as error:
        print(f"Compressed copies cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
