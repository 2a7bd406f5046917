"""Files of a disk that may fail for a moment, and when to try again what failed."""

import errno
import json
import math
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from pydantic_core import from_json

Signature = tuple[int, int, int] | None

_ABSENT = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL}
)
_LARGE_EXPONENT = re.compile(rb"[eE]\+?[0-9]{3}")
_MANY_DIGITS, _AS_ZEROS = b"0" * 300, bytes.maketrans(b"123456789", b"0" * 9)
_FIRST_WAIT, _LONGEST_WAIT = 0.25, 60.0


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading; a pipe in its place would keep its reader waiting for ever.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: Path) -> bytes:
    """Read a whole file.

    Raises:
        OSError: as `open_regular`.
    """
    with open_regular(path) as file:
        return file.read()


def write_whole(path: Path, make: Callable[[], bytes]) -> None:
    """Write what `make` returns, atomically; it is not called where the folder refuses files.

    Raises:
        OSError: the file cannot be written.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)  # mkstemp's 0600 would hide the file from a server of another user
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def is_absent(error: OSError) -> bool:
    """Return whether there is no such file; any other failure may be over in a moment."""
    return error.errno in _ABSENT


def reason(error: BaseException) -> str:
    """Name an unexpected error in a word or two, without its text, which may hold a path."""
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return type(error).__name__


def signature(path: Path) -> Signature:
    """Return a value that changes with a file's content; None if there is no file."""
    try:
        return signature_of(path.stat())
    except OSError:
        return None


def signature_of(status: os.stat_result) -> Signature:
    """Return the `signature` of a file of this status."""
    return status.st_ino, status.st_size, status.st_mtime_ns


def parse_json(data: bytes) -> Any:
    """Parse JSON as browsers do, and refuse numbers that are not finite, also written as 1e999.

    Raises:
        ValueError: it is not JSON, or has such a number.
    """
    value = from_json(data)
    if not is_surely_finite(data):
        json.dumps(value, allow_nan=False)
    return value


def is_surely_finite(data: bytes) -> bool:
    """Return whether JSON can hold no such number; takes a fifth of the time of parsing it."""
    return not (
        b"NaN" in data
        or b"Infinity" in data
        or _LARGE_EXPONENT.search(data)
        or _MANY_DIGITS in data.translate(_AS_ZEROS)
    )


class Attempts:
    """Says when work on some input is due: when the input has changed, or after a failure.

    The wait after a failure doubles with each: whatever failed may work again in a moment, and
    nobody will touch a file to say so.
    """

    def __init__(self, longest: float = _LONGEST_WAIT) -> None:
        self._longest = longest
        self._input: object = self  # equal to no input
        self._wait = _FIRST_WAIT
        self._due = math.inf

    def is_due(self, given: object) -> bool:
        """Return whether to work on this input now."""
        return given != self._input or time.monotonic() >= self._due

    def record(self, given: object, *, failed: bool) -> None:
        """Note that the work was done, or failed, on this input."""
        if given != self._input or not failed:
            self._wait = _FIRST_WAIT
        self._input = given
        self._due = time.monotonic() + self._wait if failed else math.inf
        self._wait = min(2 * self._wait, self._longest)
