"""Doubled pixels and a convolution as one transposed convolution: the same numbers, less work.

Each pixel of a doubled image stands there four times, so a 3×3 kernel over it multiplies the same
numbers again and again. Added up beforehand, its weights are a 4×4 kernel that is laid over the
small image with a stride of 2: 16 products a place and its four results, in place of 36.
"""

import copy

import torch
from torch import Tensor, nn

from train.models.autoencoder import Autoencoder


def with_transposed_convolutions(model: Autoencoder) -> Autoencoder:
    """Return a copy of the model whose decoder doubles and convolves in one step.

    Trained as it is described, with doubled pixels: a free 4×4 kernel would draw chequerboards,
    this one cannot.
    """
    changed = copy.deepcopy(model)
    layers = list(changed.decoder)
    merged: list[nn.Module] = []
    while layers:
        layer = layers.pop(0)
        if isinstance(layer, nn.Upsample) and layers and isinstance(layers[0], nn.Conv2d):
            layer = _merged(layers.pop(0))  # type: ignore[arg-type]  # just tested
        merged.append(layer)
    changed.decoder = nn.Sequential(*merged)
    return changed


def _merged(convolution: nn.Conv2d) -> nn.ConvTranspose2d:
    """Return what a 3×3 convolution of a doubled image is to the image itself."""
    merged = nn.ConvTranspose2d(
        convolution.in_channels, convolution.out_channels, 4, stride=2, padding=1
    )
    with torch.no_grad():
        merged.weight.copy_(_kernel(convolution.weight))
        if convolution.bias is not None and merged.bias is not None:
            merged.bias.copy_(convolution.bias)
    return merged


def _kernel(weight: Tensor) -> Tensor:
    """Turn (outputs, inputs, 3, 3) into (inputs, outputs, 4, 4).

    A pixel becomes a block of 2×2, and each pixel of the block spreads the kernel, mirrored,
    around itself.
    """
    outputs, inputs = weight.shape[:2]
    kernel = weight.new_zeros(inputs, outputs, 4, 4)
    spread = weight.flip(2, 3).transpose(0, 1)
    for row in (0, 1):
        for column in (0, 1):
            kernel[:, :, row : row + 3, column : column + 3] += spread
    return kernel
