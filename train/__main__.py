"""The command line of training.

    python -m train --list                      what can be trained
    python -m train vae-2                       train it, into runs/vae-2
    python -m train all --resume                train whatever is not trained yet
    python -m train vae-2 cvae-2 --resume       go on where a killed run stopped; skip finished ones
    python -m train vae-2 --epochs 5            override any field of the recipe
    python -m train vae-2 --images FOLDER       train on your own images, into runs/vae-2-<folder>
    python -m train faces-vae --dataset celeba  train on other data, into runs/faces-vae-celeba
    python -m train evaluate vae-2              measure a finished run again
    python -m train figures                     draw docs/figures and write docs/results.md
    python -m train all --jobs 4                four recipes at a time, each in a process
    python -m train study                       every recipe of the study, with three seeds
    python -m train study grid --seeds 1,2      some of it; the results go into one JSON file
    python -m train study --list                how far each run of the study is

One process uses one device; several train one model together when torchrun starts them
(train/training/processes.py). MNIST is read from DATA_ROOT (default: data/), or downloaded there.
"""

import argparse
import contextlib
import dataclasses
import errno
import functools
import sys
import typing
import warnings
from collections.abc import Sequence
from pathlib import Path

from train.errors import UserError, how_to_install
from train.training.rank import own_rank

if typing.TYPE_CHECKING:
    from train.recipes.published import Recipe


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    try:
        # Of several processes only the first one speaks.
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
            f"go on with --resume."
        )
        return 1
    except RuntimeError as error:
        from train.training.processes import lost_another

        if not lost_another(error):
            raise
        _say("Another process of this run has ended, and so this one does; go on with --resume.")
        return 1
    except KeyboardInterrupt:
        _say("Stopped; go on with --resume.")
        return 130


def _say(sentence: str) -> None:
    """Print what went wrong, once however many processes there are."""
    if own_rank().number == 0:
        print(sentence, file=sys.stderr)


def _run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m train", allow_abbrev=False, add_help=True, description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("recipes", nargs="*", help="recipe ids, or all")
    parser.add_argument("--list", action="store_true", help="list the recipes and stop")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where run folders go")
    parser.add_argument(
        "--samples", type=int, help="importance samples of the report (500; of the study's: 100)"
    )
    parser.add_argument("--jobs", help="runs at a time (1; of the study: as many as fit)")
    parser.add_argument("--seeds", help="of the study's runs (1,2,3)")
    parser.add_argument("--out", type=Path, help="where the study's results go")
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="own images to train on")
    parser.add_argument("--image-size", type=int, help="their height and width (28)")
    parser.add_argument("--name", help="id of the run on them, in place of <recipe>-<folder>")
    arguments, rest = parser.parse_known_args(argv)
    is_study = arguments.recipes[:1] == ["study"]
    if arguments.samples is None:
        arguments.samples = 100 if is_study else 500

    # Imported here so that --help and a mistyped option answer at once.
    from train.recipes.published import RECIPES

    if arguments.list and not is_study:
        for recipe in RECIPES.values():
            print(f"{recipe.id:24}{recipe.title}")
        return 0
    if not arguments.recipes:
        raise UserError(f"Name a recipe to train; there are: {', '.join(RECIPES)}.")
    if arguments.samples < 1:
        raise UserError("--samples must be at least 1.")
    if arguments.recipes[0] == "evaluate":
        return _evaluate(arguments.recipes[1:], rest, arguments)
    if arguments.recipes[0] == "figures":
        return _figures(arguments.recipes[1:] + rest, arguments)
    overrides = _overrides(rest)
    if is_study:
        from train.study.side_by_side import train_study

        return train_study(arguments.recipes[1:], overrides, arguments)
    chosen = []
    names = RECIPES if arguments.recipes == ["all"] else arguments.recipes
    for name in names:
        if name not in RECIPES:
            raise UserError(f"There is no recipe '{name}'; there are: {', '.join(RECIPES)}.")
        chosen.append(_with_overrides(RECIPES[name], overrides))
    if arguments.images is not None:
        chosen = _on_own_images(chosen, overrides, arguments)
    elif arguments.image_size is not None or arguments.name is not None:
        raise UserError("--image-size and --name need --images FOLDER.")

    if arguments.seeds is not None or arguments.out is not None:
        raise UserError("--seeds and --out are for the study: python -m train study.")
    if arguments.jobs is not None:
        from train.study.side_by_side import read_jobs, train_recipes

        if read_jobs(arguments.jobs) > 1:
            return train_recipes(chosen, arguments)

    from train.training.processes import leave
    from train.training.session import train

    warnings.filterwarnings("ignore", module="lightning_fabric")
    for recipe in chosen:
        train(recipe, arguments.runs / recipe.id, arguments.resume, arguments.samples)
    leave()
    return 0


