"""Recipes in files: written, read again, and compared with those of today.

Recipes gain and lose fields, and the runs made before stay readable.
"""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from latent_atlas.train.recipes.recipe import Goal, Recipe

# They decide nothing of a run.
_LABELS = frozenset({"title", "goal"})
# Before recipes had these, each run chose them for its machine; its report says which precision.
ONCE_CHOSEN_BY_RUNS = frozenset({"precision", "compile"})


def fields_of(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe's fields as JSON gives them back: lists for tuples."""
    return json.loads(json.dumps(dataclasses.asdict(recipe)))


def recipe_from_json(fields: Mapping[str, Any]) -> Recipe:
    """Rebuild a recipe from its fields.

    A field that it was stored without has its default, which is what was done before there was
    one. A field that recipes have lost since is left out, with a printed note.
    """
    lost = sorted(fields.keys() - _names(Recipe))
    if lost:
        print(f"{fields.get('id')}: recipes no longer have {', '.join(lost)}; ignored.")
    values = {name: _tuples(value) for name, value in fields.items() if name not in lost}
    goal = fields.get("goal") or {}
    values["goal"] = Goal(**{name: goal[name] for name in goal.keys() & _names(Goal)})
    return Recipe(**({"id": "", "title": ""} | values))


def differences(stored: Mapping[str, Any], recipe: Recipe) -> list[str]:
    """Return the names of the fields in which a stored recipe is not `recipe`.

    A field that recipes have gained since counts as its default; one that they have lost differs.
    The title and the goal do not count.
    """
    now = fields_of(recipe)
    then = fields_of(Recipe(id="", title=""))
    then |= {name: now[name] for name in ONCE_CHOSEN_BY_RUNS}
    then |= stored
    compared = then.keys() - _LABELS
    return sorted(name for name in compared if name not in now or then[name] != now[name])


def _names(kind: type[Recipe | Goal]) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def _tuples(value: Any) -> Any:
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value
