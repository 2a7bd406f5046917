"""CelebA's two tables: the attributes of its images, and the partition that each belongs to."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from latent_atlas.train.errors import UserError

ATTRIBUTE_TABLE = "list_attr_celeba.txt"
PARTITION_TABLE = "list_eval_partition.txt"

_ATTRIBUTES = 40


class Tables(NamedTuple):
    """Every image's file, its attributes (0 or 1), and its partition."""

    files: list[str]
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
    return Tables(list(files), names, attributes, parts)


def listed(files: list[str]) -> str:
    """Name three files, and say how many more there are."""
    more = f" and {len(files) - 3:,} more" if len(files) > 3 else ""
    return ", ".join(files[:3]) + more


def refuse_web_page(path: Path, start: bytes) -> None:
    """Refuse a file of CelebA that starts as a page does: Google Drive's, of a used-up quota."""
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise UserError(
            f"{path.name} of CelebA in {path.parent} is a web page saved under that name, often "
            f"Google Drive's about its quota: delete it, and download the file again tomorrow."
        )


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
    for index, row in enumerate(rows):
        number = f"{where}: row {index + 3}"
        file, *signs = row.split() or [""]
        if len(signs) != _ATTRIBUTES:
            raise UserError(f"{number} has {len(signs)} values, expected {_ATTRIBUTES}.")
        if not set(signs) <= {"1", "-1"}:
            raise UserError(f"{number} has values other than 1 and -1.")
        if file in files:
            raise UserError(f"{number} names {file}, which an earlier row has.")
        files[file] = index
        values[index] = [sign == "1" for sign in signs]
    return files, tuple(name.replace("_", " ").lower() for name in names), values


def _partition(folder: Path) -> dict[str, int]:
    where, rows = _lines(folder / PARTITION_TABLE)
    partition: dict[str, int] = {}
    for index, row in enumerate(rows):
        number = f"{where}: row {index + 1}"
        file, *part = row.split() or [""]
        if part not in (["0"], ["1"], ["2"]):
            raise UserError(f"{number} is not a file and 0, 1 or 2.")
        if file in partition:
            raise UserError(f"{number} names {file}, which an earlier row has.")
        partition[file] = int(part[0])
    return partition


def _lines(path: Path) -> tuple[str, list[str]]:
    """Return how a sentence about a table begins, and its rows."""
    where = f"Cannot use {path.name} of CelebA in {path.parent}"
    try:
        data = path.read_bytes()
        refuse_web_page(path, data)
        return where, data.decode("utf-8").rstrip().splitlines()
    except (UnicodeDecodeError, OSError) as error:
        raise UserError(f"{where}: it cannot be read, or is not text.") from error
