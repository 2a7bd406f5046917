"""The study: its runs, how far each of them is, and training those that are missing."""

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from train.errors import UserError
from train.recipes.recipe import Recipe
from train.recipes.serialisation import differences
from train.recipes.study_recipes import STUDY
from train.runs import run_folder
from train.study.jobs import Job, refuse_torchrun, train_all
from train.study.study_results import Results
from train.training.checkpoint import newest

SEEDS = (1, 2, 3)
OUT = Path("docs/results/study.json")


@dataclass(frozen=True)
class StudyRun:
    """One recipe with one seed."""

    group: str
    recipe: Recipe
    folder: Path

    @property
    def name(self) -> str:
        """The run's name on the display and on disk."""
        return self.folder.name


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    epochs: int
    report: run_folder.Report | None
    """Of a finished run."""

    def __str__(self) -> str:
        if self.report is not None:
            return "done"
        return f"epoch {self.epochs}" if self.epochs else "not started"


def choose(
    names: Sequence[str],
    seeds: Sequence[int],
    overrides: Mapping[str, Any],
    folder: Path,
) -> list[StudyRun]:
    """Return the study's runs: every recipe with the first seed, then with the second, and so on.

    Args:
        names: groups or ids of recipes; empty: all of them.
        seeds: of the runs.
        overrides: fields of the recipes, by name.
        folder: where the runs' folders are.

    Raises:
        UserError: there is no such group or recipe.
    """
    known = {*STUDY, *(recipe.id for recipes in STUDY.values() for recipe in recipes)}
    for name in names:
        if name not in known:
            raise UserError(
                f"There is no group or recipe '{name}' in the study; its groups are: "
                f"{', '.join(STUDY)}."
            )
    return [
        StudyRun(
            group,
            dataclasses.replace(recipe, **{**overrides, "seed": seed}),
            folder / f"{recipe.id}-s{seed}",
        )
        for seed in seeds
        for group, recipes in STUDY.items()
        for recipe in recipes
        if not names or group in names or recipe.id in names
    ]


def progress(run: StudyRun) -> Progress:
    """Look how far a run is.

    Raises:
        UserError: its folder holds a run of another recipe, which is not to be lost.
    """
    try:
        held = run_folder.load_run(run.folder)
    except UserError:
        pass  # not finished, or damaged: it resumes from its checkpoint
    else:
        _refuse_another(run, held.stored_recipe)
        return Progress(len(run_folder.load_metrics(run.folder)), held.report)
    checkpoint = newest(run.folder / "state")
    if checkpoint is None:
        return Progress(0, None)
    _refuse_another(run, checkpoint.recipe)
    return Progress(checkpoint.epochs, None)


def show(chosen: Sequence[StudyRun]) -> None:
    """Print each run and how far it is."""
    width = max(len(run.name) for run in chosen) + 3
    for run in chosen:
        found = progress(run)
        of = f" of {run.recipe.epochs}" if found.epochs and found.report is None else ""
        print(f"{run.name:{width}}{found}{of}")


def train_study(
    chosen: Sequence[StudyRun], folder: Path, at_once: int, samples: int, results: Results
) -> None:
    """Train what is not finished of `chosen`, and write the results after each run.

    Args:
        chosen: the runs, in the order in which they are started.
        folder: of all the study's runs.
        at_once: how many to train at a time.
        samples: importance samples of the reports that are yet to be written.
        results: the file that collects the measurements.

    Raises:
        UserError: another study is using the folder, the folder holds other recipes' runs, or
            some runs failed.
    """
    refuse_torchrun()
    folder.mkdir(parents=True, exist_ok=True)
    groups = {run.name: run.group for run in chosen}

    def collect(job: Job) -> None:
        """Put a finished run among the results; its checkpoints are needed no longer."""
        run = run_folder.load_run(job.folder)
        metrics = run_folder.load_metrics(job.folder)
        results.put(groups[job.name], run.recipe, run.report, metrics)
        shutil.rmtree(job.folder / "state", ignore_errors=True)

    def collect_and_write(job: Job) -> None:
        collect(job)
        results.write()

    try:
        with FileLock(folder / ".lock", timeout=0):
            waiting: list[Job] = []
            done: list[Job] = []
            for run in chosen:
                job = Job(run.name, run.recipe, run.folder, samples, resume=True, for_page=False)
                (waiting if progress(run).report is None else done).append(job)
            for job in done:
                collect(job)
            if done:
                results.write()
            if waiting:
                train_all(waiting, at_once, "study", collect_and_write, done)
    except Timeout as error:
        raise UserError(f"Another study is running in {folder}; wait for its end.") from error
    print(f"All {len(chosen)} runs of the study are done; the results are in {results.path}.")


def _refuse_another(run: StudyRun, held: Mapping[str, Any]) -> None:
    """Say so where a folder's recipe, as fields, is not the run's."""
    other = differences(held, run.recipe)
    if other:
        raise UserError(
            f"{run.folder} holds a run with another {', '.join(other)}; remove it, or name "
            f"another folder with --runs."
        )
