"""Checkpoints of a run: whole, checked by their hash, and none of it pickled.

A folder holds the last two, each named `<epoch>-<sha256>.safetensors`.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as load_tensors
from safetensors.torch import save as to_safetensors
from torch import Tensor, nn

from latent_atlas.train.errors import UserError
from latent_atlas.train.files import sha256, write_atomic
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.recipes.serialisation import ONCE_CHOSEN_BY_RUNS, differences, fields_of


@dataclass
class State:
    """The live objects that a checkpoint is written from and read into, by their names there."""

    recipe: Recipe
    modules: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]
    unknown: frozenset[str] = frozenset()
    """Fields of the recipe that nobody recorded when the run began."""


class Newest(NamedTuple):
    """The epoch and the recipe's fields that a checkpoint says it has, unchecked, for listings."""

    epochs: int
    recipe: dict[str, Any]


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


def drop_old(folder: Path, last: int) -> None:
    """Remove all but the `last` checkpoints; a kill may have come before `save` did."""
    for old in _newest_first(folder)[last:]:
        old.unlink()


def save(folder: Path, state: State, metrics: list[dict[str, float]]) -> None:
    """Write a checkpoint after `len(metrics)` epochs, then remove all but the last two."""
    tensors: dict[str, Tensor] = {}
    for name, module in state.modules.items():
        tensors |= _named(name, module.state_dict())
    for name, optimizer in state.optimizers.items():
        for index, slots in optimizer.state_dict()["state"].items():
            tensors |= _named(f"{name}.{index}", slots)
    fields = {k: v for k, v in fields_of(state.recipe).items() if k not in state.unknown}
    meta = {"recipe": json.dumps(fields), "metrics": json.dumps(metrics)}
    data = save_tensors(tensors, metadata=meta)
    write_atomic(folder / f"{len(metrics):06d}-{sha256(data)}.safetensors", data)
    drop_old(folder, 2)


def read_latest(folder: Path) -> bytes | None:
    """Return the newest whole checkpoint for `restore`; None if there is none.

    A checkpoint whose bytes do not match the hash in its name is named and skipped.
    """
    for path in _newest_first(folder):
        data = path.read_bytes()
        if sha256(data) == path.stem.partition("-")[2]:
            return data
        print(f"Checkpoint {path.name[:6]} is damaged; going back to the one before.")
    return None


def restore(state: State, data: bytes) -> list[dict[str, float]]:
    """Load a checkpoint into `state`; return its metrics, one row an epoch.

    Raises:
        UserError: the checkpoint is of another recipe.
    """
    meta = read_metadata(data)
    stored = json.loads(meta["recipe"])
    changed = differences(stored, state.recipe)
    if changed:
        raise UserError(
            f"Cannot resume {state.recipe.id}: its checkpoint was made with another "
            f"{', '.join(changed)}; train without --resume to start over."
        )
    state.unknown = ONCE_CHOSEN_BY_RUNS - stored.keys()
    tensors = load_tensors(data)
    for name, module in state.modules.items():
        module.load_state_dict(_under(name, tensors))
    for name, optimizer in state.optimizers.items():
        _load_optimizer(optimizer, _under(name, tensors))
    return json.loads(meta["metrics"])


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.safetensors"), reverse=True)


def _named(prefix: str, tensors: dict[str, Any]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": t.detach().cpu().contiguous() for name, t in tensors.items()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}


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


def save_tensors(tensors: dict[str, Tensor], metadata: dict[str, str]) -> bytes:
    """Return a safetensors file: equal arguments, equal bytes.

    The library writes the metadata in an order that differs from process to process.
    """
    data = to_safetensors(tensors, metadata)
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.dumps(json.loads(data[8:end]), sort_keys=True).encode()
    header += b" " * (-len(header) % 8)  # tensors begin at a multiple of eight bytes
    return len(header).to_bytes(8, "little") + header + data[end:]


def read_metadata(data: bytes) -> dict[str, str]:
    """Read the text metadata in a safetensors header."""
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length])["__metadata__"]
