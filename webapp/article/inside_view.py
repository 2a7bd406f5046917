"""The view of "inside": what the test set's bound says, and σ as it usually is."""

import math
from dataclasses import dataclass

from latent_atlas.webapp.article.release_view import Entry, ReleaseView
from latent_atlas.webapp.article.wording import at


@dataclass(frozen=True)
class InsideSection:
    """What inside.html prints."""

    model: Entry
    usual_sigma: tuple[float, ...]
    """σ's root mean square over the training images, by latent; empty where it is not known."""
    kl_bits: float | None
    """The test set's mean KL in bits."""
    gap: float | None
    """The test set's log p(x) minus its ELBO, both of grey images; None where not integrated."""


def build(release: ReleaseView) -> InsideSection | None:
    """Return the section's view; None: vae-2 is missing."""
    model = release.model("vae-2")
    if model is None:
        return None
    statistics = release.document_of(model, "statistics")
    kl = release.report(model, "test", "kl")
    elbo = release.report(model, "test", "elbo")
    exact = release.report(model, "integral", "log_likelihood_grey")
    return InsideSection(
        model,
        usual_sigma=tuple(map(math.sqrt, at(statistics, "latents", "posterior_variance") or ())),
        kl_bits=None if kl is None else kl / math.log(2),
        gap=None if exact is None or elbo is None else exact - elbo,
    )
