"""What is claimed of these models, and whether the numbers bear it out.

Each claim of the feature table or of the published studies is made of what was measured of each
shipped model, of each run of the study, and of no model (models.json, study.json, baselines.json in
docs/results/). No number of ours is typed here; published ones name their source.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from latent_atlas.train.recipes.study_recipes import STUDY
from latent_atlas.train.report.significance import (
    Comparison,
    Verdict,
    compare,
    spread,
    verdict_of_all,
)
from latent_atlas.train.report.study_claims import (
    BETAS,
    NEIGHBOURS,
    RATE_DISTORTION,
    SIZES,
    STUDY_CLAIMS,
    WEIGHTS,
    Document,
    is_whole,
    of_prior_samples,
    over_seeds,
    paired_difference,
    rising,
    squared_error,
    values_over_seeds,
)

KINDS = ("ae", "vae", "cvae")
# Squared error per test image by latent size, as published for the study that S4 is about.
PUBLISHED_ERRORS = {
    "ae": (38.99, 22.34, 22.24, 10.49, 6.75, 6.66),
    "vae": (30.63, 21.54, 18.93, 18.41, 18.95, 20.08),
    "cvae": (26.35, 18.71, 18.10, 17.59, 17.93, 18.40),
}
# Davidson et al. 2018, "Hyperspherical Variational Auto-Encoders", tables 1 and 2: ELBO, None where
# it is not known here, and log-likelihood by 500 importance samples.
PUBLISHED_LIKELIHOODS: tuple[tuple[str, str, float | None, float], ...] = (
    ("vae-2", "Gaussian, 2 latents", -137.08, -135.73),
    ("vae-2", "hyperspherical, 2 latents", -133.72, -132.50),
    ("vae-5", "Gaussian, 5 latents", None, -110.21),
    ("vae-5", "hyperspherical, 5 latents", None, -108.43),
    ("vae-10", "Gaussian, 10 latents", -98.36, -93.84),
    ("vae-20", "Gaussian, 20 latents", -94.79, -88.90),
)
PUBLISHED_KNN_1000 = 0.817


@dataclass(frozen=True)
class Claim:
    """A sentence, what is to be said of it, and the numbers that say so."""

    rows: str
    text: str
    basis: list[Comparison] | bool
    """Comparisons of seeds, all of which have to show it; or whether it holds of the one seed that
    was trained, which no test can weigh and which need not hold of others."""
    evidence: str

    @property
    def verdict(self) -> Verdict:
        """Whether the numbers bear it out."""
        if isinstance(self.basis, bool):
            return Verdict.SHOWN if self.basis else Verdict.CONTRADICTED
        return verdict_of_all(self.basis)[0]

    def verdict_text(self) -> str:
        """Say the verdict, loudly where it is not for the claim."""
        words, holds = str(self.verdict), self.verdict is Verdict.SHOWN
        if isinstance(self.basis, bool):
            words = "holds, one seed" if holds else "does not hold, one seed"
        return words if holds else f"**{words}**"


def all_claims(models: Document, study: Document, baselines: Document) -> list[Claim]:
    """Weigh every claim but those of faces."""
    parts = _of_labels, _of_latent_spaces, _of_errors, _of_samples_and_likelihoods
    return [claim for part in parts for claim in part(models, study, baselines)]


def _listed(found: Mapping[Any, object]) -> str:
    return ", ".join(f"{name}: {own}" for name, own in found.items())


def _of_labels(models: Document, study: Document, _: Document) -> Iterator[Claim]:
    """Weigh what is said of conditioning, targets and classifiers."""
    none, decoder, both = (
        over_seeds(study, f"study-elbo-{name}", "test", "elbo")
        for name in ("vae-2", "label-decoder-vae-2", "cvae-2")
    )
    plain, given = (models[name]["test"]["elbo"] for name in ("vae-2", "label-decoder-vae-2"))
    yield Claim(
        "S0.3, S0.4",
        f"Conditioning the decoder on the label raises the ELBO above the plain VAE's in "
        f"{STUDY['likelihood'][0].epochs} epochs.",
        [compare(decoder, none)],
        f"ELBO {none} without the label, {decoder} with the decoder conditioned, {both} with both "
        f"({none.seeds} seeds each, the same architecture).",
    )
    yield Claim(
        "S0.3, S0.4",
        "Fully trained, it raises the ELBO by more than the label itself is worth.",
        given - plain > math.log(10),
        f"`label-decoder-vae-2` {given:.2f}, `vae-2` {plain:.2f}: {given - plain:.1f} nats, of "
        f"which knowing one of ten labels is worth at most ln 10 = {math.log(10):.1f}. Its decoder "
        f"has no Fourier features.",
    )
    style = models["label-decoder-vae-2"]["style"]
    between = abs((style["slant"]["direction"] - style["boldness"]["direction"] + 90) % 180 - 90)
    for name, own in style.items():
        yield Claim(
            "S0.4",
            f"With the label given, one direction of the plane controls the {name} of every digit.",
            own["explained_least"] > 0.5,
            f"A plane through z explains {own['explained']:.0%} of the variance of the {name} of "
            f"`label-decoder-vae-2`'s digits, averaged over the ten; of a single digit's "
            f"{own['explained_of_one']:.0%} on average and {own['explained_least']:.0%} at least. "
            f"The directions of slant and boldness are {between:.0f}° apart.",
        )
    nearest = models["target-means-vae-2"]["nearest_target"]
    yield Claim(
        "S0.5",
        "Digits can be sent to places chosen beforehand.",
        nearest > 0.9,
        f"{nearest:.1%} of the test digits are encoded nearest to their own target; in `vae-2`, "
        f"which has no targets, {models['vae-2']['nearest_mean']:.1%} are nearest to their own "
        f"class's mean.",
    )
    knn = {weight: over_seeds(study, WEIGHTS[weight], *NEIGHBOURS) for weight in (0, 1, 10, 100)}
    yield Claim(
        "S0.6–S0.8",
        "The heavier the classification, the wider the gaps between the classes.",
        rising(knn.values()),
        f"With weights {', '.join(map(str, knn))}, five nearest neighbours of 1,000 labels read "
        f"{', '.join(f'{found.text(1, 100)} %' for found in knn.values())} of the test digits from "
        f"the map ({knn[0].seeds} seeds).",
    )
    elbo = {weight: over_seeds(study, WEIGHTS[weight], "test", "elbo").text(1) for weight in knn}
    yield Claim(
        "S0.8",
        "A classification of weight 100 costs ELBO.",
        STUDY_CLAIMS["classification-100-costs-elbo"](study),
        f"ELBO by weight: {_listed(elbo)}.",
    )
    weights = (1, 10, 100)
    most = {
        weight: _most_confused(models[f"classifier-vae-2-w{weight}"]["classifier"]["confusion"])
        for weight in weights
    }
    listed = "; ".join(
        f"at weight {weight}, {' and '.join(map(str, pair))} ({count} of the 10,000 test images), "
        f"then {' and '.join(map(str, other))} ({fewer})"
        for weight, ((pair, count), (other, fewer)) in most.items()
    )
    for weight, every in ((1, "at weight 1"), (0, "at every weight")):
        yield Claim(
            "S0.8",
            f"4 and 9 are the digits confused most {every}.",
            all(most[own][0][0] == (4, 9) for own in ([weight] if weight else weights)),
            f"Taken for each other most often: {listed}.",
        )


def _most_confused(confusion: list[list[int]]) -> list[tuple[tuple[int, int], int]]:
    """Return the two pairs of classes that are taken for each other most often, and how often."""
    pairs = {
        (a, b): confusion[a][b] + confusion[b][a]
        for a, b in itertools.combinations(range(len(confusion)), 2)
    }
    return sorted(pairs.items(), key=lambda own: own[1], reverse=True)[:2]


def _of_latent_spaces(models: Document, study: Document, baselines: Document) -> Iterator[Claim]:
    """Weigh what is said of where the encodings lie."""
    found = {
        size: [of_prior_samples(study, kind, size, "confident") for kind in ("ae", "vae")]
        for size in (2, 10, 100)
    }
    shares = "; ".join(
        f"{size} latents: AE {ae.text(1, 100)} %, VAE {vae.text(1, 100)} %"
        for size, (ae, vae) in found.items()
    )
    largest = spread(
        max(shares)
        for shares in values_over_seeds(study, "study-ae-100", "samples", "prior", "class_shares")
    )
    blends = baselines["mnist"].get("means_of_two")
    sure = (
        f", and of {blends['confident']:.1%} of the means of two different digits" if blends else ""
    )
    yield Claim(
        "S1.5–S1.7, S4.5",
        "z ~ N(0, I) decodes to digits in a VAE, and not in a plain autoencoder.",
        [compare(vae, ae) for ae, vae in found.values()],
        f"Share of samples that the held-out classifier gives a class with probability 0.9 or "
        f"more: {shares}. It reads one and the same digit in {largest.text(0, 100)} % of the "
        f"autoencoder's samples with 100 latents. To be sure is not to be right: it is of "
        f"{models['vae-2']['samples']['test_images']['confident']:.1%} of the test images{sure}.",
    )
    shift = models["vae-2"]["stability"]
    yield Claim(
        "S2.4, S2.5",
        "A class's Gaussian stays where it is from one half of the data to the other and to the "
        "test set.",
        max(shift["halves"], shift["test"]) < 0.25,
        f"The mean of a class moves by at most {shift['halves']:.2f} of its standard deviation "
        f"between two halves of the training set, and by {shift['test']:.2f} to the test set.",
    )
    plain, both = (
        over_seeds(study, f"study-elbo-{name}", "knn", "all", "mean")
        for name in ("vae-2", "cvae-2")
    )
    shipped = models["cvae-2"]["knn"]["all"]["mean"]
    read = (
        f"Five nearest neighbours read {both.text(1, 100)} % of the digits from the CVAE's map and "
        f"{plain.text(1, 100)} % from the VAE's, of the shipped `cvae-2`, trained for longer, "
        f"{shipped:.1%}; guessing reads 10 %."
    )
    yield Claim(
        "S2.7",
        "In the CVAE's scatter the classes are harder to tell apart than in the VAE's.",
        [compare(plain, both)],
        read,
    )
    yield Claim(
        "S2.7",
        f"After {STUDY['likelihood'][0].epochs} epochs they cannot be told apart better than by "
        f"guessing.",
        [compare(0.1, both)],
        read,
    )


def _of_errors(_: Document, study: Document, __: Document) -> Iterator[Claim]:
    """Weigh what is said of squared errors."""
    ae, vae, cvae = ({size: squared_error(study, kind, size) for size in SIZES} for kind in KINDS)
    found = [
        compare(published, own)
        for kind, errors in zip(KINDS, (ae, vae, cvae), strict=True)
        for published, own in zip(PUBLISHED_ERRORS[kind], errors.values(), strict=True)
    ]
    yield Claim(
        "S4.2",
        "Squared errors, decoded from μ, are below the published ones at every kind and size.",
        found,
        f"{sum(own.difference > 0 for own in found)} of the {len(found)} means in the table above "
        f"are; of {sum(own.verdict is Verdict.SHOWN for own in found)} it is shown. Decoded from "
        f"a sample of q(z | x), {len(found) - len(above_from_samples(study))} are.",
    )
    yield Claim(
        "S4.2",
        "A VAE reconstructs better the more latents it has, from 2 to 20.",
        STUDY_CLAIMS["vae-error-falls-with-size"](study),
        f"Squared error by size: {_listed(vae)}. One reads that a VAE does not improve with its "
        f"latent size.",
    )
    units = {size: over_seeds(study, f"study-vae-{size}", "active_units") for size in SIZES[3:]}
    used = {size: f"{vae[size]} with {n.mean:.0f} active units" for size, n in units.items()}
    yield Claim(
        "S4.2",
        "Beyond 20 latents a VAE's squared error gains nothing: with 50 and with 100 it is larger.",
        STUDY_CLAIMS["vae-error-stops-falling-at-20"](study),
        f"{_listed(used)}: more latents are used, to no gain.",
    )
    both = {size: f"{ae[size].mean:.2f} against {vae[size].mean:.2f}" for size in SIZES}
    yield Claim(
        "S4.2, S4.4",
        "The plain autoencoder reconstructs better than the VAE at every size.",
        [compare(vae[size], ae[size]) for size in SIZES],
        f"Squared error, AE against VAE: {_listed(both)}.",
    )
    error = ("errors", "squared_error")
    gains = {
        size: paired_difference(study, f"study-vae-{size}", f"study-cvae-{size}", *error)
        for size in SIZES
    }
    yield Claim(
        "S4.2",
        "Conditioning on the label helps reconstruction most where there are few latents: more "
        "with 2 than with any other number.",
        [compare(gains[2], gains[size]) for size in SIZES[1:]],
        f"Squared error that the CVAE saves against the VAE, by size: {_listed(gains)}.",
    )


def above_from_samples(study: Document) -> list[tuple[str, int, float, float]]:
    """Return where the error of a sample of q(z | x) is not below the published one.

    Each is kind, latent size, our mean and the published error.
    """
    found = []
    for kind in KINDS:
        for size, published in zip(SIZES, PUBLISHED_ERRORS[kind], strict=True):
            own = error_of_a_sample(study, kind, size)
            if own >= published:
                found.append((kind, size, own, published))
    return found


def error_of_a_sample(study: Document, kind: str, size: int) -> float:
    """Return the grid's mean squared error, decoded from samples of q(z | x)."""
    keys = ("errors", "squared_error_of_a_sample")
    return over_seeds(study, f"study-{kind}-{size}", *keys).mean


