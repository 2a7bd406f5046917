"""The encoded mean of every training image, and what is said of each class."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.documents.json_numbers import decimals, to_json

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]


def means_json(mu: Floats, labels: Labels, split: str) -> bytes:
    """Write columns of μ (N, 2), three decimals, with per-class statistics.

    Layout:
        {"count": N, "split": "train", "labels": [N integers], "x": [N], "y": [N],
         "statistics": [{"label", "count", "mean": [x, y], "covariance": 2×2}, …]}

    The order is the dataset's own, so that row i is training image i.
    """
    document = {
        "count": len(mu),
        "split": split,
        "labels": labels.tolist(),
        "x": decimals(mu[:, 0]),
        "y": decimals(mu[:, 1]),
        "statistics": class_statistics(mu, labels),
    }
    return to_json(document)


def class_statistics(mu: Floats, labels: Labels) -> list[dict[str, Any]]:
    """Return count, mean and covariance of μ for each class."""
    rows = []
    for label in np.unique(labels):
        own = mu[labels == label]
        covariance = np.cov(own, rowvar=False) if len(own) > 1 else np.zeros((2, 2))
        rows.append(
            {
                "label": int(label),
                "count": len(own),
                "mean": decimals(own.mean(axis=0)),
                "covariance": [decimals(row, 4) for row in covariance],
            }
        )
    return rows


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
