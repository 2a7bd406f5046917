"""The study's results file: the measurements of each run, small enough to be committed."""

import dataclasses
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from train.errors import UserError
from train.files import write_atomic
from train.recipes.recipe import Recipe
from train.recipes.serialisation import differences, fields_of
from train.recipes.study_recipes import STUDY
from train.rounding import significant
from train.runs.run_folder import Report
from train.training.hardware import cores

FORMAT = 1
_FROM_REPORT = ("commit", "epochs", "train_seconds", "precision", "parameters")
_MEASURED = (
    "test", "errors", "knn", "linear_probe", "active_units", "samples", "anomaly", "classifier",
)  # fmt: skip
_CURVES = ("loss", "held_out_loss", "reconstruction", "held_out_reconstruction")
_DIGITS, _CURVE_DIGITS = 6, 4
# One seed's curve is enough to draw; the area under it is stored for every seed.
_SEED_WITH_ROC = 1

_RECIPES = {recipe.id: recipe for recipes in STUDY.values() for recipe in recipes}
_ORDER = {name: place for place, name in enumerate(_RECIPES)}


class Results:
    """The results file, read, extended and written.

    Runs in the file stay until they are put again; those of recipes that the study has dropped or
    changed are removed, and a line names each.

    Args:
        path: of the file.
        overrides: fields of the recipes, by name.
        samples: importance samples, for the command line that the file names.

    Raises:
        UserError: the file is not a results file.
    """

    def __init__(self, path: Path, overrides: Mapping[str, Any], samples: int) -> None:
        self.path = path
        self._overrides = overrides
        self._samples = samples
        self._entries: dict[tuple[str, int], dict[str, Any]] = {}
        for entry in _read(path):
            why = self._not_kept(entry)
            if why is None:
                self._entries[entry["id"], entry["seed"]] = entry
            else:
                print(f"{path} will lose {entry['id']} of seed {entry['seed']}: {why}.")

    def _not_kept(self, entry: dict[str, Any]) -> str | None:
        """Return why an entry of the file is not one of this study's; None where it is."""
        recipe = _RECIPES.get(entry["id"])
        if recipe is None:
            return "the study has no such recipe any more"
        own = dataclasses.replace(recipe, **{**self._overrides, "seed": entry["seed"]})
        other = differences(entry["recipe"], own)
        return f"it was trained with another {', '.join(other)}" if other else None

    def put(
        self, group: str, recipe: Recipe, report: Report, metrics: list[dict[str, float]]
    ) -> None:
        """Take a finished run in; `metrics` has a row an epoch."""
        measured = {name: report.get(name) for name in _MEASURED}
        if recipe.seed != _SEED_WITH_ROC and measured["anomaly"] is not None:
            measured["anomaly"] = {
                kind: {"auc": found["auc"]} for kind, found in measured["anomaly"].items()
            }
        rest = {name: report[name] for name in _FROM_REPORT} | measured
        curves = {name: [row[name] for row in metrics] for name in _CURVES}
        self._entries[recipe.id, recipe.seed] = {
            "group": group,
            "id": recipe.id,
            "seed": recipe.seed,
            "recipe": fields_of(recipe),
            **significant(rest, _DIGITS),
            "curves": significant(curves, _CURVE_DIGITS),
        }

    def write(self) -> None:
        """Write the file, whole: a line for each run, in the study's order."""
        entries = sorted(self._entries.values(), key=lambda e: (_ORDER[e["id"]], e["seed"]))
        head = {
            "format": FORMAT,
            "command": self._command(),
            "machine": {"cores": cores(), "arch": platform.machine()},
            "torch": torch.__version__,
        }
        lines = ",\n".join(_compact(entry) for entry in entries)
        text = f'{_compact(head)[:-1]},"runs":[\n{lines}\n]}}\n'
        write_atomic(self.path, text.encode(), verify=json.loads)

    def _command(self) -> str:
        """Return the command line that trains the runs in the file."""
        held = {name for name, _ in self._entries}
        names: list[str] = []
        for group, recipes in STUDY.items():
            own = [recipe.id for recipe in recipes if recipe.id in held]
            names += [group] if len(own) == len(recipes) else own
        seeds = sorted({seed for _, seed in self._entries})
        words = ["python -m train study", *(names if names != list(STUDY) else ())]
        words += [f"--seeds {','.join(map(str, seeds))}"] if seeds else []
        words.append(f"--samples {self._samples}")
        words += [
            f"--{name.replace('_', '-')} {_as_argument(value)}"
            for name, value in self._overrides.items()
        ]
        return " ".join(words)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise ValueError(document["format"])
        entries: list[dict[str, Any]] = document["runs"]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is no results file of the study; remove it, or name another with --out."
        ) from error
    return entries


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _as_argument(value: object) -> str:
    """Write an override's value as the command line takes it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
