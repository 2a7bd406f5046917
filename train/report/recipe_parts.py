"""What each part of the recipe for two latents is worth: tables of two groups of the study."""

from train.recipes.published import RECIPES
from train.recipes.study_recipes import STUDY
from train.report.significance import Comparison, Verdict, compare, holm, spread
from train.report.study_claims import Document, over_seeds, values_over_seeds
from train.report.tables import table

GROUPS = ("parts", "parts-longer")


def parts_tables(study: Document) -> str:
    """Write the tables of the recipe without each of its parts, beside the whole.

    Differences are taken seed by seed and tested against 0; a table is one family of tests.

    Args:
        study: docs/results/study.json, with every run of the groups.
    """
    tables = "\n\n".join(_table(study, group) for group in GROUPS)
    seeds = len(_elbo(study, STUDY["parts"][0].id))
    return (
        f"The recipe that most models of two latents share, and what it is without one of its "
        f"parts. `vae-2` has that recipe without residual connections, with more pixel dropout, in "
        f"{RECIPES['vae-2'].epochs} epochs.\n\n{tables}\n\n"
        f"Nats per test image, mean ± standard deviation of {seeds} seeds; “worth” is the ELBO "
        f"with the part minus the ELBO without it, seed by seed. A part helps or costs where a "
        f"paired t test, after Holm's correction for the rows of its table, gives p < 0.05. "
        f"Three seeds show only large effects. In a short schedule there is little overfitting, "
        f"so regularisation has less to prevent."
    )


def _table(study: Document, group: str) -> str:
    whole, *others = STUDY[group]
    worth = [
        spread(
            whole_elbo - elbo
            for whole_elbo, elbo in zip(
                _elbo(study, whole.id), _elbo(study, recipe.id), strict=True
            )
        )
        for recipe in others
    ]
    verdicts = holm([compare(own, 0.0) for own in worth])
    rows = [(f"{_title(whole.title)} in {whole.epochs} epochs", *_likelihoods(study, whole.id),
             "", "", "")]  # fmt: skip
    rows += [
        (
            _title(recipe.title), *_likelihoods(study, recipe.id),
            f"{own.mean:+.2f} ± {own.std:.2f}", f"{verdict.p:.2g}", _effect(verdict),
        )
        for recipe, own, verdict in zip(others, worth, verdicts, strict=True)
    ]  # fmt: skip
    head = ("recipe", "ELBO", "log-likelihood", "what was left out is worth", "p", "it")
    return table(head, rows)


def _effect(comparison: Comparison) -> str:
    """Say what a part does to the ELBO."""
    words = {Verdict.SHOWN: "helps", Verdict.CONTRADICTED: "costs"}
    return words.get(comparison.verdict, "not shown")


def _likelihoods(study: Document, run_id: str) -> tuple[str, str]:
    elbo, likelihood = (
        over_seeds(study, run_id, "test", name) for name in ("elbo", "log_likelihood")
    )
    return elbo.text(), likelihood.text()


def _elbo(study: Document, run_id: str) -> list[float]:
    return values_over_seeds(study, run_id, "test", "elbo")


def _title(title: str) -> str:
    return title.removeprefix("Study: ")
