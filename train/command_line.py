"""The options of `python -m train`; every field of a recipe is one, too."""

import argparse
import dataclasses
import os
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path

from train.errors import UserError
from train.recipes.recipe import Recipe

_FIXED = ("id", "title", "goal", "prior_means")
_POSITIVE = {"epochs", "batch_size", "latent_size", "learning_rate"}
# Fields that the environment sets too, with words that only it has.
_IN_ENVIRONMENT: dict[str, dict[str, str]] = {
    "precision": {},
    "compile": {"0": "false", "1": "true"},
}


def parse(argv: Sequence[str], description: str | None) -> tuple[argparse.Namespace, list[str]]:
    """Read a command line; return its options, and the words that may be a recipe's fields.

    Raises:
        UserError: an option cannot have its value.
    """
    parser = argparse.ArgumentParser(
        prog="python -m train", allow_abbrev=False, description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("recipes", nargs="*", help="recipe ids, or all")
    parser.add_argument("--list", action="store_true", help="list the recipes and stop")
    parser.add_argument("--resume", action="store_true", help="resume from the last checkpoint")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of the runs")
    parser.add_argument(
        "--samples", type=_samples, help="importance samples of the report (500; study: 100)"
    )
    parser.add_argument(
        "--jobs", type=_jobs, help="runs at a time (1; study: as many as the machine has room for)"
    )
    parser.add_argument("--seeds", type=_seeds, help="of the study's runs (1,2,3)")
    parser.add_argument("--out", type=Path, help="file of the study's results")
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="your own images to train on")
    parser.add_argument("--image-size", type=int, help="their height and width (28)")
    parser.add_argument("--name", help="id of the run on them, in place of <recipe>-<folder>")
    arguments, rest = parser.parse_known_args(argv)
    if arguments.samples is None:
        arguments.samples = 100 if arguments.recipes[:1] == ["study"] else 500
    return arguments, rest


def _samples(text: str) -> int:
    return _whole_number("--samples", text)


def _jobs(text: str) -> int:
    return _whole_number("--jobs", text)


def _whole_number(flag: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise UserError(f"{flag} must be a whole number, at least 1.")
    return int(text)


def _seeds(text: str) -> tuple[int, ...]:
    words = text.split(",")
    seeds = tuple(int(word) for word in words if word.isdecimal() and len(word) < 10)
    if len(set(seeds)) < len(words):
        raise UserError("--seeds takes different whole numbers, such as 1,2,3.")
    return seeds


def overrides(words: Sequence[str]) -> dict[str, typing.Any]:
    """Read `--field value` and `--field=value` pairs, checked against the recipe's fields.

    ATLAS_PRECISION and ATLAS_COMPILE (0 or 1) count where the words do not have these fields.
    """
    types = typing.get_type_hints(Recipe)
    names = [field.name for field in dataclasses.fields(Recipe) if field.name not in _FIXED]
    found: dict[str, typing.Any] = {}
    for name, meanings in _IN_ENVIRONMENT.items():
        variable = f"ATLAS_{name.upper()}"
        value = os.environ.get(variable)
        if value:
            found[name] = _parse(variable, name, meanings.get(value, value), types[name])
    queue = list(words)
    while queue:
        flag, equals, value = queue.pop(0).partition("=")
        name = flag.removeprefix("--").replace("-", "_")
        if not flag.startswith("--") or name not in names:
            raise UserError(f"A recipe has no field '{flag}'; it has: {', '.join(names)}.")
        if not equals:
            if not queue:
                raise UserError(f"{flag} needs a value.")
            value = queue.pop(0)
        found[name] = _parse(flag, name, value, types[name])
    return found


def _parse(flag: str, name: str, text: str, kind: object) -> object:
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
            if not abs(value) < 1e12 or value < 0 or (value == 0 and name in _POSITIVE):
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


def with_overrides(recipe: Recipe, changed: Mapping[str, typing.Any]) -> Recipe:
    """Apply overrides; a run on another dataset than the recipe's is another run."""
    own = dataclasses.replace(recipe, **changed)
    if own.dataset == recipe.dataset:
        return own
    return dataclasses.replace(
        own, id=f"{recipe.id}-{own.dataset}", title=f"{recipe.title}: {own.dataset}"
    )
