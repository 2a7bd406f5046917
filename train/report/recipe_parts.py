"""What each part of the recipe for two latents is worth: tables of two groups of the study."""

from typing import Any

from train.recipes.published import RECIPES
from train.recipes.study_recipes import STUDY
from train.report.claims import Spread, spread
from train.report.tables import table

Document = dict[str, Any]

GROUPS = ("parts", "parts-longer")


def parts_tables(study: Document) -> str:
    """Write the tables of the recipe without each of its parts, beside the whole.

    Differences are taken seed by seed. A part is said to do something where their mean is more
    than twice its own standard error away from 0.

    Args:
        study: docs/results/study.json, with every run of the groups.
    """
    tables = "\n\n".join(_table(study, group) for group in GROUPS)
    seeds = len(_elbo_by_seed(study, STUDY["parts"][0].id))
    return (
        f"The recipe that most models of two latents share, and what it is without one of its "
        f"parts. `vae-2` has that recipe without residual connections, with more pixel dropout, in "
        f"{RECIPES['vae-2'].epochs} epochs.\n\n{tables}\n\n"
        f"Nats per test image, mean ± standard deviation of {seeds} seeds. In a short schedule, "
        f"what guards against learning the training images by heart has less to guard against."
    )


def _table(study: Document, group: str) -> str:
    whole, *others = STUDY[group]
    of_whole = _elbo_by_seed(study, whole.id)
    whole_title = f"{_title(whole.title)} in {whole.epochs} epochs"
    rows = [(whole_title, *_likelihoods(study, whole.id), "", "")]
    for recipe in others:
        elbo = _elbo_by_seed(study, recipe.id)
        worth = spread(of_whole[seed] - elbo[seed] for seed in elbo)
        rows.append(
            (
                _title(recipe.title),
                *_likelihoods(study, recipe.id),
                f"{worth.mean:+.2f} ± {worth.std:.2f}",
                _verdict(worth),
            )
        )
    head = ("recipe", "ELBO", "log-likelihood", "what was left out is worth", "it")
    return table(head, rows)


def _verdict(worth: Spread) -> str:
    """Say what a part does, given what it adds to the ELBO."""
    if abs(worth.mean) <= 2 * worth.std / worth.seeds**0.5:
        return f"makes no difference that {worth.seeds} seeds show"
    return "helps" if worth.mean > 0 else "costs"


def _likelihoods(study: Document, run_id: str) -> tuple[str, str]:
    likelihood = spread(
        run["test"]["log_likelihood"] for run in study["runs"] if run["id"] == run_id
    )
    return spread(_elbo_by_seed(study, run_id).values()).text(), likelihood.text()


def _elbo_by_seed(study: Document, run_id: str) -> dict[int, float]:
    return {run["seed"]: run["test"]["elbo"] for run in study["runs"] if run["id"] == run_id}


def _title(title: str) -> str:
    return title.removeprefix("Study: ")
