"""The study's results, reduced to what the page shows: means, spreads, and one seed's curves."""

import json
from pathlib import Path
from typing import Any

from export.documents.json_numbers import to_json
from export.documents.kinds import kind_of
from train.errors import UserError
from train.recipes.serialisation import recipe_from_json
from train.report.significance import spread
from train.report.study_claims import study_verdicts
from train.rounding import significant

# Where a run of the results file holds each number that is compared.
_NUMBERS = {
    "squared_error": ("errors", "squared_error"),
    "cross_entropy": ("errors", "cross_entropy"),
    "elbo": ("test", "elbo"),
    "log_likelihood": ("test", "log_likelihood"),
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

    Args:
        path: what `python -m train study` wrote.

    Its layout is that of docs/release-format.md, “Study”.

    Raises:
        UserError: the file is not what the study writes.
    """
    try:
        document = json.loads(path.read_bytes())
        rows: dict[str, list[dict[str, Any]]] = {}
        for run in document["runs"]:
            rows.setdefault(run["id"], []).append(run)
        models = [_row(sorted(runs, key=lambda run: run["seed"])) for runs in rows.values()]
        claims = significant(study_verdicts(document), 3)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is no results file of the study; train it again, or name another with --study."
        ) from error
    return to_json({"models": models, "claims": claims})


def _row(runs: list[dict[str, Any]]) -> dict[str, Any]:
    first = runs[0]
    recipe = recipe_from_json(first["recipe"])
    found = {name: [_at(run, path) for run in runs] for name, path in _NUMBERS.items()}
    anomalies = first["anomaly"] or {}
    return {
        "id": first["id"],
        "group": first["group"],
        "kind": kind_of(recipe),
        "latent_size": recipe.latent_size,
        "classification_weight": recipe.classification_weight,
        "seeds": [run["seed"] for run in runs],
        "numbers": {
            name: _mean_and_std(values) for name, values in found.items() if None not in values
        },
        "anomaly_auc": {
            kind: _mean_and_std([run["anomaly"][kind]["auc"] for run in runs]) for kind in anomalies
        },
        "by_class": [
            {
                "label": row["label"],
                "squared_error": _mean_and_std(
                    [run["errors"]["by_class"][place]["squared_error"] for run in runs]
                ),
            }
            for place, row in enumerate(first["errors"]["by_class"])
        ],
        "curves": significant(first["curves"], 4),
    }


def _at(run: dict[str, Any], path: tuple[str, ...]) -> float | None:
    """Return the number at a path of keys, None where there is none."""
    value: Any = run
    for name in path:
        if value is None:
            return None
        value = value.get(name)
    number: float | None = value
    return number


def _mean_and_std(values: list[Any]) -> dict[str, float | None]:
    found = spread(values)
    std = found.std if found.seeds > 1 else None
    rounded: dict[str, float | None] = significant({"mean": found.mean, "std": std})
    return rounded
