"""Perceptual loss: how far apart two images are in the features of a trained network.

Deep feature consistency (Hou et al. 2017, "Deep Feature Consistent Variational Autoencoder"):
pixel errors reward a blur between two sharp answers, features of a trained network do not.
"""

import urllib.error
from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.transforms.v2.functional import normalize

from latent_atlas.train.data.images import Dataset
from latent_atlas.train.errors import UserError
from latent_atlas.train.models.attribute_network import load_network
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.training.losses import feature_distance

# relu1_1, relu2_1 and relu3_1, as Hou et al. compare them ("VAE-123").
_VGG_LAYERS = (1, 6, 11)
# What torchvision's weights were trained on: https://pytorch.org/vision/stable/models.html
_IMAGENET_MEAN = [0.485, 0.456, 0.406]
_IMAGENET_STD = [0.229, 0.224, 0.225]


class PerceptualLoss(nn.Module):
    """A frozen network's feature distance between decoded and true images.

    Its `features` turn images (N, C, H, W) in [0, 1] into those of each layer, (N, C′, H′, W′).
    """

    def __init__(self, features: nn.Module) -> None:
        super().__init__()
        self.features = features.requires_grad_(False).eval()

    def forward(self, decoded: Tensor, image: Tensor) -> Tensor:
        """Return the distance of each pair, (N,): both (N, C, H, W) in [0, 1]."""
        with torch.no_grad():
            target = self.features(image)
        return feature_distance(self.features(decoded), target)


class _Vgg(nn.Module):
    """VGG19 (Simonyan & Zisserman 2014) trained on ImageNet, as far as relu3_1."""

    def __init__(self) -> None:
        super().__init__()
        from torchvision.models import VGG19_Weights, vgg19

        try:
            layers = vgg19(weights=VGG19_Weights.IMAGENET1K_V1).features
        # A lost network, a full disk, a file that is not what its name says (RuntimeError).
        except (urllib.error.URLError, OSError, RuntimeError) as error:
            raise UserError(
                "The weights of VGG19 are not on this machine and cannot be fetched; with "
                "--perceptual attributes a network is trained on the dataset's own attributes."
            ) from error
        self.layers = layers[: _VGG_LAYERS[-1] + 1]

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return relu1_1, relu2_1 and relu3_1."""
        h = normalize(image.expand(-1, 3, -1, -1), _IMAGENET_MEAN, _IMAGENET_STD)
        found = []
        for index, layer in enumerate(self.layers):
            h = layer(h)
            if index in _VGG_LAYERS:
                found.append(h)
        return found


def perceptual_loss(recipe: Recipe, dataset: Dataset, cache: Path) -> PerceptualLoss | None:
    """Return the recipe's perceptual loss, frozen; None where it has none.

    The project's own network is trained on `dataset`, and cached in `cache`.

    Raises:
        UserError: the network cannot be fetched or trained.
    """
    if recipe.perceptual == "none":
        return None
    if recipe.perceptual == "vgg19":
        return PerceptualLoss(_Vgg())
    return PerceptualLoss(load_network("perceptual", dataset, cache).network.stages)
