"""The study: its runs, how far each of them is, and training those that are missing."""

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from latent_atlas.train.data import datasets
from latent_atlas.train.errors import UserError
from latent_atlas.train.recipes.limits import check
from latent_atlas.train.recipes.serialisation import differences
from latent_atlas.train.recipes.study_recipes import STUDY
from latent_atlas.train.runs import run_folder
from latent_atlas.train.study.jobs import Job, refuse_torchrun, train_all
from latent_atlas.train.study.planes import plane_of_run
from latent_atlas.train.study.study_results import Results
from latent_atlas.train.training.checkpoint import newest

SEEDS = (1, 2, 3)
OUT = Path("docs/results/study.json")
_INTEGRATED = ("objectives", "curve", "lattice")
"""Groups whose runs are compared by the integral over their planes."""


def choose(
    names: Sequence[str],
    seeds: Sequence[int],
    overrides: Mapping[str, Any],
    folder: Path,
    samples: int,
) -> list[Job]:
    """Return the study's runs: every recipe with the first seed, then with the second, and so on.

    Only those of the groups or recipes named, if there are names. `overrides` are fields of the
    recipes by name, `samples` the importance samples of reports that are yet to be written.

    Raises:
        UserError: there is no such group or recipe, or it cannot have a field of that value.
    """
    known = {*STUDY, *(recipe.id for recipes in STUDY.values() for recipe in recipes)}
    if unknown := [name for name in names if name not in known]:
        raise UserError(
            f"There is no group or recipe '{unknown[0]}' in the study; its groups are: "
            f"{', '.join(STUDY)}."
        )
    chosen = [
        Job(
            name=f"{recipe.id}-s{seed}",
            recipe=dataclasses.replace(recipe, **{**overrides, "seed": seed}),
            folder=folder / f"{recipe.id}-s{seed}",
            samples=samples,
            resume=True,
            for_page=False,
            exact=group in _INTEGRATED,
        )
        for seed in seeds
        for group, recipes in STUDY.items()
        for recipe in recipes
        if not names or group in names or recipe.id in names
    ]
    for job in chosen:
        check(job.recipe)
    return chosen


def progress(job: Job) -> int | None:
    """Return how many epochs of a run are done, None where it is finished.

    Raises:
        UserError: its folder holds a run of another recipe, which is not to be lost.
    """
    try:
        held = run_folder.load_run(job.folder).stored_recipe
        epochs = None
    except UserError:  # not finished, or damaged: it resumes from its checkpoint
        checkpoint = newest(job.folder / "state")
        if checkpoint is None:
            return 0
        held, epochs = checkpoint.recipe, checkpoint.epochs
    if other := differences(held, job.recipe):
        raise UserError(
            f"{job.folder} holds a run with another {', '.join(other)}; remove it, or name "
            f"another folder with --runs."
        )
    return epochs


def show(chosen: Sequence[Job]) -> None:
    """Print each run and how far it is."""
    width = max(len(job.name) for job in chosen) + 3
    for job in chosen:
        epochs = progress(job)
        started = f"epoch {epochs} of {job.recipe.epochs}" if epochs else "not started"
        print(f"{job.name:{width}}{'done' if epochs is None else started}")


def train_study(chosen: Sequence[Job], folder: Path, at_once: int, results: Results) -> None:
    """Train what is not finished of `chosen`, and write the results after each run.

    Raises:
        UserError: another study is using the folder, the folder holds other recipes' runs, or
            some runs failed.
    """
    refuse_torchrun()
    folder.mkdir(parents=True, exist_ok=True)

    def collect(job: Job) -> None:
        """Put a finished run among the results; its checkpoints are needed no longer."""
        run = run_folder.load_run(job.folder)
        # The page walks through these planes, of one seed; their models are not shipped.
        plane = None
        if run.recipe.seed == SEEDS[0] and run.recipe.id in {own.id for own in STUDY["beta"]}:
            plane = plane_of_run(run.model, datasets.load(run.recipe.dataset, "test"))
        results.put(run.recipe, run.report, run_folder.load_metrics(job.folder), plane)
        shutil.rmtree(job.folder / "state", ignore_errors=True)

    def collect_and_write(job: Job) -> None:
        collect(job)
        results.write()

    try:
        with FileLock(folder / ".lock", timeout=0):
            done = [job for job in chosen if progress(job) is None]
            waiting = [job for job in chosen if job not in done]
            for job in done:
                collect(job)
            if done:
                results.write()
            if waiting:
                train_all(waiting, at_once, "study", collect_and_write, done)
    except Timeout as error:
        raise UserError(f"Another study is running in {folder}; wait for its end.") from error
    print(f"All {len(chosen)} runs of the study are done; the results are in {results.path}.")
