"""The commands that train several runs at a time: the study, and recipes with --jobs."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tqdm import tqdm

from train.errors import UserError
from train.recipes.recipe import Recipe
from train.study import grid
from train.study.pool import train_all
from train.study.study_results import Results
from train.study.worker import Task, last_line
from train.training.hardware import room_for_runs
from train.training.rank import own_rank


def train_recipes(recipes: Sequence[Recipe], arguments: argparse.Namespace) -> int:
    """Train `recipes`, `--jobs` at a time, as if one after the other; return the exit status."""
    _without_torchrun()
    tasks = [
        Task(
            recipe.id, recipe, arguments.runs / recipe.id, arguments.samples, arguments.resume,
            for_page=True,
        )
        for recipe in dict.fromkeys(recipes)
    ]  # fmt: skip
    train_all(
        tasks, read_jobs(arguments.jobs), "train", lambda task: tqdm.write(last_line(task.log))
    )
    return 0


def train_study(
    names: Sequence[str], overrides: Mapping[str, Any], arguments: argparse.Namespace
) -> int:
    """Train what is missing of the study, or list how far it is; return the exit status.

    Args:
        names: groups or recipes; empty: the whole study.
        overrides: fields of the recipes, by name, for trials.
        arguments: with list, runs, samples, jobs, seeds and out.
    """
    _without_torchrun()
    if "seed" in overrides:
        raise UserError("The study takes several seeds: --seeds 1,2,3.")
    seeds = grid.SEEDS if arguments.seeds is None else read_seeds(arguments.seeds)
    folder = arguments.runs / "study"
    chosen = grid.choose(names, seeds, overrides, folder)
    if arguments.list:
        grid.show(chosen)
        return 0
    jobs = room_for_runs() if arguments.jobs is None else read_jobs(arguments.jobs)
    # A trial does not touch the published results.
    out = arguments.out or (folder / "trial.json" if overrides else grid.OUT)
    try:
        results = Results(out, overrides, arguments.samples)
        grid.train_study(chosen, folder, jobs, arguments.samples, results)
    except KeyboardInterrupt:
        print("Stopped; go on with the same command.", file=sys.stderr)
        return 130
    return 0


def read_jobs(text: str) -> int:
    """Read how many runs go at a time."""
    if not text.isdecimal() or int(text) < 1:
        raise UserError("--jobs must be a whole number, at least 1.")
    return int(text)


def read_seeds(text: str) -> tuple[int, ...]:
    """Read a list of seeds."""
    words = text.split(",")
    seeds = tuple(int(word) for word in words if word.isdecimal() and len(word) < 10)
    if len(set(seeds)) < len(words):
        raise UserError("--seeds takes different whole numbers, such as 1,2,3.")
    return seeds


def _without_torchrun() -> None:
    if own_rank().processes > 1:
        raise UserError(
            "Start this without torchrun: it uses every core or GPU of the machine by itself."
        )
