"""What is said of these models, and whether the numbers bear it out.

Each claim of the feature table or of the published studies is a function of two documents: what
was measured of each shipped model (docs/results/models.json), and of each run of the study
(docs/results/study.json). No number of ours is typed here; published ones name their source.
"""

import itertools
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]

SIZES = (2, 5, 10, 20, 50, 100)
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
class Spread:
    """A number over several seeds."""

    mean: float
    std: float
    seeds: int

    def text(self, digits: int = 2, scale: float = 1) -> str:
        """Write mean ± standard deviation."""
        return f"{self.mean * scale:.{digits}f} ± {self.std * scale:.{digits}f}"


@dataclass(frozen=True)
class Evidence:
    """The two results files."""

    models: Document
    study: Document


@dataclass(frozen=True)
class Claim:
    """A sentence, whether it holds, and the numbers that say so."""

    rows: str
    text: str
    holds: bool
    evidence: str


def spread(values: Iterable[float]) -> Spread:
    """Return mean and sample standard deviation."""
    own = list(values)
    return Spread(statistics.fmean(own), statistics.stdev(own) if len(own) > 1 else 0.0, len(own))


def over_seeds(study: Document, run_id: str, *keys: str) -> Spread:
    """Return a measurement of a study's recipe over its seeds; `keys` lead to it."""
    values = []
    for run in study["runs"]:
        if run["id"] == run_id:
            value = run
            for key in keys:
                value = value[key]
            values.append(float(value))
    return spread(values)


def clearly_above(first: Spread, second: Spread) -> bool:
    """Whether the difference of two means is more than twice its own standard error."""
    error = (first.std**2 / first.seeds + second.std**2 / second.seeds) ** 0.5
    return first.mean - second.mean > 2 * error


def squared_error(study: Document, kind: str, size: int) -> Spread:
    """Return the grid's squared error per test image, decoded from μ."""
    return over_seeds(study, f"study-{kind}-{size}", "errors", "squared_error")


def _errors_by_size(given: Evidence, kind: str) -> dict[int, Spread]:
    return {size: squared_error(given.study, kind, size) for size in SIZES}


def _listed(by_size: Mapping[int, str]) -> str:
    return ", ".join(f"{size}: {text}" for size, text in by_size.items())


def _told_the_label(given: Evidence) -> Claim:
    plain, told, both = (
        over_seeds(given.study, f"study-elbo-{name}", "test", "elbo")
        for name in ("vae-2", "label-decoder-vae-2", "cvae-2")
    )
    return Claim(
        "S0.3, S0.4",
        "Telling the decoder the digit raises the ELBO far above the plain VAE's.",
        clearly_above(told, plain),
        f"ELBO {plain.text()} without, {told.text()} with the label to the decoder, "
        f"{both.text()} with the label to both ({plain.seeds} seeds each, the same network).",
    )


