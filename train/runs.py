"""Run folders: what a finished run leaves behind, and how it is read again."""

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from train.errors import UserError
from train.files import sha256, write_atomic
from train.model import Autoencoder
from train.recipes import Goal, Recipe

Report = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A finished run: its recipe, its model in evaluation mode, and its report."""

    recipe: Recipe
    model: Autoencoder
    report: Report


def commit() -> str | None:
    """Return the commit of this code, with `+` where this folder has changes; None without git."""
    try:
        head = _git("rev-parse", "HEAD")
        return head + "+" if _git("status", "--porcelain", "--", ".") else head
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*arguments: str) -> str:
    here = Path(__file__).parent
    return subprocess.run(  # noqa: S603 (fixed words)
        ["git", *arguments],  # noqa: S607
        cwd=here,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def save_run(
    folder: Path,
    recipe: Recipe,
    model: Autoencoder,
    metrics: list[dict[str, float]],
    report: Report,
) -> None:
    """Write a finished run to `folder`, the report last: with it the run is whole.

    The report carries the hash of the weights it speaks of, so that a kill between the files
    cannot pair one run's numbers with another's weights.
    """
    meta = {
        "recipe": json.dumps(asdict(recipe)),
        "image_shape": json.dumps(model.image_shape),
        "classes": str(model.classes),
    }
    state = {name: tensor.cpu().contiguous() for name, tensor in model.state_dict().items()}
    weights = save_tensors(state, metadata=meta)
    rows = "".join(json.dumps(row) + "\n" for row in metrics)
    write_atomic(folder / "weights.safetensors", weights)
    write_atomic(folder / "recipe.json", _json(asdict(recipe)))
    write_atomic(folder / "metrics.jsonl", rows.encode())
    write_atomic(folder / "report.json", _json({**report, "weights_sha256": sha256(weights)}))


def load_run(folder: Path) -> Run:
    """Read a finished run.

    Raises:
        UserError: the folder has no finished run, or its files are damaged or do not belong
            together.
    """
    try:
        weights = (folder / "weights.safetensors").read_bytes()
        report: Report = json.loads((folder / "report.json").read_bytes())
    except FileNotFoundError as error:
        raise UserError(f"There is no finished run in {folder}; train it first.") from error
    except ValueError as error:
        raise UserError(f"The report in {folder} is damaged; train the run again.") from error
    if report.get("weights_sha256") != sha256(weights):
        raise UserError(
            f"The weights and the report in {folder} do not belong together; "
            f"finish the run with --resume."
        )
    try:
        state = load_tensors(weights)
    except SafetensorError as error:
        raise UserError(f"The weights in {folder} are damaged; train the run again.") from error
    length = int.from_bytes(weights[:8], "little")
    meta = json.loads(weights[8 : 8 + length])["__metadata__"]
    recipe = recipe_from_json(json.loads(meta["recipe"]))
    channels, height, width = json.loads(meta["image_shape"])
    model = Autoencoder(recipe, (channels, height, width), int(meta["classes"]))
    model.load_state_dict(state)
    return Run(recipe, model.eval(), report)


def recipe_from_json(fields: dict[str, Any]) -> Recipe:
    """Rebuild a recipe from `asdict` through JSON, which turned its tuples into lists."""
    values: dict[str, Any] = {name: _tuples(value) for name, value in fields.items()}
    values["goal"] = Goal(**fields["goal"])
    return Recipe(**values)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
