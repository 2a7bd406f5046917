"""Rows S0 and S2, and samples: what a latent space looks like and what is decoded from it."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse
from PIL import Image

from train.data.datasets import CLASS_NAMES, as_float
from train.evaluation.encodings import halves
from train.evaluation.samples import draw_prior
from train.palette import PALETTE
from train.report.figures.figure_parts import (
    Draw,
    Floats,
    image_rows,
    legend,
    new_figure,
    scatter,
    show,
    tiles,
)
from train.report.gallery import Gallery


def maps(names: Sequence[str], circled: bool = False) -> Draw:
    """Return a drawing of models' test encodings side by side (S1.3, S2.7).

    With `circled`, in the circle that encloses 99 % of them (S1.4).
    """

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        figure = new_figure(7, 3.9)
        for axes, name in zip(figure.subplots(1, len(names)), names, strict=True):
            exhibit = gallery[name]
            scatter(axes, exhibit.test_mu, exhibit.test.labels.numpy())
            axes.set_title(exhibit.recipe.title, wrap=True)
            if circled:
                (x, y), radius = exhibit.circle()
                axes.add_patch(Circle((x, y), radius, fill=False, ec="#333333", lw=0.8))
                reach = radius * 1.15
                axes.set(xlim=(x - reach, x + reach), ylim=(y - reach, y + reach))
        legend(figure, CLASS_NAMES["mnist"])
        return figure

    return draw


def reconstructions(names: Sequence[str], count: int = 20) -> Draw:
    """Return a drawing of test images over their reconstructions by several models (S2.2, S4.4)."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        part = gallery[names[0]].test.select(slice(0, count))
        rows = [as_float(part.pixels).mean(1).numpy()]
        rows += [gallery[name].reconstruct(part) for name in names]
        return image_rows(rows, ["test images", *names])

    return draw


def prior_samples(names: Sequence[str], count: int = 20) -> Draw:
    """Return a drawing of samples decoded from z ~ N(0, I) (S2.3, S4.5)."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        rows = []
        for name in names:
            exhibit = gallery[name]
            z, labels = draw_prior(exhibit.model, count, seed=3)
            if exhibit.recipe.condition == "none":
                rows.append(exhibit.decode(z.numpy()))
            else:
                each = [exhibit.decode(z[i : i + 1].numpy(), int(labels[i])) for i in range(count)]
                rows.append(np.concatenate(each))
        return image_rows(rows, names)

    return draw


def chosen_digit(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw a chosen digit from the CVAE: the same twenty z under each label (S4.5)."""
    z, _labels = draw_prior(gallery["cvae-10"].model, 20, seed=5)
    rows = [gallery["cvae-10"].decode(z.numpy(), digit) for digit in range(10)]
    return image_rows(rows, [str(digit) for digit in range(10)])


def ellipses(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw each class's Gaussian over the map, from two halves and from the test set (S2.4, 5)."""
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


def grid_around(
    name: str, digit: int, step: float, sites: int = 9, at_origin: bool = False
) -> Draw:
    """Return a grid of decoded digits with the coordinates on each tile (S2.6, S2.7)."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        exhibit = gallery[name]
        own = exhibit.mu[exhibit.images.labels.numpy() == digit]
        centre = np.zeros(2) if at_origin else own.mean(0)
        steps = (np.arange(sites) - sites // 2) * step
        x, y = np.meshgrid(centre[0] + steps, centre[1] - steps)
        z = np.stack([x.ravel(), y.ravel()], axis=1)
        images = exhibit.decode(z, digit if exhibit.recipe.condition != "none" else None)
        figure = new_figure(5.4, 5.4)
        axes = figure.subplots()
        show(axes, tiles(images, sites, 7))
        for index, (a, b) in enumerate(z):
            left, bottom = index % sites * 35 + 14, index // sites * 35 + 34
            axes.text(left, bottom, f"{a:.1f}, {b:.1f}", ha="center", va="bottom", fontsize=4.5)
        return figure

    return draw


def target_means(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw the map whose classes were each given a place (S0.5)."""
    exhibit = gallery["target-means-vae-2"]
    figure = new_figure(4.6, 5)
    axes = figure.subplots()
    scatter(axes, exhibit.test_mu, exhibit.test.labels.numpy(), 2)
    for digit, (x, y) in enumerate(exhibit.recipe.prior_means):
        axes.plot(x, y, "+", color="#222222", ms=9)
        axes.text(x + 0.9, y + 0.9, str(digit), weight="bold")
    axes.set(xlim=(-16, 16), ylim=(-25, 16))
    return figure


def regions(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw decision regions under the encodings at three weights (S0.6, S0.7, S0.8)."""
    figure = new_figure(7, 2.9)
    weights = (1, 10, 100)
    for axes, weight in zip(figure.subplots(1, 3), weights, strict=True):
        exhibit = gallery[f"classifier-vae-2-w{weight}"]
        mu = exhibit.test_mu
        reach = float(np.quantile(np.abs(mu), 0.998)) * 1.1
        side = np.linspace(-reach, reach, 240, dtype=np.float32)
        x, y = np.meshgrid(side, side)
        with torch.no_grad():
            z = torch.from_numpy(np.stack([x.ravel(), y.ravel()], 1))
            read = exhibit.model.class_scores(z).argmax(1).view(240, 240).numpy()
        colours = np.array([mpl.colors.to_rgb(colour) for colour in PALETTE])
        axes.imshow(
            1 - 0.45 * (1 - colours[read]), origin="lower", extent=(-reach, reach, -reach, reach)
        )
        own = np.array(PALETTE)[exhibit.test.labels.numpy()]
        axes.scatter(mu[:, 0], mu[:, 1], s=0.6, linewidths=0, c=own)
        accuracy = exhibit.report["classifier"]["accuracy"]
        axes.set_title(f"weight {weight}: reads {accuracy:.1%}")
    legend(figure, CLASS_NAMES["mnist"])
    return figure


def origin_grid(gallery: Gallery, _: dict[str, Any], sites: int = 10) -> Figure:
    """Draw 10×10 digits decoded around the origin, VAE and CVAE (S4.10)."""
    figure = new_figure(7, 3.8)
    for axes, name in zip(figure.subplots(1, 2), ("vae-2", "cvae-2"), strict=True):
        exhibit = gallery[name]
        images = exhibit.decode(_origin_lattice(sites), 3)
        show(axes, tiles(images, sites, 0), exhibit.recipe.title)
    return figure


def origin_animation(gallery: Gallery, _: dict[str, Any], sites: int = 10) -> bytes:
    """Animate the CVAE's 10×10 grid over the classes: GIF bytes (S4.10)."""
    frames = []
    for digit in range(10):
        sheet = tiles(gallery["cvae-2"].decode(_origin_lattice(sites), digit), sites, 0)
        frames.append(Image.fromarray(np.rint(sheet * 255).astype(np.uint8), "L").quantize(16))
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=700, loop=0)
    return buffer.getvalue()


def _origin_lattice(sites: int) -> Floats:
    steps = np.linspace(-2, 2, sites)
    x, y = np.meshgrid(steps, -steps)
    return np.stack([x.ravel(), y.ravel()], axis=1)
