"""Everything that is measured of a finished model, as one JSON document."""

import dataclasses
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from train.data.images import Dataset, Images
from train.evaluation.anomaly import detection
from train.evaluation.attribute_vectors import attribute_vectors, effects
from train.evaluation.encodings import Encodings
from train.evaluation.image_quality import picture_quality
from train.evaluation.likelihood import (
    active_units,
    classifier_confusion,
    likelihood,
    reconstruction_errors,
)
from train.evaluation.probes import knn_accuracy, linear_probe
from train.evaluation.samples import sample_quality
from train.evaluation.style import style_trends
from train.models.attribute_network import attributes_of, load_network
from train.models.autoencoder import Autoencoder
from train.models.held_out_classifier import load_classifier
from train.recipes.recipe import Recipe
from train.runs.run_folder import rows_trained_on, trained_on


def measure(
    recipe: Recipe,
    model: Autoencoder,
    dataset: Dataset,
    encodings: dict[str, Encodings],
    samples: int,
    classifiers: Path,
    known: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Measure `model` on the test images; what does not apply to its kind is None.

    Args:
        recipe: what the model was trained by.
        model: in evaluation mode, on the CPU, its weights rounded as they are shipped.
        dataset: what it was trained on; what the recipe held out is no training image here.
        encodings: by `model`, of both splits of `dataset`.
        samples: importance samples of the log-likelihood.
        classifiers: folder of the held-out classifiers, one of which may be trained now.
        known: the likelihood of these very weights, as measured before, which takes the longest.
    """
    images = trained_on(recipe, dataset.train)
    test = dataset.test
    has_likelihood = recipe.reconstruction == "bernoulli" and not recipe.deterministic
    fitted = encodings["train"].select(rows_trained_on(recipe, len(dataset.train)))
    mu, test_mu = torch.from_numpy(fitted.mu), torch.from_numpy(encodings["test"].mu)
    known_and_asked = fitted.mu, fitted.labels, encodings["test"].mu, encodings["test"].labels
    several = len(images.labels.unique()) > 1
    found: dict[str, Any] = {
        "test": (known or likelihood(model, test, samples)) if has_likelihood else None,
        "errors": reconstruction_errors(model, test),
        "knn": knn_accuracy(*known_and_asked) if several else None,
        "linear_probe": linear_probe(*known_and_asked) if several else None,
        "active_units": None if recipe.deterministic else active_units(test_mu),
        "samples": None,
        "anomaly": detection(model, recipe.dataset, test),
        "classifier": _classifier(model, test) if model.has_classifier else None,
    }
    if dataset.attribute_names:
        found |= _faces(model, dataset, mu, images, test_mu, classifiers)
    elif several:
        classifier = load_classifier(dataset.train, test, classifiers)
        found["samples"] = sample_quality(model, mu, test, classifier)
    if recipe.latent_size == 2 and recipe.condition != "none":
        found["style"] = style_trends(model)
    document: dict[str, Any] = _plain(found)
    return document


def _faces(
    model: Autoencoder,
    dataset: Dataset,
    mu: Tensor,
    images: Images,
    test_mu: Tensor,
    classifiers: Path,
) -> dict[str, Any]:
    """Measure what needs attributes of the images."""
    model = model.to(memory_format=torch.channels_last)  # which convolutions run faster on
    classifier = load_network("held-out", dataset, classifiers)
    network, test = classifier.network, dataset.test
    names, groups = dataset.attribute_names, dataset.attribute_groups
    vectors = attribute_vectors(mu, attributes_of(images), names, groups)
    accuracy = dict(zip(names, classifier.accuracy.tolist(), strict=True))
    return {
        "faces": picture_quality(model, network, test_mu, test),
        "attribute_vectors": vectors.to_report(),
        "attributes": effects(vectors, model, network, mu, images, test_mu, test),
        "judge_accuracy_by_attribute": accuracy,
    }


def _classifier(model: Autoencoder, test: Images) -> dict[str, Any]:
    confusion = classifier_confusion(model, test)
    accuracy = float(confusion.diagonal().sum() / confusion.sum())
    return {"accuracy": accuracy, "confusion": confusion.tolist()}


def _plain(value: object) -> Any:
    """Turn dataclasses, wherever they stand, into dictionaries."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, Tensor):
        return value.tolist()
    return value
