"""The view of "hover": the maps that the reader can choose, VAE-2 first."""

from dataclasses import dataclass

from latent_atlas.webapp.article.own_models import has_encoder, has_plane, is_own, noun
from latent_atlas.webapp.article.release_view import Entry, ReleaseView
from latent_atlas.webapp.article.wording import at


@dataclass(frozen=True)
class Sharper:
    """A decoder trained on log p(x) itself: it beats the first model, whose map is clearer."""

    model: Entry
    nats: float
    """By how much its integrated log p(x) is higher, on the same test images."""


@dataclass(frozen=True)
class HoverSection:
    """What hover.html prints."""

    model: Entry
    """The model shown first."""
    others: tuple[Entry, ...]
    """The other unconditioned models of two latents, and the user's own."""
    sharper: Sharper | None
    """Of these, one that draws crisper digits; None: there is none."""
    has_neighbours: bool
    """Whether the server has every training image of the first map: their place is kept."""

    @property
    def is_vae_2(self) -> bool:
        """Whether the first model is the one that the article describes."""
        return self.model["id"] == "vae-2" and not is_own(self.model)

    @property
    def noun(self) -> str:
        """What one of the first model's images is called, with its article."""
        return {"digit": "a digit", "image": "an image"}[noun(self.model)]

    @property
    def shown(self) -> tuple[Entry, ...]:
        """Every model that can be chosen."""
        return self.model, *self.others

    @property
    def takes_label(self) -> bool:
        """Whether one of the models is conditioned on a label."""
        return any(model["condition"] != "none" for model in self.shown)

    @property
    def dots(self) -> str:
        """What the dots of the first map are, of a model of which the article says nothing."""
        images = f"{noun(self.model)}s"
        points = "encoded means" if has_encoder(self.model) else "latents"
        coloured = ", coloured by class" if self.model.get("classes", 2) > 1 else ""
        return f"The dots are the {points} of the training {images}{coloured}."

    @property
    def place(self) -> str:
        """How a place on the first map is a point of the latent space."""
        size = self.model["latent_size"]
        if size == 2:
            return "From the two coordinates of a point, z, the decoder makes an image."
        return (
            f"It is the plane on which the {size} latents vary most: from the z at a point, "
            "the decoder makes an image."
        )


def build(release: ReleaseView) -> HoverSection:
    """Return the section's view."""
    model = release.default
    images = at(model, "metrics", "train_images")
    others = tuple(
        other
        for other in release.models.values()
        if other is not model
        and (
            has_plane(other)
            if is_own(other)
            else other["latent_size"] == 2 and other["condition"] == "none"
        )
    )
    return HoverSection(
        model,
        others,
        sharper=next(filter(None, (_sharper(model, other) for other in others)), None),
        has_neighbours=images is not None and release.datasets.get(model["dataset"]) == images,
    )


def _sharper(model: Entry, other: Entry) -> Sharper | None:
    """Return the other model where it was trained on the integral and differs as is told of it."""
    if other["kind"] != "lattice" or other["dataset"] != model["dataset"]:
        return None
    names = ("log_likelihood_integrated", "squared_error", "nearest_mean_accuracy")
    changes = [
        None if None in (ours, theirs) else theirs - ours
        for ours, theirs in ((at(one, "metrics", name) for one in (model, other)) for name in names)
    ]
    nats, error, accuracy = changes
    if nats is None or error is None or accuracy is None:
        return None
    return Sharper(other, nats) if nats > 0 > max(error, accuracy) else None
