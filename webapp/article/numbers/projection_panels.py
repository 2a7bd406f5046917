"""Parts of "numbers" that lay more than two dimensions out on a plane."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from webapp.article.numbers.model_tables import Reported
from webapp.article.numbers.table_cells import KINDS
from webapp.article.release_view import Entry, ReleaseView

_FIRST_SIZE = 10


@dataclass(frozen=True)
class Neighbours:
    """The share of test digits that five neighbours read right from models of one size."""

    size: int
    shares: tuple[tuple[str, float], ...]
    """By model id."""
    conditioned_is_lowest: bool


@dataclass(frozen=True)
class Panel:
    """A kind's map at the size shown first."""

    kind: str
    model: Entry


@dataclass(frozen=True)
class ProjectionsPart:
    """The three kinds side by side, and the sizes to choose from."""

    size: int
    sizes: tuple[int, ...]
    panels: tuple[Panel, ...]
    digit: int | None
    """Which digit the conditional model decodes at first; None: there is no such model."""
    neighbours: tuple[Neighbours, ...]


@dataclass(frozen=True)
class PixelsPart:
    """t-SNE of the test digits' own pixels."""

    count: int
    closest: tuple[int, int] | None
    """The two digits whose means lie closest together."""


def projections_part(release: ReleaseView, reported: Sequence[Reported]) -> ProjectionsPart | None:
    """Return the part on projections; None: no model of the three kinds has any."""
    projected = {
        (model["kind"], model["latent_size"]): model
        for model in release.models.values()
        if model.get("dataset") == "mnist"
        and "projections" in model
        and model.get("kind") in KINDS
        and model["id"] == f"{model['kind']}-{model['latent_size']}"
    }
    if not projected:
        return None
    sizes = tuple(sorted({size for _, size in projected}))
    size = _FIRST_SIZE if _FIRST_SIZE in sizes else sizes[0]
    panels = tuple(
        Panel(name, projected[kind, size])
        for kind, name in KINDS.items()
        if (kind, size) in projected
    )
    digits = (
        panel.model["prepared"].get("label")
        for panel in panels
        if panel.model["condition"] == "both"
    )
    return ProjectionsPart(
        size,
        sizes,
        panels,
        digit=next(digits, None),
        neighbours=tuple(
            found for own in sizes if (found := _neighbours(own, reported)) is not None
        ),
    )


def _neighbours(size: int, reported: Sequence[Reported]) -> Neighbours | None:
    ids = [f"{kind}-{size}" for kind in KINDS]
    known = [
        (one, one.report["knn"]["all"]["mean"])
        for model_id in ids
        for one in reported
        if one.model["id"] == model_id and (one.report.get("knn") or {}).get("all")
    ]
    if not known:
        return None
    plain = [share for one, share in known if one.model["condition"] == "none"]
    conditioned = [share for one, share in known if one.model["condition"] != "none"]
    return Neighbours(
        size,
        tuple((one.model["id"], share) for one, share in known),
        conditioned_is_lowest=bool(conditioned) and max(conditioned) < min(plain, default=1),
    )


def pixels_part(release: ReleaseView) -> PixelsPart | None:
    """Return the part on raw pixels; None: the release has no layout of them."""
    file = release.manifest.get("datasets", {}).get("mnist", {}).get("raw_tsne")
    layout = release.document(file)
    if not layout:
        return None
    pairs = combinations(layout["statistics"], 2)
    closest = min(pairs, key=lambda pair: math.dist(pair[0]["mean"], pair[1]["mean"]), default=None)
    return PixelsPart(
        layout["count"], (closest[0]["label"], closest[1]["label"]) if closest else None
    )
