"""Writes .br and .gz copies beside files, once, so that no request ever waits for a compressor.

    python -m webapp.http.compression static/dist static/models

A copy that would save less than 5 % is left empty, which records that it was tried.
"""

import argparse
import gzip
import logging
import os
import subprocess
import sys
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import brotli

from latent_atlas.program import program
from latent_atlas.webapp.disk import Attempts, read_regular, reason, write_whole
from latent_atlas.webapp.http.negotiation import SUFFIXES

logger = logging.getLogger(__name__)

_TYPES = frozenset(
    {".css", ".html", ".js", ".json", ".map", ".mjs", ".onnx", ".svg", ".txt", ".wasm"}
)
_SMALLEST = 1024
_LARGEST_SHARE = 0.95
# Weights are close to noise: the best quality takes sixty times as long and saves one per cent.
_QUALITY = {".onnx": 9}


def encode(data: bytes, encoding: str, *, quality: int = 11) -> bytes:
    """Return `data` in an encoding, `br` (of that quality) or `gzip`."""
    if encoding == "br":
        # A window of 2^24 bytes covers all of the largest file, the WebAssembly runtime.
        compressed: bytes = brotli.compress(data, quality=quality, lgwin=24)
        return compressed
    return gzip.compress(data, mtime=0)


def decode(data: bytes, encoding: str, limit: int) -> bytes:
    """Return what `data` is the encoding of; somewhat more than `limit` bytes end it.

    Raises:
        ValueError: it is damaged.
    """
    try:
        if encoding == "br":
            decompressor = brotli.Decompressor()
            content: bytes = decompressor.process(data, output_buffer_limit=limit + 1)
            return content
        return zlib.decompressobj(wbits=31).decompress(data, limit + 1)
    except (brotli.error, zlib.error) as error:
        raise ValueError("a compressed copy is damaged") from error


def compress(path: Path) -> None:
    """Write the copies of `path` that are missing or older than it, each atomically.

    Raises:
        OSError: a file cannot be read or written.
    """
    data = read_regular(path)
    for encoding, suffix in SUFFIXES.items():
        copy = path.with_name(path.name + suffix)
        if not _is_current(copy, path, encoding, data):
            write_whole(copy, partial(_encoded, path, encoding, data))


def _is_current(copy: Path, original: Path, encoding: str, data: bytes) -> bool:
    try:
        if copy.stat().st_mtime_ns < original.stat().st_mtime_ns:
            return False
        encoded = read_regular(copy)
        return not encoded or decode(encoded, encoding, len(data)) == data
    except (OSError, ValueError):
        return False


def _encoded(path: Path, encoding: str, data: bytes) -> bytes:
    encoded = encode(data, encoding, quality=_QUALITY.get(path.suffix, 11))
    return encoded if len(encoded) < _LARGEST_SHARE * len(data) else b""


def _compressible(folder: Path) -> list[Path]:
    """Return the files below `folder` that compression may help."""
    return [
        path
        for path in folder.rglob("*")
        if path.suffix in _TYPES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and _size(path) > _SMALLEST
    ]


def _size(path: Path) -> int:
    """Return a regular file's size; 0 for anything else, also for a file that is gone."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _failure(path: Path) -> OSError | MemoryError | None:
    """Compress a file; return what went wrong, but not that the file is gone by now."""
    try:
        compress(path)
    except FileNotFoundError:
        return None
    except (OSError, MemoryError) as error:
        return error
    return None


class BackgroundCompressor:
    """Compresses a folder's files in a process of low priority, until it is stopped."""

    def __init__(self, folder: Path) -> None:
        self._command = [sys.executable, "-m", __name__, "--background", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None
        self._attempts = Attempts(longest=3600)
        self._starts = 0

    def start(self) -> None:
        """Compress the files there are now; what an earlier start has finished is kept."""
        self.stop()
        self._starts += 1
        self.tend()

    def tend(self) -> None:
        """Start the process again, ever later, where it has failed."""
        if self._process is not None and (status := self._process.poll()) is not None:
            self._process = None
            self._attempts.record(self._starts, failed=status != 0)
        if self._process is None and self._starts and self._attempts.is_due(self._starts):
            try:
                # In a session of its own: Ctrl-C in a terminal reaches the server alone.
                self._process = subprocess.Popen(  # noqa: S603
                    self._command, start_new_session=True
                )
            except OSError as error:
                self._attempts.record(self._starts, failed=True)
                logger.warning("The compressor cannot be started: %s.", reason(error))

    def stop(self) -> None:
        """End the process, if it still runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


def main(argv: Sequence[str] | None = None) -> int:
    """Compress what is worth it in the given folders; return the exit status."""
    parser = argparse.ArgumentParser(
        prog=program("compress"),
        description="Write compressed copies (.br, .gz) beside the files of folders.",
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument(
        "--background", action="store_true", help="use one thread, of low priority where possible"
    )
    arguments = parser.parse_args(argv)
    if arguments.background and hasattr(os, "nice"):
        os.nice(15)
    try:
        paths = [path for folder in arguments.folders for path in _compressible(folder)]
    except OSError as error:
        print(f"The files cannot be listed: {reason(error)}.", file=sys.stderr)
        return 1
    paths.sort(key=_size, reverse=True)  # the largest first, so that no core is idle at the end
    with ThreadPoolExecutor(1 if arguments.background else os.cpu_count()) as pool:
        failures = [error for error in pool.map(_failure, paths) if error is not None]
    if failures:
        why = reason(failures[0]).capitalize()
        print(
            f"{len(failures)} compressed copies cannot be written: {why}. "
            "These files are sent uncompressed.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
