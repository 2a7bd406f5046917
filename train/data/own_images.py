"""A run on the user's own images: its id, its recipe, its packed copy of the images."""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from latent_atlas.train.data.contact_sheet import contact_sheet, nearly_constant
from latent_atlas.train.data.datasets import OWN_IMAGES
from latent_atlas.train.data.image_arrays import read_arrays
from latent_atlas.train.data.image_folder import (
    IMAGE_SIZE,
    LARGEST_SIZE,
    SMALLEST_SIZE,
    folder_name,
    read_folder,
)
from latent_atlas.train.data.images import Dataset
from latent_atlas.train.errors import UserError
from latent_atlas.train.files import write_atomic
from latent_atlas.train.recipes.limits import check_dataset
from latent_atlas.train.recipes.recipe import Goal, Recipe
from latent_atlas.train.runs.run_folder import IMAGES, claim, load_dataset, save_images
from latent_atlas.train.runs.run_names import check_name, name_of

CONTACT_SHEET = "contact-sheet.png"
"""The file in a run's folder that shows some of the images as they are trained on."""

# A small folder needs small batches and more rounds to take the steps that a map needs.
_STEPS_AN_EPOCH = 10
_SMALLEST_BATCH = 16
_STEPS = 3000
_MOST_EPOCHS = 300


def prepare(
    recipes: Sequence[Recipe],
    source: Path,
    runs: Path,
    *,
    name: str | None,
    size: int | None,
    resume: bool,
    overridden: Collection[str],
) -> list[Recipe]:
    """Pack the images of `source` into a run folder for each recipe; return the runs' recipes.

    The source is a folder or an .npz file. A resumed run keeps the images that were packed when it
    was started, even if the source has changed since.

    `name` is the run's id in place of `<recipe>-<source>`, `size` the images' height and width in
    pixels (28; of an .npz file as they are), and `overridden` names the recipe's fields that the
    user has set.

    Raises:
        UserError: the source, the name or the size will not do, a recipe needs other classes,
            or the name is that of a run on other images.
    """
    if size is not None and not SMALLEST_SIZE <= size <= LARGEST_SIZE:
        raise UserError(f"--image-size is a number from {SMALLEST_SIZE} to {LARGEST_SIZE}.")
    title = _title(source)
    names = [name_of(recipe, title) if name is None else name for recipe in recipes]
    for own in names:
        check_name(own, recipes if name is not None else recipes[:1])
    found: Dataset | None = None
    prepared = []
    for recipe, own in zip(recipes, names, strict=True):
        if resume and (runs / own / IMAGES).exists():
            dataset = load_dataset(OWN_IMAGES, runs / own)
            if size is not None and dataset.train.shape[1] != size:
                raise UserError(
                    f"{own} was started with images of {dataset.train.shape[1]} pixels; train it "
                    f"without --resume to change --image-size."
                )
            print(f"{own}: going on with the images that were packed when it was started")
        else:
            dataset = found = found or _read(source, size)
        fitted = _fitted(recipe, title, dataset, overridden)
        prepared.append((replace(fitted, id=own), dataset))
    # Only now that every recipe fits is anything written.
    for own in names:
        claim(runs / own, source)
    for recipe, dataset in prepared:
        save_images(runs / recipe.id, dataset)
        sheet = runs / recipe.id / CONTACT_SHEET
        write_atomic(sheet, contact_sheet(dataset))
        constant = nearly_constant(dataset.train) + nearly_constant(dataset.test)
        if constant:
            count = len(dataset.train) + len(dataset.test)
            print(
                f"{recipe.id}: {constant:,} of {count:,} images came out nearly constant; "
                f"look at {sheet} before training on them."
            )
    return [recipe for recipe, _ in prepared]


def _read(source: Path, size: int | None) -> Dataset:
    if source.suffix.casefold() == ".npz":
        return read_arrays(source, size)
    return read_folder(source, size or IMAGE_SIZE).dataset


def _title(source: Path) -> str:
    """Return what a folder or an .npz file is called, fit to be printed."""
    return folder_name(source.with_suffix("") if source.suffix.casefold() == ".npz" else source)


def _fitted(recipe: Recipe, title: str, dataset: Dataset, overridden: Collection[str]) -> Recipe:
    """Return `recipe` as it trains on `dataset`: of few images smaller batches, more epochs."""
    check_dataset(recipe, dataset, title)
    batch_size, epochs, warmup = recipe.batch_size, recipe.epochs, recipe.warmup_steps
    count = len(dataset.train)
    if "batch_size" not in overridden:
        batch_size = min(batch_size, max(_SMALLEST_BATCH, count // _STEPS_AN_EPOCH))
    steps = max(1, count // batch_size)
    if "epochs" not in overridden:
        epochs = max(epochs, min(_MOST_EPOCHS, math.ceil(_STEPS / steps)))
    if "warmup_steps" not in overridden:
        warmup = min(warmup, epochs * steps // 10)
    return replace(
        recipe, title=f"{recipe.title}: {title}", dataset=OWN_IMAGES, goal=Goal(),
        batch_size=batch_size, epochs=epochs, warmup_steps=warmup,
    )  # fmt: skip
