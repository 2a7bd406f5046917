"""The view of "numbers": what was measured, part by part; each part is None without its data."""

from dataclasses import dataclass

from webapp.article.numbers.model_tables import (
    AnomalyPart,
    ModelsPart,
    SamplesPart,
    anomaly_part,
    models_part,
    reported_models,
    samples_part,
)
from webapp.article.numbers.projection_panels import (
    PixelsPart,
    ProjectionsPart,
    pixels_part,
    projections_part,
)
from webapp.article.numbers.refuted_claims import ClaimsPart, claims_part
from webapp.article.numbers.study_tables import (
    CurvesPart,
    ErrorsPart,
    SeedsPart,
    curves_part,
    errors_part,
    seeds_part,
)
from webapp.article.release_view import ReleaseView


@dataclass(frozen=True)
class NumbersSection:
    """What numbers.html and the templates of its parts print."""

    errors: ErrorsPart | None
    curves: CurvesPart | None
    models: ModelsPart | None
    seeds: SeedsPart | None
    samples: SamplesPart | None
    projections: ProjectionsPart | None
    pixels: PixelsPart | None
    anomaly: AnomalyPart | None
    claims: ClaimsPart | None


def build(release: ReleaseView) -> NumbersSection | None:
    """Return the section's view; None: the release has no study and no report of MNIST's models."""
    reported = reported_models(release)
    section = NumbersSection(
        errors=errors_part(release),
        curves=curves_part(release),
        models=models_part(reported),
        seeds=seeds_part(release),
        samples=samples_part(reported),
        projections=projections_part(release, reported),
        pixels=pixels_part(release),
        anomaly=anomaly_part(release, reported),
        claims=claims_part(release),
    )
    known = (section.errors, section.models, section.projections)
    return section if any(part is not None for part in known) else None
