"""The view of "dimensions": models of more than two latents, and what more latents buy."""

from dataclasses import dataclass

from webapp.article.release_view import Entry, ReleaseView
from webapp.article.wording import Spread

_SIZES = (2, 5, 10, 20, 50, 100)
_KINDS = {"ae": "AE", "vae": "VAE", "cvae": "CVAE"}
_COMPARED_AT = 10


@dataclass(frozen=True)
class Strip:
    """A row of reconstructions: whose they are, the picture's name and what stands beside it."""

    model: Entry
    picture: str
    title: str


@dataclass(frozen=True)
class Strips:
    """Rows that are shown together, under one choice of the reader's."""

    id: str
    title: str
    is_first: bool
    strips: tuple[Strip, ...]


@dataclass(frozen=True)
class SizeStudy:
    """The study's squared error of the VAE by latent size; its mean is of test images at μ."""

    smallest: Spread
    at_twenty: Spread
    largest: Spread
    active_units: Spread | None
    """How many of the hundred latents are in use."""
    seeds: int
    falls: bool
    """Whether the error is shown to fall from 2 latents to 20."""
    stops: bool
    """Whether it is shown not to fall beyond 20."""


@dataclass(frozen=True)
class DimensionsSection:
    """What dimensions.html prints."""

    model: Entry
    """The model shown first."""
    models: tuple[Entry, ...]
    vae2: Entry | None
    vae10: Entry | None
    vae10_confident: float | None
    """The share of VAE-10's samples of N(0, I) that the held-out classifier reads as a digit."""
    ae10_confident: float | None
    choices: tuple[Strips, ...]
    study: SizeStudy | None


def build(release: ReleaseView) -> DimensionsSection | None:
    """Return the section's view; None: no model has more than two latents, faces apart."""
    models = tuple(
        model
        for model in release.models.values()
        if model["latent_size"] > 2 and "attributes" not in model
    )
    if not models:
        return None
    vae10 = release.model("vae-10")
    return DimensionsSection(
        vae10 or models[0],
        models,
        vae2=release.model("vae-2"),
        vae10=vae10,
        vae10_confident=release.prior_samples(vae10).get("confident"),
        ae10_confident=release.prior_samples(release.model("ae-10")).get("confident"),
        choices=_choices(release),
        study=_study(release),
    )


def _choices(release: ReleaseView) -> tuple[Strips, ...]:
    by_size = {
        kind: tuple(
            Strip(model, f"dimensions-row-{kind}-{size}", f"{size} latents")
            for size in _SIZES
            if (model := release.model(f"{kind}-{size}")) is not None
        )
        for kind in _KINDS
    }
    shown = [kind for kind, strips in by_size.items() if strips]
    first = "vae" if "vae" in shown else next(iter(shown), None)
    choices = [Strips(kind, _KINDS[kind], kind == first, by_size[kind]) for kind in shown]
    if len(shown) > 1:
        at_ten = tuple(
            Strip(model, f"dimensions-kinds-{kind}-{_COMPARED_AT}", _KINDS[kind])
            for kind in shown
            if (model := release.model(f"{kind}-{_COMPARED_AT}")) is not None
        )
        title = f"{'all three' if len(shown) == 3 else 'both'}, ten latents"
        choices.append(Strips("kinds", title, is_first=False, strips=at_ten))
    return tuple(choices)


def _study(release: ReleaseView) -> SizeStudy | None:
    two, twenty, hundred = (
        release.study_number(f"study-vae-{size}", "squared_error") for size in (2, 20, 100)
    )
    row = release.study_row("study-vae-2")
    if row is None or two is None or twenty is None or hundred is None:
        return None
    return SizeStudy(
        two,
        twenty,
        hundred,
        active_units=release.study_number("study-vae-100", "active_units"),
        seeds=len(row["seeds"]),
        falls=release.verdict("vae-error-falls-with-size") == "shown",
        stops=release.verdict("vae-error-stops-falling-at-20") == "shown",
    )
