"""What figures are made of: scatters, sheets of images, their legend."""

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from latent_atlas.train.data.mnist_like import CLASS_NAMES
from latent_atlas.train.palette import PALETTE
from latent_atlas.train.report.gallery import Gallery

Floats = NDArray[np.floating[Any]]
Draw = Callable[[Gallery, dict[str, Any]], Figure]
"""Draws a figure from runs and from the study's results file."""

GAP = 3
"""Pixels between the images of a sheet."""
COLOURS = np.array(PALETTE)


def scatter(axes: Axes, points: Floats, labels: NDArray[np.int64], size: float = 1.2) -> None:
    """Draw points (N, 2) in their classes' colours; labels (N,), size in square points."""
    axes.scatter(points[:, 0], points[:, 1], s=size, c=COLOURS[labels], linewidths=0, alpha=0.6)
    low, high = np.quantile(points, [0.002, 0.998], axis=0)
    middle, half = (low + high) / 2, (high - low).max() * 0.54
    axes.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
    axes.set_aspect("equal")


def legend(figure: Figure) -> None:
    """Put the digits' colours below the figure."""
    handles = [
        mpl.lines.Line2D([], [], marker="o", ls="", ms=4, color=colour, label=name)
        for name, colour in zip(CLASS_NAMES["mnist"], PALETTE, strict=True)
    ]
    tight: Any = {"handletextpad": 0, "columnspacing": 0.8}
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), **tight)


def image_rows(rows: Sequence[Floats], names: Sequence[str]) -> Figure:
    """Draw rows of images (N, H, W, 3) in [0, 1] under each other, each with its name before it."""
    count, height, width, _ = rows[0].shape
    step = height + GAP
    # Each image with a white gap below it and to its right; the outermost gaps are cut off.
    padded = np.pad(np.array(rows), ((0, 0), (0, 0), (0, GAP), (0, GAP), (0, 0)), constant_values=1)
    sheet = padded.swapaxes(1, 2).reshape(len(rows) * step, count * (width + GAP), 3)[:-GAP, :-GAP]
    figure = Figure(figsize=(7, 0.3 + 5.8 * sheet.shape[0] / sheet.shape[1]))
    axes = figure.subplots()
    axes.imshow(sheet, interpolation="nearest")
    axes.set_axis_off()
    for row, name in enumerate(names):
        axes.text(-8, row * step + height / 2, name, ha="right", va="center")
    return figure
