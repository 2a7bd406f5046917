"""Reconstruction error as a score for out-of-distribution inputs: ROC curves and AUC."""

import contextlib
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.metrics import roc_auc_score, roc_curve
from torch import Tensor

from latent_atlas.train.data import datasets
from latent_atlas.train.data.images import Images, as_float, batch_rows
from latent_atlas.train.errors import UserError
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.training import losses

_COUNT = 2000
_MOST_DECODED = 20_000
"""Of each kind by a conditioned model, which decodes an image under every label; 100 at least."""
_CURVE_POINTS = 101
_OTHER = {"mnist": "fashion-mnist", "fashion-mnist": "mnist"}
_GREY = 26, 229
"""What counts as grey: a tenth to nine tenths of white."""


@dataclass(frozen=True)
class Detection:
    """How well a score tells out-of-distribution inputs from the test images."""

    auc: float
    roc: dict[str, list[float]]
    """`false_positive` and `true_positive` rates, 101 points each."""


@torch.no_grad()
def scores(model: Autoencoder, pixels: Tensor) -> Tensor:
    """Return Σ (x − x̂)² of each image (N, C, H, W) uint8, x̂ decoded from μ: shape (N,).

    An out-of-distribution input has no class: a conditioned model is given every label, and its
    smallest error counts.
    """
    classes = model.classes if model.condition != "none" else 1
    best = []
    for part in pixels.split(batch_rows(pixels)):
        image = as_float(part)
        answers = []
        for value in range(classes):
            label = model.one_hot(torch.full((len(part),), value))
            decoded = model.decode(model.encode(image, label).mu, label)
            answers.append(losses.squared_error(decoded, image))
        best.append(torch.stack(answers).amin(0))
    return torch.cat(best)


def out_of_distribution(dataset: str, test: Images, seed: int = 0) -> dict[str, Tensor]:
    """Return out-of-distribution inputs by kind, uint8 (M, C, H, W) each.

    Another dataset's test images, where the machine has them; uniform noise; and the test images
    rotated by 90°.
    """
    generator = torch.Generator().manual_seed(seed)
    kinds: dict[str, Tensor] = {}
    if dataset in _OTHER:
        # Without the files and a network, the table has one row less.
        with contextlib.suppress(UserError):
            kinds[_OTHER[dataset]] = datasets.load(_OTHER[dataset], "test").pixels[:_COUNT]
    some = test.pixels[:_COUNT]
    kinds["noise"] = torch.randint(0, 256, some.shape, generator=generator, dtype=torch.uint8)
    if some.shape[2] == some.shape[3]:
        kinds["rotated"] = torch.rot90(some, dims=(2, 3))
    return kinds


def detection(model: Autoencoder, dataset: str, test: Images) -> dict[str, Detection]:
    """Score the first 2,000 test images against as many out-of-distribution inputs of each kind.

    Fewer where a model is conditioned on one of more than ten classes.
    """
    labels = model.classes if model.condition != "none" else 1
    count = min(_COUNT, max(100, _MOST_DECODED // labels))
    normal = scores(model, test.pixels[:count])
    return {
        name: _detection(normal, scores(model, pixels[:count]))
        for name, pixels in out_of_distribution(dataset, test).items()
    }


def grey_pixels(pixels: Tensor) -> Tensor:
    """Count the grey pixels of each image (N, C, H, W) uint8, (N,): a score without any model."""
    low, high = _GREY
    return ((pixels >= low) & (pixels <= high)).flatten(1).sum(1)


def baseline(dataset: str, test: Images) -> dict[str, float]:
    """Return the AUC of `grey_pixels` on the images of `detection`, by kind of input."""
    normal = grey_pixels(test.pixels[:_COUNT])
    return {
        name: _detection(normal, grey_pixels(pixels)).auc
        for name, pixels in out_of_distribution(dataset, test).items()
    }


def _detection(normal: Tensor, others: Tensor) -> Detection:
    truth = np.r_[np.zeros(len(normal)), np.ones(len(others))]
    score = torch.cat([normal, others]).numpy()
    grid = np.linspace(0, 1, _CURVE_POINTS)
    curve = np.interp(grid, *roc_curve(truth, score)[:2])
    roc = {"false_positive": grid.round(4).tolist(), "true_positive": curve.round(4).tolist()}
    return Detection(float(roc_auc_score(truth, score)), roc)
