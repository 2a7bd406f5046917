"""A run on a folder of the user's own images: its id, its recipe, its packed copy of the images."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from train.data.datasets import OWN_IMAGES
from train.data.image_folder import (
    IMAGE_SIZE,
    LARGEST_SIZE,
    SMALLEST_SIZE,
    folder_name,
    read_folder,
)
from train.data.images import Dataset
from train.errors import UserError
from train.recipes.published import RECIPES
from train.recipes.recipe import Goal, Recipe
from train.runs.run_folder import has_images, load_dataset, save_images

_LONGEST_ID = 60
# Folders beside the runs, and words of the command line.
_TAKEN = {"all", "cache", "evaluate", "figures", "judges", "study"}

# A small folder needs small batches and more rounds to take the steps that a map needs.
_STEPS_AN_EPOCH = 10
_SMALLEST_BATCH = 16
_STEPS = 3000
_MOST_EPOCHS = 300


def prepare(
    recipes: Sequence[Recipe],
    folder: Path,
    runs: Path,
    *,
    name: str | None = None,
    size: int | None = None,
    resume: bool = False,
    overridden: Collection[str] = (),
) -> list[Recipe]:
    """Pack the images of `folder` into a run folder for each recipe; return the runs' recipes.

    A resumed run keeps the images that were packed when it was started, even if the folder has
    changed since.

    Args:
        recipes: what to train; each becomes a run of its own.
        folder: of images, with a folder for each class or none at all.
        runs: where run folders are.
        name: id of the run in place of `<recipe>-<folder>`.
        size: height and width of the images in pixels; by default 28.
        resume: use the images that are packed already.
        overridden: names of the recipe's fields that the user has set.

    Raises:
        UserError: the folder, the name or the size will not do, or a recipe needs other classes.
    """
    if size is not None and not SMALLEST_SIZE <= size <= LARGEST_SIZE:
        raise UserError(f"--image-size is a number from {SMALLEST_SIZE} to {LARGEST_SIZE}.")
    if name is not None and len(recipes) > 1:
        raise UserError("--name is for one recipe; leave it out, and each run gets its own name.")
    names = [_run_id(recipe.id, folder) if name is None else name for recipe in recipes]
    for own in names:
        _check_id(own)
    title = folder_name(folder)
    found: Dataset | None = None
    prepared = []
    for recipe, own in zip(recipes, names, strict=True):
        if resume and has_images(runs / own):
            dataset = load_dataset(OWN_IMAGES, runs / own)
            if size is not None and dataset.train.shape[1] != size:
                raise UserError(
                    f"{own} was started with images of {dataset.train.shape[1]} pixels; train it "
                    f"without --resume to change --image-size."
                )
            print(f"{own}: going on with the images that were packed when it was started")
        else:
            found = found or read_folder(folder, size or IMAGE_SIZE).dataset
            dataset = found
        prepared.append((own_recipe(recipe, own, title, dataset, overridden), dataset))
    # Only now that every recipe fits is anything written.
    for recipe, dataset in prepared:
        save_images(runs / recipe.id, dataset)
    return [recipe for recipe, _ in prepared]


def own_recipe(
    recipe: Recipe, run_id: str, title: str, dataset: Dataset, overridden: Collection[str] = ()
) -> Recipe:
    """Return `recipe` as it trains on `dataset`: with enough steps to learn something.

    Where there are few images, batches shrink and epochs grow; fields in `overridden` stay.

    Raises:
        UserError: the recipe needs other classes than there are.
    """
    classes = len(dataset.class_names)
    if classes < 2 and (recipe.condition != "none" or recipe.classification_weight > 0):
        raise UserError(
            f"{recipe.id} needs images of at least two classes, each in a folder of its own; "
            f"'{title}' has one."
        )
    if recipe.prior_means and len(recipe.prior_means) != classes:
        raise UserError(
            f"{recipe.id} has places for {len(recipe.prior_means)} classes, and '{title}' has "
            f"{classes}."
        )
    fitted = replace(
        recipe, id=run_id, title=f"{recipe.title}: {title}", dataset=OWN_IMAGES, goal=Goal()
    )
    count = len(dataset.train)
    if "batch_size" not in overridden:
        smallest = max(_SMALLEST_BATCH, count // _STEPS_AN_EPOCH)
        fitted = replace(fitted, batch_size=min(recipe.batch_size, smallest))
    steps = max(1, count // fitted.batch_size)
    if "epochs" not in overridden:
        enough = min(_MOST_EPOCHS, -(-_STEPS // steps))
        fitted = replace(fitted, epochs=max(recipe.epochs, enough))
    if "warmup_steps" not in overridden:
        tenth = fitted.epochs * steps // 10
        fitted = replace(fitted, warmup_steps=min(recipe.warmup_steps, tenth))
    return fitted


def _run_id(recipe_id: str, folder: Path) -> str:
    """Return `vae-2-leaves` for the recipe `vae-2` and a folder called Leaves."""
    plain = unicodedata.normalize("NFKD", folder_name(folder)).encode("ascii", "ignore").decode()
    slug = "-".join(re.findall("[a-z0-9]+", plain.lower())) or "images"
    return f"{recipe_id}-{slug}"[:_LONGEST_ID].rstrip("-")


def _check_id(run_id: str) -> None:
    if not re.fullmatch(f"[a-z0-9][a-z0-9-]{{0,{_LONGEST_ID - 1}}}", run_id):
        raise UserError(
            f"--name consists of lower-case letters, digits and hyphens, {_LONGEST_ID} at most, "
            f"and starts with no hyphen."
        )
    if run_id in RECIPES or run_id in _TAKEN:
        raise UserError(f"The name '{run_id}' is taken; choose another with --name.")
