"""Parts of "numbers" that come from the study: errors, curves, claims, all numbers over seeds."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from latent_atlas.webapp.article.numbers.table_cells import Cell, Row, best, fixed_cells, table
from latent_atlas.webapp.article.release_view import KINDS, Entry, ReleaseView
from latent_atlas.webapp.article.wording import at, percent_spread, spread

_DIGITS = range(10)
_MEMORISED = 0.01
"""A loss that rises by this share above its least is the sign of memorised training images."""


@dataclass(frozen=True)
class ErrorsPart:
    """Squared error of the study's test images, decoded at μ, by kind, latent size and digit."""

    recipes: int
    seeds: tuple[int, ...]
    sizes: tuple[int, ...]
    kinds: tuple[str, ...]
    by_size: tuple[Row, ...]
    by_digit: tuple[tuple[Row, ...], ...]
    """A group of rows for each size."""
    cheapest: int
    dearest: tuple[int, int]
    """The digits whose error, summed over the models, is smallest and largest."""


@dataclass(frozen=True)
class CurvesPart:
    """Which runs' curves can be shown, and what is seen of them all."""

    sizes: tuple[int, ...]
    runs: dict[str, tuple[str | None, ...]]
    """A kind's runs, one a size; None: the study lacks it."""
    rise: float
    """The share by which a held-out loss ends above its least, at most; rounded up to 0.1 %."""
    memorises: bool
    """Whether that is a sign of memorised training images."""
    starts_above: bool
    """Whether every run's training loss starts above its held-out loss."""


@dataclass(frozen=True)
class RatePart:
    """Rate and distortion by β, the weight of the KL."""

    seeds: int
    betas: tuple[str, ...]
    first: int
    """The place of β = 1, from which the reader sets out."""
    rate: tuple[float, float]
    """Of the smallest β and of the largest, nats."""
    least: str
    """The β at which rate and distortion sum up to least, in the mean of the seeds."""
    is_undecided: bool
    """Whether the seeds cannot tell it from another β."""


@dataclass(frozen=True)
class SeedsPart:
    """Every recipe of the study: mean ± standard deviation over the seeds."""

    seeds: int
    """Of most recipes."""
    others: Mapping[str, int]
    """Recipes with another number of seeds."""
    epochs: str
    has_parts: bool
    """Whether the study trained recipes without one of their parts."""
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class ClaimsPart:
    """Which common claims the study does not bear out; the export has judged them."""

    size: bool
    """That a VAE does not improve with its latent size."""
    weight: bool
    """That the gaps between the classes grow with the classification weight from the start."""
    samples: bool
    """That only a VAE's samples of the prior look like digits."""


def recipe_name(row: Entry) -> str:
    """Return what the tables call a recipe of the grid, such as "VAE-2"."""
    return f"{KINDS.get(row['kind'], row['kind'])}-{row['latent_size']}"


def _sizes(release: ReleaseView) -> tuple[int, ...]:
    return tuple(sorted({row["latent_size"] for row in release.study_grid}))


def errors_part(release: ReleaseView) -> ErrorsPart | None:
    """Return the part on squared error; None: the release has no study."""
    grid, sizes = release.study_grid, _sizes(release)
    if not grid:
        return None
    errors = [
        release.study_numbers("squared_error", *(f"{kind}-{size}" for size in sizes))
        for kind in KINDS
    ]
    means = [[at(error, "mean") for error in own] for own in errors]
    ranked = sorted(_DIGITS, key=lambda digit: sum(_digit_error(row, digit) or 0 for row in grid))
    return ErrorsPart(
        recipes=len(grid),
        seeds=tuple(grid[0]["seeds"]),
        sizes=sizes,
        kinds=tuple(KINDS.values()),
        by_size=table(
            map(str, sizes),
            [
                [Cell(spread(error), error is not None and error["mean"] == least) for error in own]
                for own, least in zip(errors, (best(own, -1) for own in means), strict=True)
            ],
        ),
        by_digit=tuple(
            _digit_rows([row for row in grid if row["latent_size"] == size]) for size in sizes
        ),
        cheapest=ranked[0],
        dearest=(ranked[-1], ranked[-2]),
    )


def _digit_error(row: Entry, digit: int) -> float | None:
    return next(
        (one["squared_error"]["mean"] for one in row["by_class"] if one["label"] == digit), None
    )


def _digit_rows(rows: Sequence[Entry]) -> tuple[Row, ...]:
    columns = [[_digit_error(row, digit) for row in rows] for digit in _DIGITS]
    return table(
        map(recipe_name, rows), [fixed_cells(column, 1, best(column, -1)) for column in columns]
    )


