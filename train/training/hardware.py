"""What this machine has for training, how many runs fit at a time, and what makes steps fast."""

import ctypes
import os
from pathlib import Path

import torch

from latent_atlas.train.recipes.recipe import Recipe

# A process with torch, MNIST and what scikit-learn takes for the measurements.
_BYTES_A_RUN = 2 << 30
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # as in <malloc.h>
_LARGE = 1 << 30


def room_for_runs() -> int:
    """Return how many runs fit at a time: one a GPU, else one a core and 2 GB of free memory."""
    gpus = visible_gpus()
    if gpus:
        return len(gpus)
    memory = available_memory()
    return cores() if memory is None else max(1, min(cores(), memory // _BYTES_A_RUN))


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


def keep_freed_memory() -> None:
    """Tell glibc, where there is one, not to give a step's tensors back to the system.

    By default it returns large blocks at once, and the next step faults every page in again:
    measurably slower at large batches (tests/bench/training_speed.py).
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_TRIM_THRESHOLD, _LARGE)
    mallopt(_MMAP_THRESHOLD, _LARGE)


def autocast(recipe: Recipe, device: torch.device) -> torch.autocast:
    """Return the context in which a recipe's matrix products and convolutions are computed."""
    return torch.autocast(device.type, torch.bfloat16, enabled=recipe.precision == "bf16-mixed")
