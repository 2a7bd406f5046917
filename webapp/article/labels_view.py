"""The view of "labels": models of two latents whose decoder is conditioned on the label."""

from dataclasses import dataclass

from latent_atlas.webapp.article.own_models import has_plane, noun
from latent_atlas.webapp.article.release_view import Entry, ReleaseView
from latent_atlas.webapp.article.wording import at


@dataclass(frozen=True)
class LabelsSection:
    """What labels.html prints."""

    model: Entry
    """Conditioned on the decoder's side only."""
    vae: Entry | None
    cvae: Entry | None
    compared: tuple[Entry, ...]
    """The unconditioned model, then those conditioned on one side and on both."""
    is_own = False
    styles: tuple[tuple[Entry, int], ...]
    """The conditioned models whose digits' style was measured, each with the angle between the
    lines along which slant and boldness grow, degrees 0…90."""


_MOST_PICTURES = 10


@dataclass(frozen=True)
class OwnLabelsSection:
    """What labels.html prints of the user's own conditioned models."""

    model: Entry
    """The model shown first."""
    models: tuple[Entry, ...]
    noun: str
    pictures: int
    """How many classes are shown at once."""
    is_own = True

    @property
    def titles(self) -> dict[str, str]:
        """The models' titles by id."""
        return {model["id"]: model["title"] for model in self.models}


def build(release: ReleaseView) -> LabelsSection | OwnLabelsSection | None:
    """Return the section's view; None: no model of the release is conditioned on the label."""
    model = release.model("label-decoder-vae-2")
    if model is None:
        return _own(release)
    return LabelsSection(
        model,
        vae=release.model("vae-2"),
        cvae=release.model("cvae-2"),
        compared=release.models_of("vae-2", "label-decoder-vae-2", "cvae-2"),
        styles=tuple(
            (one, _angle(style))
            for one in release.models_of("label-decoder-vae-2", "cvae-2")
            if (style := at(one, "metrics", "style")) is not None
        ),
    )


def _own(release: ReleaseView) -> OwnLabelsSection | None:
    models = tuple(
        model for model in release.own if model["condition"] != "none" and has_plane(model)
    )
    if not models:
        return None
    most = max(model["classes"] for model in models)
    return OwnLabelsSection(models[0], models, noun(models[0]), min(most, _MOST_PICTURES))


def _angle(style: Entry) -> int:
    apart: float = abs(style["slant"]["direction"] - style["boldness"]["direction"]) % 180
    return round(min(apart, 180 - apart))
