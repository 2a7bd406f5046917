"""Makes healthy things fail: lists the calls that some code makes of the system, and fails some.

`watched` records every call on files below a folder; `failing` lets those of a name and path fail.
A test records what a scenario calls, and then makes each of these calls fail, once and for a while.
"""

import builtins
import errno
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

_ROOT = str(Path(__file__).resolve().parents[2] / "latent_atlas") + os.sep
_PACKAGES = tuple(_ROOT + name + os.sep for name in ("webapp", "export", "train"))
_OF_PATHS = (
    "stat", "lstat", "readlink", "scandir", "listdir", "mkdir", "rmdir", "rename", "replace",
    "unlink", "remove", "chmod", "utime", "link", "symlink", "access",
)  # fmt: skip
_OF_DESCRIPTORS = ("fstat", "fsync", "pread", "read", "write")


@dataclass(frozen=True)
class Call:
    """A call of the system."""

    name: str
    """Such as "open" or "read"."""
    path: str
    """Of the file; empty where the call has none."""
    place: str
    """Who called: the functions of the project on the stack, innermost last."""


class _File:
    """An open file whose reads and writes are calls, too."""

    def __init__(self, file: Any, path: str, note: Callable[[str, str], None]) -> None:
        self._file = file
        self._path = path
        self._note = note

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._file, name)
        kind = {"readinto": "read", "readline": "read", "flush": "write"}.get(name, name)
        if kind not in ("read", "write"):
            return value

        def noted(*arguments: Any) -> Any:
            self._note(kind, self._path)
            return value(*arguments)

        return noted

    def __enter__(self) -> "_File":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        self._note("read", self._path)
        return iter(self._file)


@contextmanager
def watched(
    below: str | Path,
    fail: Callable[[Call], int | None] = lambda _: None,
    also: Mapping[str, tuple[Any, str]] | None = None,
) -> Iterator[list[Call]]:
    """Record the calls that are made in the block, by any thread, on files whose path has `below`.

    Args:
        below: part of a path.
        fail: returns the errno with which a call fails, None: it succeeds. Reads that lack memory
            raise MemoryError, and so does whatever of `also` fails.
        also: other calls to record, by name: an owner and the name of its attribute.
    """
    calls: list[Call] = []
    paths: dict[int, str] = {}
    lock = threading.Lock()

    def note(name: str, path: str) -> None:
        if str(below) not in path and path:
            return
        call = Call(name, path, _place())
        with lock:
            calls.append(call)
            number = fail(call)
        if number == errno.ENOMEM and (name == "read" or not path):
            raise MemoryError
        if number is not None:
            raise OSError(number, os.strerror(number), path)

    def path_of(argument: Any) -> str:
        if isinstance(argument, int):
            return paths.get(argument, "elsewhere")
        return os.fsdecode(argument) if isinstance(argument, (str, bytes, os.PathLike)) else "?"

    def wrap(name: str, original: Any) -> Any:
        def wrapper(*arguments: Any, **options: Any) -> Any:
            note(name, path_of(arguments[0] if arguments else "."))
            return original(*arguments, **options)

        return wrapper

    def open_descriptor(path: Any, *arguments: Any, **options: Any) -> int:
        note("open", path_of(path))
        descriptor: int = os_open(path, *arguments, **options)
        paths[descriptor] = path_of(path)
        return descriptor

    def open_file(file: Any, *arguments: Any, **options: Any) -> Any:
        path = path_of(file)
        if not isinstance(file, int):
            note("open", path)
        opened = io_open(file, *arguments, **options)
        if str(below) not in path:
            return opened
        paths[opened.fileno()] = path
        return _File(opened, path, note)

    def wrap_other(name: str, original: Any) -> Any:
        def wrapper(*arguments: Any, **options: Any) -> Any:
            note(name, "")
            return original(*arguments, **options)

        return wrapper

    os_open, io_open = os.open, io.open
    with ExitStack() as stack:

        def patch(owner: Any, name: str, value: Any) -> None:
            stack.enter_context(mock.patch.object(owner, name, value))

        patch(os, "open", open_descriptor)
        patch(io, "open", open_file)
        patch(builtins, "open", open_file)
        for name in (*_OF_PATHS, *_OF_DESCRIPTORS):
            patch(os, name, wrap(name, getattr(os, name)))
        for name, (owner, attribute) in (also or {}).items():
            patch(owner, attribute, wrap_other(name, getattr(owner, attribute)))
        yield calls


@contextmanager
def failing(name: str, number: int, below: str | Path) -> Iterator[list[Call]]:
    """Make every call of this name on files whose path has `below` fail with this errno."""
    with watched(below, lambda call: number if call.name == name else None) as calls:
        yield calls


def _place() -> str:
    frame, names = sys._getframe(2), []
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_PACKAGES):
            short = file.removeprefix(_ROOT).removesuffix(".py")
            names.append(f"{short}:{frame.f_code.co_name}")
        frame = frame.f_back  # type: ignore[assignment]
    return " > ".join(reversed(names))


_ERRORS = {
    "open": (errno.EMFILE, errno.EACCES, errno.ENOMEM),
    "read": (errno.EIO, errno.ENOMEM),
    "write": (errno.ENOSPC, errno.EIO),
    "fsync": (errno.ENOSPC, errno.EIO),
}


@dataclass(frozen=True)
class Fault:
    """One kind of call, at one place of the project, that fails: once, or as long as it lasts."""

    name: str
    place: str
    number: int
    lasts: bool

    def __str__(self) -> str:
        how = "on and on" if self.lasts else "once"
        return f"{self.name} fails {how} with {errno.errorcode[self.number]} in {self.place}"

    @contextmanager
    def injected(
        self, below: str | Path, also: Mapping[str, tuple[Any, str]] | None = None
    ) -> Iterator[None]:
        """Let it fail in the block."""
        hits = 0

        def fail(call: Call) -> int | None:
            nonlocal hits
            if (call.name, call.place) != (self.name, self.place):
                return None
            hits += 1
            return self.number if self.lasts or hits == 1 else None

        with watched(below, fail, also):
            yield


def faults_of(calls: list[Call], *, every_error: bool = False) -> list[Fault]:
    """Return the faults that the project's own calls among these can have, each once.

    Unless `every_error`, each place fails with one error once and with the next one on and on.
    """
    sites = dict.fromkeys((call.name, call.place) for call in calls if call.place)
    faults = []
    for turn, (name, place) in enumerate(sites):
        errors = _ERRORS.get(name, (errno.EACCES, errno.ENOMEM))
        if not every_error:
            errors = errors[turn % len(errors) :] + errors[: turn % len(errors)]
            faults += [Fault(name, place, errors[0], False), Fault(name, place, errors[1], True)]
        else:
            faults += [
                Fault(name, place, number, how) for number in errors for how in (False, True)
            ]
    return faults
