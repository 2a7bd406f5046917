"""The view of "control": a VAE whose prior has a mean for every class, beside the plain one."""

from dataclasses import dataclass

from webapp.article.release_view import Entry, ReleaseView


@dataclass(frozen=True)
class ControlSection:
    """What control.html prints."""

    model: Entry
    vae: Entry | None
    """The plain VAE it is compared with."""
    confident: float | None
    """The share of samples around the targets that the held-out classifier reads as a digit."""
    vae_confident: float | None
    """The same of the plain VAE's samples of N(0, I)."""


def build(release: ReleaseView) -> ControlSection | None:
    """Return the section's view; None: the release does not carry target-means-vae-2."""
    model = release.model("target-means-vae-2")
    if model is None:
        return None
    vae = release.model("vae-2")
    return ControlSection(
        model,
        vae,
        confident=release.prior_samples(model).get("confident"),
        vae_confident=release.prior_samples(vae).get("confident"),
    )
