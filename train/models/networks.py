"""Encoders and decoders: plain modules between pixels and features."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from latent_atlas.train.recipes.recipe import Activation

_ACTIVATIONS: dict[Activation, type[nn.Module]] = {"relu": nn.ReLU, "silu": nn.SiLU}
_GROUPS = 8
"""Into how many a normalisation divides its channels, where they can be divided so."""


class Stages(nn.ModuleList):
    """Modules that follow one another; what each of them makes is kept."""

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return each stage's features (N, C′, H′, W′) of images (N, C, H, W) in [0, 1]."""
        found = [image - 0.5]
        for stage in self:
            found.append(stage(found[-1]))
        return found[1:]


class Residual(nn.Module):
    """One layer that adds to its input: (N, width) → (N, width)."""

    def __init__(self, width: int, activation: Activation) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.activation = _ACTIVATIONS[activation]()

    def forward(self, h: Tensor) -> Tensor:
        """Return h + activation(W h + b)."""
        return h + self.activation(self.linear(h))


class FourierFeatures(nn.Module):
    """z beside sines and cosines of it: (N, d) → (N, d + 2 · count).

    A network of smooth layers is slow to learn fine detail over so few inputs; fixed random
    frequencies give it some to start from (Tancik et al. 2020, "Fourier Features Let Networks
    Learn High Frequency Functions in Low Dimensional Domains").
    """

    frequencies: Tensor

    def __init__(self, inputs: int, count: int, scale: float) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.randn(inputs, count) * scale)

    def forward(self, z: Tensor) -> Tensor:
        """Return [z, sin(z F), cos(z F)]."""
        angles = z @ self.frequencies
        return torch.cat([z, angles.sin(), angles.cos()], dim=1)


def hidden_layers(
    inputs: int, widths: Sequence[int], activation: Activation, residual: bool
) -> nn.Sequential:
    """Stack fully connected layers: (N, inputs) → (N, widths[-1]).

    With `residual`, a layer as wide as the one before it adds to it.
    """
    layers: list[nn.Module] = []
    for width in widths:
        if residual and width == inputs and layers:
            layers.append(Residual(width, activation))
        else:
            layers += [nn.Linear(inputs, width), _ACTIVATIONS[activation]()]
        inputs = width
    return nn.Sequential(*layers)


def downsampling_layers(
    channels: int, widths: Sequence[int], activation: Activation
) -> nn.Sequential:
    """Stack convolutions that halve both sides: (N, channels, H, W) → (N, widths[-1] · H W / 4ᵏ).

    k is the number of widths; H and W are multiples of 2ᵏ.
    """
    layers: list[nn.Module] = []
    for width in widths:
        layers += [
            nn.Conv2d(channels, width, 4, stride=2, padding=1),
            nn.GroupNorm(math.gcd(width, _GROUPS), width),
            _ACTIVATIONS[activation](),
        ]
        channels = width
    return nn.Sequential(*layers, nn.Flatten())


def upsampling_layers(
    inputs: int, widths: Sequence[int], sides: tuple[int, int], activation: Activation
) -> nn.Sequential:
    """Stack convolutions that double both sides: (N, inputs) → (N, widths[-1], *sides).

    Pixels are doubled and then convolved: a transposed convolution, whose kernels overlap
    unevenly, draws chequerboards (Odena et al. 2016, "Deconvolution and Checkerboard Artifacts").

    `widths` are channels from the smallest stage on, k + 1 of them for k doublings; `sides` are
    multiples of 2ᵏ.
    """
    doublings = len(widths) - 1
    height, width = (side >> doublings for side in sides)
    channels = widths[0]
    layers: list[nn.Module] = [
        nn.Linear(inputs, channels * height * width),
        nn.Unflatten(1, (channels, height, width)),
        _ACTIVATIONS[activation](),
    ]
    for following in widths[1:]:
        layers += [
            nn.Upsample(scale_factor=2),
            nn.Conv2d(channels, following, 3, padding=1),
            nn.GroupNorm(math.gcd(following, _GROUPS), following),
            _ACTIVATIONS[activation](),
        ]
        channels = following
    return nn.Sequential(*layers)
