"""Doubled pixels and a convolution as one transposed convolution: the same numbers, less work.

Each pixel of a doubled image stands there four times, so a 3×3 kernel over it multiplies the same
numbers again and again. Added up beforehand, its weights are a 4×4 kernel that is laid over the
small image with a stride of 2: 16 products a place and its four results, in place of 36.
"""

import copy

import torch
from torch import nn

from latent_atlas.train.models.autoencoder import Autoencoder


def with_transposed_convolutions(model: Autoencoder) -> Autoencoder:
    """Return a copy of the model whose decoder doubles and convolves in one step.

    Trained as it is described, with doubled pixels: a free 4×4 kernel would draw chequerboards,
    this one cannot.
    """
    changed = copy.deepcopy(model)
    merged: list[nn.Module] = []
    for layer in changed.decoder:
        if isinstance(layer, nn.Conv2d) and merged and isinstance(merged[-1], nn.Upsample):
            merged[-1] = _merged(layer)
        else:
            merged.append(layer)
    changed.decoder = nn.Sequential(*merged)
    return changed


@torch.no_grad()
def _merged(convolution: nn.Conv2d) -> nn.ConvTranspose2d:
    """Return what a 3×3 convolution of a doubled image is to the image itself.

    A pixel becomes a block of 2×2, and each pixel of the block spreads the kernel, mirrored,
    around itself: weights (outputs, inputs, 3, 3) become (inputs, outputs, 4, 4).
    """
    inputs, outputs = convolution.in_channels, convolution.out_channels
    merged = nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1)
    spread = convolution.weight.flip(2, 3).transpose(0, 1)
    merged.weight.zero_()
    for row in (0, 1):
        for column in (0, 1):
            merged.weight[:, :, row : row + 3, column : column + 3] += spread
    if convolution.bias is not None and merged.bias is not None:
        merged.bias.copy_(convolution.bias)
    return merged
