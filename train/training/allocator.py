"""Keeps freed memory in the process, because requesting it again in each step takes time."""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # as in <malloc.h>
_KEPT = 1 << 30
_LARGEST_FROM_HEAP = 1 << 30


def keep_freed_memory() -> bool:
    """Tell glibc not to give a step's tensors back to the system; return whether it agreed.

    By default it returns large blocks at once, and the next step faults every page in again:
    measurably slower at large batches (tests/bench/training_speed.py). Other C libraries have no
    such switch.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_TRIM_THRESHOLD, _KEPT) and mallopt(_MMAP_THRESHOLD, _LARGEST_FROM_HEAP))
