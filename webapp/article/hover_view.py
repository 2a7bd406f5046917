"""The view of "hover": the maps of two latents that the reader can choose, VAE-2 first."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.article.release_view import Entry, ReleaseView


@dataclass(frozen=True)
class HoverSection:
    """What hover.html prints."""

    model: Entry
    """The model shown first."""
    others: tuple[Entry, ...]
    """The other unconditioned models of two latents."""
    textbook: Entry | None
    """The same model with one hidden layer of 256 units on each side."""
    datasets: Mapping[str, int]
    has_neighbours: bool
    """Whether the server has every training image of the first map: their place is kept."""

    @property
    def models(self) -> tuple[Entry, ...]:
        """All that can be chosen."""
        return (self.model, *self.others)


def build(release: ReleaseView) -> HoverSection | None:
    """Return the section's view; None: the release does not carry vae-2."""
    model = release.model("vae-2")
    if model is None:
        return None
    return HoverSection(
        model,
        others=tuple(
            other
            for other in release.models.values()
            if other["latent_size"] == 2
            and other["condition"] == "none"
            and other["id"] != model["id"]
        ),
        textbook=release.model("vae-2-mlp256"),
        datasets=release.datasets,
        has_neighbours=release.datasets.get(model["dataset"]) == model["metrics"]["train_images"],
    )
