"""Colour faces: attribute vectors, and what each loss makes of a face."""

from typing import Any

import torch
from matplotlib.figure import Figure

from train.errors import UserError
from train.evaluation.attribute_vectors import AttributeVectors
from train.models.attribute_network import attributes_of
from train.report.figures.figure_parts import GAP, image_rows
from train.report.gallery import Gallery

NAMES = ("faces-vae", "faces-perceptual", "faces-vaegan")
LOSSES = ("pixels alone", "and deep features", "and a discriminator")
SHOWN = 8
_ADDED = ("blond hair", "sunglasses")
_MULTIPLES = (-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


def growing_multiples(gallery: Gallery, _: dict[str, Any]) -> Figure:
    """Draw two test faces with growing multiples of two vectors, and of both at once."""
    exhibit = gallery[NAMES[1]]
    if "attribute_vectors" not in exhibit.report:
        raise UserError(f"Measure {NAMES[1]} again first: python -m train evaluate {NAMES[1]}.")
    vectors = AttributeVectors.from_report(exhibit.report["attribute_vectors"])
    has = attributes_of(exhibit.test)
    blond, sunglasses = (vectors.raw[vectors.names.index(name)] for name in _ADDED)
    hidden = [vectors.names.index(name) for name in (*_ADDED, "hat")]
    lacking = [row for row in range(len(has)) if not has[row, hidden].any()]
    rows, labels = [], []
    for row in lacking[:2]:
        for label, step in (
            ("blond hair", blond), ("sunglasses", sunglasses), ("both", blond + sunglasses),
        ):  # fmt: skip
            steps = torch.tensor(_MULTIPLES)[:, None] * step
            rows.append(exhibit.decode(torch.from_numpy(exhibit.test_mu[row]) + steps))
            labels.append(label)
    figure = image_rows(rows, labels)
    width = rows[0].shape[2]
    for index, multiple in enumerate(_MULTIPLES):
        text = f"{multiple:g}".replace("-", "−")
        figure.axes[0].text(index * (width + GAP) + width / 2, -6, text, ha="center", va="bottom")
    return figure
