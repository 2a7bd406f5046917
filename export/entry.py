"""One run becomes one model of a release: graphs, means, pictures, golden pairs, numbers."""

from typing import Any

import numpy as np
import torch

from export import golden, graphs, means, parity, picture
from export.publish import FileEntry, ReleaseFolder
from train.data import CLASS_NAMES, Images
from train.evaluate import encode_all
from train.model import Autoencoder
from train.recipes import Recipe
from train.runs import Run

# The class a page opens on, where a map has classes to choose from.
_FIRST_CLASS = 3
_KINDS = {"none": "vae", "decoder": "label-decoder-vae", "both": "cvae"}


def model_entry(run: Run, images: Images, folder: ReleaseFolder) -> dict[str, Any]:
    """Write a run's objects to `folder` and return its manifest entry.

    Args:
        run: a finished run.
        images: the whole training split, whose means are written.
        folder: a locked release folder.

    Raises:
        UserError: a graph does not compute what PyTorch does.
    """
    recipe, model, report = run.recipe, run.model, run.report
    metadata = {
        "id": recipe.id,
        "dataset": recipe.dataset,
        "latent_size": str(recipe.latent_size),
        "commit": str(report["commit"]),
    }
    files: dict[str, FileEntry] = {}
    errors: dict[str, float] = {}
    for part in ("decoder", "encoder"):
        graph = graphs.to_onnx(model, part, metadata)
        errors[part] = parity.check(model, part, graph, recipe.id, parity.TOLERANCE_FLOAT16)
        files[part] = folder.add_object(graph, "onnx")
    files["golden"] = folder.add_object(golden.golden_json(model), "json")

    mu, labels = encode_all(model, images).numpy(), images.labels.numpy()
    files["means"] = folder.add_object(means.means_json(mu, labels, "train"), "json")
    view = means.home_view(mu)
    png = picture.map_png(mu, labels, view)
    height, width = model.image_shape[1:]
    return {
        "id": recipe.id,
        "title": recipe.title,
        "kind": _KINDS[recipe.condition],
        "dataset": recipe.dataset,
        "latent_size": recipe.latent_size,
        "image": {"height": height, "width": width, "channels": model.image_shape[0]},
        "classes": model.classes,
        "class_names": list(CLASS_NAMES[recipe.dataset]),
        "condition": recipe.condition,
        **files,
        "view": view,
        "picture": {
            **folder.add_object(png, "png"), "width": picture.WIDTH, "height": picture.WIDTH,
        },
        "prepared": _prepared(recipe, model, mu, labels, folder),
        "metrics": _metrics(report, errors)
        | {"nearest_mean_accuracy": round(means.nearest_mean_accuracy(mu, labels), 3)},
    }  # fmt: skip


@torch.no_grad()
def _prepared(
    recipe: Recipe, model: Autoencoder, mu: Any, labels: Any, folder: ReleaseFolder
) -> dict[str, Any]:
    """Decode the first picture: where the classes lie apart, the middle of one; else the origin."""
    middle = np.median(mu[labels == min(_FIRST_CLASS, model.classes - 1)], axis=0)
    z = np.zeros(2) if recipe.condition != "none" else np.round(middle, 2)
    rows = torch.tensor(z, dtype=torch.float32).repeat(model.classes, 1)
    if recipe.condition == "none":
        images = graphs.Decoder(model)(rows[:1])[0].numpy()
    else:
        images = graphs.Decoder(model)(rows, torch.eye(model.classes))[0].numpy()
    entries = [folder.add_object(picture.image_png(image), "png") for image in images]
    prepared: dict[str, Any] = {
        "z": [float(value) + 0.0 for value in z], "label": None, "image": entries[0],
    }  # fmt: skip
    if recipe.condition != "none":
        prepared |= {"label": 0, "images": entries}
    return prepared


def _metrics(report: dict[str, Any], errors: dict[str, float]) -> dict[str, Any]:
    test = report["test"]
    metrics = {
        "test_elbo": round(test["elbo"], 2),
        "log_likelihood": round(test["log_likelihood"], 2),
        "reconstruction": round(test["reconstruction"], 2),
        "kl": round(test["kl"], 2),
        "importance_samples": test["importance_samples"],
        "train_elbo": round(report["train"]["elbo"], 2),
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
