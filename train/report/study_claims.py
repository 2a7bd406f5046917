"""Claims about the study that the page and docs/results.md both make, each a set of comparisons."""

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from train.report.significance import Comparison, Spread, compare, spread, verdict_of_all

Document = dict[str, Any]

SIZES = (2, 5, 10, 20, 50, 100)
WEIGHTS = {weight: f"study-class-w{weight}" for weight in (1, 10, 100)} | {0: "study-elbo-vae-2"}
"""The recipe of two latents at each weight of the classification."""


def values_over_seeds(study: Document, run_id: str, *keys: str) -> list[float]:
    """Return a measurement of a study's recipe by ascending seed; `keys` lead to it.

    Raises:
        KeyError: the study has no such run, or did not measure that of it.
    """
    found = []
    own = [run for run in study["runs"] if run["id"] == run_id]
    for value in sorted(own, key=lambda run: run["seed"]):
        for key in keys:
            if value is None:
                raise KeyError(key)
            value = value[key]
        found.append(float(value))
    if not found:
        raise KeyError(run_id)
    return found


def over_seeds(study: Document, run_id: str, *keys: str) -> Spread:
    """Return mean and standard deviation of `values_over_seeds`."""
    return spread(values_over_seeds(study, run_id, *keys))


def squared_error(study: Document, kind: str, size: int) -> Spread:
    """Return the grid's squared error per test image, decoded from μ."""
    return over_seeds(study, f"study-{kind}-{size}", "errors", "squared_error")


def neighbours(study: Document, weight: int) -> Spread:
    """Return the accuracy of nearest neighbours of 1,000 labels at a weight of classification."""
    return over_seeds(study, WEIGHTS[weight], "knn", "1000", "mean")


def likelihood_bound(study: Document, weight: int) -> Spread:
    """Return the ELBO at a weight of classification."""
    return over_seeds(study, WEIGHTS[weight], "test", "elbo")


def of_prior_samples(study: Document, kind: str, size: int, name: str) -> Spread:
    """Return a measurement of decoded samples of the prior."""
    return over_seeds(study, f"study-{kind}-{size}", "samples", "prior", name)


def rising(spreads: Iterable[Spread]) -> list[Comparison]:
    """Compare each number with the one before it."""
    return [compare(after, before) for before, after in itertools.pairwise(spreads)]


def falls_with_size(study: Document) -> list[Comparison]:
    """Ask whether a VAE's error falls at every step from 2 latents to 20."""
    return rising(squared_error(study, "vae", size) for size in (20, 10, 5, 2))


def stops_falling(study: Document) -> list[Comparison]:
    """Ask whether it is above that with 20 latents where there are 50 and where there are 100."""
    at_20 = squared_error(study, "vae", 20)
    return [compare(squared_error(study, "vae", size), at_20) for size in (50, 100)]


def gaps_widen(study: Document) -> list[Comparison]:
    """Ask whether neighbours tell more of the class at weight 1 than without classification."""
    return [compare(neighbours(study, 1), neighbours(study, 0))]


def classification_costs(study: Document) -> list[Comparison]:
    """Ask whether the ELBO without classification is above that at weight 100."""
    return [compare(likelihood_bound(study, 0), likelihood_bound(study, 100))]


def vae_samples_above(size: int, name: str) -> Callable[[Document], list[Comparison]]:
    """Return the claim that a VAE's samples exceed an autoencoder's in a measurement."""

    def comparisons(study: Document) -> list[Comparison]:
        return [compare(*(of_prior_samples(study, kind, size, name) for kind in ("vae", "ae")))]

    return comparisons


STUDY_CLAIMS: dict[str, Callable[[Document], list[Comparison]]] = {
    "vae-error-falls-with-size": falls_with_size,
    "vae-error-stops-falling-at-20": stops_falling,
    "classification-widens-gaps-from-zero": gaps_widen,
    "classification-100-costs-elbo": classification_costs,
    "vae-samples-more-digits-at-2": vae_samples_above(2, "confident"),
    "vae-samples-more-even-at-2": vae_samples_above(2, "evenness"),
    "vae-samples-more-digits-at-10": vae_samples_above(10, "confident"),
}
"""By the id under which a release's study document gives its verdict."""


def study_verdicts(study: Document) -> list[dict[str, Any]]:
    """Return id, verdict and largest p value of each claim whose runs the study has."""
    found = []
    for claim_id, comparisons_of in STUDY_CLAIMS.items():
        try:
            comparisons = comparisons_of(study)
        except KeyError:
            continue
        found.append({
            "id": claim_id,
            "verdict": str(verdict_of_all(comparisons)),
            "p": max(own.p for own in comparisons),
        })  # fmt: skip
    return found
