"""The options of `python -m train`; every field of a recipe is one, too."""

import argparse
import dataclasses
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from latent_atlas.program import program
from latent_atlas.train.errors import UserError
from latent_atlas.train.recipes.limits import check
from latent_atlas.train.recipes.recipe import Goal, Recipe

_FIXED = ("id", "title", "goal", "prior_means")
_FIELDS = [field.name for field in dataclasses.fields(Recipe) if field.name not in _FIXED]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> typing.NoReturn:
        raise UserError(f"Cannot use this command line, {message}; --help lists the options.")


def make_parser(description: str = "") -> argparse.ArgumentParser:
    """Return the parser of the command; its help begins with the description."""
    parser = _Parser(
        prog=program("train"), allow_abbrev=False, description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("recipes", nargs="*", help="recipe ids, or all")
    parser.add_argument("--list", action="store_true", help="list the recipes and stop")
    parser.add_argument("--resume", action="store_true", help="resume from the last checkpoint")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of the runs")
    parser.add_argument(
        "--samples",
        type=_count,
        help="importance samples of the report (500; study: 100; quick: 50)",
    )
    parser.add_argument(
        "--jobs", type=_count, help="runs at a time (1; study: as many as the machine has room for)"
    )
    parser.add_argument("--seeds", type=_seeds, help="of the study's runs (1,2,3)")
    parser.add_argument("--out", type=Path, help="file of the study's results")
    parser.add_argument(
        "--images", type=Path, metavar="PATH", help="your own images: a folder, or an .npz file"
    )
    parser.add_argument("--image-size", type=int, help="their height and width (28)")
    parser.add_argument("--name", help="id of the run, in place of <recipe> or <recipe>-<images>")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="measure without the held-out classifier, with 50 importance samples",
    )
    group = parser.add_argument_group("fields of a recipe")
    kinds = typing.get_type_hints(Recipe)
    for name in _FIELDS:
        flag = f"--{name.replace('_', '-')}"
        if typing.get_origin(kinds[name]) is typing.Literal:
            group.add_argument(flag, choices=typing.get_args(kinds[name]))
        else:
            group.add_argument(flag, type=_reader(kinds[name]))
    return parser


def parse(
    argv: Sequence[str], description: str
) -> tuple[argparse.Namespace, dict[str, typing.Any]]:
    """Read a command line; return its options, and the fields of a recipe that it sets.

    Raises:
        UserError: there is no such option, or it cannot have its value.
    """
    arguments = make_parser(description).parse_intermixed_args(argv)
    if arguments.samples is None:
        of_the_study = arguments.recipes[:1] == ["study"]
        arguments.samples = 50 if arguments.quick else 100 if of_the_study else 500
    values = vars(arguments)
    return arguments, {name: values[name] for name in _FIELDS if values[name] is not None}


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("it must be a whole number, at least 1")
    return int(text)


def _seeds(text: str) -> tuple[int, ...]:
    words = text.split(",")
    seeds = tuple(int(word) for word in words if word.isdecimal() and len(word) < 10)
    if len(set(seeds)) < len(words):
        raise argparse.ArgumentTypeError("it takes different whole numbers, such as 1,2,3")
    return seeds


def _reader(kind: object) -> Callable[[str], object]:
    """Return what turns an option's text into its field's type; `X | None` is read as an X."""
    if typing.get_origin(kind) is types.UnionType:
        (kind,) = (part for part in typing.get_args(kind) if part is not types.NoneType)

    def read(text: str) -> object:
        try:
            if kind is bool:
                return {"true": True, "false": False}[text]
            if kind is int or kind is float:
                return kind(text)
            if typing.get_origin(kind) is tuple:
                return tuple(_count(part) for part in text.split(","))
            return text
        except (ValueError, KeyError) as error:
            raise argparse.ArgumentTypeError(f"it cannot be '{text}'") from error

    return read


def with_overrides(recipe: Recipe, changed: Mapping[str, typing.Any]) -> Recipe:
    """Apply overrides; a run on another dataset than the recipe's is another run.

    Raises:
        UserError: a field cannot have its value, alone or beside the others.
    """
    own = dataclasses.replace(recipe, **changed)
    check(own)
    if own.dataset == recipe.dataset:
        return own
    name = own.dataset.removeprefix("torchvision:")
    return dataclasses.replace(
        own, id=f"{recipe.id}-{name.lower()}", title=f"{recipe.title}: {name}", goal=Goal()
    )
