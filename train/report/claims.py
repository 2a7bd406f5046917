"""What is claimed of these models, and whether the numbers bear it out.

Each claim of the feature table or of the published studies is a function of two documents: what
was measured of each shipped model (docs/results/models.json), and of each run of the study
(docs/results/study.json). No number of ours is typed here; published ones name their source.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from train.report.significance import Comparison, Spread, Verdict, compare, spread, verdict_of_all
from train.report.study_claims import (
    SIZES,
    Document,
    classification_costs,
    falls_with_size,
    likelihood_bound,
    neighbours,
    of_prior_samples,
    over_seeds,
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
# Davidson et al. 2018, "Hyperspherical Variational Auto-Encoders", tables 1 and 2.
PUBLISHED_LIKELIHOODS = (
    ("vae-2", "Gaussian, 2 latents", -137.08, -135.73),
    ("vae-2", "hyperspherical, 2 latents", -133.72, -132.50),
    ("vae-10", "Gaussian, 10 latents", -98.36, -93.84),
    ("vae-20", "Gaussian, 20 latents", -94.79, -88.90),
)
PUBLISHED_KNN_1000 = 0.817


@dataclass(frozen=True)
class Evidence:
    """The two results files."""

    models: Document
    study: Document


@dataclass(frozen=True)
class Claim:
    """A sentence, what is to be said of it, and the numbers that say so."""

    rows: str
    text: str
    verdict: Verdict
    evidence: str
    one_seed: bool = False
    """Whether it is of models trained with one seed, so that no test can weigh it."""

    @property
    def holds(self) -> bool:
        """Whether the numbers bear it out."""
        return self.verdict is Verdict.SHOWN

    def verdict_text(self) -> str:
        """Say the verdict, loudly where it is not for the claim."""
        words = str(self.verdict)
        if self.one_seed:
            words = "holds, one seed" if self.holds else "does not hold, one seed"
        return words if self.holds else f"**{words}**"


def of_one_seed(rows: str, text: str, holds: bool, evidence: str) -> Claim:
    """Return a claim about models trained with one seed: what holds of them may not of others."""
    verdict = Verdict.SHOWN if holds else Verdict.CONTRADICTED
    return Claim(rows, text, verdict, evidence, one_seed=True)


def of_seeds(rows: str, text: str, comparisons: list[Comparison], evidence: str) -> Claim:
    """Return a claim that all of these comparisons of seeds have to show."""
    return Claim(rows, text, verdict_of_all(comparisons), evidence)


def _errors_by_size(given: Evidence, kind: str) -> dict[int, Spread]:
    return {size: squared_error(given.study, kind, size) for size in SIZES}


def _listed(by_size: Mapping[int, str]) -> str:
    return ", ".join(f"{size}: {text}" for size, text in by_size.items())


def _label_raises_elbo(given: Evidence) -> Claim:
    none, decoder, both = (
        over_seeds(given.study, f"study-elbo-{name}", "test", "elbo")
        for name in ("vae-2", "label-decoder-vae-2", "cvae-2")
    )
    return of_seeds(
        "S0.3, S0.4",
        "Conditioning the decoder on the label raises the ELBO above the plain VAE's.",
        [compare(decoder, none)],
        f"ELBO {none.text()} without the label, {decoder.text()} with the decoder conditioned, "
        f"{both.text()} with both ({none.seeds} seeds each, the same network).",
    )


def _axes_are_style(given: Evidence) -> Claim:
    style = given.models["label-decoder-vae-2"]["style"]
    slant, bold = style["slant"], style["boldness"]
    between = abs((slant["direction"] - bold["direction"] + 90) % 180 - 90)
    return of_one_seed(
        "S0.4",
        "With the label given, two directions of the plane control slant and boldness.",
        slant["explained"] > 0.5 and bold["explained"] > 0.5,
        f"A plane through z explains {slant['explained']:.0%} of the variance of the slant and "
        f"{bold['explained']:.0%} of the boldness of `label-decoder-vae-2`'s digits; the two "
        f"directions are {between:.0f}° apart.",
    )


def _targets(given: Evidence) -> Claim:
    model = given.models["target-means-vae-2"]
    plain = given.models["vae-2"]
    return of_one_seed(
        "S0.5",
        "Digits can be sent to places chosen beforehand.",
        model["nearest_target"] > 0.9,
        f"{model['nearest_target']:.1%} of the test digits are encoded nearest to their own "
        f"target; in `vae-2`, which has no targets, {plain['nearest_mean']:.1%} are nearest to "
        f"their own class's mean.",
    )


def _weight_opens_gaps(given: Evidence) -> Claim:
    weights = (0, 1, 10, 100)
    knn = [neighbours(given.study, weight) for weight in weights]
    steps = ", ".join(f"{found.text(1, 100)} %" for found in knn)
    return of_seeds(
        "S0.6–S0.8",
        "The heavier the classification, the wider the gaps between the classes.",
        rising(knn),
        f"With weights {', '.join(map(str, weights))}, five nearest neighbours of 1,000 labels "
        f"read {steps} of the test digits from the map ({knn[0].seeds} seeds).",
    )


def _heavy_classification_costs(given: Evidence) -> Claim:
    elbo = {weight: likelihood_bound(given.study, weight) for weight in (0, 1, 10, 100)}
    return of_seeds(
        "S0.8",
        "A classification of weight 100 costs ELBO.",
        classification_costs(given.study),
        f"ELBO by weight: {_listed({weight: found.text(1) for weight, found in elbo.items()})}.",
    )


def _four_and_nine(given: Evidence) -> Claim:
    confusion = {
        weight: given.models[f"classifier-vae-2-w{weight}"]["classifier"]["confusion"]
        for weight in (1, 10, 100)
    }
    lightest = confusion[1]
    pairs = {(a, b): lightest[a][b] + lightest[b][a] for a in range(10) for b in range(10) if a < b}
    (a, b), most = max(pairs.items(), key=lambda item: item[1])
    counts = ", ".join(str(counts[4][9] + counts[9][4]) for counts in confusion.values())
    return of_one_seed(
        "S0.8",
        "4 and 9 are the digits confused most.",
        (a, b) == (4, 9),
        f"At weight 1, {a} and {b} are taken for each other most often: {most} of the 10,000 test "
        f"images. 4 and 9 at weights 1, 10, 100: {counts}.",
    )


def _prior_is_filled(given: Evidence) -> Claim:
    found = {
        size: [of_prior_samples(given.study, kind, size, "confident") for kind in ("ae", "vae")]
        for size in (2, 10)
    }
    evidence = "; ".join(
        f"{size} latents: AE {ae.text(1, 100)} %, VAE {vae.text(1, 100)} %"
        for size, (ae, vae) in found.items()
    )
    return of_seeds(
        "S1.5–S1.7, S4.5",
        "z ~ N(0, I) decodes to digits in a VAE, and not in a plain autoencoder.",
        [compare(vae, ae) for ae, vae in found.values()],
        f"Share of samples that the held-out classifier gives a class with probability 0.9 or "
        f"more: {evidence} (test images: "
        f"{given.models['vae-2']['samples']['test_images']['confident']:.1%}).",
    )


def _ellipses_stay(given: Evidence) -> Claim:
    shift = given.models["vae-2"]["stability"]
    return of_one_seed(
        "S2.4, S2.5",
        "A class's Gaussian stays where it is from one half of the data to the other and to the "
        "test set.",
        max(shift["halves"], shift["test"]) < 0.25,
        f"The mean of a class moves by at most {shift['halves']:.2f} of its standard deviation "
        f"between two halves of the training set, and by {shift['test']:.2f} to the test set.",
    )


def _cvae_hides_the_class(given: Evidence) -> Claim:
    plain, both = (
        over_seeds(given.study, f"study-elbo-{name}", "knn", "all", "mean")
        for name in ("vae-2", "cvae-2")
    )
    return of_seeds(
        "S2.7",
        "In the CVAE's scatter the classes cannot be told apart: neighbours read fewer than half "
        "of the digits, and fewer than in the VAE's.",
        [compare(0.5, both), compare(plain, both)],
        f"Five nearest neighbours read {both.text(1, 100)} % of the digits from the CVAE's map and "
        f"{plain.text(1, 100)} % from the VAE's; guessing reads 10 %.",
    )


def _errors_below_published(given: Evidence) -> Claim:
    found = [
        compare(published, squared_error(given.study, kind, size))
        for kind in KINDS
        for size, published in zip(SIZES, PUBLISHED_ERRORS[kind], strict=True)
    ]
    shown = sum(own.verdict is Verdict.SHOWN for own in found)
    return of_seeds(
        "S4.2",
        "Squared errors are below the published ones at every kind and size.",
        found,
        f"{sum(own.difference > 0 for own in found)} of the {len(found)} means in the table above "
        f"are; of {shown} it is shown.",
    )


def _vae_improves_with_size(given: Evidence) -> Claim:
    errors = _errors_by_size(given, "vae")
    return of_seeds(
        "S4.2",
        "A VAE reconstructs better the more latents it has, from 2 to 20.",
        falls_with_size(given.study),
        f"Squared error by size: {_listed({size: e.text() for size, e in errors.items()})}. One "
        f"reads that a VAE does not improve with its latent size.",
    )


def _vae_flat_beyond(given: Evidence) -> Claim:
    at = {size: squared_error(given.study, "vae", size) for size in (20, 50, 100)}
    units = {size: over_seeds(given.study, f"study-vae-{size}", "active_units") for size in at}
    listed = _listed(
        {size: f"{at[size].text()} with {units[size].mean:.0f} active units" for size in at}
    )
    enough = Spread(0.95 * at[20].mean, 0.95 * at[20].std, at[20].seeds)
    return of_seeds(
        "S4.2",
        "From 20 latents to 100 a VAE's error falls by less than 5 %, and latents stay unused.",
        [compare(at[100], enough), compare(100, units[100])],
        f"{listed}.",
    )


def _ae_reconstructs_better(given: Evidence) -> Claim:
    ae, vae = (_errors_by_size(given, kind) for kind in ("ae", "vae"))
    listed = _listed({size: f"{ae[size].mean:.2f} against {vae[size].mean:.2f}" for size in SIZES})
    return of_seeds(
        "S4.2, S4.4",
        "The plain autoencoder reconstructs better than the VAE at every size.",
        [compare(vae[size], ae[size]) for size in SIZES],
        f"Squared error, AE against VAE: {listed}.",
    )


def _label_helps_small(given: Evidence) -> Claim:
    gains = {}
    for size in SIZES:
        vae, cvae = (
            values_over_seeds(given.study, f"study-{kind}-{size}", "errors", "squared_error")
            for kind in ("vae", "cvae")
        )
        gains[size] = spread(a - b for a, b in zip(vae, cvae, strict=True))
    return of_seeds(
        "S4.2",
        "Conditioning on the label helps reconstruction most where there are few latents: more "
        "with 2 than with any other number.",
        [compare(gains[2], gains[size]) for size in SIZES[1:]],
        f"Squared error that the CVAE saves against the VAE, by size: "
        f"{_listed({size: gain.text() for size, gain in gains.items()})}.",
    )


def _anomalies(given: Evidence) -> Claim:
    found = {
        kind: {
            name: over_seeds(given.study, f"study-{kind}-10", "anomaly", name, "auc")
            for name in ("fashion-mnist", "noise", "rotated")
        }
        for kind in KINDS
    }
    listed = "; ".join(
        f"{kind.upper()}-10 {', '.join(f'{name} {auc.text(3)}' for name, auc in own.items())}"
        for kind, own in found.items()
    )
    return of_seeds(
        "S4.9",
        "The reconstruction error tells out-of-distribution inputs from digits: the area under the "
        "ROC curve is above 0.95 for Fashion-MNIST and for noise.",
        [compare(own[name], 0.95) for own in found.values() for name in ("fashion-mnist", "noise")],
        f"Area under the ROC curve: {listed}. Rotated digits are the hardest: some still look like "
        f"digits.",
    )


def _size_buys_likelihood(given: Evidence) -> Claim:
    found = {size: given.models[f"vae-{size}"]["test"]["log_likelihood"] for size in (2, 5, 10, 20)}
    listed = _listed({size: f"{value:.2f}" for size, value in found.items()})
    return of_one_seed(
        "B10",
        "More latents, up to 20, buy likelihood.",
        list(found.values()) == sorted(found.values()),
        f"Log-likelihood of the shipped models in nats, by latents: {listed} (one seed each; the "
        f"networks of 10 and 20 are larger).",
    )


def _asked_digit(given: Evidence) -> Claim:
    found = {
        size: over_seeds(given.study, f"study-cvae-{size}", "samples", "prior", "asked")
        for size in (2, 10, 100)
    }
    listed = ", ".join(f"{size} latents {value.text(1, 100)} %" for size, value in found.items())
    return of_seeds(
        "S4.5",
        "A CVAE draws the digit that it is asked for in more than 90 % of its samples.",
        [compare(value, 0.9) for value in found.values()],
        f"The held-out classifier reads the digit that was asked for: {listed}.",
    )


_CLAIMS: tuple[Callable[[Evidence], Claim], ...] = (
    _label_raises_elbo,
    _axes_are_style,
    _targets,
    _weight_opens_gaps,
    _heavy_classification_costs,
    _four_and_nine,
    _prior_is_filled,
    _ellipses_stay,
    _cvae_hides_the_class,
    _errors_below_published,
    _vae_improves_with_size,
    _vae_flat_beyond,
    _ae_reconstructs_better,
    _label_helps_small,
    _asked_digit,
    _anomalies,
    _size_buys_likelihood,
)


def all_claims(models: Document, study: Document) -> list[Claim]:
    """Weigh every claim.

    Args:
        models: by id, what was measured of each shipped model.
        study: the study's results file.
    """
    return [claim(Evidence(models, study)) for claim in _CLAIMS]
