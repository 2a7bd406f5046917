"""The view of "lab": every model of the release, grouped by kind and data set."""

from dataclasses import dataclass

from webapp.article.release_view import Entry, ReleaseView

_KINDS = {
    "vae": "Variational autoencoders",
    "ae": "Plain autoencoders",
    "cvae": "Conditional VAEs",
    "label-decoder-vae": "VAEs with a conditioned decoder",
    "target-means-vae": "VAEs with a target for each class",
    "classifier-vae": "VAEs that classify",
    "perceptual-vae": "VAEs with a perceptual loss",
    "vae-gan": "VAEs with an adversarial loss",
}
_UNNAMED = ("mnist", "")
"""Data sets that the name of a group leaves out."""


@dataclass(frozen=True)
class Group:
    """Models of one kind and data set."""

    title: str
    models: tuple[Entry, ...]


@dataclass(frozen=True)
class LabSection:
    """What lab.html prints."""

    first: Entry
    """The model shown first."""
    groups: tuple[Group, ...]
    count: int


def build(release: ReleaseView) -> LabSection:
    """Return the section's view."""
    models = tuple(release.models.values())
    return LabSection(release.model("vae-2") or models[0], _groups(models), len(models))


def _groups(models: tuple[Entry, ...]) -> tuple[Group, ...]:
    groups = []
    for dataset in sorted({model.get("dataset", "") for model in models}):
        suffix = "" if dataset in _UNNAMED else f" of {dataset}"
        for kind, name in _KINDS.items():
            alike = tuple(
                model
                for model in models
                if model.get("dataset", "") == dataset and model.get("kind") == kind
            )
            if alike:
                groups.append(Group(name + suffix, alike))
    return tuple(groups)
