"""One run as one model of a release: graphs, maps, pictures, golden pairs, numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from export.documents import (
    attributes,
    curves,
    example_faces,
    example_tiles,
    means,
    measurements,
    pictures,
    prior_draws,
    projections,
    regions,
    statistics,
    training_trace,
)
from export.documents.kinds import kind_of
from export.onnx_graphs import golden, graphs, parity
from export.publish import FileEntry, ReleaseFolder
from train.data.datasets import OWN_IMAGES
from train.data.images import Dataset
from train.errors import UserError
from train.evaluation.encodings import Encodings, encode_dataset, load_encodings
from train.models.autoencoder import Autoencoder
from train.recipes.recipe import Recipe
from train.runs.run_folder import Run, load_metrics, rows_trained_on, trained_on
from train.runs.trace import load_trace

# The class whose digit is shown first.
_FIRST_CLASS = 3
# Their maps are on the page before any script has run.
_LARGE_PICTURES = ("vae-2", "label-decoder-vae-2", "cvae-2")
# The maps whose training the page can replay; so it can of the user's own images.
_REPLAYED = ("vae-2", "vae-2-mlp256")


def model_entry(
    run: Run, run_folder: Path, dataset: Dataset, folder: ReleaseFolder
) -> dict[str, Any]:
    """Write a run's objects to `folder` and return its manifest entry (docs/release-format.md).

    Args:
        run: a finished run.
        run_folder: where its metrics, layouts and trace are.
        dataset: what it was trained and measured on.
        folder: a locked release folder.

    Raises:
        UserError: a graph does not compute what PyTorch does, or the model has a single latent.
    """
    recipe, model, report = run.recipe, run.model, run.report
    if recipe.latent_size < 2:
        raise UserError(f"{recipe.id} has one latent; a map needs at least two.")
    metadata = {
        "id": recipe.id,
        "dataset": recipe.dataset,
        "latent_size": str(recipe.latent_size),
        "commit": str(report["commit"]),
    }
    files: dict[str, Any] = {}
    errors: dict[str, float] = {}
    for part in ("decoder", "encoder"):
        graph = graphs.to_onnx(model, part, metadata)
        errors[part] = parity.check(model, part, graph, recipe.id)
        files[part] = folder.add_object(graph, "onnx")
    files["golden"] = folder.add_object(golden.golden_json(model), "json")

    encodings = load_encodings(run_folder, report["weights_sha256"])
    if encodings is None:  # an older run has none
        encodings = encode_dataset(model, dataset.train, dataset.test)
    train, test = encodings["train"], encodings["test"]
    fitted = train.select(rows_trained_on(recipe, len(train)))
    plane = None
    if recipe.latent_size == 2:
        positions, labels = train.mu, train.labels
        files["means"] = folder.add_object(means.means_json(positions, labels, "train"), "json")
    else:
        layouts = projections.load_layouts(run_folder, fitted.mu)
        positions, labels = layouts["pca"], fitted.labels[: len(layouts["pca"])]
        plane = projections.plane_of(fitted.mu[: len(positions)], positions)
        files["projections"] = {
            name: folder.add_object(
                projections.layout_json(name, layouts[name], encodings.labels, encodings.split),
                "json",
            )
            for name, encodings in (("pca", fitted), ("tsne", test))
            if name in layouts
        }
        files["means"] = files["projections"]["pca"]
    view = means.home_view(positions)
    files["statistics"] = folder.add_object(
        statistics.statistics_json(model, fitted, test, plane), "json"
    )
    for name, data in _extras(run, run_folder, dataset, fitted, test, view):
        files[name] = folder.add_object(data, "json")

    large = recipe.id in _LARGE_PICTURES
    width, colours = (
        (pictures.WIDTH, pictures.COLOURS)
        if large
        else (pictures.SMALL_WIDTH, pictures.SMALL_COLOURS)
    )
    png = pictures.map_png(positions, labels, view, width, colours)
    channels, height, image_width = model.image_shape
    accuracy = means.nearest_mean_accuracy(train.mu, train.labels)
    return {
        "id": recipe.id,
        "title": recipe.title,
        "kind": kind_of(recipe),
        "dataset": recipe.dataset,
        "latent_size": recipe.latent_size,
        "image": {"height": height, "width": image_width, "channels": channels},
        "classes": model.classes,
        "class_names": list(dataset.class_names),
        "condition": recipe.condition,
        **files,
        "view": view,
        "picture": {**folder.add_object(png, "png"), "width": width, "height": width},
        "prepared": _prepared(recipe, model, train, folder),
        "metrics": _metrics(report, errors) | {"nearest_mean_accuracy": round(accuracy, 3)},
    }


def _extras(
    run: Run, run_folder: Path, dataset: Dataset, fitted: Encodings, test: Encodings,
    view: dict[str, Any],
) -> Iterator[tuple[str, bytes]]:  # fmt: skip
    """Yield name and content of every object that single figures of the page fetch."""
    recipe, model = run.recipe, run.model
    yield "prior", prior_draws.prior_json(model)
    yield "tiles", example_tiles.tiles_json(test)
    yield "curves", curves.curves_json(recipe, load_metrics(run_folder))
    yield "report", measurements.report_json(run.report)
    if model.has_classifier and recipe.latent_size == 2:
        yield "regions", regions.regions_json(model, view)
    if recipe.id in _REPLAYED or recipe.dataset == OWN_IMAGES:
        trace = load_trace(run_folder)
        if len(trace) >= 2:
            yield "trace", training_trace.trace_json(trace, fitted.labels)
    if dataset.attribute_names:
        images = trained_on(recipe, dataset.train)
        yield "attributes", attributes.attributes_json(fitted, images, dataset, run.report)
        yield "examples", example_faces.examples_json(test, dataset.test, recipe.dataset)


@torch.no_grad()
def _prepared(
    recipe: Recipe, model: Autoencoder, train: Encodings, folder: ReleaseFolder
) -> dict[str, Any]:
    """Decode the first picture: at the median of one class, or of a conditioned model at 0."""
    first = train.labels == min(_FIRST_CLASS, model.classes - 1)
    middle = np.median(train.mu[first], axis=0)
    z = np.zeros(recipe.latent_size) if recipe.condition != "none" else np.round(middle, 2)
    rows = torch.tensor(z, dtype=torch.float32).repeat(model.classes, 1)
    if recipe.condition == "none":
        images = graphs.Decoder(model)(rows[:1])[0].numpy()
    else:
        images = graphs.Decoder(model)(rows, torch.eye(model.classes))[0].numpy()
    entries: list[FileEntry] = [
        folder.add_object(pictures.image_png(image), "png") for image in images
    ]
    prepared: dict[str, Any] = {
        "z": [float(value) + 0.0 for value in z], "label": None, "image": entries[0],
    }  # fmt: skip
    if recipe.condition != "none":
        prepared |= {"label": 0, "images": entries}
    return prepared


def _metrics(report: dict[str, Any], errors: dict[str, float]) -> dict[str, Any]:
    """Return the numbers the page quotes; an autoencoder has no likelihood, and no such keys."""
    metrics = {}
    test = report["test"]
    if test is not None:
        metrics = {
            "test_elbo": round(test["elbo"], 2),
            "log_likelihood": round(test["log_likelihood"], 2),
            "reconstruction": round(test["reconstruction"], 2),
            "kl": round(test["kl"], 2),
            "importance_samples": test["importance_samples"],
        }
    if "elbo" in report["train"]:
        metrics["train_elbo"] = round(report["train"]["elbo"], 2)
    if "errors" in report:
        metrics["squared_error"] = round(report["errors"]["squared_error"], 3)
    metrics |= {
        "train_images": report["train_images"],
        "epochs": report["epochs"],
        "seed": report["seed"],
        "commit": report["commit"],
        "train_seconds": report["train_seconds"],
        "parameters": report["parameters"],
        "onnx_error": {part: float(f"{error:.1e}") for part, error in errors.items()},
    }
    if "style" in report:
        metrics["style"] = {
            name: {key: round(value, 3) for key, value in trend.items()}
            for name, trend in report["style"].items()
        }
    return metrics
