"""The view of "lab": every model of the release, grouped by kind and dataset."""

from collections.abc import Mapping
from dataclasses import dataclass

from latent_atlas.webapp.article.release_view import Entry, ReleaseView

_KINDS = {
    "vae": "Variational autoencoders",
    "lattice": "Decoders trained on the likelihood itself",
    "ae": "Plain autoencoders",
    "decoder": "Decoders without an encoder",
    "cvae": "Conditional VAEs",
    "label-decoder-vae": "VAEs with a conditioned decoder",
    "target-means-vae": "VAEs with a target for each class",
    "classifier-vae": "VAEs that classify",
    "perceptual-vae": "VAEs with a perceptual loss",
    "vae-gan": "VAEs with an adversarial loss",
}
_OTHERS = "Other models"
_UNNAMED = ("mnist", "")
"""Data sets that the name of a group leaves out."""


@dataclass(frozen=True)
class LabSection:
    """What lab.html prints."""

    first: Entry
    """The model shown first."""
    groups: Mapping[str, list[Entry]]
    """Models of one kind and dataset, by the group's title."""


def build(release: ReleaseView) -> LabSection:
    """Return the section's view."""
    order = list(_KINDS)

    def place(model: Entry) -> tuple[str, int]:
        kind = model.get("kind")
        return model.get("dataset", ""), order.index(kind) if kind in order else len(order)

    groups: dict[str, list[Entry]] = {}
    for model in sorted(release.models.values(), key=place):
        dataset = model.get("dataset", "")
        suffix = "" if dataset in _UNNAMED else f" of {dataset}"
        title = _KINDS.get(model.get("kind", ""), _OTHERS) + suffix
        groups.setdefault(title, []).append(model)
    return LabSection(release.default, groups)
