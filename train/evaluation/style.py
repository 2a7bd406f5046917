"""Does a 2-D latent hold style? Slant and boldness of decoded digits as functions of z."""

from dataclasses import dataclass

import torch
from torch import Tensor

from train.models.autoencoder import Autoencoder


@dataclass(frozen=True)
class Trend:
    """How one property of the picture follows z."""

    explained: float
    """R² of the best plane: the share of the property's variance that a linear map of z gives."""
    direction: float
    """Degrees from the first latent's axis in which the property grows fastest."""


def slant(images: Tensor) -> Tensor:
    """Return the lean of images (N, H, W) in [0, 1]: columns gained per row upwards, (N,).

    The regression of x on −y over the ink, from the image's second moments.
    """
    height, width = images.shape[1:]
    y = torch.arange(height, dtype=images.dtype).view(1, height, 1)
    x = torch.arange(width, dtype=images.dtype).view(1, 1, width)
    ink = images.sum((1, 2)).clamp_min(1e-6).view(-1, 1, 1)
    dx = x - (images * x).sum((1, 2), keepdim=True) / ink
    dy = y - (images * y).sum((1, 2), keepdim=True) / ink
    return -(images * dx * dy).sum((1, 2)) / (images * dy * dy).sum((1, 2)).clamp_min(1e-6)


def boldness(images: Tensor) -> Tensor:
    """Return the mean ink of images (N, H, W) in [0, 1], (N,)."""
    return images.mean((1, 2))


def trend(z: Tensor, values: Tensor) -> Trend:
    """Fit values (N,) by a plane over z (N, 2)."""
    design = torch.cat([z, torch.ones(len(z), 1, dtype=z.dtype)], dim=1)
    solution = torch.linalg.lstsq(design, values.unsqueeze(1)).solution.squeeze(1)
    residual = values - design @ solution
    explained = 1 - residual.square().sum() / (values - values.mean()).square().sum()
    direction = torch.rad2deg(torch.atan2(solution[1], solution[0]))
    return Trend(float(explained), float(direction))


@torch.no_grad()
def style_trends(model: Autoencoder, count: int = 2000, seed: int = 0) -> dict[str, Trend]:
    """Decode z ~ N(0, I) under every label and fit slant and boldness, averaged over the labels.

    Averaging first asks what the axes do to all ten digits alike.

    Args:
        model: latent size 2, conditioned on the label.
        count: how many z.
        seed: of the z.
    """
    z = torch.randn(count, 2, generator=torch.Generator().manual_seed(seed))
    slants, inks = [], []
    for digit in range(model.classes):
        label = torch.zeros(count, model.classes)
        label[:, digit] = 1
        images = torch.sigmoid(model.decode(z, label)).mean(1)
        slants.append(slant(images))
        inks.append(boldness(images))
    return {
        "slant": trend(z, torch.stack(slants).mean(0)),
        "boldness": trend(z, torch.stack(inks).mean(0)),
    }
