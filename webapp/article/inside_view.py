"""The view of "inside": the test images whose posteriors are shown, and the terms of the bound."""

import math
from dataclasses import dataclass

from webapp.article.release_view import Entry, ReleaseView


@dataclass(frozen=True)
class Bound:
    """The terms of the ELBO over the test set, in nats; z is sampled. None: not measured."""

    reconstruction: float | None = None
    kl: float | None = None
    elbo: float | None = None
    log_likelihood: float | None = None
    importance_samples: int | None = None

    @property
    def kl_bits(self) -> float | None:
        """The KL in bits."""
        return None if self.kl is None else self.kl / math.log(2)


@dataclass(frozen=True)
class Tile:
    """A test image that can be chosen."""

    label: int
    name: str


@dataclass(frozen=True)
class InsideSection:
    """What inside.html prints."""

    model: Entry
    tiles: tuple[Tile, ...]
    usual_sigma: tuple[float, ...]
    """σ's root mean square over the training images, by latent; empty where it is not known."""
    bound: Bound
    error_at_mean: float | None
    """The test set's mean −log p(x|μ), in nats: decoded at μ, so it is no term of the bound."""


def build(release: ReleaseView) -> InsideSection | None:
    """Return the section's view; None: vae-2 is missing, or its test images' posteriors are."""
    model = release.model("vae-2")
    tiles = release.document_of(model, "tiles")
    if model is None or not tiles or not tiles.get("sigma"):
        return None
    statistics = release.document_of(model, "statistics")
    report = release.document_of(model, "report")
    variances = (statistics["latents"].get("posterior_variance") or ()) if statistics else ()
    return InsideSection(
        model,
        tiles=tuple(Tile(label, model["class_names"][label]) for label in tiles["labels"]),
        usual_sigma=tuple(math.sqrt(variance) for variance in variances),
        bound=_bound(report["test"]) if report and report.get("test") else Bound(),
        error_at_mean=report["errors"]["cross_entropy"] if report else None,
    )


def _bound(test: Entry) -> Bound:
    return Bound(
        test["reconstruction"],
        test["kl"],
        test["elbo"],
        test["log_likelihood"],
        test["importance_samples"],
    )
