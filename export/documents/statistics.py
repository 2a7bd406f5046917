"""Statistics of encodings by class and by latent: Gaussians, the 99 % circle, active units."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from latent_atlas.export.documents.json_numbers import Floats, decimals, to_json
from latent_atlas.export.documents.maps import Plane, covariance
from latent_atlas.train.evaluation.encodings import (
    CIRCLE_SHARE,
    HALVES_SEED,
    Encodings,
    enclosing_circle,
    halves,
)
from latent_atlas.train.evaluation.likelihood import active_units
from latent_atlas.train.evaluation.samples import Prior
from latent_atlas.train.rounding import significant


def statistics_json(model: Prior, train: Encodings, test: Encodings, plane: Plane | None) -> bytes:
    """Write the statistics of the encodings of the images trained on, and of the test images.

    `plane` is that of the map where d > 2, None where d = 2.
    """
    first, second = (train.select(half) for half in halves(len(train)))
    centre, radius = enclosing_circle(train.mu[:, :2])
    document: dict[str, Any] = {
        "splits": {
            "train": _classes(train, plane, whole=True),
            "first_half": _classes(first, plane, whole=False),
            "second_half": _classes(second, plane, whole=False),
            "test": _classes(test, plane, whole=True),
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
            points = plane.project(own.mu)
            row["plane"] = {
                "mean": decimals(points.mean(axis=0)),
                "covariance": decimals(covariance(points), 4),
            }
            if posterior is not None:
                spread = plane.axes * posterior @ plane.axes.T
                row["plane"]["posterior_covariance"] = significant(spread.tolist())
        rows.append(row)
    return rows


def _latents(model: Prior, train: Encodings) -> dict[str, Any]:
    latents = {
        "mean": decimals(train.mu.mean(axis=0, dtype=np.float64)),
        "variance": significant(_variance(train.mu).tolist()),
    }
    if train.logvar is None or train.variance is None:
        return latents
    prior = model.prior_mean(torch.from_numpy(train.labels)).numpy()
    # Kingma & Welling 2013, appendix B, with a prior mean; latent by latent.
    kl = 0.5 * (train.variance + np.square(train.mu - prior) - 1 - train.logvar)
    return latents | {
        "posterior_variance": significant(train.variance.mean(axis=0, dtype=np.float64).tolist()),
        "kl": significant(kl.mean(axis=0, dtype=np.float64).tolist()),
        "active": [active_units(mu) == 1 for mu in torch.from_numpy(train.mu).split(1, dim=1)],
    }


def _variance(points: Floats) -> NDArray[np.float64]:
    """Return the sample variance of each column of points (N, d); zeros for a single point."""
    return points.var(axis=0, dtype=np.float64, ddof=min(1, len(points) - 1))
