"""One run as one model of a release: graphs, maps, pictures, golden pairs, numbers."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from latent_atlas.export.documents import (
    decoded_lattice,
    examples,
    maps,
    measurements,
    pictures,
    statistics,
    training_trace,
)
from latent_atlas.export.documents.json_numbers import Floats
from latent_atlas.export.onnx_graphs import graphs, parity
from latent_atlas.export.onnx_graphs.metadata import graph_metadata
from latent_atlas.export.onnx_graphs.restored import restored
from latent_atlas.export.publish import FileEntry, ReleaseFolder
from latent_atlas.train.data.datasets import load_dataset
from latent_atlas.train.data.images import Dataset
from latent_atlas.train.errors import UserError
from latent_atlas.train.evaluation.encodings import Encodings, encode_dataset, load_encodings
from latent_atlas.train.evaluation.integral import integral
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.runs.latent_projections import load_tsne, pca
from latent_atlas.train.runs.run_folder import Run, load_metrics, rows_trained_on
from latent_atlas.train.runs.trace import load_trace

# The class whose digit is shown first.
_FIRST_CLASS = 3
# Their maps are on the page before any script has run.
_LARGE_PICTURES = ("vae-2", "label-decoder-vae-2", "cvae-2")
_LICENCE = "MIT"
"""Of this project's own models, which are trained on these:"""
_PASSED_ON = ("mnist", "fashion-mnist", "avatars")
# The maps whose training the page can replay; so it can of all runs that are the user's own.
_REPLAYED = ("vae-2", "vae-2-mlp256")


def model_entry(
    run: Run, run_folder: Path, dataset: Dataset, folder: ReleaseFolder
) -> dict[str, Any]:
    """Write a run's objects to a locked `folder`; return its manifest entry.

    Raises:
        UserError: a graph does not compute what PyTorch does, the model has a single latent, or
            something that the page shows was never measured of it.
    """

    def add(document: bytes) -> FileEntry:
        return folder.add_object(document, "json")

    recipe, model, report = run.recipe, run.model, run.report
    if recipe.latent_size < 2:
        raise UserError(f"{recipe.id} has one latent; a map needs at least two.")
    metadata = graph_metadata_of(recipe, report["commit"])
    files: dict[str, Any] = {}
    errors: dict[str, float] = {}
    for part in ("decoder", "encoder"):
        graph = graphs.to_onnx(model, part, metadata)
        errors[part] = parity.check(model, part, graph, recipe.id)
        files[part] = folder.add_object(graph, "onnx")
    files["golden"] = add(parity.golden_json(model))

    encodings = load_encodings(run_folder, report["weights_sha256"])
    if encodings is None:  # an older run has none
        encodings = encode_dataset(model, dataset.train, dataset.test)
    train, test = encodings["train"], encodings["test"]
    fitted = train.select(rows_trained_on(recipe, len(train)))
    size = pictures.LARGE if recipe.id in _LARGE_PICTURES else pictures.SMALL
    shown = train if recipe.latent_size == 2 else fitted
    map_fields, plane = map_of(shown, folder, size)
    tsne = load_tsne(run_folder)
    if plane is not None and tsne is not None:
        layout = add(maps.layout_json("tsne", tsne, test.labels, test.split))
        map_fields["projections"]["tsne"] = layout
    files["statistics"] = add(statistics.statistics_json(model, fitted, test, plane))
    files["prior"] = add(examples.prior_json(model))
    files["tiles"] = add(examples.tiles_json(test))
    files["curves"] = add(measurements.curves_json(recipe, load_metrics(run_folder)))
    files["report"] = add(measurements.report_json(report))
    if model.has_classifier and recipe.latent_size == 2:
        files["regions"] = add(maps.regions_json(model, map_fields["view"]))
    if recipe.id in _REPLAYED or recipe.id not in RECIPES:
        trace = load_trace(run_folder)
        if len(trace) >= 2:
            files["trace"] = add(training_trace.trace_json(trace, fitted.labels))
    if dataset.attribute_names:
        files["attributes"] = add(examples.attributes_json(fitted, report))
        files["examples"] = add(examples.faces_json(test, dataset.test, recipe.dataset))
    if _has_lattice(recipe.id, recipe.latent_size, recipe.condition):
        files["lattice"] = _lattice(folder.object_bytes(files["decoder"]), folder)
    conditioned = recipe.condition != "none"
    accuracy = maps.nearest_mean_accuracy(train.mu, train.labels)
    channels, height, width = model.image_shape
    decoder = graphs.Decoder(model)
    return {
        "id": recipe.id,
        "title": recipe.title,
        "kind": measurements.kind_of(recipe),
        "dataset": recipe.dataset,
        "latent_size": recipe.latent_size,
        "image": {"height": height, "width": width, "channels": channels},
        "classes": model.classes,
        "class_names": list(dataset.class_names),
        "condition": recipe.condition,
        **files,
        **map_fields,
        "prepared": prepared(
            train, model.classes, conditioned, lambda *inputs: decoder(*inputs)[0], folder
        ),
        "metrics": _metrics(report, errors) | {"nearest_mean_accuracy": round(accuracy, 3)},
    }


def graph_metadata_of(recipe: Recipe, commit: str | None) -> dict[str, str]:
    """Return the text properties of the graphs of a recipe's run."""
    return graph_metadata(
        name=recipe.id,
        kind=measurements.kind_of(recipe),
        condition=recipe.condition,
        dataset=recipe.dataset,
        latent_size=recipe.latent_size,
        commit=commit,
        licence=_LICENCE if recipe.dataset in _PASSED_ON else None,
    )


