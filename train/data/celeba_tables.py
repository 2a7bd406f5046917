"""CelebA's two tables: the attributes of its images, and the partition that each belongs to."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train.errors import UserError

ATTRIBUTE_TABLE = "list_attr_celeba.txt"
PARTITION_TABLE = "list_eval_partition.txt"
TRAIN, VALIDATION, TEST = 0, 1, 2

_ATTRIBUTES = 40
_NAMED = 3
"""How many images a message names before it counts the others."""


@dataclass(frozen=True)
class Tables:
    """Every image's file, its attributes (0 or 1), and its partition."""

    files: tuple[str, ...]
    attribute_names: tuple[str, ...]
    attributes: NDArray[np.uint8]
    partition: NDArray[np.uint8]


def read_tables(folder: Path) -> Tables:
    """Read both tables as CelebA has them.

    Raises:
        UserError: one is missing, cut short or not in CelebA's format, or they do not belong
            together; the sentence names the file and the row.
    """
    files, names, attributes = _attributes(folder)
    partition = _partition(folder)
    if partition.keys() != files.keys():
        different = sorted(partition.keys() ^ files.keys())
        raise UserError(
            f"Cannot use the tables of CelebA in {folder}: only one of {ATTRIBUTE_TABLE} and "
            f"{PARTITION_TABLE} names {listed(different)}."
        )
    parts = np.array([partition[file] for file in files], np.uint8)
    return Tables(tuple(files), names, attributes, parts)


def listed(files: list[str]) -> str:
    """Name a few files, and say how many more there are."""
    named = ", ".join(files[:_NAMED])
    return named if len(files) <= _NAMED else f"{named} and {len(files) - _NAMED:,} more"


def _attributes(folder: Path) -> tuple[dict[str, int], tuple[str, ...], NDArray[np.uint8]]:
    """Return the row of each file, the attributes' names, and their values."""
    where, lines = _lines(folder / ATTRIBUTE_TABLE)
    if len(lines) < 2 or not lines[0].strip().isdecimal():
        raise UserError(f"{where}: it must begin with the number of its images and a row of names.")
    announced, names = int(lines[0]), tuple(lines[1].split())
    if len(set(names)) != _ATTRIBUTES:
        raise UserError(f"{where}: its second row must name {_ATTRIBUTES} attributes.")
    rows = lines[2:]
    if len(rows) != announced:
        raise UserError(f"{where}: it announces {announced:,} images and has {len(rows):,} rows.")
    files: dict[str, int] = {}
    values = np.empty((announced, _ATTRIBUTES), np.uint8)
    for number, row in enumerate(rows):
        file, *signs = row.split() or [""]
        if len(signs) != _ATTRIBUTES:
            raise UserError(
                f"{where}: row {number + 3} has {len(signs)} values, expected {_ATTRIBUTES}."
            )
        if not set(signs) <= {"1", "-1"}:
            raise UserError(f"{where}: row {number + 3} has values other than 1 and -1.")
        if file in files:
            raise UserError(f"{where}: row {number + 3} names {file}, which an earlier row has.")
        files[file] = number
        values[number] = [sign == "1" for sign in signs]
    return files, tuple(name.replace("_", " ").lower() for name in names), values


def _partition(folder: Path) -> dict[str, int]:
    """Return the partition of each file."""
    where, rows = _lines(folder / PARTITION_TABLE)
    partition: dict[str, int] = {}
    for number, row in enumerate(rows):
        parts = row.split()
        if len(parts) != 2 or parts[1] not in {"0", "1", "2"}:
            raise UserError(f"{where}: row {number + 1} is not a file and 0, 1 or 2.")
        if parts[0] in partition:
            raise UserError(
                f"{where}: row {number + 1} names {parts[0]}, which an earlier row has."
            )
        partition[parts[0]] = int(parts[1])
    return partition


def _lines(path: Path) -> tuple[str, list[str]]:
    """Return how a sentence about a table begins, and its rows."""
    where = f"Cannot use {path.name} of CelebA in {path.parent}"
    try:
        return where, path.read_text("utf-8").rstrip().splitlines()
    except UnicodeDecodeError as error:
        raise UserError(f"{where}: it is not text.") from error
    except OSError as error:
        raise UserError(f"{where}: it cannot be read.") from error
