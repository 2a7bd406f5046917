"""Recipes as files hold them: written, read again, and compared with those of today."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from train.recipes.recipe import Goal, Recipe

# Words about a recipe, which decide nothing of a run.
_WORDS = frozenset({"title", "goal"})


def fields_of(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe's fields as JSON gives them back: lists for tuples."""
    fields: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(recipe)))
    return fields


def recipe_from_json(fields: Mapping[str, Any]) -> Recipe:
    """Rebuild a recipe from its fields; one that it was stored without has its default.

    A new field's default is what was done before there was one.
    """
    values: dict[str, Any] = {name: _tuples(value) for name, value in fields.items()}
    values["goal"] = Goal(**fields.get("goal", {}))
    return Recipe(**values)


def differences(stored: Mapping[str, Any], recipe: Recipe) -> list[str]:
    """Return the names of the fields in which a stored recipe is another one than `recipe`.

    A field that recipes have gained since counts as its default; one that they have lost differs.
    What a recipe is called, and what it is meant to reach, make no other recipe of it.
    """
    now = {name: value for name, value in fields_of(recipe).items() if name not in _WORDS}
    stored = {name: value for name, value in stored.items() if name not in _WORDS}
    known = {name: value for name, value in stored.items() if name in now}
    try:
        was = fields_of(recipe_from_json({**known, "title": recipe.title}))
    except TypeError:  # without an id
        was = known
    lost = stored.keys() - now.keys()
    return sorted(lost | {name for name in now if name not in was or was[name] != now[name]})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value
