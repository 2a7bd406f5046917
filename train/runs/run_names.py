"""What a run is called, which is its folder's name and its model's id on the page."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from latent_atlas.train.errors import UserError
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.recipe import Goal, Recipe
from latent_atlas.train.runs.run_folder import IMAGES

_LONGEST = 60
# Folders beside the runs, and words of the command line.
_TAKEN = {"all", "baselines", "cache", "evaluate", "figures", "judges", "study"}


def named(recipes: Sequence[Recipe], name: str, runs: Path) -> list[Recipe]:
    """Return the one recipe, of a known dataset, as that of the run called `name`.

    Raises:
        UserError: there are several, the name will not do, or is that of a run on own images.
    """
    check_name(name, recipes)
    if (runs / name / IMAGES).exists():
        raise UserError(
            f"{runs / name} is a run on images of your own; choose another --name, or remove it."
        )
    (recipe,) = recipes
    return [replace(recipe, id=name, title=f"{recipe.title}: {name}", goal=Goal())]


def check_name(name: str, recipes: Sequence[Recipe]) -> None:
    """Refuse a name for several runs, or one that is another's or cannot be an id.

    Raises:
        UserError: the sentence says which.
    """
    if len(recipes) > 1:
        raise UserError("--name is for one recipe; leave it out, and each run gets its own name.")
    if not re.fullmatch(f"[a-z0-9][a-z0-9-]{{0,{_LONGEST - 1}}}", name):
        raise UserError(
            f"--name consists of lower-case letters, digits and hyphens, {_LONGEST} at most, and "
            f"starts with no hyphen."
        )
    if name in RECIPES or name in _TAKEN:
        raise UserError(f"The name '{name}' is taken; choose another with --name.")


def name_of(recipe: Recipe, data: str) -> str:
    """Return `vae-2-leaves` for the recipe `vae-2` and images or a dataset called Leaves."""
    plain = unicodedata.normalize("NFKD", data).encode("ascii", "ignore").decode()
    slug = "-".join(re.findall("[a-z0-9]+", plain.lower())) or "images"
    return f"{recipe.id}-{slug}"[:_LONGEST].rstrip("-")
