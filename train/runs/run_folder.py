"""Run folders: what a finished run leaves behind, and how it is read again."""

import dataclasses
import functools
import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors

from latent_atlas.train.data import datasets
from latent_atlas.train.data.datasets import OWN_IMAGES
from latent_atlas.train.data.images import Dataset, Images, hold_out
from latent_atlas.train.errors import UserError
from latent_atlas.train.evaluation.encodings import Encodings, save_encodings
from latent_atlas.train.files import sha256, write_atomic
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.recipes.serialisation import fields_of, recipe_from_json
from latent_atlas.train.runs.run_lock import writing
from latent_atlas.train.training.checkpoint import drop_old, read_metadata, save_tensors

Report = dict[str, Any]

IMAGES = "images.safetensors"
_IMAGES_FROM = "images-from.txt"


class Run(NamedTuple):
    """A finished run: its recipe, its model in evaluation mode, and its report."""

    recipe: Recipe
    model: Autoencoder
    report: Report
    stored_recipe: dict[str, Any]
    """The recipe's fields as they were stored, perhaps by an earlier version."""


@functools.cache  # a process that trains many runs has the code that it began with
def commit() -> str | None:
    """Return the commit of this code, with `+` where `train/` has changes; None without git."""

    def git(*arguments: str) -> str:
        return subprocess.check_output(  # noqa: S603 (fixed words)
            ["git", *arguments],  # noqa: S607
            cwd=Path(__file__).parents[1],
            stderr=subprocess.DEVNULL,
            text=True,
        ).strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", ".") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def save_run(
    folder: Path,
    recipe: Recipe,
    model: Autoencoder,
    metrics: list[dict[str, float]],
    report: Report,
    encodings: dict[str, Encodings] | None = None,
) -> None:
    """Write a finished run to `folder`, the report last: with it the run is whole.

    `encodings` of the dataset are saved where given, for the export and the figures.

    The report carries the hash of the weights it speaks of, so that a kill between the files
    cannot pair one run's numbers with another's weights.
    """
    meta = {
        "recipe": json.dumps(fields_of(recipe)),
        "image_shape": json.dumps(model.image_shape),
        "classes": str(model.classes),
    }
    state = {name: tensor.cpu().contiguous() for name, tensor in model.state_dict().items()}
    weights = save_tensors(state, metadata=meta)
    rows = "".join(json.dumps(row) + "\n" for row in metrics)
    write_atomic(folder / "weights.safetensors", weights)
    write_atomic(folder / "recipe.json", _json(fields_of(recipe)))
    write_atomic(folder / "metrics.jsonl", rows.encode())
    if encodings is not None:
        save_encodings(folder, encodings, sha256(weights))
    write_atomic(folder / "report.json", _json({**report, "weights_sha256": sha256(weights)}))


def load_metrics(folder: Path) -> list[dict[str, float]]:
    """Return a run's metrics, one row an epoch."""
    return [json.loads(row) for row in (folder / "metrics.jsonl").read_text().splitlines()]


def save_images(folder: Path, dataset: Dataset) -> None:
    """Pack a folder's images into a run's folder, so that nothing later needs the folder itself.

    Where other images were packed there, what was trained on them goes first.
    """
    tensors: dict[str, torch.Tensor] = {}
    for split, images in (("train", dataset.train), ("test", dataset.test)):
        tensors |= {f"{split}_pixels": images.pixels, f"{split}_labels": images.labels}
    packed = save_tensors(tensors, metadata={"class_names": json.dumps(dataset.class_names)})
    path = folder / IMAGES
    if path.exists() and path.read_bytes() == packed:
        return
    with writing(folder):
        (folder / "report.json").unlink(missing_ok=True)  # first: without it no run is finished
        drop_old(folder / "state", 0)
        write_atomic(path, packed)


def claim(folder: Path, images: Path) -> None:
    """Mark a run's folder as that of a folder of images, known by the hash of its path.

    Raises:
        UserError: it is the folder of another run, whose name is the same.
    """
    own = sha256(os.fsencode(images.resolve())).encode()
    path = folder / _IMAGES_FROM
    on_a_dataset = (folder / "recipe.json").exists() and not (folder / IMAGES).exists()
    found = path.read_bytes() if path.exists() else b"" if on_a_dataset else None
    if found is None:
        write_atomic(path, own)
    elif found != own:
        raise UserError(
            f"{folder} is a run on other images than those in {images}; give this one a name of "
            f"its own with --name, or remove {folder} first."
        )


def load_dataset(name: str, folder: Path) -> Dataset:
    """Return the dataset of the run in `folder`: a known one, or the images packed there.

    Raises:
        UserError: it cannot be read.
    """
    if name != OWN_IMAGES:
        return datasets.load_dataset(name)
    try:
        packed = (folder / IMAGES).read_bytes()
        tensors = load_tensors(packed)
    except FileNotFoundError as error:
        raise UserError(
            f"There are no images in {folder}; name their folder with --images."
        ) from error
    except SafetensorError as error:
        raise UserError(
            f"The images in {folder} are damaged; train the run again, without --resume."
        ) from error
    class_names = tuple(json.loads(read_metadata(packed)["class_names"]))
    train, test = (
        Images(tensors[f"{split}_pixels"], tensors[f"{split}_labels"], len(class_names))
        for split in ("train", "test")
    )
    return Dataset(train, test, class_names)


def trained_on(recipe: Recipe, images: Images) -> Images:
    """Return those of a dataset's training images that a recipe trains on.

    They are `images` themselves where the recipe leaves none out.
    """
    rest, _ = hold_out(images, recipe.validation_fraction, recipe.seed)
    return rest.select(slice(0, recipe.train_images)) if recipe.train_images > 0 else rest


def rows_trained_on(recipe: Recipe, count: int) -> NDArray[np.int64]:
    """Return the rows of `count` training images that a recipe trains on, in its order."""
    rows = torch.arange(count)
    return trained_on(recipe, Images(rows, rows, classes=1)).labels.numpy()


def load_run(folder: Path) -> Run:
    """Read a finished run.

    Raises:
        UserError: the folder has no finished run, or its files are damaged or do not belong
            together.
    """
    try:
        weights = (folder / "weights.safetensors").read_bytes()
        report: Report = json.loads((folder / "report.json").read_bytes())
    except FileNotFoundError as error:
        raise UserError(f"There is no finished run in {folder}; train it first.") from error
    except ValueError as error:
        raise UserError(f"The report in {folder} is damaged; train the run again.") from error
    if report.get("weights_sha256") != sha256(weights):
        raise UserError(
            f"The weights and the report in {folder} do not belong together; "
            f"finish the run with --resume."
        )
    meta = read_metadata(weights)
    stored = json.loads(meta["recipe"])
    recipe = recipe_from_json({"precision": report.get("precision", "unknown"), **stored})
    model = Autoencoder(recipe, tuple(json.loads(meta["image_shape"])), int(meta["classes"]))
    model.load_state_dict(load_tensors(weights))
    return Run(recipe, model.eval(), report, stored)


def _json(value: object) -> bytes:
    text = json.dumps(value, indent=2, ensure_ascii=False, default=dataclasses.asdict)
    return f"{text}\n".encode()
