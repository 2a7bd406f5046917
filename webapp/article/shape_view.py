"""The view of "shape": class ellipses of several sets of images, reconstructions, samples."""

from collections.abc import Mapping
from dataclasses import dataclass

from latent_atlas.webapp.article.own_models import noun
from latent_atlas.webapp.article.release_view import Entry, ReleaseView
from latent_atlas.webapp.article.wording import at


@dataclass(frozen=True)
class ShapeSection:
    """What shape.html prints."""

    model: Entry
    counts: Mapping[str, int]
    """How many images each split has; empty without the statistics."""
    sizes: tuple[Entry, ...]
    """VAEs of growing latent size."""
    closest: Entry | None
    """The autoencoder that comes closest to the originals, and stands in for them elsewhere."""
    samplers: tuple[Entry, ...]
    """The models whose samples of the prior are shown."""
    is_own: bool = False
    """Whether it is of a model of the user's own."""
    has_originals: bool = False
    """Whether the server can show the test images themselves."""

    @property
    def noun(self) -> str:
        """What one of the model's images is called."""
        return noun(self.model)

    @property
    def sets(self) -> dict[str, str]:
        """The sets of images whose ellipses can be shown, and what they are called."""
        images = f"{self.noun}s"
        names = {
            "train": f"all training {images}",
            "first_half": "one half of them",
            "second_half": "the other half",
            "test": f"the test {images}",
        }
        return {key: name for key, name in names.items() if not self.is_own or key in self.counts}


def build(release: ReleaseView) -> ShapeSection | None:
    """Return the section's view; None: there is neither vae-2 nor an own model with statistics."""
    model = release.model("vae-2")
    if model is None:
        return _own(release)
    splits = at(release.document_of(model, "statistics"), "splits") or {}
    has_originals = model["dataset"] in release.originals
    return ShapeSection(
        model,
        counts={name: sum(row["count"] for row in rows) for name, rows in splits.items()},
        sizes=release.models_of("vae-2", "vae-5", "vae-10", "vae-20"),
        closest=release.model("ae-100"),
        samplers=release.models_of("vae-2", "vae-5", "vae-10", "cvae-2", "cvae-5"),
        has_originals=has_originals,
    )


def _own(release: ReleaseView) -> ShapeSection | None:
    for model in release.own:
        splits = at(release.document_of(model, "statistics"), "splits")
        if not splits or not splits.get("train"):
            continue
        # An autoencoder was given no prior; the user's own is asked for N(0, I) all the same.
        counts = {name: sum(row["count"] for row in rows) for name, rows in splits.items() if rows}
        samplers = tuple(other for other in release.own if other["dataset"] == model["dataset"])
        return ShapeSection(model, counts, (), None, samplers, is_own=True)
    return None
