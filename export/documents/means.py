"""The encoded mean of every training image, with statistics of each class."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.documents.json_numbers import decimals, to_json

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]


def means_json(mu: Floats, labels: Labels, split: str) -> bytes:
    """Write columns of μ (N, 2), three decimals, with per-class statistics.

    Its layout is that of docs/release-format.md, “Means”.
    """
    return to_json(points(mu, labels, split, 3))


def points(coordinates: Floats, labels: Labels, split: str, digits: int) -> dict[str, Any]:
    """Return points (N, 2) of a map, rounded, with their statistics by class."""
    return {
        "count": len(coordinates),
        "split": split,
        "labels": labels.tolist(),
        "x": decimals(coordinates[:, 0], digits),
        "y": decimals(coordinates[:, 1], digits),
        "statistics": class_statistics(coordinates, labels),
    }


def class_statistics(mu: Floats, labels: Labels) -> list[dict[str, Any]]:
    """Return count, mean and sample covariance of μ (N, 2) for each class."""
    rows = []
    for label in np.unique(labels):
        own = mu[labels == label]
        rows.append(
            {"label": int(label), "count": len(own), "mean": decimals(own.mean(axis=0)),
             "covariance": decimals(covariance(own), 4)}
        )  # fmt: skip
    return rows


def covariance(points: Floats) -> NDArray[np.float64]:
    """Return the sample covariance of points (N, d); zeros for a single point."""
    if len(points) < 2:
        return np.zeros((points.shape[1], points.shape[1]))
    found: NDArray[np.float64] = np.cov(points, rowvar=False, dtype=np.float64)
    return found


def nearest_mean_accuracy(mu: Floats, labels: Labels) -> float:
    """Return the share of points whose nearest class mean is that of their own class.

    How much of the class a map shows at a glance: about one over the number of classes where
    they all lie over each other.
    """
    classes = np.unique(labels)
    centres = np.array([mu[labels == label].mean(axis=0) for label in classes])
    # Class by class: of all at once, a hundred latents would take gigabytes.
    distances = np.stack([np.square(mu - centre).sum(axis=1) for centre in centres], axis=1)
    return float((classes[distances.argmin(axis=1)] == labels).mean())


def home_view(mu: Floats) -> dict[str, Any]:
    """Return the square view that shows all but the outermost two in a thousand points.

    `scale` is in latent units from edge to edge.
    """
    low, high = np.quantile(mu, [0.001, 0.999], axis=0)
    scale = float((high - low).max()) * 1.08
    return {"centre": decimals((low + high) / 2), "scale": round(scale, 3)}
