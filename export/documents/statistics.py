"""Statistics of encodings by class and by latent: Gaussians, the 99 % circle, active units."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from export.documents.json_numbers import decimals, to_json
from export.documents.means import covariance
from export.documents.projections import Plane
from train.evaluation.encodings import (
    CIRCLE_SHARE,
    HALVES_SEED,
    Encodings,
    enclosing_circle,
    halves,
)
from train.evaluation.likelihood import active_units
from train.models.autoencoder import Autoencoder
from train.rounding import significant

Floats = NDArray[np.floating[Any]]


def statistics_json(
    model: Autoencoder, train: Encodings, test: Encodings, plane: Plane | None
) -> bytes:
    """Write the statistics of a model's encodings.

    Args:
        model: whose latents and prior they are.
        train: the images it was trained on.
        test: others.
        plane: the plane of the map, where d > 2; None for d = 2.

    Its layout is that of docs/release-format.md, “Statistics”.
    """
    first, second = halves(len(train))
    splits = {
        "train": train,
        "first_half": train.select(first),
        "second_half": train.select(second),
        "test": test,
    }
    centre, radius = enclosing_circle(train.mu[:, :2])
    document: dict[str, Any] = {
        "splits": {
            name: _classes(split, plane, whole=name in ("train", "test"))
            for name, split in splits.items()
        },
        "halves_seed": HALVES_SEED,
        "circle": {
            "coordinates": [0, 1],
            "centre": centre.tolist(),
            "radius": radius,
            "share": CIRCLE_SHARE,
        },
        "latents": _latents(model, train),
    }
    if len(model.prior_means) > 1:
        document["targets"] = decimals(model.prior_means.numpy())
    if plane is not None:
        document["plane"] = {
            "projection": "pca",
            "origin": decimals(plane.origin, 4),
            "axes": decimals(plane.axes, 5),
        }
    return to_json(document)


def _classes(split: Encodings, plane: Plane | None, whole: bool) -> list[dict[str, Any]]:
    """Return a row for each class; of a larger latent space, its own axes only where `whole`."""
    rows = []
    for label in np.unique(split.labels):
        own = split.select(np.flatnonzero(split.labels == label))
        row: dict[str, Any] = {"label": int(label), "count": len(own)}
        posterior = None if own.variance is None else own.variance.mean(axis=0, dtype=np.float64)
        if plane is None or whole:
            row["mean"] = decimals(own.mu.mean(axis=0, dtype=np.float64))
            if plane is None:
                row["covariance"] = decimals(covariance(own.mu), 4)
            else:
                row["variance"] = significant(_variance(own.mu).tolist(), 3)
            if posterior is not None:
                row["posterior_variance"] = significant(posterior.tolist(), 3)
        if plane is not None:
            row["plane"] = _on_plane(own, posterior, plane)
        rows.append(row)
    return rows


def _on_plane(own: Encodings, posterior: Floats | None, plane: Plane) -> dict[str, Any]:
    points = plane.project(own.mu)
    found = {"mean": decimals(points.mean(axis=0)), "covariance": decimals(covariance(points), 4)}
    if posterior is not None:
        found["posterior_covariance"] = decimals(plane.axes * posterior @ plane.axes.T, 4)
    return found


def _latents(model: Autoencoder, train: Encodings) -> dict[str, Any]:
    latents = {
        "mean": decimals(train.mu.mean(axis=0, dtype=np.float64)),
        "variance": significant(_variance(train.mu).tolist()),
    }
    if train.logvar is None or train.variance is None:
        return latents
    prior = model.prior_mean(torch.from_numpy(train.labels)).numpy()
    # Kingma & Welling 2013, appendix B, with a prior mean; latent by latent.
    kl = 0.5 * (train.variance + np.square(train.mu - prior) - 1 - train.logvar)
    active = [active_units(latent) == 1 for latent in torch.from_numpy(train.mu).split(1, dim=1)]
    return latents | {
        "posterior_variance": significant(train.variance.mean(axis=0, dtype=np.float64).tolist()),
        "kl": significant(kl.mean(axis=0, dtype=np.float64).tolist()),
        "active": active,
    }


def _variance(points: Floats) -> NDArray[np.float64]:
    """Return the sample variance of each column of points (N, d); zeros for a single point."""
    return points.var(axis=0, dtype=np.float64, ddof=min(1, len(points) - 1))
