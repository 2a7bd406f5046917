"""Everything that is measured of a finished model, as `run_folder` writes it into the report."""

from pathlib import Path
from typing import Any

import torch

from latent_atlas.train.data.images import Dataset
from latent_atlas.train.evaluation.anomaly import detection
from latent_atlas.train.evaluation.attribute_vectors import attribute_vectors, effects
from latent_atlas.train.evaluation.disentanglement import disentanglement
from latent_atlas.train.evaluation.encodings import Encodings
from latent_atlas.train.evaluation.image_quality import picture_quality
from latent_atlas.train.evaluation.information import calibration, information
from latent_atlas.train.evaluation.integral import integral
from latent_atlas.train.evaluation.lattice_bound import lattice_bound
from latent_atlas.train.evaluation.likelihood import (
    active_units,
    classifier_confusion,
    likelihood,
    reconstruction_errors,
)
from latent_atlas.train.evaluation.probes import knn_accuracy, linear_probe
from latent_atlas.train.evaluation.samples import sample_quality
from latent_atlas.train.evaluation.style import style_trends
from latent_atlas.train.models.attribute_network import attributes_of, load_network
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.models.held_out_classifier import load_classifier
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.runs.run_folder import rows_trained_on, trained_on

_MOST_INTEGRATED = 20
"""Labels under each of which every image is integrated; of more it would take hours."""


def measure(
    recipe: Recipe,
    model: Autoencoder,
    dataset: Dataset,
    encodings: dict[str, Encodings],
    samples: int,
    classifiers: Path | None,
    exact: bool = True,
) -> dict[str, Any]:
    """Measure `model` on the test images; what does not apply to its kind is None.

    The model is in evaluation mode, on the CPU, its weights rounded as they are shipped, and
    `encodings` are its own of both splits. The log-likelihood takes `samples` importance samples.
    In `classifiers` are the held-out classifiers, one of which may be trained now; without that
    folder nothing is measured by them. Only with `exact` two latents are integrated over.
    """
    images = trained_on(recipe, dataset.train)
    test = dataset.test
    has_likelihood = recipe.reconstruction == "bernoulli" and not recipe.deterministic
    fitted = encodings["train"].select(rows_trained_on(recipe, len(dataset.train)))
    mu, test_mu = torch.from_numpy(fitted.mu), torch.from_numpy(encodings["test"].mu)
    known_and_asked = fitted.mu, fitted.labels, encodings["test"].mu, encodings["test"].labels
    labelled = recipe.condition != "none" or bool(recipe.prior_means)
    integrable = exact and has_likelihood and recipe.latent_size == 2
    integrable &= not labelled or len(dataset.class_names) <= _MOST_INTEGRATED
    several = len(images.labels.unique()) > 1
    confusion = classifier_confusion(model, test) if model.has_classifier else None
    # Of more latents all codes lie so far apart that I(x; z) is ln N.
    is_plane = has_likelihood and recipe.latent_size == 2 and not recipe.prior_means
    has_lattice = recipe.objective == "lattice"
    is_styled = several and recipe.latent_size > 1 and not dataset.attribute_names
    found: dict[str, Any] = {
        "test": likelihood(model, test, samples) if has_likelihood else None,
        "lattice_bound": lattice_bound(model, test, samples) if has_lattice else None,
        "integral": integral(model, test) if integrable else None,
        "information": information(mu, torch.from_numpy(fitted.variance)) if is_plane else None,
        "calibration": calibration(model, test) if has_likelihood else None,
        "errors": reconstruction_errors(model, test),
        "knn": knn_accuracy(*known_and_asked) if several else None,
        "linear_probe": linear_probe(*known_and_asked) if several else None,
        "disentanglement": disentanglement(test_mu, test) if is_styled else None,
        "active_units": None if recipe.deterministic else active_units(test_mu),
        "samples": None,
        "anomaly": detection(model, recipe.dataset, test),
        "classifier": None if confusion is None else {
            "accuracy": float(confusion.diagonal().sum() / confusion.sum()),
            "confusion": confusion.tolist(),
        },
    }  # fmt: skip
    names = dataset.attribute_names
    if names:
        model = model.to(memory_format=torch.channels_last)  # which convolutions run faster on
        vectors = attribute_vectors(mu, attributes_of(images), names, dataset.attribute_groups)
        found["attribute_vectors"] = vectors.to_report()
        if classifiers is not None:
            reader, accuracy, balanced = load_network("held-out", dataset, classifiers)
            found["faces"] = picture_quality(model, reader, test_mu, test)
            found["attributes"] = effects(vectors, model, reader, mu, images, test_mu, test)
            for name, values in (("accuracy", accuracy), ("balanced_accuracy", balanced)):
                found[f"judge_{name}_by_attribute"] = dict(zip(names, values.tolist(), strict=True))
    elif several and classifiers is not None:
        classifier = load_classifier(dataset.train, test, classifiers)
        found["samples"] = sample_quality(model, mu, test, classifier)
    if recipe.latent_size == 2 and recipe.condition != "none":
        found["style"] = style_trends(model)
    return found
