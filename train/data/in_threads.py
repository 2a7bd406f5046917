"""Work on many files or pictures in threads, under one progress bar."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")
R = TypeVar("R")


def in_threads(
    call: Callable[[T], R], items: Sequence[T], title: str, unit: str, most: int = 64
) -> Iterator[R]:
    """Yield `call` of each item in order, computed in a thread a core, at most `most`."""
    pool = ThreadPoolExecutor(min(most, os.cpu_count() or 1))
    try:
        yield from tqdm(
            pool.map(call, items), title, total=len(items), unit=unit, dynamic_ncols=True
        )
    finally:
        pool.shutdown(cancel_futures=True)
