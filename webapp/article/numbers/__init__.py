"""The view of "numbers": what was measured, part by part."""

from collections.abc import Callable
from typing import Any

from latent_atlas.webapp.article.numbers.model_tables import anomaly_part, models_part, samples_part
from latent_atlas.webapp.article.numbers.projection_panels import pixels_part, projections_part
from latent_atlas.webapp.article.numbers.study_tables import (
    claims_part,
    curves_part,
    errors_part,
    rate_part,
)
from latent_atlas.webapp.article.release_view import ReleaseView

_PARTS: dict[str, Callable[[ReleaseView], Any]] = {
    "errors": errors_part,
    "curves": curves_part,
    "rate": rate_part,
    "models": models_part,
    "samples": samples_part,
    "projections": projections_part,
    "pixels": pixels_part,
    "anomaly": anomaly_part,
    "claims": claims_part,
}
"""What computes each part, in the order of the page; it returns None without its data."""


def build(release: ReleaseView) -> dict[str, Any] | None:
    """Return the views of the parts; None: there is no study and no report of MNIST's models."""
    parts = {name: build_part(release) for name, build_part in _PARTS.items()}
    known = (parts["errors"], parts["models"], parts["projections"])
    return parts if any(part is not None for part in known) else None
