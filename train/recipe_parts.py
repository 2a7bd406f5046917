"""What each part of the recipe for two latents is worth: a table of the study's group "parts"."""

from typing import Any

from train.claims import Spread, spread
from train.recipes import RECIPES, STUDY
from train.tables import table

Document = dict[str, Any]


def parts_table(study: Document) -> str:
    """Write the table of the recipe without each of its parts, beside the whole.

    Differences are taken seed by seed. A part is said to do something where their mean is more
    than twice its own standard error away from 0.

    Args:
        study: docs/results/study.json, with every run of the group.
    """
    whole, *others = STUDY["parts"]
    of_whole = _elbo_by_seed(study, whole.id)
    rows = [(_title(whole.title), *_likelihoods(study, whole.id), "", "")]
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
    published = RECIPES["vae-2"].epochs
    return table(head, rows) + (
        f"\n\nNats per test image, mean ± standard deviation of {len(of_whole)} seeds. "
        f"{whole.epochs} epochs, where `vae-2` has {published}: what guards against learning the "
        f"training images by heart has little to guard against here."
    )


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
    return title.removeprefix("Study: ").replace("vae-2", "`vae-2`")
