"""Rows S1.8 to S1.10: colour faces, attribute vectors, and what each loss makes of a face."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure

from train.data.datasets import load_dataset
from train.evaluation.attribute_vectors import vectors_of
from train.models.attribute_network import attributes_of
from train.report.figures.figure_parts import Floats, new_figure
from train.report.gallery import Exhibit, Gallery

NAMES = ("faces-vae", "faces-perceptual", "faces-vaegan")
_LOSSES = ("pixels alone", "and deep features", "and a discriminator")
_SHOWN = 8
_GAP = 3
_MULTIPLES = (-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


def by_loss(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw test faces over their reconstructions by each model (S1.8, S1.10)."""
    rows: list[Floats] = [gallery[NAMES[0]].test.pixels[:_SHOWN].permute(0, 2, 3, 1).numpy() / 255]
    rows += [_decode(gallery[name], gallery[name].test_mu[:_SHOWN]) for name in NAMES]
    return _colour_rows(rows, ["test faces", *_LOSSES])


def samples(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw the same z ~ N(0, I) decoded by each model (S1.10)."""
    size = gallery[NAMES[0]].recipe.latent_size
    z = torch.randn(_SHOWN, size, generator=torch.Generator().manual_seed(4)).numpy()
    return _colour_rows([_decode(gallery[name], z) for name in NAMES], _LOSSES)


def growing_multiples(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw two test faces with growing multiples of two vectors, and of both at once (S1.9)."""
    exhibit = gallery[NAMES[1]]
    dataset = load_dataset(exhibit.recipe.dataset)
    names = dataset.attribute_names
    mu = torch.from_numpy(exhibit.mu)
    vectors = vectors_of(exhibit.report, mu, exhibit.images, dataset).raw.numpy()
    blond, sunglasses = (vectors[names.index(name)] for name in ("blond hair", "sunglasses"))
    has = attributes_of(exhibit.test)
    lacking = [
        row
        for row in range(len(has))
        if not any(has[row, names.index(name)] for name in ("blond hair", "sunglasses", "hat"))
    ]
    rows, labels = [], []
    for row in lacking[:2]:
        for label, step in (
            ("blond hair", blond), ("sunglasses", sunglasses), ("both", blond + sunglasses),
        ):  # fmt: skip
            multiples = np.array(_MULTIPLES)[:, None]
            rows.append(_decode(exhibit, exhibit.test_mu[row] + multiples * step))
            labels.append(label)
    figure = _colour_rows(rows, labels)
    for index, multiple in enumerate(_MULTIPLES):
        text = f"{multiple:g}".replace("-", "−")
        place = index * (rows[0].shape[2] + _GAP) + rows[0].shape[2] / 2
        figure.axes[0].text(place, -6, text, ha="center", va="bottom")
    return figure


@torch.no_grad()
def _decode(exhibit: Exhibit, z: Floats) -> Floats:
    """Decode z (N, d) to colour images (N, H, W, 3) in [0, 1]."""
    points = torch.as_tensor(np.asarray(z, np.float32))
    return torch.sigmoid(exhibit.model.decode(points)).permute(0, 2, 3, 1).numpy()


def _colour_rows(rows: Sequence[Floats], names: Sequence[str]) -> Figure:
    """Draw rows of images (N, H, W, 3) under each other, each with its name before it."""
    count, height, width, _ = rows[0].shape
    step = height + _GAP
    sheet = np.ones((len(rows) * step - _GAP, count * (width + _GAP) - _GAP, 3), np.float32)
    for row, images in enumerate(rows):
        for column, image in enumerate(images):
            left = column * (width + _GAP)
            sheet[row * step : row * step + height, left : left + width] = image
    figure = new_figure(7, 0.3 + 5.8 * sheet.shape[0] / sheet.shape[1])
    axes = figure.subplots()
    axes.imshow(sheet, interpolation="nearest")
    axes.set_axis_off()
    for row, name in enumerate(names):
        axes.text(-8, row * step + height / 2, name, ha="right", va="center")
    return figure
