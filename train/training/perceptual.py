"""Perceptual loss: how far apart two images are in the features of a trained network.

Deep feature consistency (Hou et al. 2017, "Deep Feature Consistent Variational Autoencoder"):
pixel errors reward a blur between two sharp answers, features of a trained network do not.
"""

import urllib.error
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from train.data.images import Dataset
from train.errors import UserError
from train.models.attribute_network import load_network
from train.recipes.recipe import Recipe
from train.training.losses import feature_distance

# relu1_1, relu2_1 and relu3_1, as Hou et al. compare them ("VAE-123").
_VGG_LAYERS = (1, 6, 11)
# What torchvision's weights were trained on: https://pytorch.org/vision/stable/models.html
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)


class PerceptualLoss(nn.Module):
    """A frozen network's feature distance between decoded and true images."""

    def forward(self, decoded: Tensor, image: Tensor) -> Tensor:
        """Return the distance of each pair, (N,): both (N, C, H, W) in [0, 1]."""
        with torch.no_grad():
            target = self.features(image)
        return feature_distance(self.features(decoded), target)

    def features(self, image: Tensor) -> Sequence[Tensor]:
        """Return the features (N, C′, H′, W′) of each layer that is compared."""
        raise NotImplementedError


class AttributeFeatures(PerceptualLoss):
    """By the network that the project trains on a dataset's attributes."""

    def __init__(self, dataset: Dataset, cache: Path) -> None:
        super().__init__()
        self.network = load_network("perceptual", dataset, cache).network

    def features(self, image: Tensor) -> Sequence[Tensor]:
        """Return the features of every stage."""
        return self.network.features(image)


class VggFeatures(PerceptualLoss):
    """By VGG19 (Simonyan & Zisserman 2014) trained on ImageNet.

    Raises:
        UserError: its weights are not on this machine and cannot be fetched.
    """

    mean: Tensor
    std: Tensor

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
        for layer in self.layers:
            if isinstance(layer, nn.ReLU):
                layer.inplace = False  # its input is a feature, too
        self.register_buffer("mean", torch.tensor(_IMAGENET_MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(_IMAGENET_STD).view(1, 3, 1, 1))

    def features(self, image: Tensor) -> Sequence[Tensor]:
        """Return relu1_1, relu2_1 and relu3_1."""
        h = (image.expand(-1, 3, -1, -1) - self.mean) / self.std
        found = []
        for index, layer in enumerate(self.layers):
            h = layer(h)
            if index in _VGG_LAYERS:
                found.append(h)
        return found


def perceptual_loss(recipe: Recipe, dataset: Dataset, cache: Path) -> PerceptualLoss | None:
    """Return the recipe's perceptual loss, frozen; None where it has none.

    Args:
        recipe: which network's features are compared.
        dataset: what the project's own network is trained on.
        cache: folder of that network.

    Raises:
        UserError: the network cannot be fetched or trained.
    """
    if recipe.perceptual == "none":
        return None
    loss = VggFeatures() if recipe.perceptual == "vgg19" else AttributeFeatures(dataset, cache)
    return loss.requires_grad_(False).eval()
