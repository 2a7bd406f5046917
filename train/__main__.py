"""The command line of training.

    python -m train --list                      what can be trained
    python -m train vae-2                       train it, into runs/vae-2
    python -m train all --resume                train whatever is not trained yet
    python -m train vae-2 cvae-2 --resume       go on where a killed run stopped; skip finished ones
    python -m train vae-2 --epochs 5            override any field of the recipe

One process uses one device. MNIST is read from DATA_ROOT (default: data/), or downloaded there.
"""

import argparse
import dataclasses
import errno
import sys
import typing
import warnings
from collections.abc import Sequence
from pathlib import Path

from train.errors import UserError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        reason = (
            "the disk is full" if error.errno == errno.ENOSPC else error.strerror or "input/output"
        )
        print(
            f"Training stopped, writing failed: {reason}; the last checkpoint is whole, "
            f"go on with --resume.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("Stopped; go on with --resume.", file=sys.stderr)
        return 130


def _run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m train", allow_abbrev=False, add_help=True, description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("recipes", nargs="*", help="recipe ids, or all")
    parser.add_argument("--list", action="store_true", help="list the recipes and stop")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where run folders go")
    parser.add_argument("--samples", type=int, default=500, help="importance samples of the report")
    arguments, rest = parser.parse_known_args(argv)

    # Imported here so that --help and a mistyped option answer at once.
    from train.recipes import RECIPES

    if arguments.list:
        for recipe in RECIPES.values():
            print(f"{recipe.id:24}{recipe.title}")
        return 0
    if not arguments.recipes:
        raise UserError(f"Name a recipe to train; there are: {', '.join(RECIPES)}.")
    overrides = _overrides(rest)
    chosen = []
    names = RECIPES if arguments.recipes == ["all"] else arguments.recipes
    for name in names:
        if name not in RECIPES:
            raise UserError(f"There is no recipe '{name}'; there are: {', '.join(RECIPES)}.")
        chosen.append(dataclasses.replace(RECIPES[name], **overrides))
    if arguments.samples < 1:
        raise UserError("--samples must be at least 1.")

    from train.session import train

    warnings.filterwarnings("ignore", module="lightning_fabric")
    for recipe in chosen:
        train(recipe, arguments.runs / recipe.id, arguments.resume, arguments.samples)
    return 0


def _overrides(words: Sequence[str]) -> dict[str, typing.Any]:
    """Read `--field value` and `--field=value` pairs, checked against the recipe's fields."""
    from train.recipes import Recipe

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
