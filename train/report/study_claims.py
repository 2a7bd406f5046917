"""Claims about the study that the page and docs/results.md both make, each a set of comparisons."""

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from latent_atlas.train.recipes.study_recipes import STUDY
from latent_atlas.train.report.significance import (
    Comparison,
    Spread,
    compare,
    spread,
    verdict_of_all,
)

Document = dict[str, Any]

SIZES = (2, 5, 10, 20, 50, 100)
WEIGHTS = {0: "study-elbo-vae-2"} | {weight: f"study-class-w{weight}" for weight in (1, 10, 100)}
"""The recipe of two latents at each weight of the classification."""
BETAS = {1 / recipe.reconstruction_weight: recipe.id for recipe in STUDY["beta"]}
"""The recipe of two latents at each weight of the KL."""
RATE_DISTORTION = {
    "rate": ("test", "kl"),
    "distortion": ("test", "reconstruction"),
    "elbo": ("test", "elbo"),
    "log_likelihood": ("test", "log_likelihood"),
    "mutual_information": ("information", "mutual_information"),
    "marginal_kl": ("information", "marginal_kl"),
    "knn_1000": ("knn", "1000", "mean"),
}
"""What is measured of them, and where a run of the study holds it."""
_ELBO = RATE_DISTORTION["elbo"]
NEIGHBOURS = ("knn", "1000", "mean")
"""Leads to the accuracy of nearest neighbours of 1,000 labels."""


def is_whole(study: Document, *groups: str) -> bool:
    """Whether every recipe of these groups of the study has a finished run."""
    held = {run["id"] for run in study["runs"]}
    return all(recipe.id in held for group in groups for recipe in STUDY[group])


def values_over_seeds(study: Document, run_id: str, *keys: str | int) -> list[Any]:
    """Return a measurement of a study's recipe by ascending seed; `keys` lead to it.

    Raises:
        KeyError: the study has no such run, or did not measure that of it.
    """
    found = []
    own = [run for run in study["runs"] if run["id"] == run_id]
    for value in sorted(own, key=lambda run: run["seed"]):
        for key in keys:
            value = value[key]
            if value is None:
                raise KeyError(key)
        found.append(value)
    if not found:
        raise KeyError(run_id)
    return found


def over_seeds(study: Document, run_id: str, *keys: str | int) -> Spread:
    """Return mean and standard deviation of `values_over_seeds`."""
    return spread(values_over_seeds(study, run_id, *keys))


def paired_difference(study: Document, first: str, second: str, *keys: str | int) -> Spread:
    """Return by how much a recipe's `values_over_seeds` exceed another's, seed by seed."""
    pairs = zip(*(values_over_seeds(study, name, *keys) for name in (first, second)), strict=True)
    return spread(a - b for a, b in pairs)


def squared_error(study: Document, kind: str, size: int) -> Spread:
    """Return the grid's squared error per test image, decoded from μ."""
    return over_seeds(study, f"study-{kind}-{size}", "errors", "squared_error")


def of_prior_samples(study: Document, kind: str, size: int, name: str) -> Spread:
    """Return a measurement of decoded samples of the prior."""
    return over_seeds(study, f"study-{kind}-{size}", "samples", "prior", name)


def rising(spreads: Iterable[Spread]) -> list[Comparison]:
    """Compare each number with the one before it."""
    return [compare(after, before) for before, after in itertools.pairwise(spreads)]


def vae_samples_above(study: Document, size: int, name: str) -> list[Comparison]:
    """Ask whether samples of the VAE exceed those of the autoencoder in a measurement."""
    return rising(of_prior_samples(study, kind, size, name) for kind in ("ae", "vae"))


STUDY_CLAIMS: dict[str, Callable[[Document], list[Comparison]]] = {
    "vae-error-falls-with-size": lambda study: rising(
        squared_error(study, "vae", size) for size in (20, 10, 5, 2)
    ),
    "vae-error-stops-falling-at-20": lambda study: [
        compare(squared_error(study, "vae", size), squared_error(study, "vae", 20))
        for size in (50, 100)
    ],
    "classification-widens-gaps-from-zero": lambda study: rising(
        over_seeds(study, WEIGHTS[weight], *NEIGHBOURS) for weight in (0, 1)
    ),
    "classification-100-costs-elbo": lambda study: rising(
        over_seeds(study, WEIGHTS[weight], "test", "elbo") for weight in (100, 0)
    ),
    "elbo-best-at-beta-1": lambda study: [
        compare(over_seeds(study, BETAS[1], *_ELBO), over_seeds(study, run_id, *_ELBO))
        for beta, run_id in BETAS.items()
        if beta != 1
    ],
    "vae-samples-more-digits-at-2": lambda study: vae_samples_above(study, 2, "confident"),
    "vae-samples-more-even-at-2": lambda study: vae_samples_above(study, 2, "evenness"),
    "vae-samples-more-digits-at-10": lambda study: vae_samples_above(study, 10, "confident"),
}
"""By the id under which a release's study document gives its verdict."""


def study_verdicts(study: Document) -> list[dict[str, Any]]:
    """Return id, verdict and p value of each claim whose runs the study has."""
    found = []
    for claim_id, comparisons_of in STUDY_CLAIMS.items():
        try:
            verdict, p = verdict_of_all(comparisons_of(study))
        except KeyError:
            continue
        found.append({"id": claim_id, "verdict": str(verdict), "p": p})
    return found
