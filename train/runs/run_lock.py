"""One writer for each run folder: a lock that says who holds it, and that ends with its process."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from latent_atlas.train.errors import UserError
from latent_atlas.train.files import make_folder

_FILE = ".lock"


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the run folder, which is made where it is missing, for this process alone.

    Raises:
        UserError: another process holds it; the sentence says which, and since when.
    """
    make_folder(folder)
    descriptor = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 1000).decode(errors="replace") or "another process"
            raise UserError(
                f"{folder} is being written by {holder}; wait until it is done, or stop it."
            ) from error
        # What a killed holder left is longer or shorter.
        os.ftruncate(descriptor, 0)
        now = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
        os.write(
            descriptor, f"process {os.getpid()} on {socket.gethostname()} since {now}".encode()
        )
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
