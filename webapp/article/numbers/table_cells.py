"""Rows of the tables of "numbers": cells as text, of which the best is marked."""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.article.release_view import Entry, ReleaseView
from webapp.article.wording import Spread, fixed

KINDS = {"ae": "AE", "vae": "VAE", "cvae": "CVAE"}
"""The kinds of model that the study compares, and how they are called."""


@dataclass(frozen=True)
class Cell:
    """One number of a table, as it is written."""

    text: str
    is_best: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a table: what it is of, and its cells."""

    name: str
    cells: tuple[Cell, ...]


def fixed_cells(values: Iterable[float | None], digits: int, best: float | None) -> list[Cell]:
    """Write numbers; those that read as the best one does are marked, so that equals look equal."""
    mark = None if best is None else fixed(best, digits)
    return [Cell(text, text == mark) for text in (fixed(value, digits) for value in values)]


def least(values: Iterable[float | None]) -> float | None:
    """Return the smallest of the numbers that are known."""
    return min((value for value in values if value is not None), default=None)


def mean(number: Spread | None) -> float | None:
    """Return the mean of a number over seeds, None of none."""
    return None if number is None else number.mean


def grid_of(release: ReleaseView) -> list[Entry]:
    """Return the study's rows of kind × latent size."""
    rows = (release.study or {}).get("models", [])
    return [row for row in rows if row["group"] == "grid"]
