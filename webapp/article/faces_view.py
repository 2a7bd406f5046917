"""The view of "faces": one model for each loss, their attribute vectors, and what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from webapp.article.release_view import Entry, ReleaseView

_LOSSES = {"vae": "Plain", "perceptual-vae": "Perceptual", "vae-gan": "Adversarial"}
_MOST_IN_SIGHT = 16
"""A table of more attributes is folded away."""
_CLOSE = 0.02


@dataclass(frozen=True)
class FaceModel:
    """A model, and what its loss is called."""

    model: Entry
    loss: str


@dataclass(frozen=True)
class Effect:
    """What adding a vector at full strength does to test faces that lacked the attribute."""

    full: float | None
    """How many times it is added."""
    seen: float
    """The share in which the held-out classifier then sees the attribute."""
    kept: float
    """The share in which an attribute of another group reads as before."""


@dataclass(frozen=True)
class Attribute:
    """The training faces behind a vector, and the effect of the two vectors."""

    name: str
    with_it: int
    without_it: int
    effects: tuple[Effect | None, Effect | None]
    """Of the vector as found and of the orthogonal one; None: not measured."""


@dataclass(frozen=True)
class MeanEffects:
    """Means over the attributes."""

    seen: float
    seen_orthogonal: float
    kept: float
    kept_orthogonal: float

    @property
    def are_close(self) -> bool:
        """Whether orthogonal vectors keep other attributes about as often."""
        return abs(self.kept - self.kept_orthogonal) < _CLOSE


@dataclass(frozen=True)
class LossRow:
    """What was measured of one loss on the test faces, decoded at μ; None: not measured."""

    name: str
    squared_error: float
    sharpness: float | None
    frechet_reconstructions: float | None
    frechet_samples: float | None
    perceptual_distance: float | None


@dataclass(frozen=True)
class Comparison:
    """A loss beside the plain one."""

    row: LossRow
    plain: LossRow
    is_sharper: bool
    is_nearer: bool
    """In the features of the held-out classifier."""


@dataclass(frozen=True)
class FacesSection:
    """What faces.html prints."""

    first: Entry
    """The model shown first."""
    models: tuple[FaceModel, ...]
    """One for each loss, all of the same faces."""
    examples: int
    has_originals: bool
    """Whether test faces may be shown beside their reconstructions."""
    attributes: tuple[Attribute, ...]
    effects: MeanEffects | None
    rows: tuple[LossRow, ...]
    data_sharpness: float | None
    comparisons: tuple[Comparison, ...]
    plain_is_farthest: bool
    """Whether the plain model's squared error is the largest."""

    @property
    def pictures(self) -> int:
        """How many pictures of one face stand side by side."""
        return len(self.models) + self.has_originals

    @property
    def folds_attributes(self) -> bool:
        """Whether the table of attributes opens folded."""
        return len(self.attributes) > _MOST_IN_SIGHT


def build(release: ReleaseView) -> FacesSection | None:
    """Return the section's view; None: the release carries no model of faces."""
    known = [
        model
        for model in release.models.values()
        if "attributes" in model and "examples" in model and model.get("kind") in _LOSSES
    ]
    if not known:
        return None
    first = next((model for model in known if model["id"] == "faces-vae"), known[0])
    models = tuple(_of_each_loss(known, first))
    examples = release.document_of(first, "examples")
    reports = [_faces_report(release, one.model) for one in models]
    rows = tuple(
        _loss_row(one, report) for one, report in zip(models, reports, strict=True) if report
    )
    attributes = release.document_of(first, "attributes") or {}
    errors = [one.model["metrics"]["squared_error"] for one in models]
    return FacesSection(
        first,
        models,
        examples=examples["count"] if examples else 24,
        has_originals=bool(examples) and "pixels" in examples,
        attributes=_attributes(attributes),
        effects=_mean_effects(attributes.get("measured") or {}),
        rows=rows,
        data_sharpness=next(
            (report.get("sharpness_of_data") for report in reports if report), None
        ),
        comparisons=_comparisons(rows),
        plain_is_farthest=len(errors) > 1
        and models[0].model["kind"] == "vae"
        and errors[0] == max(errors),
    )


def _of_each_loss(known: Sequence[Entry], first: Entry) -> list[FaceModel]:
    models = []
    for kind, loss in _LOSSES.items():
        alike = [m for m in known if m["kind"] == kind and m["dataset"] == first["dataset"]]
        if alike:
            models.append(FaceModel(first if first in alike else alike[0], loss))
    return models


def _faces_report(release: ReleaseView, model: Entry) -> Entry | None:
    faces: Entry | None = (release.document_of(model, "report") or {}).get("faces")
    return faces


def _attributes(document: Entry) -> tuple[Attribute, ...]:
    measured = document.get("measured") or {}
    return tuple(
        Attribute(
            name,
            document["with"][k],
            document["without"][k],
            effects=(
                _effect(measured.get(name), "raw"),
                _effect(measured.get(name), "orthogonal"),
            ),
        )
        for k, name in enumerate(document.get("names", []))
    )


def _effect(measured: Entry | None, vectors: str) -> Effect | None:
    if not measured:
        return None
    effect = measured[vectors]
    return Effect(effect.get("full"), effect["seen"], effect["kept"])


def _mean_effects(measured: Entry) -> MeanEffects | None:
    if not measured:
        return None
    means = (
        fmean(effect[vectors][number] for effect in measured.values())
        for number in ("seen", "kept")
        for vectors in ("raw", "orthogonal")
    )
    return MeanEffects(*means)


def _loss_row(face: FaceModel, report: Entry) -> LossRow:
    return LossRow(
        face.loss.lower(),
        face.model["metrics"]["squared_error"],
        *(
            report.get(name)
            for name in (
                "sharpness",
                "frechet_reconstructions",
                "frechet_samples",
                "perceptual_distance",
            )
        ),
    )


def _comparisons(rows: Sequence[LossRow]) -> tuple[Comparison, ...]:
    plain = next((row for row in rows if row.name == "plain"), None)
    if plain is None or plain.sharpness is None or plain.perceptual_distance is None:
        return ()
    return tuple(
        Comparison(
            row,
            plain,
            is_sharper=row.sharpness > plain.sharpness,
            is_nearer=row.perceptual_distance < plain.perceptual_distance,
        )
        for row in rows
        if row is not plain and row.sharpness is not None and row.perceptual_distance is not None
    )
