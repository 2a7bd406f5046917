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


def write_atomic(path: Path, data: bytes, verify: Callable[[bytes], None] | None = None) -> None:
    """Write `data` to `path` as `replacing` does; what was written is read back before.

    `verify` may refuse the bytes by raising.

    Raises:
        OSError: the disk is full or not writable, or what was read back differs.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(data)
        back = temporary.read_bytes()
        if back != data:
            raise OSError(f"{path.name} did not read back as it was written")
        if verify is not None:
            verify(back)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary file to write, and put it in place of `path` when the block ends well.

    A reader sees the old file or the new one, never a part. On any failure the temporary file is
    removed and the old file stays; what a kill leaves of it goes with `remove_leftovers`.
    """
    make_folder(path.parent)
    descriptor, name = tempfile.mkstemp(_UNFINISHED, f".{path.name}.", path.parent)
    temporary = Path(name)
    try:
        yield temporary
        os.fsync(descriptor)
        temporary.chmod(0o644)  # mkstemp's 0600 would hide the file from a server of another user
        temporary.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, each flushed to disk in its parent."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, so that a rename in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of killed writes in `folder`; nothing else may write there now."""
    for path in folder.rglob(f".*{_UNFINISHED}"):
        path.unlink()
