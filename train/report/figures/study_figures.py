"""Errors, curves, projections and ROC curves of the three kinds of model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import gaussian_kde

from train.data.mnist_like import CLASS_NAMES
from train.palette import PALETTE
from train.report.figures.figure_parts import Draw, legend, new_figure, scatter
from train.report.gallery import Gallery
from train.runs.latent_projections import load_tsne, pca, tsne

_KIND_COLOURS = {"ae": "#e76300", "vae": "#3f90da", "cvae": "#832db6"}
_KIND_NAMES = {"ae": "AE", "vae": "VAE", "cvae": "CVAE"}


def errors_by_size(_: Gallery, study: dict[str, Any]) -> Figure:
    """Draw squared error by latent size, three kinds, every seed."""
    figure = new_figure(5, 3)
    axes = figure.subplots()
    for kind, colour in _KIND_COLOURS.items():
        rows = sorted(
            (run["recipe"]["latent_size"], run["errors"]["squared_error"])
            for run in study["runs"]
            if run["group"] == "grid" and run["id"].startswith(f"study-{kind}-")
        )
        sizes = sorted({size for size, _ in rows})
        means = [np.mean([error for own, error in rows if own == size]) for size in sizes]
        axes.plot(sizes, means, color=colour, label=_KIND_NAMES[kind])
        axes.scatter(
            [size for size, _ in rows], [error for _, error in rows], s=9, color=colour, alpha=0.6
        )
    axes.set(
        xscale="log", xlabel="latent size", ylabel="squared error per test image", ylim=(0, None)
    )
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.legend()
    return figure


def curves(_: Gallery, study: dict[str, Any]) -> Figure:
    """Draw training and validation curves of each run of the grid, first seed."""
    figure = new_figure(7.2, 3.8)
    grid = figure.subplots(3, 6)
    first = min(run["seed"] for run in study["runs"])
    for row, kind in enumerate(_KIND_COLOURS):
        own = [
            run
            for run in study["runs"]
            if run["id"].startswith(f"study-{kind}-") and run["seed"] == first
        ]
        own.sort(key=lambda run: run["recipe"]["latent_size"])
        for axes, run in zip(grid[row], own, strict=True):
            axes.plot(run["curves"]["loss"], lw=1, color="#3f90da", label="training")
            axes.plot(run["curves"]["held_out_loss"], lw=1, color="#e76300", label="validation")
            axes.set_title(f"{_KIND_NAMES[kind]}-{run['recipe']['latent_size']}", fontsize=7)
            tail = run["curves"]["held_out_loss"]
            axes.set_ylim(min(tail) * 0.8, tail[min(1, len(tail) - 1)] * 1.15)
    handles, names = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


def layouts(name: str) -> Draw:
    """Return PCA scatter and 1-D density, and t-SNE, of the three kinds."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        figure = new_figure(7, 5.6)
        grid = figure.subplots(3, 3, height_ratios=(1, 3, 3))
        for column, kind in enumerate(_KIND_COLOURS):
            exhibit = gallery[f"{kind}-{name}"]
            plane, layout = pca(exhibit.mu), load_tsne(exhibit.folder)
            if layout is None:
                layout = tsne(exhibit.test_mu)
            labels = exhibit.images.labels[: len(plane)].numpy()
            low, high = np.quantile(plane[:, 0], [0.002, 0.998])
            line = np.linspace(low, high, 120)
            top, middle, bottom = grid[:, column]
            for digit in range(10):
                density = gaussian_kde(plane[labels == digit, 0])(line)
                top.plot(line, density, lw=0.9, color=PALETTE[digit])
            top.set(yticks=[], title=f"{_KIND_NAMES[kind]}-{name}")
            scatter(middle, plane, labels, 0.8)
            scatter(bottom, layout, exhibit.test.labels[: len(layout)].numpy(), 1.5)
            bottom.set(xticks=[], yticks=[])
        grid[0, 0].set_ylabel("density of\nthe first axis")
        grid[1, 0].set_ylabel("PCA")
        grid[2, 0].set_ylabel("t-SNE")
        legend(figure, CLASS_NAMES["mnist"])
        return figure

    return draw


def roc(names: Sequence[str]) -> Draw:
    """Return a drawing of ROC curves of the reconstruction error as a score."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        figure = new_figure(7, 2.8)
        kinds = {"fashion-mnist": "Fashion-MNIST", "rotated": "turned by 90°", "noise": "noise"}
        for axes, run_id in zip(figure.subplots(1, len(names), sharey=True), names, strict=True):
            anomaly = gallery[run_id].report["anomaly"]
            for key, name in kinds.items():
                found = anomaly[key]
                rates = found["roc"]["false_positive"], found["roc"]["true_positive"]
                axes.plot(*rates, lw=1.3, label=f"{name}: {found['auc']:.3f}")
            axes.plot([0, 1], [0, 1], color="#bbbbbb", lw=0.8, zorder=0)
            axes.set(title=run_id, xlabel="false positive rate", aspect="equal")
            axes.legend(loc="lower right", title="area under curve")
        return figure

    return draw
