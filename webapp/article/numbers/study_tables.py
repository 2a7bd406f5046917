"""Parts of "numbers" that come from the study: errors, curves, and every number over its seeds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from webapp.article.numbers.table_cells import (
    KINDS,
    Cell,
    Row,
    fixed_cells,
    grid_of,
    least,
    mean,
)
from webapp.article.release_view import Entry, ReleaseView
from webapp.article.wording import Spread, percent_spread, spread

_DIGITS = range(10)
_MEMORISED = 0.01
"""A loss that rises by this share above its least is the sign of memorised training images."""

_Errors = Mapping[tuple[str, int], Spread | None]
"""Squared error by kind and latent size."""


@dataclass(frozen=True)
class LeastError:
    """The latent size at which a kind's squared error is least."""

    size: int
    error: float
    at_largest_size: float


@dataclass(frozen=True)
class ErrorsPart:
    """Squared error of the study's test images, decoded at μ, by kind, latent size and digit."""

    recipes: int
    seeds: tuple[int, ...]
    sizes: tuple[int, ...]
    kinds: tuple[str, ...]
    ae_range: tuple[float, float] | None
    """The autoencoder's error at the smallest and the largest size, where it falls at each step."""
    vae_least: LeastError | None
    """None where the VAE's error is least at the largest size."""
    largest_std: float | None
    by_size: tuple[Row, ...]
    by_digit: tuple[tuple[Row, ...], ...]
    """A group of rows for each size."""
    cheapest: int
    dearest: tuple[int, int]
    """The digits whose error, summed over the models, is smallest and largest."""


@dataclass(frozen=True)
class RunChoice:
    """A run whose curves can be shown; None: the study lacks it."""

    size: int
    run: str | None


@dataclass(frozen=True)
class CurvesPart:
    """Which runs' curves can be shown, and what is seen of them all."""

    sizes: tuple[int, ...]
    rows: tuple[tuple[str, tuple[RunChoice, ...]], ...]
    rise: float
    """The share by which a held-out loss ends above its least, at most; rounded up to 0.1 %."""
    memorises: bool
    """Whether that is a sign of memorised training images."""
    starts_above: bool
    """Whether every run's training loss starts above its held-out loss."""


@dataclass(frozen=True)
class SeedsPart:
    """Every recipe of the study: mean ± standard deviation over the seeds."""

    seeds: int
    epochs: str
    has_parts: bool
    """Whether the study trained recipes without one of their parts."""
    rows: tuple[Row, ...]


def errors_part(release: ReleaseView) -> ErrorsPart | None:
    """Return the part on squared error; None: the release has no study."""
    grid = grid_of(release)
    if not grid:
        return None
    sizes = tuple(sorted({row["latent_size"] for row in grid}))
    errors: _Errors = {
        (row["kind"], row["latent_size"]): Spread.of(row["numbers"].get("squared_error"))
        for row in grid
    }
    by_kind = {kind: [mean(errors.get((kind, size))) for size in sizes] for kind in KINDS}
    ranked = sorted(_DIGITS, key=lambda digit: sum(_digit_error(row, digit) or 0 for row in grid))
    deviations = [error.std for error in errors.values() if error and error.std is not None]
    return ErrorsPart(
        recipes=len(grid),
        seeds=tuple(grid[0]["seeds"]),
        sizes=sizes,
        kinds=tuple(KINDS.values()),
        ae_range=_falling(by_kind["ae"]),
        vae_least=_least_before_last(sizes, by_kind["vae"]),
        largest_std=max(deviations, default=None),
        by_size=tuple(_size_row(size, errors, by_kind) for size in sizes),
        by_digit=tuple(
            _digit_rows([row for row in grid if row["latent_size"] == size]) for size in sizes
        ),
        cheapest=ranked[0],
        dearest=(ranked[-1], ranked[-2]),
    )


def _falling(errors: Sequence[float | None]) -> tuple[float, float] | None:
    known = [error for error in errors if error is not None]
    if len(known) < 2 or known != sorted(known, reverse=True):
        return None
    return known[0], known[-1]


def _least_before_last(sizes: Sequence[int], errors: Sequence[float | None]) -> LeastError | None:
    known = [error for error in errors if error is not None]
    if len(known) < len(sizes) or min(known) == known[-1]:
        return None
    return LeastError(sizes[known.index(min(known))], min(known), known[-1])


def _size_row(size: int, errors: _Errors, by_kind: Mapping[str, Sequence[float | None]]) -> Row:
    cells = []
    for kind in KINDS:
        error = errors.get((kind, size))
        is_best = error is not None and error.mean == least(by_kind[kind])
        cells.append(Cell(spread(error), is_best))
    return Row(str(size), tuple(cells))


def _digit_error(row: Entry, digit: int) -> float | None:
    return next(
        (one["squared_error"]["mean"] for one in row["by_class"] if one["label"] == digit), None
    )


def _digit_rows(rows: Sequence[Entry]) -> tuple[Row, ...]:
    columns = [
        fixed_cells(column, 1, least(column))
        for column in ([_digit_error(row, digit) for row in rows] for digit in _DIGITS)
    ]
    return tuple(
        Row(
            f"{KINDS.get(row['kind'], row['kind'])}-{row['latent_size']}",
            tuple(column[i] for column in columns),
        )
        for i, row in enumerate(rows)
    )


def curves_part(release: ReleaseView) -> CurvesPart | None:
    """Return the part on training curves; None: the release has no study."""
    grid = grid_of(release)
    if not grid:
        return None
    sizes = tuple(sorted({row["latent_size"] for row in grid}))
    runs = {(row["kind"], row["latent_size"]): row["id"] for row in grid}
    rise, starts_above = 0.0, True
    for row in grid:
        held_out = [loss for loss in row["curves"].get("held_out_loss", []) if loss is not None]
        if held_out:
            rise = max(rise, held_out[-1] / min(held_out) - 1)
            starts_above = starts_above and row["curves"]["loss"][0] > held_out[0]
    return CurvesPart(
        sizes,
        rows=tuple(
            (name, tuple(RunChoice(size, runs.get((kind, size))) for size in sizes))
            for kind, name in KINDS.items()
        ),
        rise=math.ceil(1000 * rise) / 1000,
        memorises=rise >= _MEMORISED,
        starts_above=starts_above,
    )


_SEED_COLUMNS = (
    ("squared_error", partial(spread, digits=2)),
    ("elbo", partial(spread, digits=1)),
    ("log_likelihood", partial(spread, digits=1)),
    ("knn_1000", partial(percent_spread, unit="")),
    ("knn_all", partial(percent_spread, unit="")),
    ("linear_probe", partial(percent_spread, unit="")),
    ("active_units", partial(spread, digits=1)),
    ("confident", partial(percent_spread, unit="")),
    ("evenness", partial(spread, digits=2)),
)
"""The study's numbers in the order of the table's columns, and how each is written."""


def seeds_part(release: ReleaseView) -> SeedsPart | None:
    """Return the table of all recipes over their seeds; None: the release has no study."""
    if release.study is None or not grid_of(release):
        return None
    rows = release.study["models"]
    epochs = {len(row.get("curves", {}).get("loss", [])) for row in rows}
    return SeedsPart(
        seeds=len(rows[0]["seeds"]),
        epochs=", ".join(map(str, sorted(epochs))),
        has_parts=any(row["group"] == "parts" for row in rows),
        rows=tuple(
            Row(
                row["id"].removeprefix("study-"),
                tuple(
                    Cell(write(Spread.of(row["numbers"].get(name))))
                    for name, write in _SEED_COLUMNS
                ),
            )
            for row in rows
        ),
    )
