"""What this machine has for training: cores, GPUs, memory, and how many runs fit at a time."""

import os
from pathlib import Path

import torch

# A process with torch, MNIST and what scikit-learn takes for the measurements.
_BYTES_A_RUN = 2 << 30


def room_for_runs() -> int:
    """Return how many runs fit at a time: one a GPU, else one a core and 2 GB of free memory."""
    gpus = visible_gpus()
    if gpus:
        return len(gpus)
    memory = available_memory()
    room = cores() if memory is None else min(cores(), memory // _BYTES_A_RUN)
    return max(1, room)


def cores() -> int:
    """Return the number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def available_memory() -> int | None:
    """Return the bytes that can be had without swapping, None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    found = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    return found[0] if found else None


def visible_gpus() -> list[str]:
    """Return each usable GPU by the name that CUDA_VISIBLE_DEVICES has for it."""
    count = torch.cuda.device_count()
    named = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return named.split(",")[:count] if named else [str(number) for number in range(count)]
