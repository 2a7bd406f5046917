"""Image quality in numbers: sharpness, perceptual distance and Fréchet distance."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from latent_atlas.train.data.images import Images, as_float, batch_rows, batches
from latent_atlas.train.models.attribute_network import AttributeNetwork
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.training.losses import feature_distance

_LAPLACIAN = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))
# Rec. 601: how bright red, green and blue look.
_LUMA = (0.299, 0.587, 0.114)


@torch.no_grad()
def picture_quality(
    model: Autoencoder, classifier: AttributeNetwork, mu: Tensor, test: Images, seed: int = 0
) -> dict[str, float]:
    """Compare reconstructions of test images, and draws from the prior, with the test images.

    `mu` (N, d) encodes the N colour images of `test`; the classifier, whose features define the
    Fréchet and the perceptual distance, took no part in any model's training.

    Returns:
        `sharpness`, `sharpness_of_samples` and `sharpness_of_data` (see `sharpness`), means;
        `perceptual_distance` of reconstructions from their images (`losses.feature_distance`);
        `frechet_reconstructions` and `frechet_samples` from the test images.
    """
    generator = torch.Generator().manual_seed(seed)
    parts: dict[str, list[Tensor]] = {}
    for part, own in zip(batches(test), mu.split(batch_rows(test.pixels)), strict=True):
        z = torch.randn(own.shape, generator=generator)
        image = as_float(part.pixels)
        decoded, drawn = (torch.sigmoid(model.decode(points)) for points in (own, z))
        distance = feature_distance(classifier.stages(decoded), classifier.stages(image))
        parts.setdefault("distance", []).append(distance)
        for name, pictures in (("data", image), ("decoded", decoded), ("drawn", drawn)):
            parts.setdefault(f"sharpness of {name}", []).append(sharpness(pictures))
            parts.setdefault(name, []).append(classifier.summary(pictures))
    found = {name: torch.cat(tensors) for name, tensors in parts.items()}
    data, decodings, draws = (found[name].numpy() for name in ("data", "decoded", "drawn"))
    return {
        "sharpness": float(found["sharpness of decoded"].mean()),
        "sharpness_of_samples": float(found["sharpness of drawn"].mean()),
        "sharpness_of_data": float(found["sharpness of data"].mean()),
        "perceptual_distance": float(found["distance"].mean()),
        "frechet_reconstructions": frechet(decodings, data),
        "frechet_samples": frechet(draws, data),
    }


def sharpness(image: Tensor) -> Tensor:
    """Return the variance of the Laplacian of each image's brightness, ×1000: (N, 3, H, W) → (N,).

    Pech-Pacheco et al. 2000, "Diatom autofocusing in brightfield microscopy": edges have large
    second derivatives, and a blur takes them away.
    """
    luma = torch.einsum("nchw,c->nhw", image, torch.tensor(_LUMA))[:, None]
    edges = functional.conv2d(luma, torch.tensor(_LAPLACIAN)[None, None])
    return 1000 * edges.flatten(1).var(1)


def frechet(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    """Return the Fréchet distance of two sets of features, (N, F) and (M, F), taken as Gaussians.

    |m₁ − m₂|² + tr(C₁ + C₂ − 2 (C₁ C₂)^½) (Dowson & Landau 1982; Heusel et al. 2017 with the
    features of another network, so that numbers cannot be compared with theirs).
    """
    mean = ours.mean(0, dtype=np.float64) - theirs.mean(0, dtype=np.float64)
    one = np.cov(ours, rowvar=False, dtype=np.float64)
    other = np.cov(theirs, rowvar=False, dtype=np.float64)
    # The product of two covariances has eigenvalues ≥ 0, but for rounding.
    roots = np.sqrt(np.clip(np.linalg.eigvals(one @ other).real, 0, None))
    return float(max(0.0, mean @ mean + np.trace(one) + np.trace(other) - 2 * roots.sum()))
