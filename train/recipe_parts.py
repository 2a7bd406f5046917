"""What each part of the recipes for two latents is worth: tables of three groups of the study."""

from typing import Any

from train.claims import NOT_WHOLE, Spread, is_whole, spread
from train.recipes import STUDY, Recipe
from train.tables import table

Document = dict[str, Any]

GROUPS = ("parts", "parts-longer", "changes")
# The heads of the last two columns, and what the last says of a gain and of a loss.
_LEFT_OUT = ("what was left out is worth", "it", "helps", "costs")
_WORDS = {
    "parts": _LEFT_OUT,
    "parts-longer": _LEFT_OUT,
    "changes": ("`vae-2` is better by", "so that it does", "better", "worse"),
}


def parts_tables(study: Document) -> str:
    """Write the tables of a recipe beside the same without, or with, one of its parts.

    Differences are taken seed by seed. A part is said to do something where their mean is more
    than twice its own standard error away from 0.

    Args:
        study: docs/results/study.json; a group that lacks a run has a sentence for a table.
    """
    shared, own = (STUDY[group][0] for group in ("parts", "changes"))
    seeds = max(len(_elbo_by_seed(study, STUDY[group][0].id)) for group in GROUPS)
    return (
        f"The recipe that most models of two latents share, and what it is without one of its "
        f"parts, in short schedules:\n\n{_table(study, 'parts')}\n\n"
        f"{_table(study, 'parts-longer')}\n\n"
        f"`vae-2` itself has no residual connections (and more pixel dropout, "
        f"{own.pixel_dropout:.0%} for {shared.pixel_dropout:.0%}). In its own {own.epochs} epochs, "
        f"without them and with them:\n\n"
        f"{_table(study, 'changes')}\n\n"
        f"Nats per test image, mean ± standard deviation of {seeds} seeds. In a short schedule, "
        f"what guards against learning the training images by heart has less to guard against."
    )


def _table(study: Document, group: str) -> str:
    if not is_whole(study, group):
        return NOT_WHOLE
    worth_head, verdict_head, gain, loss = _WORDS[group]
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
                _verdict(worth, gain, loss),
            )
        )
    return table(("recipe", "ELBO", "log-likelihood", worth_head, verdict_head), rows)


def _whole(recipe: Recipe) -> str:
    return f"{_title(recipe.title)} in {recipe.epochs} epochs"


def _verdict(worth: Spread, gain: str, loss: str) -> str:
    """Say what a part does, given what it adds to the ELBO."""
    if abs(worth.mean) <= 2 * worth.std / worth.seeds**0.5:
        return f"no difference that {worth.seeds} seeds show"
    return gain if worth.mean > 0 else loss


def _likelihoods(study: Document, run_id: str) -> tuple[str, str]:
    likelihood = spread(
        run["test"]["log_likelihood"] for run in study["runs"] if run["id"] == run_id
    )
    return spread(_elbo_by_seed(study, run_id).values()).text(), likelihood.text()


def _elbo_by_seed(study: Document, run_id: str) -> dict[int, float]:
    return {run["seed"]: run["test"]["elbo"] for run in study["runs"] if run["id"] == run_id}


def _title(title: str) -> str:
    return title.removeprefix("Study: ").replace("vae-2", "`vae-2`")
