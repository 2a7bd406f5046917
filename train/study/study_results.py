"""The study's results file: the measurements of each run, small enough to be committed."""

import dataclasses
import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from latent_atlas.train.errors import UserError
from latent_atlas.train.files import write_atomic
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.recipes.serialisation import differences, fields_of
from latent_atlas.train.recipes.study_recipes import STUDY
from latent_atlas.train.rounding import significant
from latent_atlas.train.runs.run_folder import Report
from latent_atlas.train.training.hardware import cores

FORMAT = 1
_FROM_REPORT = ("commit", "epochs", "train_seconds", "precision", "parameters")
_MEASURED = (
    "test", "lattice_bound", "integral", "information", "errors", "knn", "linear_probe",
    "active_units", "samples", "anomaly", "classifier",
)  # fmt: skip
_CURVES = ("loss", "held_out_loss", "reconstruction", "held_out_reconstruction")
# One seed's curve is enough to draw; the area under it is stored for every seed.
_SEED_WITH_ROC = 1


class Results:
    """The results file, read, extended and written.

    Runs in the file stay until they are put again; those of recipes that the study has dropped or
    changed are removed, and a line names each. The file names the command line that makes it,
    which has the overrides of the recipes' fields and the importance samples.

    Raises:
        UserError: the file is not a results file.
    """

    def __init__(self, path: Path, overrides: Mapping[str, Any], samples: int) -> None:
        self.path = path
        self._overrides = overrides
        self._samples = samples
        self._entries: dict[tuple[str, int], dict[str, Any]] = {}
        # In the study's order.
        self._studied = {
            recipe.id: (group, recipe) for group, recipes in STUDY.items() for recipe in recipes
        }
        for entry in _read(path):
            name, seed = entry["id"], entry["seed"]
            why = "the study has no such recipe any more"
            if name in self._studied:
                own = dataclasses.replace(self._studied[name][1], **{**overrides, "seed": seed})
                other = differences(entry["recipe"], own)
                why = f"it was trained with another {', '.join(other)}" if other else ""
            if why:
                print(f"{path} will lose {name} of seed {seed}: {why}.")
            else:
                self._entries[name, seed] = entry

    def put(
        self,
        recipe: Recipe,
        report: Report,
        metrics: list[dict[str, float]],
        plane: Mapping[str, Any] | None = None,
    ) -> None:
        """Take a finished run in; `metrics` has a row an epoch, `plane` is a `plane_of_run`."""
        measured = {name: report.get(name) for name in _MEASURED}
        if recipe.seed != _SEED_WITH_ROC and measured["anomaly"] is not None:
            measured["anomaly"] = {
                kind: {"auc": found["auc"]} for kind, found in measured["anomaly"].items()
            }
        rest = {name: report[name] for name in _FROM_REPORT} | measured
        # What is trained on the integral has no reconstruction term.
        curves = {
            name: [row[name] for row in metrics]
            for name in _CURVES
            if all(name in row for row in metrics)
        }
        self._entries[recipe.id, recipe.seed] = {
            "group": self._studied[recipe.id][0],
            "id": recipe.id,
            "seed": recipe.seed,
            "recipe": fields_of(recipe),
            **significant(rest, 6),
            "curves": significant(curves, 4),
            **({"plane": plane} if plane else {}),
        }

    def write(self) -> None:
        """Write the file, whole: a line for each run, in the study's order."""
        order = list(self._studied)
        entries = sorted(self._entries.values(), key=lambda e: (order.index(e["id"]), e["seed"]))
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
        """Return the command line that trains the runs in the file; several where seeds differ."""
        seeds = {
            recipe.id: tuple(sorted(seed for name, seed in self._entries if name == recipe.id))
            for _, recipe in self._studied.values()
        }
        commands = []
        for some in dict.fromkeys(seeds.values()):
            if not some:
                continue
            names: list[str] = []
            for group, recipes in STUDY.items():
                own = [recipe.id for recipe in recipes if seeds[recipe.id] == some]
                names += [group] if len(own) == len(recipes) else own
            commands.append(self._command_of(names if names != list(STUDY) else [], some))
        return " && ".join(commands)

    def _command_of(self, names: Sequence[str], seeds: Sequence[int]) -> str:
        words = ["python -m train study", *names]
        words += [f"--seeds {','.join(map(str, seeds))}", f"--samples {self._samples}"]
        for name, value in self._overrides.items():
            text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            # A truth value is spelt in lower case on the command line.
            words.append(
                f"--{name.replace('_', '-')} {text.lower() if isinstance(value, bool) else text}"
            )
        return " ".join(words)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise ValueError(document["format"])
        return document["runs"]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is no results file of the study; remove it, or name another with --out."
        ) from error


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