def _axes_are_style(given: Evidence) -> Claim:
    style = given.models["label-decoder-vae-2"]["style"]
    slant, bold = style["slant"], style["boldness"]
    between = abs((slant["direction"] - bold["direction"] + 90) % 180 - 90)
    return Claim(
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
    return Claim(
        "S0.5",
        "Digits can be sent to places chosen beforehand.",
        model["nearest_target"] > 0.9,
        f"{model['nearest_target']:.1%} of the test digits are encoded nearest to their own "
        f"target; in `vae-2`, where nobody places them, {plain['nearest_mean']:.1%} are nearest to "
        f"their own class's mean.",
    )


def _weight_opens_gaps(given: Evidence) -> Claim:
    ids = ("study-elbo-vae-2", *(f"study-class-w{weight}" for weight in (1, 10, 100)))
    knn = [over_seeds(given.study, run_id, "knn", "1000", "mean") for run_id in ids]
    elbo = [over_seeds(given.study, run_id, "test", "elbo") for run_id in ids]
    steps = ", ".join(f"{found.text(1, 100)} %" for found in knn)
    costs = ", ".join(found.text(1) for found in elbo)
    return Claim(
        "S0.6–S0.8",
        "The heavier the classification, the wider the gaps between the classes.",
        all(clearly_above(b, a) for a, b in itertools.pairwise(knn)),
        f"With weights 0, 1, 10, 100, five nearest neighbours of 1,000 labels read {steps} of the "
        f"test digits from the map ({knn[0].seeds} seeds); the ELBO is {costs}.",
    )


def _four_and_nine(given: Evidence) -> Claim:
    lightest = given.models["classifier-vae-2-w1"]["classifier"]["confusion"]
    pairs = {(a, b): lightest[a][b] + lightest[b][a] for a in range(10) for b in range(10) if a < b}
    (a, b), most = max(pairs.items(), key=lambda item: item[1])
    rest = {
        weight: sum(
            given.models[f"classifier-vae-2-w{weight}"]["classifier"]["confusion"][i][j]
            for i, j in ((4, 9), (9, 4))
        )
        for weight in (1, 10, 100)
    }
    counts = ", ".join(str(count) for count in rest.values())
    return Claim(
        "S0.8",
        "The 4 and the 9 are what is confused most.",
        (a, b) == (4, 9),
        f"At weight 1, {a} and {b} are taken for each other most often: {most} of the 10,000 test "
        f"images. 4 and 9 at weights 1, 10, 100: {counts}.",
    )


def _prior_is_filled(given: Evidence) -> Claim:
    found = []
    for size in (2, 10):
        ae, vae = (
            over_seeds(given.study, f"study-{kind}-{size}", "samples", "prior", "confident")
            for kind in ("ae", "vae")
        )
        found.append((size, ae, vae))
    evidence = "; ".join(
        f"{size} latents: AE {ae.text(1, 100)} %, VAE {vae.text(1, 100)} %"
        for size, ae, vae in found
    )
    return Claim(
        "S1.5–S1.7, S4.5",
        "z ~ N(0, I) decodes to digits in a VAE, and not in a plain autoencoder.",
        all(clearly_above(vae, ae) for _, ae, vae in found),
        f"Share of samples that an independent classifier gives a class with probability 0.9 or "
        f"more: {evidence} (test images: "
        f"{given.models['vae-2']['samples']['test_images']['confident']:.1%}).",
    )


def _ellipses_stay(given: Evidence) -> Claim:
    shift = given.models["vae-2"]["stability"]
    return Claim(
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
    return Claim(
        "S2.7",
        "In the CVAE's scatter the classes cannot be told apart.",
        both.mean < 0.5 and clearly_above(plain, both),
        f"Five nearest neighbours read {both.text(1, 100)} % of the digits from the CVAE's map and "
        f"{plain.text(1, 100)} % from the VAE's; guessing reads 10 %.",
    )


def _errors_below_published(given: Evidence) -> Claim:
    pairs = [
        (squared_error(given.study, kind, size).mean, published)
        for kind in KINDS
        for size, published in zip(SIZES, PUBLISHED_ERRORS[kind], strict=True)
    ]
    below = sum(own <= published for own, published in pairs)
    return Claim(
        "S4.2",
        "Squared errors are at or below the published ones at every kind and size.",
        below == len(pairs),
        f"{below} of {len(pairs)} are; the table above has them all.",
    )


def _vae_improves_with_size(given: Evidence) -> Claim:
    errors = _errors_by_size(given, "vae")
    small = all(clearly_above(errors[a], errors[b]) for a, b in itertools.pairwise(SIZES[:4]))
    return Claim(
        "S4.2",
        "“A VAE does not improve with its latent size.”",
        not small,
        f"Squared error by size: {_listed({size: e.text() for size, e in errors.items()})}. "
        f"{'It falls clearly at every step from 2 to 20.' if small else ''}".rstrip(),
    )


def _vae_flat_beyond(given: Evidence) -> Claim:
    at = {size: squared_error(given.study, "vae", size) for size in (20, 50, 100)}
    units = {size: over_seeds(given.study, f"study-vae-{size}", "active_units") for size in at}
    listed = _listed(
        {size: f"{at[size].text()} with {units[size].mean:.0f} active units" for size in at}
    )
    return Claim(
        "S4.2",
        "Beyond 20 latents a VAE gains next to nothing: further latents stay unused.",
        at[20].mean - at[100].mean < 0.05 * at[20].mean and units[100].mean < 100,
        f"{listed}.",
    )


def _ae_reconstructs_better(given: Evidence) -> Claim:
    ae, vae = (_errors_by_size(given, kind) for kind in ("ae", "vae"))
    sizes = [size for size in SIZES if clearly_above(vae[size], ae[size])]
    listed = _listed({size: f"{ae[size].mean:.2f} against {vae[size].mean:.2f}" for size in SIZES})
    return Claim(
        "S4.2, S4.4",
        "The plain autoencoder reconstructs better than the VAE at every size.",
        sizes == list(SIZES),
        f"Squared error, AE against VAE: {listed}. Clearly better at: "
        f"{', '.join(map(str, sizes)) or 'none'}.",
    )


def _label_helps_small(given: Evidence) -> Claim:
    vae, cvae = (_errors_by_size(given, kind) for kind in ("vae", "cvae"))
    gains = {size: vae[size].mean - cvae[size].mean for size in SIZES}
    listed = _listed({size: f"{gain:.2f}" for size, gain in gains.items()})
    return Claim(
        "S4.2",
        "Being told the digit helps reconstruction most where there are few latents.",
        max(gains, key=lambda size: gains[size]) == 2,
        f"Squared error that the CVAE saves against the VAE, by size: {listed}.",
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
    return Claim(
        "S4.9",
        "The reconstruction error gives away what is no digit.",
        all(
            own["fashion-mnist"].mean > 0.95 and own["noise"].mean > 0.95 for own in found.values()
        ),
        f"Area under the ROC curve: {listed}. Turned digits are the hardest: some still look like "
        f"digits.",
    )


def _size_buys_likelihood(given: Evidence) -> Claim:
    found = {size: given.models[f"vae-{size}"]["test"]["log_likelihood"] for size in (2, 5, 10, 20)}
    listed = _listed({size: f"{value:.2f}" for size, value in found.items()})
    return Claim(
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
    return Claim(
        "S4.5",
        "A CVAE draws the digit that it is asked for.",
        all(value.mean > 0.9 for value in found.values()),
        f"An independent classifier reads the digit that was asked for: {listed}.",
    )


_CLAIMS: tuple[Callable[[Evidence], Claim], ...] = (
    _told_the_label,
    _axes_are_style,
    _targets,
    _weight_opens_gaps,
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
