"""Parts of "numbers" on the models of the page: their numbers, samples, anomaly detection."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.article.numbers.table_cells import KINDS, Cell, Row, fixed_cells, grid_of
from webapp.article.release_view import Entry, ReleaseView
from webapp.article.wording import Spread, spread

_SAMPLED_SIZE = 10
_UNCONDITIONED = ("ae", "vae")
_INPUTS = {
    "fashion-mnist": "clothes (Fashion-MNIST)",
    "rotated": "the digits turned by 90°",
    "noise": "noise",
}
"""The out-of-distribution inputs, as the reports name them and as the page does."""


@dataclass(frozen=True)
class Reported:
    """A model of MNIST and its report."""

    model: Entry
    report: Entry

    @property
    def samples(self) -> Entry:
        """What the held-out classifier says of its samples."""
        return self.report.get("samples") or {}


@dataclass(frozen=True)
class Reading:
    """What a held-out classifier makes of the test images, and whose samples it reads."""

    models: tuple[str, ...]
    confident: float
    accuracy: float | None


@dataclass(frozen=True)
class ModelsPart:
    """A row for each model; the best of those that are not conditioned is marked."""

    unconditioned: tuple[Row, ...]
    conditioned: tuple[Row, ...]
    reading: Reading | None
    other_readings: tuple[Reading, ...]
    """A classifier trained anew reads the test images a little differently."""


@dataclass(frozen=True)
class Sampled:
    """A model whose samples of the prior are shown, and what the held-out classifier says."""

    model: Entry
    kind: str
    prior: Entry
    fitted: Entry
    """The same of samples of a Gaussian fitted to its own encodings."""


@dataclass(frozen=True)
class SamplesPart:
    """The three kinds at one latent size."""

    models: tuple[Sampled, ...]
    can_choose_digit: bool


@dataclass(frozen=True)
class AnomalyPart:
    """Areas under the ROC curves of the squared error."""

    inputs: tuple[tuple[str, str], ...]
    models: tuple[str, ...]
    rows: tuple[Row, ...]
    study: tuple[Row, ...]
    seeds: int


def reported_models(release: ReleaseView) -> list[Reported]:
    """Return the models of MNIST that have a report."""
    return [
        Reported(model, report)
        for model in release.models.values()
        if model.get("dataset") == "mnist"
        and (report := release.document_of(model, "report")) is not None
    ]


@dataclass(frozen=True)
class _Column:
    scale: float
    digits: int
    better: int
    """1: more is better; −1: less is; 0: neither."""


_COLUMNS = {
    "elbo": _Column(1, 1, 1),
    "log_likelihood": _Column(1, 1, 1),
    "squared_error": _Column(1, 2, -1),
    "knn_100": _Column(100, 1, 1),
    "knn_1000": _Column(100, 1, 1),
    "knn_all": _Column(100, 1, 1),
    "linear_probe": _Column(100, 1, 1),
    "active_units": _Column(1, 0, 0),
    "confident": _Column(100, 1, 1),
    "evenness": _Column(1, 2, 1),
}


def models_part(reported: Sequence[Reported]) -> ModelsPart | None:
    """Return the table of the models; None: no model of MNIST has a report."""
    if not reported:
        return None
    numbers = [_numbers(one) for one in reported]
    is_plain = [one.model["kind"] in _UNCONDITIONED for one in reported]
    columns = []
    for name, column in _COLUMNS.items():
        values = [None if (value := own[name]) is None else column.scale * value for own in numbers]
        known = [
            column.better * value
            for value, plain in zip(values, is_plain, strict=True)
            if plain and value is not None
        ]
        best = column.better * max(known) if column.better and known else None
        columns.append(fixed_cells(values, column.digits, best))
    rows = [
        Row(
            one.model["id"],
            tuple(column[i] if is_plain[i] else Cell(column[i].text) for column in columns),
        )
        for i, one in enumerate(reported)
    ]
    readings = _readings(reported)
    return ModelsPart(
        unconditioned=tuple(row for row, plain in zip(rows, is_plain, strict=True) if plain),
        conditioned=tuple(row for row, plain in zip(rows, is_plain, strict=True) if not plain),
        reading=readings[0] if readings else None,
        other_readings=tuple(readings[1:]),
    )


def _numbers(one: Reported) -> dict[str, float | None]:
    report = one.report
    test, knn, prior = report.get("test") or {}, report.get("knn") or {}, one.samples.get("prior")
    return {
        "elbo": test.get("elbo"),
        "log_likelihood": test.get("log_likelihood"),
        "squared_error": report["errors"]["squared_error"],
        **{
            f"knn_{labels}": (knn.get(labels) or {}).get("mean")
            for labels in ("100", "1000", "all")
        },
        "linear_probe": report.get("linear_probe"),
        "active_units": report.get("active_units"),
        "confident": (prior or {}).get("confident"),
        "evenness": (prior or {}).get("evenness"),
    }


def _readings(reported: Sequence[Reported]) -> list[Reading]:
    """Return what each held-out classifier makes of the test images, that of most models first."""
    by_share: dict[float, list[Reported]] = {}
    for one in reported:
        if seen := one.samples.get("test_images"):
            by_share.setdefault(seen["confident"], []).append(one)
    groups = sorted(by_share.values(), key=len, reverse=True)
    return [
        Reading(
            tuple(one.model["id"] for one in group),
            group[0].samples["test_images"]["confident"],
            group[0].samples["test_images"].get("asked"),
        )
        for group in groups
    ]


def samples_part(reported: Sequence[Reported]) -> SamplesPart | None:
    """Return the part on samples of the prior; None: the release has none of the models."""
    by_id = {one.model["id"]: one for one in reported}
    models = tuple(
        Sampled(
            one.model,
            name,
            one.samples.get("prior") or {},
            one.samples.get("fitted") or {},
        )
        for kind, name in KINDS.items()
        if (one := by_id.get(f"{kind}-{_SAMPLED_SIZE}")) is not None and "prior" in one.model
    )
    if not models:
        return None
    return SamplesPart(models, any(one.model["condition"] == "both" for one in models))


def anomaly_part(release: ReleaseView, reported: Sequence[Reported]) -> AnomalyPart | None:
    """Return the part on out-of-distribution inputs; None: no model's error was tried on them."""
    watched = [
        one
        for model_id in ("ae-10", "vae-2", "vae-10")
        for one in reported
        if one.model["id"] == model_id and one.report.get("anomaly")
    ]
    if not watched:
        return None
    areas = [
        [(one.report["anomaly"].get(name) or {}).get("auc") for one in watched] for name in _INPUTS
    ]
    columns = [
        fixed_cells(column, 3, max((area for area in column if area is not None), default=None))
        for column in areas
    ]
    study = [row for row in grid_of(release) if row["latent_size"] == _SAMPLED_SIZE]
    return AnomalyPart(
        inputs=tuple(_INPUTS.items()),
        models=tuple(one.model["id"] for one in watched),
        rows=tuple(
            Row(one.model["id"], tuple(column[i] for column in columns))
            for i, one in enumerate(watched)
        ),
        study=tuple(
            Row(
                f"{KINDS.get(row['kind'], row['kind'])}-{row['latent_size']}",
                tuple(Cell(spread(Spread.of(row["anomaly_auc"].get(name)), 3)) for name in _INPUTS),
            )
            for row in study
        ),
        seeds=len(study[0]["seeds"]) if study else 0,
    )
