"""What a latent space looks like, and what is decoded from it."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse

from train.data.images import as_float
from train.data.mnist_like import CLASS_NAMES
from train.evaluation.encodings import enclosing_circle, halves
from train.evaluation.samples import draw_prior
from train.palette import PALETTE
from train.report.figures.figure_parts import (
    Draw,
    Floats,
    image_rows,
    legend,
    new_figure,
    scatter,
)
from train.report.gallery import Gallery, on_white


def maps(names: Sequence[str]) -> Draw:
    """Return a drawing of models' test encodings side by side, each in its 99 % circle."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        figure = new_figure(7, 3.9)
        for axes, name in zip(figure.subplots(1, len(names)), names, strict=True):
            exhibit = gallery[name]
            scatter(axes, exhibit.test_mu, exhibit.test.labels.numpy())
            axes.set_title(exhibit.recipe.title, wrap=True)
            (x, y), radius = enclosing_circle(exhibit.test_mu[:, :2])
            axes.add_patch(Circle((x, y), radius, fill=False, ec="#333333", lw=0.8))
            reach = radius * 1.15
            axes.set(xlim=(x - reach, x + reach), ylim=(y - reach, y + reach))
        legend(figure, CLASS_NAMES["mnist"])
        return figure

    return draw


def reconstructions(
    names: Sequence[str],
    count: int = 20,
    titles: Sequence[str] = (),
    first: str = "test images",
) -> Draw:
    """Return a drawing of test images over their reconstructions by several models."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        images = gallery[names[0]].test.select(slice(0, count))
        rows = [on_white(as_float(images.pixels))]
        rows += [gallery[name].reconstruct(count) for name in names]
        return image_rows(rows, [first, *(titles or names)])

    return draw


def prior_samples(names: Sequence[str], count: int = 20, titles: Sequence[str] = ()) -> Draw:
    """Return a drawing of the same samples z ~ N(0, I) decoded by several models."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        rows = [
            gallery[name].decode(*draw_prior(gallery[name].model, count, seed=3)) for name in names
        ]
        return image_rows(rows, titles or names)

    return draw


def ellipses(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw each class's Gaussian over the map, from two halves and from the test set."""
    exhibit = gallery["vae-2"]
    figure = new_figure(7, 2.9)
    labels = exhibit.images.labels.numpy()
    first, second = halves(len(labels))
    parts = (
        ("one half", exhibit.mu[first], labels[first]),
        ("the other half", exhibit.mu[second], labels[second]),
        ("the test set", exhibit.test_mu, exhibit.test.labels.numpy()),
    )
    for axes, (name, mu, own) in zip(figure.subplots(1, 3), parts, strict=True):
        shown = slice(0, 8000)
        axes.scatter(
            mu[shown, 0], mu[shown, 1], s=0.4, linewidths=0, alpha=0.4,
            c=np.array(PALETTE)[own[shown]],
        )  # fmt: skip
        for digit in range(10):
            _ellipse(axes, mu[own == digit], PALETTE[digit], str(digit))
        axes.set(title=name, xlim=(-3.6, 3.6), ylim=(-3.6, 3.6), aspect="equal")
    return figure


def _ellipse(axes: Axes, points: Floats, colour: str, text: str) -> None:
    """Draw the contour of a Gaussian at one standard deviation."""
    mean, covariance = points.mean(0), np.cov(points.T)
    values, vectors = np.linalg.eigh(covariance)
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    width, height = 2 * np.sqrt(values[1]), 2 * np.sqrt(values[0])
    ellipse = Ellipse((mean[0], mean[1]), width, height, angle=angle, fill=False, ec=colour, lw=1.4)
    axes.add_patch(ellipse)
    axes.text(mean[0], mean[1], text, ha="center", va="center", weight="bold", fontsize=7)


def regions(names: Sequence[str]) -> Draw:
    """Return a drawing of several classifiers' decision regions under the test encodings."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        figure = new_figure(7, 2.9)
        for axes, name in zip(figure.subplots(1, len(names)), names, strict=True):
            exhibit = gallery[name]
            mu = exhibit.test_mu
            reach = float(np.quantile(np.abs(mu), 0.998)) * 1.1
            side = np.linspace(-reach, reach, 240, dtype=np.float32)
            x, y = np.meshgrid(side, side)
            with torch.no_grad():
                z = torch.from_numpy(np.stack([x.ravel(), y.ravel()], 1))
                read = exhibit.model.class_scores(z).argmax(1).view(240, 240).numpy()
            colours = np.array([mpl.colors.to_rgb(colour) for colour in PALETTE])
            axes.imshow(
                1 - 0.45 * (1 - colours[read]), origin="lower",
                extent=(-reach, reach, -reach, reach),
            )  # fmt: skip
            own = np.array(PALETTE)[exhibit.test.labels.numpy()]
            axes.scatter(mu[:, 0], mu[:, 1], s=0.6, linewidths=0, c=own)
            accuracy = exhibit.report["classifier"]["accuracy"]
            weight = exhibit.recipe.classification_weight
            axes.set_title(f"weight {weight:g}: reads {accuracy:.1%}")
        legend(figure, CLASS_NAMES["mnist"])
        return figure

    return draw
