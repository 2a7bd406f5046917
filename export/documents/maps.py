"""What a map shows: points with statistics of each class, the plane they lie on, regions."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from latent_atlas.export.documents.json_numbers import Floats, decimals, to_json
from latent_atlas.train.models.autoencoder import Autoencoder

Labels = NDArray[np.integer[Any]]

# What half a step of rounding may be off by: a thousandth of the view, under a pixel of the map.
_STEPS_ACROSS_VIEW = 500
_SMALLEST_VIEW = 0.01
"""A view's edge where the points hardly differ, or do not: their three decimals tell no more."""
_SHORTEST_AXIS = 0.5
"""Axes have the length 1, unless what they were found from does not vary along them."""
_GRID = 256
"""Rows and columns of the grid of regions."""
_MARGIN = 1.5
"""The grid's width, in widths of the home view."""
_LEVELS = (0.5, 0.9)
"""Probabilities of the winning class at which its level of confidence rises."""


@dataclass(frozen=True)
class Plane:
    """A plane in latent space and the coordinates on it: p(z) = axes · (z − origin)."""

    origin: NDArray[np.float64]
    """(d,): the point whose coordinates are (0, 0)."""
    axes: NDArray[np.float64]
    """(2, d)"""

    def project(self, z: Floats) -> NDArray[np.float64]:
        """Return the coordinates of z (N, d) on the plane, (N, 2)."""
        return (z - self.origin) @ self.axes.T


def plane_of(mu: Floats, coordinates: Floats) -> Plane:
    """Find the plane on which mu (N, d) has these coordinates (N, 2), by least squares.

    The layout's own axes, whichever way they were turned.
    """
    origin = mu.mean(axis=0, dtype=np.float64)
    middle = coordinates.mean(axis=0, dtype=np.float64)
    # Latents that carry nothing hardly vary: what rounding says of their direction is dropped.
    axes = np.linalg.lstsq(mu - origin, coordinates - middle, rcond=1e-3)[0].T
    # Where mu does not vary in a second direction, or in any, one at right angles is as good.
    for own, other in (axes, axes[::-1]):
        if np.linalg.norm(own) < _SHORTEST_AXIS:
            own[:] = np.eye(len(own))[np.abs(other).argmin()]
            own -= (own @ other) * other
            own /= np.linalg.norm(own)
    # The layout's own zero, which is the mean of mu but for rounding.
    return Plane(origin - np.linalg.pinv(axes) @ middle, axes)


def means_json(mu: Floats, labels: Labels, split: str) -> bytes:
    """Write columns of μ (N, 2), three decimals, with per-class statistics."""
    return to_json(_points(mu, labels, split, 3))


def layout_json(name: str, coordinates: Floats, labels: Labels, split: str) -> bytes:
    """Write one layout (N, 2) of the first images of a split, and the view that shows it."""
    view = home_view(coordinates)
    digits = max(0, int(np.ceil(np.log10(_STEPS_ACROSS_VIEW / max(view["scale"], 1e-9)))))
    document = _points(coordinates, labels[: len(coordinates)], split, digits)
    return to_json(document | {"projection": name, "view": view})


def _points(coordinates: Floats, labels: Labels, split: str, digits: int) -> dict[str, Any]:
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
    classes = {int(label): mu[labels == label] for label in np.unique(labels)}
    return [
        {"label": label, "count": len(own), "mean": decimals(own.mean(axis=0)),
         "covariance": decimals(covariance(own), 4)}
        for label, own in classes.items()
    ]  # fmt: skip


def covariance(points: Floats) -> NDArray[np.float64]:
    """Return the sample covariance of points (N, d); zeros for a single point."""
    return np.cov(points, rowvar=False, dtype=np.float64, ddof=min(1, len(points) - 1))


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
    scale = max(float((high - low).max()) * 1.08, _SMALLEST_VIEW)
    return {"centre": decimals((low + high) / 2), "scale": round(scale, 3)}


@torch.no_grad()
def regions_json(model: Autoencoder, view: dict[str, Any]) -> bytes:
    """Write the decision regions of a model of two latents, half as wide again as the home view."""
    step = float(f"{view['scale'] * _MARGIN / (_GRID - 1):.5g}")
    origin = [round(centre - step * (_GRID - 1) / 2, 5) + 0.0 for centre in view["centre"]]
    z = torch.from_numpy(grid(origin, step, _GRID, _GRID))
    found = torch.cat([model.class_scores(part).softmax(1) for part in z.split(1 << 13)])
    probability = found.view(_GRID, _GRID, -1).numpy()
    classes = probability.argmax(axis=2)
    levels = np.searchsorted(_LEVELS, probability.max(axis=2), side="right")
    document = {
        "size": [_GRID, _GRID],
        "origin": origin,
        "step": step,
        "levels": list(_LEVELS),
        "rows": [
            [
                number
                for run, cells in groupby(zip(*row, strict=True))
                for number in (*run, len(list(cells)))
            ]
            for row in zip(classes.tolist(), levels.tolist(), strict=True)
        ],
    }
    return to_json(document)


def grid(origin: list[float], step: float, columns: int, rows: int) -> NDArray[np.float32]:
    """Return the grid's points row by row, (rows · columns, 2)."""
    x = origin[0] + step * np.arange(columns)
    y = origin[1] + step * np.arange(rows)
    return np.stack([np.tile(x, rows), np.repeat(y, columns)], axis=1).astype(np.float32)