def _with_overrides(recipe: "Recipe", overrides: dict[str, typing.Any]) -> "Recipe":
    """Apply overrides; a run on another data set than the recipe's is another run."""
    changed = dataclasses.replace(recipe, **overrides)
    if changed.dataset == recipe.dataset:
        return changed
    return dataclasses.replace(
        changed, id=f"{recipe.id}-{changed.dataset}", title=f"{recipe.title}: {changed.dataset}"
    )


def _on_own_images(
    recipes: Sequence["Recipe"], overrides: dict[str, typing.Any], arguments: argparse.Namespace
) -> list["Recipe"]:
    """Turn recipes into those of runs on a folder of images."""
    from train.data.own_images import prepare
    from train.training.processes import first

    if "dataset" in overrides:
        raise UserError("--dataset and --images exclude each other.")
    return first(
        lambda: prepare(
            recipes, arguments.images, arguments.runs, name=arguments.name,
            size=arguments.image_size, resume=arguments.resume, overridden=overrides,
        )
    )  # fmt: skip


def _evaluate(names: Sequence[str], rest: Sequence[str], arguments: argparse.Namespace) -> int:
    """Measure finished runs again."""
    from train.training.processes import first
    from train.training.session import evaluate

    if rest:
        raise UserError(f"{rest[0]} is no option of evaluate.")
    if not names:
        raise UserError("Name the runs to evaluate: python -m train evaluate vae-2.")
    for name in names:
        first(functools.partial(evaluate, arguments.runs / name, arguments.samples))
    return 0


def _figures(rest: Sequence[str], arguments: argparse.Namespace) -> int:
    """Draw the figures and write the results page."""
    from train.report.results import write_results

    if rest:
        raise UserError(f"figures takes no '{rest[0]}'; it draws all of them.")
    docs = arguments.out or Path("docs")
    missing = write_results(arguments.runs, docs)
    if missing:
        print(f"Left out for want of finished runs: {', '.join(missing)}.")
    print(f"The results are in {docs / 'results.md'}.")
    return 0


def _overrides(words: Sequence[str]) -> dict[str, typing.Any]:
    """Read `--field value` and `--field=value` pairs, checked against the recipe's fields."""
    from train.recipes.published import Recipe

    fields = {field.name: field for field in dataclasses.fields(Recipe)}
    for fixed in ("id", "title", "goal", "prior_means"):
        del fields[fixed]
    types_of = typing.get_type_hints(Recipe)
    found: dict[str, typing.Any] = {}
    queue = list(words)
    while queue:
        word = queue.pop(0)
        flag, equals, value = word.partition("=")
        name = flag.removeprefix("--").replace("-", "_")
        if not flag.startswith("--") or name not in fields:
            raise UserError(f"A recipe has no field '{flag}'; it has: {', '.join(fields)}.")
        if not equals:
            if not queue:
                raise UserError(f"{flag} needs a value.")
            value = queue.pop(0)
        found[name] = _parse(flag, value, types_of[name])
    return found


def _parse(flag: str, text: str, kind: object) -> object:
    """Turn an override's text into its field's type."""
    origin = typing.get_origin(kind)
    if origin is typing.Literal:
        if text not in typing.get_args(kind):
            raise UserError(f"{flag} is one of: {', '.join(typing.get_args(kind))}.")
        return text
    try:
        if kind is bool:
            return {"true": True, "false": False}[text]
        if kind is int or kind is float:
            value = kind(text)
            if not abs(value) < 1e12 or value < 0:
                raise ValueError(text)
            if value == 0 and flag.lstrip("-").replace("-", "_") in _POSITIVE:
                raise ValueError(text)
            return value
        if origin is tuple:
            widths = tuple(int(part) for part in text.split(","))
            if min(widths) < 1:
                raise ValueError(text)
            return widths
        return text
    except (ValueError, KeyError) as error:
        raise UserError(f"{flag} cannot be '{text}'.") from error


_POSITIVE = {"epochs", "batch_size", "latent_size", "learning_rate"}

if __name__ == "__main__":
    sys.exit(main())
