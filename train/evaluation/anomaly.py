"""Reconstruction error as a score for out-of-distribution inputs: ROC curves and AUC."""

import contextlib
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.metrics import roc_auc_score, roc_curve
from torch import Tensor

from train.data import datasets
from train.data.images import Images, as_float, batch_rows, one_hot
from train.errors import UserError
from train.models.autoencoder import Autoencoder
from train.training import losses

_COUNT = 2000
_CURVE_POINTS = 101
_OTHER = {"mnist": "fashion-mnist", "fashion-mnist": "mnist"}


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
    labels = range(model.classes) if model.condition != "none" else (0,)
    best = []
    for part in pixels.split(batch_rows(pixels)):
        image = as_float(part)
        answers = []
        for value in labels:
            own = torch.full((len(part),), value)
            label = one_hot(own, model.classes) if model.condition != "none" else None
            mu = model.encode(image, label).mu
            answers.append(losses.squared_error(model.decode(mu, label), image))
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
    """Score the first 2,000 test images against as many out-of-distribution inputs of each kind."""
    normal = scores(model, test.pixels[:_COUNT])
    found = {}
    for name, pixels in out_of_distribution(dataset, test).items():
        others = scores(model, pixels)
        truth = np.r_[np.zeros(len(normal)), np.ones(len(others))]
        score = torch.cat([normal, others]).numpy()
        false_positive, true_positive, _ = roc_curve(truth, score)
        grid = np.linspace(0, 1, _CURVE_POINTS)
        found[name] = Detection(
            float(roc_auc_score(truth, score)),
            {
                "false_positive": grid.round(4).tolist(),
                "true_positive": np.interp(grid, false_positive, true_positive).round(4).tolist(),
            },
        )
    return found
