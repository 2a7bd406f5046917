"""Which of torchrun's processes this one is, as torchrun's environment says."""

import os
from typing import NamedTuple


class Rank(NamedTuple):
    """A process among those of its run, and among those of its machine, numbered from 0.

    The first one speaks and writes. The local number is that of its device.
    """

    number: int = 0
    processes: int = 1
    local_number: int = 0
    local_processes: int = 1


ALONE = Rank()


def own_rank() -> Rank:
    """Return this process's rank: the only one, unless torchrun started it.

    Other launchers set some of these variables too, and mean something else: only torchrun's
    own mark counts.
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return ALONE
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    return Rank(*(int(os.environ[name]) for name in names))
