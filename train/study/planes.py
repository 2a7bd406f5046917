"""The plane of a run that is not shipped, small enough for the study's results: codes, pictures."""

import base64
from typing import Any

import torch

from latent_atlas.train.data.images import Images
from latent_atlas.train.evaluation.likelihood import encode
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.rounding import significant

_POINTS = 1000


@torch.no_grad()
def plane_of_run(model: Autoencoder, images: Images) -> dict[str, Any]:
    """Return where the first images lie, and the first image of each class as decoded from μ.

    `mu` holds both coordinates of 1,000 images, one after the other, and `labels` their classes;
    `decoded` the pictures in the order of the classes, 8-bit grey, row by row, in base64.
    """
    first = images.select(slice(0, _POINTS))
    posterior, _ = encode(model, first)
    labels = images.labels.tolist()
    shown = images.select(torch.tensor([labels.index(label) for label in range(images.classes)]))
    codes, given = encode(model, shown)
    pixels = (model.decode(codes.mu, given).sigmoid() * 255).round().to(torch.uint8)
    return {
        "mu": significant(posterior.mu.flatten().tolist(), 3),
        "labels": first.labels.tolist(),
        "decoded": base64.b64encode(pixels.cpu().numpy().tobytes()).decode(),
    }
