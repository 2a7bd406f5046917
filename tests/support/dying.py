"""Makes a process kill itself at one of its file operations."""

import os
import signal
from pathlib import Path


def die_at(operation: int) -> None:
    """Make this process kill itself at its n-th file operation (fsync, replace, unlink)."""
    done = 0

    def counted(original):  # type: ignore[no-untyped-def]
        def wrapper(*arguments, **options):  # type: ignore[no-untyped-def]
            nonlocal done
            done += 1
            if done == operation:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **options)

        return wrapper

    os.fsync = counted(os.fsync)
    Path.replace = counted(Path.replace)  # type: ignore[method-assign]
    Path.unlink = counted(Path.unlink)  # type: ignore[method-assign]
