"""The view of "labels": models of two latents whose decoder is conditioned on the label."""

from dataclasses import dataclass

from webapp.article.release_view import Entry, ReleaseView


@dataclass(frozen=True)
class Style:
    """How much of the variation in handwriting a plane over the two latents explains, 0…1."""

    slant: float
    boldness: float
    angle: int
    """Between the lines along which the two grow, degrees 0…90."""


@dataclass(frozen=True)
class Scatter:
    """A model's map, and how much of the class is left in its encodings."""

    model: Entry
    nearest_mean: float
    """The share of training images whose encoding is nearest to the mean of their own class."""
    knn: float | None
    """The share of test images that five neighbours among 1,000 labelled encodings read right."""


@dataclass(frozen=True)
class LabelsSection:
    """What labels.html prints."""

    model: Entry
    """Conditioned on the decoder's side only."""
    vae: Entry | None
    cvae: Entry | None
    style: Style | None
    compared: tuple[Entry, ...]
    """The unconditioned model, then those conditioned on one side and on both."""
    scatters: tuple[Scatter, ...]
    """Of all three; empty where the release lacks one."""
    as_asked: float | None
    """The share of the CVAE's samples that the held-out classifier reads as the class asked for."""


def build(release: ReleaseView) -> LabelsSection | None:
    """Return the section's view; None: the release does not carry label-decoder-vae-2."""
    model = release.model("label-decoder-vae-2")
    if model is None:
        return None
    cvae = release.model("cvae-2")
    compared = release.models_of("vae-2", "label-decoder-vae-2", "cvae-2")
    return LabelsSection(
        model,
        vae=release.model("vae-2"),
        cvae=cvae,
        style=_style(model["metrics"].get("style")),
        compared=compared,
        scatters=tuple(_scatter(release, one) for one in compared) if len(compared) == 3 else (),
        as_asked=release.prior_samples(cvae).get("asked"),
    )


def _style(style: Entry | None) -> Style | None:
    if style is None:
        return None
    slant, boldness = style["slant"], style["boldness"]
    apart = abs(slant["direction"] - boldness["direction"]) % 180
    return Style(slant["explained"], boldness["explained"], round(min(apart, 180 - apart)))


def _scatter(release: ReleaseView, model: Entry) -> Scatter:
    knn = (release.document_of(model, "report") or {}).get("knn") or {}
    return Scatter(
        model, model["metrics"]["nearest_mean_accuracy"], (knn.get("1000") or {}).get("mean")
    )