def renewed(entry: dict[str, Any], folder: ReleaseFolder) -> dict[str, Any]:
    """Return a published entry with what this version makes from the model's graphs alone.

    The integral over the plane is measured, where it never was, if the test images are here.
    """
    report = json.loads(folder.object_bytes(entry["report"])) if "report" in entry else {}
    recipe = RECIPES.get(entry["id"])
    measured = report.get("test") is not None and "integral" not in report
    if recipe is not None and entry["latent_size"] == 2 and measured:
        print(f"{entry['id']}: integrating over the plane", flush=True)
        try:
            report["integral"] = _integral_of(recipe, entry, folder)
        except UserError as error:
            print(f"{entry['id']} stays without its integral: {error}")
        else:
            document = folder.add_object(measurements.report_json(report), "json")
            entry = entry | {"report": document, "metrics": entry["metrics"] | integrated(report)}
    if _has_lattice(entry["id"], entry["latent_size"], entry["condition"]):
        entry = entry | {"lattice": _lattice(folder.object_bytes(entry["decoder"]), folder)}
    return entry


def _integral_of(recipe: Recipe, entry: dict[str, Any], folder: ReleaseFolder) -> dict[str, Any]:
    """Integrate a published model of two latents over the plane for each test image."""
    test = load_dataset(recipe.dataset).test
    published = (folder.object_bytes(entry[part]) for part in ("decoder", "encoder"))
    model = restored(recipe, test.shape, entry["classes"], *published)
    return dataclasses.asdict(integral(model, test))


def integrated(report: dict[str, Any]) -> dict[str, float]:
    """Return the number that the page quotes of the integral, where it was measured."""
    found = report.get("integral")
    return {} if found is None else {"log_likelihood_integrated": round(found["log_likelihood"], 2)}


def _has_lattice(name: str, latent_size: int, condition: str) -> bool:
    """Return whether a reader may hover over the model's map before the model has loaded."""
    return name in _LARGE_PICTURES and latent_size == 2 and condition == "none"


def _lattice(decoder: bytes, folder: ReleaseFolder) -> FileEntry:
    webp, described = decoded_lattice.lattice_webp(decoder)
    return {**folder.add_object(webp, "webp"), **described}


def map_of(
    shown: Encodings, folder: ReleaseFolder, size: tuple[int, int]
) -> tuple[dict[str, Any], maps.Plane | None]:
    """Write the points of a map and its picture.

    Args:
        shown: the encodings; of more than two latents their first rows are laid out by PCA.
        folder: where the files go.
        size: width of the picture and number of its colours.

    Returns:
        Their part of the manifest entry, and the plane that the map shows where d > 2.
    """
    fields: dict[str, Any] = {}
    plane, positions = None, shown.mu
    if shown.mu.shape[1] == 2:
        means = maps.means_json(shown.mu, shown.labels, shown.split)
        fields["means"] = folder.add_object(means, "json")
    else:
        positions = pca(shown.mu)
        plane = maps.plane_of(shown.mu[: len(positions)], positions)
        layout = maps.layout_json("pca", positions, shown.labels, shown.split)
        fields["means"] = folder.add_object(layout, "json")
        fields["projections"] = {"pca": fields["means"]}
    width, colours = size
    view = maps.home_view(positions)
    png = pictures.map_png(positions, shown.labels[: len(positions)], view, width, colours)
    picture = {**folder.add_object(png, "png"), "width": width, "height": width}
    return {**fields, "view": view, "picture": picture}, plane


@torch.no_grad()
def prepared(
    train: Encodings,
    classes: int,
    conditioned: bool,
    decode: Callable[[Tensor, Tensor | None], Tensor],
    folder: ReleaseFolder,
) -> dict[str, Any]:
    """Write the first pictures: at the median of one class, or of a conditioned model at 0.

    `decode` takes z (N, d) and, where conditioned, labels (N, classes), to images (N, C, H, W).
    """
    first = np.flatnonzero(train.labels == min(_FIRST_CLASS, classes - 1))
    own = train if len(first) == 0 else train.select(first)
    median: Floats = np.zeros(train.mu.shape[1]) if conditioned else np.median(own.mu, axis=0)
    z = np.round(median, 2) + 0.0
    rows = torch.tensor(z, dtype=torch.float32).repeat(classes if conditioned else 1, 1)
    one_hot = torch.eye(classes) if conditioned else None
    images = decode(rows, one_hot).numpy()
    entries = [folder.add_object(pictures.image_png(image), "png") for image in images]
    fields = {"z": z.tolist(), "label": 0 if conditioned else None, "image": entries[0]}
    return fields | ({"images": entries} if conditioned else {})


def _metrics(report: dict[str, Any], errors: dict[str, float]) -> dict[str, Any]:
    """Return the numbers the page quotes; an autoencoder has no likelihood, and no such keys."""
    metrics: dict[str, Any] = {}
    if (test := report["test"]) is not None:
        metrics["test_elbo"] = round(test["elbo"], 2)
        for name in ("log_likelihood", "reconstruction", "kl"):
            metrics[name] = round(test[name], 2)
        metrics["importance_samples"] = test["importance_samples"]
    metrics |= integrated(report)
    if "elbo" in report["train"]:
        metrics["train_elbo"] = round(report["train"]["elbo"], 2)
    metrics["squared_error"] = round(report["errors"]["squared_error"], 3)
    for name in ("train_images", "epochs", "seed", "commit", "train_seconds", "parameters"):
        metrics[name] = report[name]
    metrics["onnx_error"] = {part: float(f"{error:.1e}") for part, error in errors.items()}
    if "style" in report:
        metrics["style"] = {
            name: {key: round(value, 3) for key, value in trend.items()}
            for name, trend in report["style"].items()
        }
    return metrics
