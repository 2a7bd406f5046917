"""The view of "faces": one model for each loss, their attribute vectors, and what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from latent_atlas.webapp.article.release_view import Entry, ReleaseView

_LOSSES = {"vae": "Plain", "perceptual-vae": "Perceptual", "vae-gan": "Adversarial"}
_CLOSE = 0.02


class Comparison(NamedTuple):
    """A loss beside the plain one."""

    loss: str
    is_sharper: bool
    is_nearer: bool
    """In the features of the held-out classifier."""


@dataclass(frozen=True)
class FacesSection:
    """What faces.html prints."""

    first: Entry
    """The model shown first."""
    losses: Mapping[str, Entry]
    """A model for each loss, all of the same faces."""
    examples: int
    has_originals: bool
    """Whether test faces may be shown beside their reconstructions."""
    attributes: Entry
    """The document on the vectors of the first model; empty where there is none."""
    effects: Mapping[str, Mapping[str, float]] | None
    """Means over the attributes of "seen" and "kept", by vectors "raw" and "orthogonal"."""
    measured: Mapping[str, Entry]
    """What the report says of the test faces decoded at μ, by loss."""
    comparisons: tuple[Comparison, ...]
    plain_is_farthest: bool
    """Whether the plain model's squared error is the largest."""

    @property
    def order(self) -> list[int]:
        """The attributes by number: first those that the held-out classifier reads best."""
        read = self.attributes.get("read", [])
        numbers = range(len(self.attributes.get("names", [])))
        return sorted(numbers, key=lambda k: -read[k]) if read else list(numbers)

    @property
    def are_close(self) -> bool:
        """Whether orthogonal vectors keep other attributes about as often."""
        effects = self.effects
        return (
            effects is not None
            and abs(effects["raw"]["kept"] - effects["orthogonal"]["kept"]) < _CLOSE
        )


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
    losses = {}
    for kind, loss in _LOSSES.items():
        alike = [m for m in known if m["kind"] == kind and m["dataset"] == first["dataset"]]
        if alike:
            losses[loss] = first if first in alike else alike[0]
    examples = release.document_of(first, "examples") or {}
    attributes = release.document_of(first, "attributes") or {}
    measured = {
        loss: report for loss, model in losses.items() if (report := release.report(model, "faces"))
    }
    errors = [model["metrics"]["squared_error"] for model in losses.values()]
    return FacesSection(
        first,
        losses,
        examples=examples.get("count", 24),
        has_originals="pixels" in examples,
        attributes=attributes,
        effects=_mean_effects(attributes.get("measured") or {}),
        measured=measured,
        comparisons=_comparisons(measured),
        plain_is_farthest="Plain" in losses and len(errors) > 1 and errors[0] == max(errors),
    )


def _mean_effects(measured: Entry) -> dict[str, dict[str, float]] | None:
    if not measured:
        return None
    return {
        vectors: {
            number: fmean(effect[vectors][number] for effect in measured.values())
            for number in ("seen", "kept")
        }
        for vectors in ("raw", "orthogonal")
    }


def _comparisons(measured: Mapping[str, Entry]) -> tuple[Comparison, ...]:
    numbers = {
        loss: (report["sharpness"], report["perceptual_distance"])
        for loss, report in measured.items()
        if None not in (report.get("sharpness"), report.get("perceptual_distance"))
    }
    plain = numbers.pop("Plain", None)
    if plain is None:
        return ()
    return tuple(
        Comparison(loss, is_sharper=sharpness > plain[0], is_nearer=distance < plain[1])
        for loss, (sharpness, distance) in numbers.items()
    )
