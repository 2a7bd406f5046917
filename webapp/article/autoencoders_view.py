"""The view of "autoencoders": pairs of AE and VAE with as many latents."""

from typing import NamedTuple

from latent_atlas.webapp.article.release_view import Entry, ReleaseView


class Pair(NamedTuple):
    """An autoencoder and a VAE with the same number of latents."""

    ae: Entry
    vae: Entry


def build(release: ReleaseView) -> tuple[Pair, ...] | None:
    """Return the pairs of two and, if carried, of ten latents; None: ae-2 or vae-2 is missing."""
    two, ten = (release.models_of(f"ae-{size}", f"vae-{size}") for size in (2, 10))
    if len(two) < 2:
        return None
    return tuple(Pair(*models) for models in (two, ten) if len(models) == 2)
