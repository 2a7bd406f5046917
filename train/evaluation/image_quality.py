"""Image quality in numbers: sharpness, perceptual distance and Fréchet distance."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from train.data.images import Images, as_float, batches
from train.models.attribute_network import AttributeNetwork
from train.models.autoencoder import Autoencoder
from train.training.losses import feature_distance

_LAPLACIAN = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))
# Rec. 601: how bright red, green and blue look.
_LUMA = (0.299, 0.587, 0.114)


@torch.no_grad()
def picture_quality(
    model: Autoencoder, classifier: AttributeNetwork, mu: Tensor, test: Images, seed: int = 0
) -> dict[str, float]:
    """Compare reconstructions of test images, and draws from the prior, with the test images.

    Args:
        model: in evaluation mode, on the CPU.
        classifier: whose features define the Fréchet and the perceptual distance; it took no part
            in any model's training.
        mu: (N, d) of the test images.
        test: N colour images.
        seed: of the draws.

    Returns:
        `sharpness`, `sharpness_of_samples` and `sharpness_of_data` (see `sharpness`), means;
        `perceptual_distance` of reconstructions from their images (`losses.feature_distance`);
        `frechet_reconstructions` and `frechet_samples` from the test images.
    """
    generator = torch.Generator().manual_seed(seed)
    of_data, of_decoded, of_drawn, distances = [], [], [], []
    features: dict[str, list[Tensor]] = {"data": [], "decoded": [], "drawn": []}
    start = 0
    for part in batches(test):
        image = as_float(part.pixels)
        decoded = torch.sigmoid(model.decode(mu[start : start + len(part)]))
        start += len(part)
        z = torch.randn(len(part), model.latent_size, generator=generator)
        drawn = torch.sigmoid(model.decode(z))
        of_data.append(sharpness(image))
        of_decoded.append(sharpness(decoded))
        of_drawn.append(sharpness(drawn))
        distances.append(feature_distance(classifier.features(decoded), classifier.features(image)))
        for name, pictures in (("data", image), ("decoded", decoded), ("drawn", drawn)):
            features[name].append(classifier.summary(pictures))
    summaries = {name: torch.cat(parts).numpy() for name, parts in features.items()}
    return {
        "sharpness": float(torch.cat(of_decoded).mean()),
        "sharpness_of_samples": float(torch.cat(of_drawn).mean()),
        "sharpness_of_data": float(torch.cat(of_data).mean()),
        "perceptual_distance": float(torch.cat(distances).mean()),
        "frechet_reconstructions": frechet(summaries["decoded"], summaries["data"]),
        "frechet_samples": frechet(summaries["drawn"], summaries["data"]),
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
