"""Which arithmetic trains fastest on this machine, found by measuring it."""

import os
import time
from typing import Literal

import torch

from train.errors import UserError

Precision = Literal["32-true", "bf16-mixed"]

# Conversions and float32 parts eat some of the gain: below this a switch is not worth it.
_WORTH_IT = 1.5


def choose_precision() -> Precision:
    """Return bf16-mixed where its matrix product is at least 1.5 times float32's speed.

    That holds on recent GPUs and on processors with bfloat16 tiles; elsewhere bfloat16 is
    emulated and slower. `ATLAS_PRECISION` (32-true or bf16-mixed) overrides the measurement.
    """
    forced = os.environ.get("ATLAS_PRECISION")
    if forced == "32-true":
        return "32-true"
    if forced == "bf16-mixed":
        return "bf16-mixed"
    if forced:
        raise UserError("ATLAS_PRECISION is 32-true or bf16-mixed.")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    ratio = _product_seconds(device, torch.float32) / _product_seconds(device, torch.bfloat16)
    return "bf16-mixed" if ratio >= _WORTH_IT else "32-true"


def _product_seconds(device: torch.device, dtype: torch.dtype) -> float:
    """Return the best time of ten 256×512×512 products, in seconds."""
    a = torch.ones(256, 512, device=device, dtype=dtype)
    b = torch.ones(512, 512, device=device, dtype=dtype)
    best = float("inf")
    for _ in range(10):
        if device.type == "cuda":
            torch.cuda.synchronize()
        started = time.perf_counter()
        for _ in range(4):
            a @ b
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - started)
    return best
