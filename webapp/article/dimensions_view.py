"""The view of "dimensions": models of more than two latents, and what more latents buy."""

from dataclasses import dataclass

from latent_atlas.webapp.article.own_models import has_plane, is_own, noun
from latent_atlas.webapp.article.release_view import KINDS, Entry, ReleaseView

_COMPARED_AT = 10


@dataclass(frozen=True)
class Strips:
    """Rows of reconstructions that are shown together, under one choice of the reader's."""

    id: str
    title: str
    is_first: bool
    rows: tuple[tuple[Entry, str], ...]
    """Each row's model and what it is called."""


@dataclass(frozen=True)
class DimensionsSection:
    """What dimensions.html prints."""

    model: Entry
    """The model shown first."""
    models: tuple[Entry, ...]
    choices: tuple[Strips, ...]
    has_originals: bool
    """Whether the server can show the test images that the choices reconstruct."""

    @property
    def is_own(self) -> bool:
        """Whether the first model is the user's own."""
        return is_own(self.model)

    @property
    def noun(self) -> str:
        """What one of the first model's images is called."""
        return noun(self.model)

    @property
    def has_tiles(self) -> bool:
        """Whether a model has test images to encode."""
        return not self.is_own or any("tiles" in model for model in self.models)


def build(release: ReleaseView) -> DimensionsSection | None:
    """Return the section's view; None: no model has more than two latents, faces apart."""
    models = tuple(
        model
        for model in release.models.values()
        if model["latent_size"] > 2
        and "attributes" not in model
        and (has_plane(model) or not is_own(model))
    )
    if not models:
        return None
    choices = _choices(release)
    shown = {model["dataset"] for choice in choices for model, _ in choice.rows}
    return DimensionsSection(
        release.model("vae-10") or models[0], models, choices, shown <= set(release.originals)
    )


def _choices(release: ReleaseView) -> tuple[Strips, ...]:
    by_kind = {
        kind: release.models_of(*(f"{kind}-{size}" for size in (2, 5, 10, 20, 50, 100)))
        for kind in KINDS
    }
    shown = [kind for kind, models in by_kind.items() if models]
    first = "vae" if "vae" in shown else next(iter(shown), None)
    choices = [
        Strips(
            kind,
            KINDS[kind],
            is_first=kind == first,
            rows=tuple((model, f"{model['latent_size']} latents") for model in by_kind[kind]),
        )
        for kind in shown
    ]
    if len(shown) > 1:
        title = f"{'all three' if len(shown) == 3 else 'both'}, ten latents"
        at_ten = release.kinds_of(_COMPARED_AT).items()
        choices.append(
            Strips("kinds", title, is_first=False, rows=tuple((one, name) for name, one in at_ten))
        )
    return tuple(choices)
