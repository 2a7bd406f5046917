"""Errors, curves, projections and ROC curves of the three kinds of model."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import gaussian_kde

from latent_atlas.train.palette import PALETTE
from latent_atlas.train.report.figures.figure_parts import legend, scatter
from latent_atlas.train.report.gallery import Gallery
from latent_atlas.train.report.study_claims import SIZES, values_over_seeds
from latent_atlas.train.runs.latent_projections import load_tsne, pca, tsne

_KIND_COLOURS = {"ae": "#e76300", "vae": "#3f90da", "cvae": "#832db6"}


def errors_by_size(_: Gallery, study: dict[str, Any]) -> Figure:
    """Draw squared error by latent size, three kinds, every seed."""
    figure = Figure(figsize=(5, 3))
    axes = figure.subplots()
    for kind, colour in _KIND_COLOURS.items():
        errors = {
            size: sorted(
                values_over_seeds(study, f"study-{kind}-{size}", "errors", "squared_error")
            )
            for size in SIZES
        }
        means = [np.mean(own) for own in errors.values()]
        axes.plot(SIZES, means, color=colour, label=kind.upper())
        places = np.repeat(SIZES, [len(own) for own in errors.values()])
        axes.scatter(places, np.concatenate([*errors.values()]), s=9, color=colour, alpha=0.6)
    axes.set(
        xscale="log", xlabel="latent size", ylabel="squared error per test image", ylim=(0, None)
    )
    axes.set_xticks(SIZES, [str(size) for size in SIZES])
    axes.minorticks_off()
    axes.legend()
    return figure


def curves(_: Gallery, study: dict[str, Any]) -> Figure:
    """Draw training and validation curves of each run of the grid, first seed."""
    figure = Figure(figsize=(7.2, 3.8))
    grid = figure.subplots(3, 6)
    for row, kind in zip(grid, _KIND_COLOURS, strict=True):
        for axes, size in zip(row, SIZES, strict=True):
            loss, held_out = (
                values_over_seeds(study, f"study-{kind}-{size}", "curves", name)[0]
                for name in ("loss", "held_out_loss")
            )
            axes.plot(loss, lw=1, color="#3f90da", label="training")
            axes.plot(held_out, lw=1, color="#e76300", label="validation")
            axes.set_title(f"{kind.upper()}-{size}", fontsize=7)
            axes.set_ylim(min(held_out) * 0.8, held_out[:2][-1] * 1.15)
    handles, names = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


def layouts(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw PCA scatter and 1-D density, and t-SNE, of the three kinds at ten latents."""
    figure = Figure(figsize=(7, 5.6))
    grid = figure.subplots(3, 3, height_ratios=(1, 3, 3))
    for (top, middle, bottom), kind in zip(grid.T, _KIND_COLOURS, strict=True):
        exhibit = gallery[f"{kind}-10"]
        plane, layout = pca(exhibit.mu), load_tsne(exhibit.folder)
        if layout is None:
            layout = tsne(exhibit.test_mu)
        labels = exhibit.images.labels[: len(plane)].numpy()
        low, high = np.quantile(plane[:, 0], [0.002, 0.998])
        line = np.linspace(low, high, 120)
        for digit, colour in enumerate(PALETTE):
            density = gaussian_kde(plane[labels == digit, 0])(line)
            top.plot(line, density, lw=0.9, color=colour)
        top.set(yticks=[], title=f"{kind.upper()}-10")
        scatter(middle, plane, labels, 0.8)
        scatter(bottom, layout, exhibit.test.labels[: len(layout)].numpy(), 1.5)
        bottom.set(xticks=[], yticks=[])
    for axes, name in zip(grid[:, 0], ("density of\nthe first axis", "PCA", "t-SNE"), strict=True):
        axes.set_ylabel(name)
    legend(figure)
    return figure


def roc(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw ROC curves of the reconstruction error as a score."""
    figure = Figure(figsize=(7, 2.8))
    kinds = {"fashion-mnist": "Fashion-MNIST", "rotated": "turned by 90°", "noise": "noise"}
    names = ("ae-10", "vae-2", "vae-10")
    for axes, run_id in zip(figure.subplots(1, 3, sharey=True), names, strict=True):
        for key, name in kinds.items():
            found = gallery[run_id].report["anomaly"][key]
            rates = found["roc"]["false_positive"], found["roc"]["true_positive"]
            axes.plot(*rates, lw=1.3, label=f"{name}: {found['auc']:.3f}")
        axes.plot([0, 1], [0, 1], color="#bbbbbb", lw=0.8, zorder=0)
        axes.set(title=run_id, xlabel="false positive rate", aspect="equal")
        axes.legend(loc="lower right", title="area under curve")
    return figure
