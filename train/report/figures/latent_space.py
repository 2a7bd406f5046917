"""What a latent space looks like, and what is decoded from it."""

from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse

from latent_atlas.program import program
from latent_atlas.train.data.images import as_float
from latent_atlas.train.errors import UserError
from latent_atlas.train.evaluation.attribute_vectors import AttributeVectors
from latent_atlas.train.evaluation.encodings import enclosing_circle, halves
from latent_atlas.train.evaluation.samples import draw_prior
from latent_atlas.train.models.attribute_network import attributes_of
from latent_atlas.train.palette import PALETTE
from latent_atlas.train.report.face_results import ALL, ASKED, PERCEPTUAL
from latent_atlas.train.report.figures.figure_parts import (
    COLOURS,
    GAP,
    Draw,
    image_rows,
    legend,
    scatter,
)
from latent_atlas.train.report.gallery import Gallery, on_white

# Faces are larger, so fewer are shown, and their models differ in the loss.
_LOSSES = (8, ("pixels alone", "and deep features", "and a discriminator"), "test faces")
_MULTIPLES = (-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


def encodings(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw two models' test encodings side by side, each in its 99 % circle."""
    figure = Figure(figsize=(7, 3.9))
    for axes, name in zip(figure.subplots(1, 2), ("ae-2", "vae-2"), strict=True):
        exhibit = gallery[name]
        scatter(axes, exhibit.test_mu, exhibit.test.labels.numpy())
        axes.set_title(exhibit.recipe.title, wrap=True)
        (x, y), radius = enclosing_circle(exhibit.test_mu[:, :2])
        axes.add_patch(Circle((x, y), radius, fill=False, ec="#333333", lw=0.8))
        reach = radius * 1.15
        axes.set(xlim=(x - reach, x + reach), ylim=(y - reach, y + reach))
    legend(figure)
    return figure


def reconstructions(*names: str) -> Draw:
    """Return a drawing of test images over their reconstructions by several models."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        count, titles, first = _LOSSES if names == ALL else (20, names, "test images")
        rows = [on_white(as_float(gallery[names[0]].test.pixels[:count]))]
        rows += [gallery[name].reconstruct(count) for name in names]
        return image_rows(rows, [first, *titles])

    return draw


def prior_samples(*names: str) -> Draw:
    """Return a drawing of the same samples z ~ N(0, I) decoded by several models."""

    def draw(gallery: Gallery, _: dict[str, Any]) -> Figure:
        count, titles = _LOSSES[:2] if names == ALL else (20, names)
        models = [gallery[name] for name in names]
        rows = [own.decode(*draw_prior(own.model, count, seed=3)) for own in models]
        return image_rows(rows, titles)

    return draw


def growing_multiples(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw two test faces with growing multiples of two vectors, and of both at once."""
    exhibit = gallery[PERCEPTUAL]
    if "attribute_vectors" not in exhibit.report:
        raise UserError(
            f"Measure {PERCEPTUAL} again first: {program('train')} evaluate {PERCEPTUAL}."
        )
    vectors = AttributeVectors.from_report(exhibit.report["attribute_vectors"])
    blond, sunglasses = (vectors.raw[vectors.names.index(name)] for name in ASKED)
    hidden = [vectors.names.index(name) for name in (*ASKED, "hat")]
    lacking = np.flatnonzero(~attributes_of(exhibit.test)[:, hidden].any(1).numpy())
    added = {"blond hair": blond, "sunglasses": sunglasses, "both": blond + sunglasses}
    rows = [
        exhibit.decode(
            torch.from_numpy(exhibit.test_mu[row]) + torch.tensor(_MULTIPLES)[:, None] * step
        )
        for row in lacking[:2]
        for step in added.values()
    ]
    figure = image_rows(rows, [*added, *added])
    width = rows[0].shape[2]
    for index, multiple in enumerate(_MULTIPLES):
        text = f"{multiple:g}".replace("-", "−")
        figure.axes[0].text(index * (width + GAP) + width / 2, -6, text, ha="center", va="bottom")
    return figure


def ellipses(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw each class's Gaussian over the map, from two halves and from the test set."""
    exhibit = gallery["vae-2"]
    figure = Figure(figsize=(7, 2.9))
    labels = exhibit.images.labels.numpy()
    first, second = halves(len(labels))
    parts = (
        ("one half", exhibit.mu[first], labels[first]),
        ("the other half", exhibit.mu[second], labels[second]),
        ("the test set", exhibit.test_mu, exhibit.test.labels.numpy()),
    )
    for axes, (name, mu, own) in zip(figure.subplots(1, 3), parts, strict=True):
        x, y = mu[:8000].T
        axes.scatter(x, y, s=0.4, linewidths=0, alpha=0.4, c=COLOURS[own[:8000]])
        for digit, colour in enumerate(PALETTE):
            points = mu[own == digit]
            centre = points.mean(0)
            values, vectors = np.linalg.eigh(np.cov(points.T))
            height, width = 2 * np.sqrt(values)
            angle = np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1]))
            axes.add_patch(
                Ellipse(centre, width, height, angle=angle, fill=False, ec=colour, lw=1.4)
            )
            axes.text(*centre, str(digit), ha="center", va="center", weight="bold", fontsize=7)
        axes.set(title=name, xlim=(-3.6, 3.6), ylim=(-3.6, 3.6), aspect="equal")
    return figure


def regions(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw the classifiers' decision regions under the test encodings."""
    figure = Figure(figsize=(7, 2.9))
    for axes, weight in zip(figure.subplots(1, 3), (1, 10, 100), strict=True):
        exhibit = gallery[f"classifier-vae-2-w{weight}"]
        mu = exhibit.test_mu
        reach = float(np.quantile(np.abs(mu), 0.998)) * 1.1
        side = np.linspace(-reach, reach, 240, dtype=np.float32)
        x, y = np.meshgrid(side, side)
        with torch.no_grad():
            z = torch.from_numpy(np.stack([x.ravel(), y.ravel()], 1))
            read = exhibit.model.class_scores(z).argmax(1).view(240, 240).numpy()
        pale = 1 - 0.45 * (1 - mpl.colors.to_rgba_array(PALETTE)[read, :3])
        axes.imshow(pale, origin="lower", extent=(-reach, reach, -reach, reach))
        own = COLOURS[exhibit.test.labels.numpy()]
        axes.scatter(mu[:, 0], mu[:, 1], s=0.6, linewidths=0, c=own)
        accuracy = exhibit.report["classifier"]["accuracy"]
        axes.set_title(f"weight {weight}: reads {accuracy:.1%}")
    legend(figure)
    return figure
