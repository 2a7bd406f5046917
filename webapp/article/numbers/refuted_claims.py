"""The part of "numbers" on claims that the study does not bear out; the export has judged them."""

from dataclasses import dataclass

from webapp.article.release_view import ReleaseView
from webapp.article.wording import Spread

_SIZES = (2, 5, 10, 20, 50, 100)
_WEIGHTS = ("study-elbo-vae-2", "study-class-w1", "study-class-w10", "study-class-w100")
_REFUTED = ("not shown", "contradicted")

Series = tuple[Spread | None, ...]


@dataclass(frozen=True)
class ErrorClaim:
    """Against "a VAE does not improve with its latent size": squared error at 2, 5, 10, 20."""

    errors: Series
    stops: bool
    """Whether it is shown to stop falling beyond 20."""
    errors_beyond: Series
    """At 50 and 100."""
    active_units_beyond: Series


@dataclass(frozen=True)
class WeightClaim:
    """Against "the heavier the classification, the wider the gaps": at weights 0, 1, 10, 100."""

    neighbours: Series
    costs_elbo: bool
    elbo: Series


@dataclass(frozen=True)
class SampleClaim:
    """Against "only a VAE turns draws from N(0, I) into digits"."""

    ae2: Spread | None
    """Shares of samples that the held-out classifier reads as a digit, by kind and latents."""
    vae2: Spread | None
    ae10: Spread | None
    vae10: Spread | None
    is_more_even: bool
    """Whether the VAE's samples at 2 latents are shown to be spread more evenly over the digits."""
    ae2_entropy: Spread | None
    vae2_entropy: Spread | None
    holds_at_ten: bool


@dataclass(frozen=True)
class ClaimsPart:
    """The claims that the study does not bear out."""

    error: ErrorClaim | None
    weight: WeightClaim | None
    samples: SampleClaim | None


def claims_part(release: ReleaseView) -> ClaimsPart | None:
    """Return the refuted claims; None: there are none, or the study's claims are not judged."""
    part = ClaimsPart(_error_claim(release), _weight_claim(release), _sample_claim(release))
    return part if part.error or part.weight or part.samples else None


def _error_claim(release: ReleaseView) -> ErrorClaim | None:
    if release.verdict("vae-error-falls-with-size") != "shown":
        return None

    def series(name: str, sizes: tuple[int, ...]) -> Series:
        return tuple(release.study_number(f"study-vae-{size}", name) for size in sizes)

    return ErrorClaim(
        errors=series("squared_error", _SIZES[:4]),
        stops=release.verdict("vae-error-stops-falling-at-20") == "shown",
        errors_beyond=series("squared_error", _SIZES[4:]),
        active_units_beyond=series("active_units", _SIZES[4:]),
    )


def _weight_claim(release: ReleaseView) -> WeightClaim | None:
    if release.verdict("classification-widens-gaps-from-zero") not in _REFUTED:
        return None
    return WeightClaim(
        neighbours=tuple(release.study_number(row, "knn_1000") for row in _WEIGHTS),
        costs_elbo=release.verdict("classification-100-costs-elbo") == "shown",
        elbo=tuple(release.study_number(row, "elbo") for row in _WEIGHTS),
    )


def _sample_claim(release: ReleaseView) -> SampleClaim | None:
    if release.verdict("vae-samples-more-digits-at-2") not in _REFUTED:
        return None

    def confident(row: str) -> Spread | None:
        return release.study_number(f"study-{row}", "confident")

    return SampleClaim(
        ae2=confident("ae-2"),
        vae2=confident("vae-2"),
        ae10=confident("ae-10"),
        vae10=confident("vae-10"),
        is_more_even=release.verdict("vae-samples-more-even-at-2") == "shown",
        ae2_entropy=release.study_number("study-ae-2", "evenness"),
        vae2_entropy=release.study_number("study-vae-2", "evenness"),
        holds_at_ten=release.verdict("vae-samples-more-digits-at-10") == "shown",
    )
