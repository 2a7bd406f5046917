"""The command line of training.

    python -m train --list                      what can be trained
    python -m train vae-2                       train it, into runs/vae-2
    python -m train all --resume                train what is not trained yet
    python -m train vae-2 cvae-2 --resume       resume killed runs; skip finished ones
    python -m train vae-2 --epochs 5            override any field of the recipe
    python -m train vae-2 --images FOLDER       train on your own images, into runs/vae-2-<folder>
    python -m train vae-2 --images x.npz        the same from arrays, into runs/vae-2-x
    python -m train vae-2 --dataset torchvision:KMNIST    on other data, into runs/vae-2-kmnist
    python -m train vae-2 --epochs 5 --quick --name trial    a quick trial, into runs/trial
    python -m train evaluate vae-2              measure a finished run again
    python -m train figures                     draw docs/figures and write docs/results.md
    python -m train baselines                   measure what needs no model, for docs/results.md
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
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latent_atlas.program import program
from latent_atlas.train.errors import UserError, how_to_install
from latent_atlas.train.training.rank import own_rank

if TYPE_CHECKING:
    from argparse import Namespace


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    try:
        # Of several processes only the first one prints.
        with contextlib.redirect_stdout(sys.stdout if own_rank().number == 0 else None):
            return _run(sys.argv[1:] if argv is None else argv)
    except (UserError, ModuleNotFoundError, OSError, RuntimeError) as error:
        _say(_explained(error))
        return 1
    except KeyboardInterrupt:
        _say("Stopped; resume with --resume.")
        return 130


def _explained(error: Exception) -> str:
    """Return one sentence for the user, or raise what none explains."""
    if isinstance(error, ModuleNotFoundError):
        return how_to_install(error)
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return "The disk is full; the last checkpoint is whole, resume with --resume."
        # An error does not say whether it was met in reading or in writing.
        reason = error.strerror or str(error) or "input/output"
        return f"Cannot read or write {error.filename or 'a file'}: {reason}."
    if isinstance(error, RuntimeError):
        from latent_atlas.train.training.processes import lost_another

        if not lost_another(error):
            raise error
        return "Another process of this run has ended, so this one ends; resume with --resume."
    return str(error)


def _say(sentence: str) -> None:
    """Print what went wrong, once however many processes there are."""
    if own_rank().number == 0:
        print(sentence, file=sys.stderr)


# Each command imports what it needs, so that --help and a mistyped option answer at once.


def _run(argv: Sequence[str]) -> int:
    from latent_atlas.train.command_line import parse
    from latent_atlas.train.recipes.published import RECIPES

    arguments, changed = parse(argv, (__doc__ or "").replace("python -m train", program("train")))
    command, *names = arguments.recipes or [""]
    if command == "study":
        return _study(names, changed, arguments)
    if arguments.list:
        for recipe in RECIPES.values():
            print(f"{recipe.id:24}{recipe.title}")
    elif not command:
        raise UserError(f"Name a recipe to train; there are: {', '.join(RECIPES)}.")
    elif command not in ("evaluate", "figures", "baselines"):
        _train(arguments.recipes, changed, arguments)
    elif changed:
        raise UserError(f"{command} trains nothing and cannot change {', '.join(changed)}.")
    elif command == "evaluate":
        _evaluate(names, arguments)
    elif names:
        raise UserError(f"{command} takes no '{names[0]}'.")
    elif command == "baselines":
        _baselines(arguments)
    else:
        _figures(arguments)
    return 0


def _train(names: Sequence[str], changed: dict[str, Any], arguments: "Namespace") -> None:
    from latent_atlas.train.command_line import with_overrides
    from latent_atlas.train.recipes.published import RECIPES

    for name in names:
        if name not in RECIPES and names != ["all"]:
            raise UserError(f"There is no recipe '{name}'; there are: {', '.join(RECIPES)}.")
    if arguments.seeds is not None or arguments.out is not None:
        raise UserError(f"--seeds and --out are for the study: {program('train')} study.")
    chosen = RECIPES if names == ["all"] else dict.fromkeys(names)
    recipes = [with_overrides(RECIPES[name], changed) for name in chosen]
    if arguments.images is not None:
        from latent_atlas.train.data.own_images import prepare
        from latent_atlas.train.training.processes import first

        if "dataset" in changed:
            raise UserError("--dataset and --images exclude each other.")
        recipes = first(
            lambda: prepare(
                recipes, arguments.images, arguments.runs, name=arguments.name,
                size=arguments.image_size, resume=arguments.resume, overridden=changed,
            )
        )  # fmt: skip
    elif arguments.image_size is not None:
        raise UserError("--image-size needs --images.")
    elif arguments.name is not None:
        from latent_atlas.train.runs.run_names import named

        recipes = named(recipes, arguments.name, arguments.runs)
    if arguments.jobs is not None and arguments.jobs > 1:
        from tqdm import tqdm

        from latent_atlas.train.study.jobs import Job, last_line, train_all

        jobs = [
            Job(
                recipe.id, recipe, arguments.runs / recipe.id, arguments.samples,
                arguments.resume, for_page=True, quick=arguments.quick,
            )
            for recipe in recipes
        ]  # fmt: skip
        train_all(jobs, arguments.jobs, "train", lambda job: tqdm.write(last_line(job)))
        return

    from latent_atlas.train.training.processes import leave
    from latent_atlas.train.training.session import train

    for recipe in recipes:
        train(
            recipe, arguments.runs / recipe.id, arguments.resume, arguments.samples,
            quick=arguments.quick,
        )  # fmt: skip
    leave()


def _study(names: Sequence[str], changed: dict[str, Any], arguments: "Namespace") -> int:
    """Train the runs of the study that are missing, or list them all; no names: the whole study."""
    from latent_atlas.train.study import grid
    from latent_atlas.train.study.study_results import Results
    from latent_atlas.train.training.hardware import room_for_runs

    if "seed" in changed:
        raise UserError("The study takes several seeds: --seeds 1,2,3.")
    if arguments.quick:
        raise UserError("The study is measured in full; leave out --quick.")
    folder = arguments.runs / "study"
    chosen = grid.choose(names, arguments.seeds or grid.SEEDS, changed, folder, arguments.samples)
    if arguments.list:
        grid.show(chosen)
        return 0
    # A trial does not touch the published results.
    out = arguments.out or (folder / "trial.json" if changed else grid.OUT)
    results = Results(out, changed, arguments.samples)
    try:
        grid.train_study(chosen, folder, arguments.jobs or room_for_runs(), results)
    except KeyboardInterrupt:
        _say("Stopped; resume with the same command.")
        return 130
    return 0


def _evaluate(names: Sequence[str], arguments: "Namespace") -> None:
    from latent_atlas.train.training.processes import first
    from latent_atlas.train.training.session import evaluate

    if not names:
        raise UserError(f"Name the runs to evaluate: {program('train')} evaluate vae-2.")
    for name in names:
        first(partial(evaluate, arguments.runs / name, arguments.samples, arguments.quick))


def _baselines(arguments: "Namespace") -> None:
    from latent_atlas.train.report.results import BASELINES, write_baselines

    docs = arguments.out or Path("docs")
    write_baselines(arguments.runs, docs)
    print(f"The baselines are in {docs / BASELINES}.")


def _figures(arguments: "Namespace") -> None:
    from latent_atlas.train.report.results import write_results

    docs = arguments.out or Path("docs")
    missing = write_results(arguments.runs, docs)
    if missing:
        print(f"Not drawn, because their runs are not finished: {', '.join(missing)}.")
    print(f"The results are in {docs / 'results.md'}.")


if __name__ == "__main__":
    sys.exit(main())
