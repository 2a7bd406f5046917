"""The view of "shape": class ellipses of several sets of images, reconstructions, samples."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.article.release_view import Entry, ReleaseView

_RECONSTRUCTING = ("vae-2", "vae-5", "vae-10", "vae-20")
_SAMPLING = ("vae-2", "vae-5", "vae-10", "cvae-2", "cvae-5")


@dataclass(frozen=True)
class Sampler:
    """A model whose samples of the prior are shown, and what the held-out classifier says."""

    model: Entry
    confident: float | None
    """The share that it gives a class probability of 0.9 or more."""
    test_confident: float | None
    """The same share of the test images."""
    as_asked: float | None
    """The share that it takes for the class asked for; None of an unconditioned model."""


@dataclass(frozen=True)
class ShapeSection:
    """What shape.html prints."""

    model: Entry
    counts: Mapping[str, int]
    """How many images each split has; empty without the statistics."""
    sizes: tuple[Entry, ...]
    """VAEs of growing latent size."""
    closest: Entry | None
    """The autoencoder that stands in for the originals."""
    samplers: tuple[Sampler, ...]


def build(release: ReleaseView) -> ShapeSection | None:
    """Return the section's view; None: the release does not carry vae-2."""
    model = release.model("vae-2")
    if model is None:
        return None
    statistics = release.document_of(model, "statistics")
    splits = statistics["splits"] if statistics else {}
    return ShapeSection(
        model,
        counts={name: sum(row["count"] for row in rows) for name, rows in splits.items()},
        sizes=release.models_of(*_RECONSTRUCTING),
        closest=release.model("ae-100"),
        samplers=tuple(_sampler(release, one) for one in release.models_of(*_SAMPLING)),
    )


def _sampler(release: ReleaseView, model: Entry) -> Sampler:
    report = release.document_of(model, "report") or {}
    samples = report.get("samples") or {}
    prior, test = samples.get("prior") or {}, samples.get("test_images") or {}
    return Sampler(model, prior.get("confident"), test.get("confident"), prior.get("asked"))
