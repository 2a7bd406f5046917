"""The view of "draw": what a drawing's numbers are compared with, and the models that answer.

Where vae-2 is missing, a model of the user's own encodes a drawing or a photo.
"""

from dataclasses import dataclass

from latent_atlas.webapp.article.own_models import has_encoder, has_plane, is_own, noun
from latent_atlas.webapp.article.release_view import Entry, ReleaseView

_ASKED_FIRST = ("ae-2", "vae-2", "vae-5", "vae-10", "vae-20", "cvae-2")


@dataclass(frozen=True)
class DrawSection:
    """What draw.html prints."""

    model: Entry
    is_own = False
    minus_both: float | None
    """The test set's mean −cross-entropy − KL at μ: not the ELBO, which averages over draws."""
    first: tuple[Entry, ...]
    """The models that are asked at once."""
    others: tuple[Entry, ...]
    """Those that are asked when the reader wants them."""
    others_megabytes: float
    """What the others weigh before compression."""


@dataclass(frozen=True)
class OwnDrawSection:
    """What draw.html prints of a model of the user's own."""

    model: Entry
    noun: str
    is_own = True

    @property
    def from_photo(self) -> bool:
        """Whether the image is a photo, in colour, and not a drawing."""
        return bool(self.model["image"]["channels"] == 3)


def build(release: ReleaseView) -> DrawSection | OwnDrawSection | None:
    """Return the section's view; None: no model of the release encodes what a reader has."""
    model = release.model("vae-2")
    if model is None:
        return _own(release)
    cross_entropy = release.report(model, "errors", "cross_entropy")
    kl = release.report(model, "test", "kl")
    digits = [
        model
        for model in release.models.values()
        if model["dataset"] == "mnist" and not (is_own(model) and not _takes_drawing(model))
    ]
    others = tuple(one for one in digits if one["id"] not in _ASKED_FIRST)
    return DrawSection(
        model,
        minus_both=None if cross_entropy is None or kl is None else -cross_entropy - kl,
        first=tuple(one for one in release.models_of(*_ASKED_FIRST) if one["dataset"] == "mnist"),
        others=others,
        others_megabytes=sum(one[net]["bytes"] for one in others for net in ("encoder", "decoder"))
        / 1e6,
    )


def _own(release: ReleaseView) -> OwnDrawSection | None:
    for model in release.own:
        shape = model["image"]
        is_square = shape["width"] == shape["height"]
        takes = shape["channels"] == 1 or (shape["channels"] == 3 and is_square)
        if has_encoder(model) and has_plane(model) and takes:
            return OwnDrawSection(model, noun(model))
    return None


def _takes_drawing(model: Entry) -> bool:
    shape = model.get("image", {})
    is_drawn = (shape.get("height"), shape.get("width"), shape.get("channels")) == (28, 28, 1)
    return has_encoder(model) and is_drawn
