"""What figures are made of: scatters, sheets of images, their legend."""

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from train.palette import PALETTE
from train.report.gallery import Gallery

Floats = NDArray[np.floating[Any]]
Draw = Callable[[Gallery, dict[str, Any]], Figure]
"""Draws a figure from runs and from the study's results file."""

GAP = 3
"""Pixels between the images of a sheet."""
_DPI = 110
_TIGHT: Any = {"handletextpad": 0, "columnspacing": 0.8}


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure, in inches."""
    return Figure(figsize=(width, height), dpi=_DPI)


def scatter(axes: Axes, points: Floats, labels: NDArray[np.int64], size: float = 1.2) -> None:
    """Draw points (N, 2) in their classes' colours; labels (N,), size in square points."""
    colours = np.array(PALETTE)[labels % len(PALETTE)]
    axes.scatter(points[:, 0], points[:, 1], s=size, c=colours, linewidths=0, alpha=0.6)
    low, high = np.quantile(points, [0.002, 0.998], axis=0)
    middle, half = (low + high) / 2, (high - low).max() * 0.54
    axes.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
    axes.set_aspect("equal")


def legend(figure: Figure, names: Sequence[str]) -> None:
    """Put the classes' colours below the figure."""
    handles = [
        mpl.lines.Line2D([], [], marker="o", ls="", ms=4, color=PALETTE[i], label=name)
        for i, name in enumerate(names)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(names), **_TIGHT)


def image_rows(rows: Sequence[Floats], names: Sequence[str]) -> Figure:
    """Draw rows of images (N, H, W, 3) in [0, 1] under each other, each with its name before it."""
    count, height, width, _ = rows[0].shape
    step = height + GAP
    sheet = np.ones((len(rows) * step - GAP, count * (width + GAP) - GAP, 3), np.float32)
    for row, images in enumerate(rows):
        for column, image in enumerate(images):
            left = column * (width + GAP)
            sheet[row * step : row * step + height, left : left + width] = image
    figure = new_figure(7, 0.3 + 5.8 * sheet.shape[0] / sheet.shape[1])
    axes = figure.subplots()
    axes.imshow(sheet, interpolation="nearest")
    axes.set_axis_off()
    for row, name in enumerate(names):
        axes.text(-8, row * step + height / 2, name, ha="right", va="center")
    return figure
