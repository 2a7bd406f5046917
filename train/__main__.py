"""The command line of training.

    python -m train --list                      what can be trained
    python -m train vae-2                       train it, into runs/vae-2
    python -m train all --resume                train what is not trained yet
    python -m train vae-2 cvae-2 --resume       resume killed runs; skip finished ones
    python -m train vae-2 --epochs 5            override any field of the recipe
    python -m train vae-2 --images FOLDER       train on your own images, into runs/vae-2-<folder>
    python -m train faces-vae --dataset celeba  train on other data, into runs/faces-vae-celeba
    python -m train evaluate vae-2              measure a finished run again
    python -m train figures                     draw docs/figures and write docs/results.md
    python -m train all --jobs 4                four recipes at a time, each in a process
    python -m train study                       every recipe of the study, with three seeds
    python -m train study grid --seeds 1,2      part of it; the results go into one JSON file
    python -m train study --list                how far each run of the study is

One process uses one device; several train one model together when torchrun starts them
(train/training/processes.py). MNIST is read from DATA_ROOT (default: data/), or downloaded there.
"""

import contextlib
import errno
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from train.errors import UserError, how_to_install
from train.training.rank import own_rank

if TYPE_CHECKING:
    from argparse import Namespace

    from train.recipes.recipe import Recipe


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    try:
        # Of several processes only the first one prints.
        with contextlib.redirect_stdout(sys.stdout if own_rank().number == 0 else None):
            return _run(sys.argv[1:] if argv is None else argv)
    except UserError as error:
        _say(str(error))
        return 1
    except ModuleNotFoundError as error:
        _say(how_to_install(error))
        return 1
    except OSError as error:
        reason = (
            "the disk is full" if error.errno == errno.ENOSPC else error.strerror or "input/output"
        )
        _say(
            f"Training stopped, writing failed: {reason}; the last checkpoint is whole, "
            f"resume with --resume."
        )
        return 1
    except RuntimeError as error:
        from train.training.processes import lost_another

        if not lost_another(error):
            raise
        _say("Another process of this run has ended, so this one ends; resume with --resume.")
        return 1
    except KeyboardInterrupt:
        _say("Stopped; resume with --resume.")
        return 130


def _say(sentence: str) -> None:
    """Print what went wrong, once however many processes there are."""
    if own_rank().number == 0:
        print(sentence, file=sys.stderr)


# Each command imports what it needs, so that --help and a mistyped option answer at once.


def _run(argv: Sequence[str]) -> int:
    from train.command_line import overrides, parse
    from train.recipes.published import RECIPES

    arguments, rest = parse(argv, __doc__)
    command, *names = arguments.recipes or [""]
    if command == "study":
        return _study(names, overrides(rest), arguments)
    if arguments.list:
        for recipe in RECIPES.values():
            print(f"{recipe.id:24}{recipe.title}")
        return 0
    if not command:
        raise UserError(f"Name a recipe to train; there are: {', '.join(RECIPES)}.")
    if command in ("evaluate", "figures"):
        if rest:
            raise UserError(f"{command} has no option {rest[0]}.")
        return _evaluate(names, arguments) if command == "evaluate" else _figures(names, arguments)
    return _train(arguments.recipes, overrides(rest), arguments)


def _train(names: Sequence[str], changed: dict[str, Any], arguments: "Namespace") -> int:
    """Train recipes, by default one after the other."""
    from train.command_line import with_overrides
    from train.recipes.published import RECIPES

    for name in names:
        if name not in RECIPES and names != ["all"]:
            raise UserError(f"There is no recipe '{name}'; there are: {', '.join(RECIPES)}.")
    if arguments.seeds is not None or arguments.out is not None:
        raise UserError("--seeds and --out are for the study: python -m train study.")
    chosen = RECIPES if names == ["all"] else dict.fromkeys(names)
    recipes = [with_overrides(RECIPES[name], changed) for name in chosen]
    if arguments.images is not None:
        recipes = _on_own_images(recipes, changed, arguments)
    elif arguments.image_size is not None or arguments.name is not None:
        raise UserError("--image-size and --name need --images FOLDER.")
    if arguments.jobs is not None and arguments.jobs > 1:
        return _train_at_once(recipes, arguments)

    from train.training.processes import leave
    from train.training.session import train

    for recipe in recipes:
        train(recipe, arguments.runs / recipe.id, arguments.resume, arguments.samples)
    leave()
    return 0


def _train_at_once(recipes: Sequence["Recipe"], arguments: "Namespace") -> int:
    """Train recipes, several at a time."""
    from tqdm import tqdm

    from train.study.jobs import Job, last_line, train_all

    jobs = [
        Job(
            recipe.id, recipe, arguments.runs / recipe.id, arguments.samples, arguments.resume,
            for_page=True,
        )
        for recipe in recipes
    ]  # fmt: skip
    train_all(jobs, arguments.jobs, "train", lambda job: tqdm.write(last_line(job.log)))
    return 0


def _on_own_images(
    recipes: Sequence["Recipe"], changed: dict[str, Any], arguments: "Namespace"
) -> list["Recipe"]:
    """Turn recipes into those of runs on a folder of images."""
    from train.data.own_images import prepare
    from train.training.processes import first

    if "dataset" in changed:
        raise UserError("--dataset and --images exclude each other.")
    return first(
        lambda: prepare(
            recipes, arguments.images, arguments.runs, name=arguments.name,
            size=arguments.image_size, resume=arguments.resume, overridden=changed,
        )
    )  # fmt: skip


def _study(names: Sequence[str], changed: dict[str, Any], arguments: "Namespace") -> int:
    """Train the runs of the study that are missing, or list them all; no names: the whole study."""
    from train.study import grid
    from train.study.study_results import Results
    from train.training.hardware import room_for_runs

    if "seed" in changed:
        raise UserError("The study takes several seeds: --seeds 1,2,3.")
    folder = arguments.runs / "study"
    chosen = grid.choose(names, arguments.seeds or grid.SEEDS, changed, folder)
    if arguments.list:
        grid.show(chosen)
        return 0
    # A trial does not touch the published results.
    out = arguments.out or (folder / "trial.json" if changed else grid.OUT)
    results = Results(out, changed, arguments.samples)
    try:
        grid.train_study(
            chosen, folder, arguments.jobs or room_for_runs(), arguments.samples, results
        )
    except KeyboardInterrupt:
        _say("Stopped; resume with the same command.")
        return 130
    return 0


def _evaluate(names: Sequence[str], arguments: "Namespace") -> int:
    """Measure finished runs again."""
    from train.training.processes import first
    from train.training.session import evaluate

    if not names:
        raise UserError("Name the runs to evaluate: python -m train evaluate vae-2.")

    def measure() -> None:
        for name in names:
            evaluate(arguments.runs / name, arguments.samples)

    first(measure)
    return 0


def _figures(names: Sequence[str], arguments: "Namespace") -> int:
    """Draw the figures and write the results page."""
    from train.report.results import write_results

    if names:
        raise UserError(f"figures takes no '{names[0]}'; it draws all of them.")
    docs = arguments.out or Path("docs")
    missing = write_results(arguments.runs, docs)
    if missing:
        print(f"Not drawn, because their runs are not finished: {', '.join(missing)}.")
    print(f"The results are in {docs / 'results.md'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
