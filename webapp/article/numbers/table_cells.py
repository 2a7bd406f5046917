"""Rows of the tables of "numbers": cells as text, of which the best is marked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from latent_atlas.webapp.article.wording import fixed


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


def table(names: Iterable[str], columns: Iterable[Sequence[Cell]]) -> tuple[Row, ...]:
    """Return the rows of a table whose cells are given by column."""
    return tuple(
        Row(name, cells) for name, cells in zip(names, zip(*columns, strict=True), strict=True)
    )


def best(values: Iterable[float | None], better: int) -> float | None:
    """Return the best number that is known; better: 1, the largest; −1, the smallest; 0, none."""
    known = [better * value for value in values if value is not None]
    return better * max(known) if known and better else None


def fixed_cells(values: Sequence[float | None], digits: int, mark: float | None) -> list[Cell]:
    """Write numbers; those that read as `mark` does are marked, so that equals look equal."""
    marked = None if mark is None else fixed(mark, digits)
    return [Cell(text, text == marked) for text in (fixed(value, digits) for value in values)]
