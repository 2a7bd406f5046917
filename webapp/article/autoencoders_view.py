"""The view of "autoencoders": AE beside VAE at two and at ten latents, and the study's verdict."""

from dataclasses import dataclass

from webapp.article.release_view import Entry, ReleaseView
from webapp.article.wording import Spread


@dataclass(frozen=True)
class Pair:
    """An autoencoder and a VAE with the same number of latents."""

    latent_size: int
    ae: Entry
    vae: Entry
    same_decoder: bool
    """Whether the decoders have as many weights."""


@dataclass(frozen=True)
class PriorSamples:
    """How samples of N(0, I) look to the held-out classifier."""

    latent_size: int
    confident: float | None
    """The share that it gives a class probability of 0.9 or more."""


@dataclass(frozen=True)
class Side:
    """One column of the section."""

    id: str
    model: Entry
    """Of two latents, which is shown first."""
    samples: tuple[PriorSamples, ...]


@dataclass(frozen=True)
class Study:
    """Shares of confident samples and squared errors of equal networks, over several seeds."""

    ae_2: Spread
    vae_2: Spread
    ae_10: Spread
    vae_10: Spread
    ae_10_error: Spread | None
    vae_10_error: Spread | None
    alike_at_2: bool
    """It is judged, and not shown that the VAE's samples look more like digits."""
    apart_at_10: bool
    """It is shown that they do."""


@dataclass(frozen=True)
class AutoencodersSection:
    """What autoencoders.html prints."""

    pairs: tuple[Pair, ...]
    """The first is of two latents."""
    sides: tuple[Side, Side]
    study: Study | None

    @property
    def ten(self) -> Pair | None:
        """The pair of ten latents, where the release carries it."""
        return self.pairs[1] if len(self.pairs) > 1 else None


def build(release: ReleaseView) -> AutoencodersSection | None:
    """Return the section's view; None: the release does not carry both ae-2 and vae-2."""
    two, ten = _pair(release, 2), _pair(release, 10)
    if two is None:
        return None
    pairs = (two,) if ten is None else (two, ten)
    return AutoencodersSection(
        pairs,
        sides=(
            Side("ae", two.ae, tuple(_samples(release, pair.ae) for pair in pairs)),
            Side("vae", two.vae, tuple(_samples(release, pair.vae) for pair in pairs)),
        ),
        study=_study(release),
    )


def _pair(release: ReleaseView, latent_size: int) -> Pair | None:
    ae, vae = release.model(f"ae-{latent_size}"), release.model(f"vae-{latent_size}")
    if ae is None or vae is None:
        return None
    plain, variational = (model["metrics"]["parameters"] for model in (ae, vae))
    return Pair(
        latent_size,
        ae,
        vae,
        same_decoder=plain["decoder"] == variational["decoder"],
    )


def _samples(release: ReleaseView, model: Entry) -> PriorSamples:
    report = release.document_of(model, "report") or {}
    prior = (report.get("samples") or {}).get("prior") or {}
    return PriorSamples(model["latent_size"], prior.get("confident"))


def _study(release: ReleaseView) -> Study | None:
    ae_2, vae_2, ae_10, vae_10 = (
        release.study_number(f"study-{kind}-{size}", "confident")
        for size in (2, 10)
        for kind in ("ae", "vae")
    )
    if ae_2 is None or vae_2 is None or ae_10 is None or vae_10 is None:
        return None
    return Study(
        ae_2,
        vae_2,
        ae_10,
        vae_10,
        ae_10_error=release.study_number("study-ae-10", "squared_error"),
        vae_10_error=release.study_number("study-vae-10", "squared_error"),
        alike_at_2=release.verdict("vae-samples-more-digits-at-2") in ("not shown", "contradicted"),
        apart_at_10=release.verdict("vae-samples-more-digits-at-10") == "shown",
    )