def _of_samples_and_likelihoods(
    models: Document, study: Document, baselines: Document
) -> Iterator[Claim]:
    """Weigh what is said of a CVAE's samples, of anomalies and of likelihoods."""
    asked = {size: of_prior_samples(study, "cvae", size, "asked") for size in (2, 10, 100)}
    yield Claim(
        "S4.5",
        "A CVAE draws the digit that it is asked for in more than 90 % of its samples.",
        [compare(share, 0.9) for share in asked.values()],
        f"The held-out classifier reads the digit that was asked for: "
        f"{', '.join(f'{size} latents {own.text(1, 100)} %' for size, own in asked.items())}.",
    )
    areas = {
        kind: {
            name: over_seeds(study, f"study-{kind}-10", "anomaly", name, "auc")
            for name in ("fashion-mnist", "noise", "rotated")
        }
        for kind in KINDS
    }
    listed = "; ".join(
        f"{kind.upper()}-10 {', '.join(f'{name} {auc.text(3)}' for name, auc in own.items())}"
        for kind, own in areas.items()
    )
    yield Claim(
        "S4.9",
        "The reconstruction error tells out-of-distribution inputs from digits: the area under the "
        "ROC curve is above 0.95 for Fashion-MNIST and for noise.",
        [compare(own[name], 0.95) for own in areas.values() for name in ("fashion-mnist", "noise")],
        f"Area under the ROC curve: {listed}. Rotated digits are the hardest: some still look like "
        f"digits.",
    )
    counted = baselines["mnist"]["grey_pixels_auc"]
    if "fashion-mnist" in counted:
        yield Claim(
            "S4.9",
            "It tells Fashion-MNIST's clothes from digits better than a count of grey pixels does.",
            [compare(own["fashion-mnist"], counted["fashion-mnist"]) for own in areas.values()],
            f"Area under the ROC curve of the count, without any model: "
            f"{', '.join(f'{name} {auc:.3f}' for name, auc in counted.items())}.",
        )
    nats = {size: models[f"vae-{size}"]["test"]["log_likelihood"] for size in SIZES[:4]}
    yield Claim(
        "B10",
        "More latents, up to 20, buy likelihood.",
        list(nats.values()) == sorted(nats.values()),
        f"Lower bounds of the shipped models' log-likelihood in nats, by latents: "
        f"{_listed({size: f'{value:.2f}' for size, value in nats.items()})} (one seed each; the "
        f"networks of 10 and 20 are larger).",
    )
    if is_whole(study, "beta"):
        by_beta = {
            name: {
                f"{beta:g}": over_seeds(study, run_id, *RATE_DISTORTION[name])
                for beta, run_id in BETAS.items()
            }
            for name in ("rate", "distortion", "elbo")
        }
        yield Claim(
            "B10",
            "The more the KL weighs, the lower the rate and the higher the distortion.",
            [*rising(reversed(by_beta["rate"].values())), *rising(by_beta["distortion"].values())],
            f"Rate by β, nats: {_listed(by_beta['rate'])}. Distortion: "
            f"{_listed(by_beta['distortion'])}.",
        )
        yield Claim(
            "B10",
            "The ELBO is largest where the KL weighs 1.",
            STUDY_CLAIMS["elbo-best-at-beta-1"](study),
            f"ELBO by β, nats: {_listed(by_beta['elbo'])}.",
        )
