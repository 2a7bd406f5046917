"""Run folders: what a finished run leaves behind, and how it is read again."""

import functools
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from train.data import datasets
from train.data.datasets import OWN_IMAGES
from train.data.images import Dataset, Images, hold_out
from train.errors import UserError
from train.evaluation.encodings import Encodings, save_encodings
from train.files import sha256, write_atomic
from train.models.autoencoder import Autoencoder
from train.recipes.recipe import Recipe
from train.recipes.serialisation import fields_of, recipe_from_json
from train.training.checkpoint import Checkpoints, read_metadata

Report = dict[str, Any]

_IMAGES = "images.safetensors"


@dataclass(frozen=True)
class Run:
    """A finished run: its recipe, its model in evaluation mode, and its report."""

    recipe: Recipe
    model: Autoencoder
    report: Report
    stored_recipe: dict[str, Any]
    """The recipe's fields as they were stored, perhaps by an earlier version."""


@functools.cache  # a process that trains many runs has the code that it began with
def commit() -> str | None:
    """Return the commit of this code, with `+` where this folder has changes; None without git."""
    try:
        head = _git("rev-parse", "HEAD")
        return head + "+" if _git("status", "--porcelain", "--", ".") else head
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*arguments: str) -> str:
    here = Path(__file__).parent
    return subprocess.run(  # noqa: S603 (fixed words)
        ["git", *arguments],  # noqa: S607
        cwd=here,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


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
    tensors = {
        "train_pixels": dataset.train.pixels, "train_labels": dataset.train.labels,
        "test_pixels": dataset.test.pixels, "test_labels": dataset.test.labels,
    }  # fmt: skip
    packed = save_tensors(tensors, metadata={"class_names": json.dumps(dataset.class_names)})
    path = folder / _IMAGES
    if path.exists() and path.read_bytes() == packed:
        return
    (folder / "report.json").unlink(missing_ok=True)  # first: without it the run is not finished
    Checkpoints(folder / "state").clear()
    write_atomic(path, packed)


def has_images(folder: Path) -> bool:
    """Tell whether images are packed in a run's folder."""
    return (folder / _IMAGES).exists()


def load_dataset(name: str, folder: Path) -> Dataset:
    """Return the dataset of the run in `folder`: a known one, or the images packed there.

    Raises:
        UserError: it cannot be read.
    """
    if name != OWN_IMAGES:
        return datasets.load_dataset(name)
    try:
        packed = (folder / _IMAGES).read_bytes()
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
    chosen: NDArray[np.int64] = trained_on(recipe, Images(rows, rows, classes=1)).labels.numpy()
    return chosen


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
    try:
        state = load_tensors(weights)
    except SafetensorError as error:
        raise UserError(f"The weights in {folder} are damaged; train the run again.") from error
    meta = read_metadata(weights)
    stored = json.loads(meta["recipe"])
    recipe = recipe_from_json({"precision": report["precision"], **stored})
    channels, height, width = json.loads(meta["image_shape"])
    model = Autoencoder(recipe, (channels, height, width), int(meta["classes"]))
    model.load_state_dict(state)
    return Run(recipe, model.eval(), report, stored)


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
