"""Which of torchrun's processes this one is, as torchrun's environment says."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Rank:
    """A process among those of its run."""

    number: int = 0
    """Among all, from 0; the first one speaks and writes."""
    processes: int = 1
    local_number: int = 0
    """Among those of this machine: the number of its device."""
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
