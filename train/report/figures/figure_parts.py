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
Drawing = Figure | bytes
Draw = Callable[[Gallery, dict[str, Any]], Drawing]
"""Draws a figure from runs and from the study's results file."""

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


def tiles(images: Floats, columns: int, gap: int = 1) -> Floats:
    """Set images (N, H, W) out in rows of `columns`, with white gaps: (rows', columns')."""
    count, height, width = images.shape
    rows = -(-count // columns)
    sheet = np.ones((rows * (height + gap) - gap, columns * (width + gap) - gap), np.float32)
    for index, image in enumerate(images):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        sheet[top : top + height, left : left + width] = 1 - image
    return sheet


def show(axes: Axes, sheet: Floats, title: str = "") -> None:
    """Draw a sheet of images (rows, columns) in [0, 1], pixel by pixel."""
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title)
    axes.set_axis_off()


def image_rows(rows: Sequence[Floats], names: Sequence[str]) -> Figure:
    """Draw rows of images (N, H, W) under each other, each with its name before it."""
    columns = len(rows[0])
    figure = new_figure(7, 0.2 + len(rows) * 6.0 / columns)
    axes = figure.subplots()
    show(axes, tiles(np.concatenate(list(rows)), columns, 2))
    height = rows[0].shape[1] + 2
    for index, name in enumerate(names):
        axes.text(-5, index * height + height / 2 - 1, name, ha="right", va="center")
    return figure