def curves_part(release: ReleaseView) -> CurvesPart | None:
    """Return the part on training curves; None: the release has no study."""
    grid, sizes = release.study_grid, _sizes(release)
    if not grid:
        return None
    runs = {(row["kind"], row["latent_size"]): row["id"] for row in grid}
    rise, starts_above = 0.0, True
    for row in grid:
        held_out = [loss for loss in row["curves"].get("held_out_loss", []) if loss is not None]
        if held_out:
            rise = max(rise, held_out[-1] / min(held_out) - 1)
            starts_above = starts_above and row["curves"]["loss"][0] > held_out[0]
    return CurvesPart(
        sizes,
        runs={
            name: tuple(runs.get((kind, size)) for size in sizes) for kind, name in KINDS.items()
        },
        rise=math.ceil(1000 * rise) / 1000,
        memorises=rise >= _MEMORISED,
        starts_above=starts_above,
    )


def rate_part(release: ReleaseView) -> RatePart | None:
    """Return the part on β; None: the release has no such runs, or none with β = 1."""
    measured = release.document(at(release.manifest, "rate_distortion", "measured"))
    betas = tuple(at(measured, "betas") or ())
    if 1 not in betas:
        return None
    rates = [rate["mean"] for rate in measured["numbers"]["rate"]]
    elbos = [elbo["mean"] for elbo in measured["numbers"]["elbo"]]
    seeds = (len(row["seeds"]) for row in release.study_rows.values() if row["group"] == "beta")
    names = tuple(f"{beta:g}" for beta in betas)
    return RatePart(
        seeds=next(seeds, 1),
        betas=names,
        first=betas.index(1),
        rate=(rates[0], rates[-1]),
        least=names[elbos.index(max(elbos))],
        is_undecided=release.undecided("elbo-best-at-beta-1"),
    )


_SEED_COLUMNS = {
    "squared_error": partial(spread, digits=2),
    "elbo": partial(spread, digits=1),
    "log_likelihood": partial(spread, digits=1),
    "knn_1000": partial(percent_spread, unit=""),
    "knn_all": partial(percent_spread, unit=""),
    "linear_probe": partial(percent_spread, unit=""),
    "active_units": partial(spread, digits=1),
    "confident": partial(percent_spread, unit=""),
    "evenness": partial(spread, digits=2),
}
"""The study's numbers in the order of the table's columns, and how each is written."""


def equal_time(release: ReleaseView) -> tuple[float, float, float] | None:
    """Return what one decoder reaches on ELBO, IWAE's bound and lattice, nats; None: not studied.

    It is the integrated log-likelihood, of training for the same time: the mean of the seeds.
    """
    elbo, iwae, lattice = (
        at(release.study_rows, name, "numbers", "log_likelihood_integrated", "mean")
        for name in ("study-time-elbo", "study-time-iwae", "study-time-lattice")
    )
    return None if None in (elbo, iwae, lattice) else (elbo, iwae, lattice)


def seeds_part(release: ReleaseView) -> SeedsPart | None:
    """Return the table of all recipes over their seeds; None: the release has no study."""
    if not release.study_grid:
        return None
    # Of the curve each run has one seed; docs/results.md has them.
    rows = [row for row in release.study_rows.values() if row["group"] != "curve"]
    seeds = {row["id"].removeprefix("study-"): len(row["seeds"]) for row in rows}
    usual = Counter(seeds.values()).most_common(1)[0][0]
    epochs = {len(row.get("curves", {}).get("loss", [])) for row in rows}
    return SeedsPart(
        seeds=usual,
        others={name: count for name, count in seeds.items() if count != usual},
        epochs=", ".join(map(str, sorted(epochs))),
        has_parts=any(row["group"] == "parts" for row in rows),
        rows=table(
            seeds,
            [
                [Cell(write(row["numbers"].get(name))) for row in rows]
                for name, write in _SEED_COLUMNS.items()
            ],
        ),
    )


def claims_part(release: ReleaseView) -> ClaimsPart | None:
    """Return the refuted claims; None: there are none, or the study's claims are not judged."""
    part = ClaimsPart(
        size=release.shown("vae-error-falls-with-size"),
        weight=release.refuted("classification-widens-gaps-from-zero"),
        samples=release.refuted("vae-samples-more-digits-at-2"),
    )
    return part if part.size or part.weight or part.samples else None
