"""Does a 2-D latent hold style? Slant and boldness of decoded digits as functions of z."""

from dataclasses import dataclass
from statistics import fmean

import torch
from torch import Tensor

from latent_atlas.train.models.autoencoder import Autoencoder


@dataclass(frozen=True)
class Trend:
    """How one property of the picture follows z."""

    explained: float
    """R² of the best plane: the share of the property's variance that a linear map of z gives."""
    direction: float
    """Degrees from the first latent's axis in which the property grows fastest."""


@dataclass(frozen=True)
class StyleTrend(Trend):
    """How a property averaged over the classes follows z, and how that of a single class does."""

    explained_of_one: float
    """The same share for the pictures of one class, on average over the classes."""
    explained_least: float
    """For the class of which least is explained."""


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
    total = (values - values.mean()).square().sum()
    # Values that do not vary leave nothing to explain.
    explained = 1 - residual.square().sum() / total if total > 0 else 0.0
    direction = torch.rad2deg(torch.atan2(solution[1], solution[0]))
    return Trend(float(explained), float(direction))


@torch.no_grad()
def style_trends(model: Autoencoder, count: int = 2000, seed: int = 0) -> dict[str, StyleTrend]:
    """Decode z ~ N(0, I) under every label and fit slant and boldness by planes over z.

    Averaging over the labels first asks what the axes do to all ten digits alike, which hides how
    much they do to one. The model has two latents and is conditioned on the label.
    """
    z = torch.randn(count, 2, generator=torch.Generator().manual_seed(seed))
    values: dict[str, list[Tensor]] = {"slant": [], "boldness": []}
    for label in range(model.classes):  # not the pictures of all classes at once, to save memory
        one_hot = model.one_hot(torch.full((count,), label))
        image = torch.sigmoid(model.decode(z, one_hot)).mean(1)
        values["slant"].append(slant(image))
        values["boldness"].append(boldness(image))
    return {name: _over_classes(z, torch.stack(of_classes)) for name, of_classes in values.items()}


def _over_classes(z: Tensor, values: Tensor) -> StyleTrend:
    """Fit the values of each class (K, N), and their mean."""
    whole = trend(z, values.mean(0))
    explained = [trend(z, own).explained for own in values]
    return StyleTrend(whole.explained, whole.direction, fmean(explained), min(explained))
