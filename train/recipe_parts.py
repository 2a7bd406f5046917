"""What each part of the recipes for two latents is worth: tables of two groups of the study."""

from typing import Any

from train.claims import NOT_WHOLE, Spread, is_whole, spread
from train.recipes import RECIPES, STUDY, Recipe
from train.tables import table

Document = dict[str, Any]

GROUPS = ("parts", "parts-longer")


def parts_tables(study: Document) -> str:
    """Write the tables of a recipe beside the same without, or with, one of its parts.

    Differences are taken seed by seed. A part is said to do something where their mean is more
    than twice its own standard error away from 0.

    Args:
        study: docs/results/study.json; a group that lacks a run has a sentence for a table.
    """
    seeds = max(len(_elbo_by_seed(study, STUDY[group][0].id)) for group in GROUPS)
    epochs = " and ".join(str(STUDY[group][0].epochs) for group in GROUPS)
    return (
        f"The recipe that most models of two latents share, in {epochs} epochs, and what it is "
        f"without one of its parts. `vae-2` has that recipe without residual connections, with "
        f"more pixel dropout, in {RECIPES['vae-2'].epochs} epochs.\n\n"
        f"{_table(study, 'parts')}\n\n{_table(study, 'parts-longer')}\n\n"
        f"Nats per test image, mean ± standard deviation of {seeds} seeds. In a short schedule, "
        f"what guards against learning the training images by heart has less to guard against."
    )


def _table(study: Document, group: str) -> str:
    if not is_whole(study, group):
        return NOT_WHOLE
    whole, *others = STUDY[group]
    of_whole = _elbo_by_seed(study, whole.id)
    rows = [(_whole(whole), *_likelihoods(study, whole.id), "", "")]
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
    return table(("recipe", "ELBO", "log-likelihood", "what was left out is worth", "it"), rows)


def _whole(recipe: Recipe) -> str:
    return f"{_title(recipe.title)} in {recipe.epochs} epochs"


def _verdict(worth: Spread) -> str:
    """Say what a part does, given what it adds to the ELBO."""
    if abs(worth.mean) <= 2 * worth.std / worth.seeds**0.5:
        return f"no difference that {worth.seeds} seeds show"
    return "helps" if worth.mean > 0 else "costs"


def _likelihoods(study: Document, run_id: str) -> tuple[str, str]:
    likelihood = spread(
        run["test"]["log_likelihood"] for run in study["runs"] if run["id"] == run_id
    )
    return spread(_elbo_by_seed(study, run_id).values()).text(), likelihood.text()


def _elbo_by_seed(study: Document, run_id: str) -> dict[int, float]:
    return {run["seed"]: run["test"]["elbo"] for run in study["runs"] if run["id"] == run_id}


def _title(title: str) -> str:
    return title.removeprefix("Study: ").replace("vae-2", "`vae-2`")
