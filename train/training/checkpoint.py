"""Checkpoints of a run: whole, checked by their hash, and none of it pickled."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from train.errors import UserError
from train.files import sha256, write_atomic
from train.recipes.recipe import Recipe
from train.recipes.serialisation import differences, fields_of

_LAST = 2


@dataclass
class State:
    """The live objects that a checkpoint is written from and read into."""

    recipe: Recipe
    model: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    discriminator: nn.Module | None = None
    discriminator_optimizer: torch.optim.Optimizer | None = None


@dataclass(frozen=True)
class Newest:
    """The epoch and recipe in the name and header of a checkpoint, unchecked, for listings."""

    epochs: int
    recipe: dict[str, Any]
    """The recipe's fields."""


def epochs_done(folder: Path) -> int:
    """Return how many epochs the newest checkpoint in `folder` names, whole or not; else 0."""
    return max((int(path.name[:6]) for path in folder.glob("*.safetensors")), default=0)


def newest(folder: Path) -> Newest | None:
    """Return the newest checkpoint in `folder` that can be read; None without one."""
    for path in _newest_first(folder):
        try:
            with safe_open(path, "pt") as file:
                return Newest(int(path.name[:6]), json.loads(file.metadata()["recipe"]))
        except (SafetensorError, ValueError):
            continue
    return None


class Checkpoints:
    """A folder with the last two checkpoints, each `<epoch>-<sha256>.safetensors`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def clear(self) -> None:
        """Remove every checkpoint: a run starts over."""
        for path in self.folder.glob("*.safetensors"):
            path.unlink()

    def save(self, state: State, metrics: list[dict[str, float]]) -> Path:
        """Write a checkpoint after `len(metrics)` epochs, then remove all but the last two."""
        tensors = _named("model", state.model.state_dict())
        tensors |= _named("average", state.average.state_dict())
        tensors |= _optimizer_tensors("optimizer", state.optimizer)
        # "rival" is what files have called the discriminator from the first.
        if state.discriminator is not None and state.discriminator_optimizer is not None:
            tensors |= _named("rival", state.discriminator.state_dict())
            tensors |= _optimizer_tensors("rival_optimizer", state.discriminator_optimizer)
        meta = {"recipe": json.dumps(fields_of(state.recipe)), "metrics": json.dumps(metrics)}
        data = save_tensors(tensors, metadata=meta)
        path = self.folder / f"{len(metrics):06d}-{sha256(data)}.safetensors"
        write_atomic(path, data)
        self.drop_old()
        return path

    def drop_old(self) -> None:
        """Remove all but the last two checkpoints; a kill may have come before `save` did."""
        for old in _newest_first(self.folder)[_LAST:]:
            old.unlink()

    def read_latest(self, report: Callable[[str], None]) -> bytes | None:
        """Return the newest whole checkpoint for `restore`; None if there is none.

        A checkpoint whose bytes do not match the hash in its name is reported and skipped.
        """
        for path in _newest_first(self.folder):
            data = path.read_bytes()
            if sha256(data) == path.stem.partition("-")[2]:
                return data
            report(f"Checkpoint {path.name[:6]} is damaged; going back to the one before.")
        return None


def restore(state: State, data: bytes) -> list[dict[str, float]]:
    """Load a checkpoint into `state`; return its metrics, one row an epoch.

    Raises:
        UserError: the checkpoint is of another recipe.
    """
    meta = read_metadata(data)
    changed = differences(json.loads(meta["recipe"]), state.recipe)
    if changed:
        raise UserError(
            f"Cannot resume {state.recipe.id}: its checkpoint was made with another "
            f"{', '.join(changed)}; train without --resume to start over."
        )
    tensors = load_tensors(data)
    state.model.load_state_dict(_under("model", tensors))
    state.average.load_state_dict(_under("average", tensors))
    _load_optimizer(state.optimizer, _under("optimizer", tensors))
    if state.discriminator is not None and state.discriminator_optimizer is not None:
        state.discriminator.load_state_dict(_under("rival", tensors))
        _load_optimizer(state.discriminator_optimizer, _under("rival_optimizer", tensors))
    metrics: list[dict[str, float]] = json.loads(meta["metrics"])
    return metrics


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.safetensors"), reverse=True)


def _named(prefix: str, tensors: dict[str, Any]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": t.detach().cpu().contiguous() for name, t in tensors.items()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}


def _optimizer_tensors(prefix: str, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for index, slots in optimizer.state_dict()["state"].items():
        found |= _named(f"{prefix}.{index}", slots)
    return found


def _load_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    slots: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, _, slot = name.partition(".")
        slots.setdefault(int(index), {})[slot] = tensor
    optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})
    # Fused steps pair numbers by their place in memory: a moment needs its parameter's layout.
    for parameter, moments in optimizer.state.items():
        for name, moment in moments.items():
            if moment.shape == parameter.shape:
                moments[name] = torch.empty_like(parameter).copy_(moment)


def read_metadata(data: bytes) -> dict[str, str]:
    """Read the text metadata in a safetensors header."""
    length = int.from_bytes(data[:8], "little")
    meta: dict[str, str] = json.loads(data[8 : 8 + length])["__metadata__"]
    return meta
