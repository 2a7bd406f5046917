"""Parts of "numbers" on the models of the page: their numbers, samples, anomaly detection."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

from latent_atlas.webapp.article.numbers.study_tables import (
    SeedsPart,
    equal_time,
    recipe_name,
    seeds_part,
)
from latent_atlas.webapp.article.numbers.table_cells import Cell, Row, best, fixed_cells, table
from latent_atlas.webapp.article.release_view import Entry, ReleaseView
from latent_atlas.webapp.article.wording import at, fixed, spread

_SAMPLED_SIZE = 10
_INPUTS = {
    "fashion-mnist": "clothes (Fashion-MNIST)",
    "rotated": "the digits turned by 90°",
    "noise": "noise",
}
"""The out-of-distribution inputs, as the reports name them and as the page does."""


class Reading(NamedTuple):
    """What a held-out classifier makes of the test images, and whose samples it reads."""

    models: list[str]
    confident: float
    accuracy: float | None


@dataclass(frozen=True)
class ModelsPart:
    """A row for each model; the best of those that are not conditioned is marked."""

    groups: Mapping[str, tuple[Row, ...]]
    """Unconditioned models and those with labels in training."""
    readings: tuple[Reading, ...]
    """Of most models first; a classifier trained anew reads the test images a bit differently."""
    equal_time: tuple[float, float, float] | None
    """What one decoder reaches on the ELBO, IWAE's bound and the integral, in nats."""
    seeds: SeedsPart | None


@dataclass(frozen=True)
class AnomalyPart:
    """Areas under the ROC curves of the squared error."""

    inputs: Mapping[str, str]
    models: tuple[str, ...]
    rows: tuple[Row, ...]
    baseline: tuple[Row, ...]
    """A count of grey pixels instead; empty where the release has none."""
    study: tuple[Row, ...]
    seeds: int


_COLUMNS = (
    (("test", "elbo"), 1, 1, 1),
    (("test", "log_likelihood"), 1, 1, 1),
    (("integral", "log_likelihood"), 1, 1, 1),
    (("errors", "squared_error"), 1, 2, -1),
    (("knn", "100", "mean"), 100, 1, 1),
    (("knn", "1000", "mean"), 100, 1, 1),
    (("knn", "all", "mean"), 100, 1, 1),
    (("linear_probe",), 100, 1, 1),
    (("active_units",), 1, 0, 0),
    (("samples", "prior", "confident"), 100, 1, 1),
    (("samples", "prior", "evenness"), 1, 2, 1),
)
"""Where a column's number stands in a report, its scale, decimals, and whether more is better."""


def models_part(release: ReleaseView) -> ModelsPart | None:
    """Return the table of the models; None: no model of MNIST has a report."""
    reports = {
        model["id"]: report
        for model in release.recipes.values()
        if model.get("dataset") == "mnist" and (report := release.report(model)) is not None
    }
    if not reports:
        return None
    is_plain = [
        release.models[model_id]["kind"] in ("ae", "vae", "lattice") for model_id in reports
    ]
    columns = []
    for path, scale, digits, better in _COLUMNS:
        numbers = [at(report, *path) for report in reports.values()]
        values = [None if number is None else scale * number for number in numbers]
        columns.append(fixed_cells(values, digits, best(compress(values, is_plain), better)))
    rows = table(reports, columns)
    plain = tuple(compress(rows, is_plain))
    conditioned = tuple(
        Row(row.name, tuple(Cell(cell.text) for cell in row.cells))
        for row in rows
        if row not in plain
    )
    return ModelsPart(
        {"Unconditioned": plain, "With labels in training": conditioned},
        readings=_readings(reports),
        equal_time=equal_time(release),
        seeds=seeds_part(release),
    )


def _readings(reports: Mapping[str, Entry]) -> tuple[Reading, ...]:
    by_share: dict[float, Reading] = {}
    for model_id, report in reports.items():
        if seen := at(report, "samples", "test_images"):
            share = seen["confident"]
            by_share.setdefault(share, Reading([], share, seen.get("asked"))).models.append(
                model_id
            )
    return tuple(sorted(by_share.values(), key=lambda one: len(one.models), reverse=True))


def samples_part(release: ReleaseView) -> dict[str, Entry] | None:
    """Return the models whose samples are shown, by kind; None: the release has none of them."""
    models = {
        kind: model
        for kind, model in release.kinds_of(_SAMPLED_SIZE).items()
        if "prior" in model and release.report(model)
    }
    return models or None


def anomaly_part(release: ReleaseView) -> AnomalyPart | None:
    """Return the part on out-of-distribution inputs; None: no model's error was tried on them."""
    watched = {
        model["id"]: anomaly
        for model in release.models_of("ae-10", "vae-2", "vae-10")
        if (anomaly := release.report(model, "anomaly"))
    }
    if not watched:
        return None
    areas = [[at(anomaly, name, "auc") for anomaly in watched.values()] for name in _INPUTS]
    study = [row for row in release.study_grid if row["latent_size"] == _SAMPLED_SIZE]
    return AnomalyPart(
        _INPUTS,
        models=tuple(watched),
        rows=table(watched, [fixed_cells(column, 3, best(column, 1)) for column in areas]),
        baseline=_counted(release),
        study=tuple(
            Row(
                recipe_name(row),
                tuple(Cell(spread(row["anomaly_auc"].get(name), 3)) for name in _INPUTS),
            )
            for row in study
        ),
        seeds=len(study[0]["seeds"]) if study else 0,
    )


def _counted(release: ReleaseView) -> tuple[Row, ...]:
    areas = release.baselines.get("grey_pixels_auc")
    if not areas:
        return ()
    return (
        Row("a count of grey pixels", tuple(Cell(fixed(areas.get(own), 3)) for own in _INPUTS)),
    )
