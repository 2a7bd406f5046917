"""Larger latent spaces laid out on a plane: the points, and the plane itself where there is one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.documents.json_numbers import to_json
from export.documents.means import home_view, points
from train.runs.latent_projections import load_tsne, pca

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]

# What half a step of rounding may be off by: a thousandth of the view, under a pixel of the map.
_STEPS_ACROSS_VIEW = 500


@dataclass(frozen=True)
class Plane:
    """A plane in latent space and the coordinates on it: p(z) = axes · (z − origin)."""

    origin: NDArray[np.float64]
    """(d,): the point whose coordinates are (0, 0)."""
    axes: NDArray[np.float64]
    """(2, d)"""

    def project(self, z: Floats) -> NDArray[np.float64]:
        """Return the coordinates of z (N, d) on the plane, (N, 2)."""
        projected: NDArray[np.float64] = (z - self.origin) @ self.axes.T
        return projected


def load_layouts(run_folder: Path, mu: NDArray[np.float32]) -> dict[str, Floats]:
    """Return the layouts of a model's encodings by name, (N, 2) each.

    `pca` is of the first 10,000 rows of mu, the images the model was trained on: made here, of
    the very encodings whose plane is published. `tsne`, of the first 3,000 test images, comes from
    the run folder, where training has put it; without it there is none.
    """
    saved = load_tsne(run_folder)
    return {"pca": pca(mu)} if saved is None else {"pca": pca(mu), "tsne": saved}


def plane_of(mu: Floats, coordinates: Floats) -> Plane:
    """Find the plane on which mu (N, d) has these coordinates (N, 2), by least squares.

    The layout's own axes, whichever way they were turned.
    """
    origin = mu.mean(axis=0, dtype=np.float64)
    centred = mu - origin
    middle = coordinates.mean(axis=0, dtype=np.float64)
    # Latents that carry nothing hardly vary: what rounding says of their direction is dropped.
    axes = np.linalg.lstsq(centred, coordinates - middle, rcond=1e-3)[0].T
    # The layout's own zero, which is the mean of mu but for rounding.
    return Plane(origin - np.linalg.pinv(axes) @ middle, axes)


def layout_json(name: str, coordinates: Floats, labels: Labels, split: str) -> bytes:
    """Write one layout (N, 2), and the view that shows it.

    Its layout is that of docs/release-format.md, “Layout”.
    """
    view = home_view(coordinates)
    digits = max(0, int(np.ceil(np.log10(_STEPS_ACROSS_VIEW / max(view["scale"], 1e-9)))))
    document = points(coordinates, labels[: len(coordinates)], split, digits)
    return to_json(document | {"projection": name, "view": view})
