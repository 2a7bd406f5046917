"""Files that are either whole or not there: atomic writes and content hashes."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_UNFINISHED = ".tmp"


def sha256(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, so that a rename in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(path: Path, data: bytes, verify: Callable[[bytes], None] | None = None) -> None:
    """Write `data` to `path` so that a reader sees the old file or the new one, never a part.

    The bytes go to a temporary file in the same folder, are flushed, read back (`verify` may
    refuse them by raising) and renamed. On any failure the temporary file is removed and the
    old file stays; what a kill leaves of it goes with `remove_leftovers`.

    Raises:
        OSError: the disk is full or not writable, or what was read back differs.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(_UNFINISHED, f".{path.name}.", path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        back = temporary.read_bytes()
        if back != data:
            raise OSError(f"{path.name} did not read back as it was written")
        if verify is not None:
            verify(back)
        temporary.chmod(0o644)  # mkstemp's 0600 would hide the file from a server of another user
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary file to write, and put it in place of `path` when the block ends well.

    For files too large for memory, where `write_atomic` would need them; nothing is read back.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(_UNFINISHED, f".{path.name}.", path.parent)
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of killed writes in `folder`; nothing else may write there now."""
    for path in folder.rglob(f".*{_UNFINISHED}"):
        path.unlink()
