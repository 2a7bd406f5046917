"""The study's results, reduced to what the page shows: means, spreads, and one seed's curves."""

import contextlib
import json
from pathlib import Path
from typing import Any

from latent_atlas.export.documents.json_numbers import to_json
from latent_atlas.export.documents.measurements import kind_of
from latent_atlas.train.errors import UserError
from latent_atlas.train.recipes.serialisation import recipe_from_json
from latent_atlas.train.report.study_claims import Document, over_seeds, study_verdicts
from latent_atlas.train.rounding import significant

# Where a run of the results file holds each number that is compared.
_NUMBERS = {
    "squared_error": ("errors", "squared_error"),
    "cross_entropy": ("errors", "cross_entropy"),
    "elbo": ("test", "elbo"),
    "log_likelihood": ("test", "log_likelihood"),
    "log_likelihood_integrated": ("integral", "log_likelihood"),
    "active_units": ("active_units",),
    "linear_probe": ("linear_probe",),
    "knn_100": ("knn", "100", "mean"),
    "knn_1000": ("knn", "1000", "mean"),
    "knn_all": ("knn", "all", "mean"),
    "confident": ("samples", "prior", "confident"),
    "evenness": ("samples", "prior", "evenness"),
    "accuracy": ("classifier", "accuracy"),
}


def study_json(path: Path) -> bytes | None:
    """Write the study's table; None where there is no results file.

    What was measured without any model joins it, from the `baselines.json` beside that file.

    Raises:
        UserError: the file is not what the study writes.
    """
    try:
        document = json.loads(path.read_bytes())
        ids = dict.fromkeys(run["id"] for run in document["runs"])
        models = [_row(document, run_id) for run_id in ids]
        claims = significant(study_verdicts(document), 3)
        baselines = _baselines(path.with_name("baselines.json"))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is no results file of the study; train it again, or name another with --study."
        ) from error
    return to_json({"models": models, "claims": claims} | baselines)


def mean_and_std(study: Document, run_id: str, *keys: str | int) -> dict[str, float | None]:
    """Return a measurement of a recipe over its seeds; a single one has no spread.

    Raises:
        KeyError: the study has no such run, or did not measure that of it.
    """
    found = over_seeds(study, run_id, *keys)
    return significant({"mean": found.mean, "std": found.std if found.seeds > 1 else None})


def _baselines(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    return {"baselines": significant(json.loads(path.read_bytes())["mnist"])}


def _row(study: Document, run_id: str) -> dict[str, Any]:
    numbers = {}
    for name, keys in _NUMBERS.items():
        with contextlib.suppress(KeyError):  # not measured
            numbers[name] = mean_and_std(study, run_id, *keys)
    runs = [run for run in study["runs"] if run["id"] == run_id]
    first = min(runs, key=lambda run: run["seed"])
    recipe = recipe_from_json(first["recipe"])
    return {
        "id": run_id,
        "group": first["group"],
        "kind": kind_of(recipe),
        "latent_size": recipe.latent_size,
        "classification_weight": recipe.classification_weight,
        "seeds": sorted(run["seed"] for run in runs),
        "numbers": numbers,
        "anomaly_auc": {
            kind: mean_and_std(study, run_id, "anomaly", kind, "auc")
            for kind in first["anomaly"] or ()
        },
        "by_class": [
            {
                "label": row["label"],
                "squared_error": mean_and_std(
                    study, run_id, "errors", "by_class", place, "squared_error"
                ),
            }
            for place, row in enumerate(first["errors"]["by_class"])
        ],
        "curves": significant(first["curves"], 4),
    }
