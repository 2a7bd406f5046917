"""Parts of "numbers" that lay more than two dimensions out on a plane."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from latent_atlas.webapp.article.release_view import Entry, ReleaseView
from latent_atlas.webapp.article.wording import at

_FIRST_SIZE = 10


@dataclass(frozen=True)
class Neighbours:
    """The share of test digits that five neighbours read right from models of one size."""

    size: int
    shares: Mapping[str, float]
    """By model id."""
    conditioned_is_lowest: bool
    is_still_read: bool
    """Whether most digits can be read from the conditioned model all the same."""


@dataclass(frozen=True)
class ProjectionsPart:
    """The three kinds side by side, and the sizes to choose from."""

    size: int
    """The size shown first."""
    sizes: tuple[int, ...]
    panels: Mapping[str, Entry]
    """The models of the size shown first, by kind."""
    digit: int | None
    """Which digit the conditional model decodes at first; None: there is no such model."""
    neighbours: tuple[Neighbours, ...]


@dataclass(frozen=True)
class PixelsPart:
    """t-SNE of the test digits' own pixels."""

    count: int
    closest: tuple[int, int] | None
    """The two digits whose means lie closest together."""


def projections_part(release: ReleaseView) -> ProjectionsPart | None:
    """Return the part on projections; None: no model of the three kinds has any."""
    projected = {
        size: {
            kind: model for kind, model in release.kinds_of(size).items() if "projections" in model
        }
        for size in sorted({model["latent_size"] for model in release.models.values()})
    }
    sizes = tuple(size for size, models in projected.items() if models)
    if not sizes:
        return None
    size = _FIRST_SIZE if _FIRST_SIZE in sizes else sizes[0]
    return ProjectionsPart(
        size,
        sizes,
        panels=projected[size],
        digit=at(projected[size], "CVAE", "prepared", "label"),
        neighbours=tuple(
            found for own in sizes if (found := _neighbours(release, own)) is not None
        ),
    )


def _neighbours(release: ReleaseView, size: int) -> Neighbours | None:
    shares = {
        kind: share
        for kind, model in release.kinds_of(size).items()
        if (share := release.report(model, "knn", "all", "mean")) is not None
    }
    if not shares:
        return None
    plain = [share for kind, share in shares.items() if kind != "CVAE"]
    return Neighbours(
        size,
        {f"{kind.lower()}-{size}": share for kind, share in shares.items()},
        conditioned_is_lowest=shares.get("CVAE", 1) < min(plain, default=1),
        is_still_read=shares.get("CVAE", 0) > 0.5,
    )


def pixels_part(release: ReleaseView) -> PixelsPart | None:
    """Return the part on raw pixels; None: the release has no layout of them."""
    layout = release.document(at(release.manifest, "datasets", "mnist", "raw_tsne"))
    if not layout:
        return None
    pairs = combinations(layout["statistics"], 2)
    closest = min(pairs, key=lambda pair: math.dist(pair[0]["mean"], pair[1]["mean"]), default=None)
    return PixelsPart(
        layout["count"], (closest[0]["label"], closest[1]["label"]) if closest else None
    )
