"""Weights as they are shipped: what a run rounds them to before it is measured.

The page fetches a model over the wire, so large matrices travel as eight-bit integers with a
scale for each row of outputs; the others, and what places an image on a map, as float16. Rounding
before the measurement makes the reported numbers those of the shipped files;
`export/onnx_graphs/graphs.py` stores what it finds exact.
"""

import torch
from torch import Tensor

from latent_atlas.train.models.autoencoder import Autoencoder

LEVELS = 127
# Smaller tensors weigh nothing; large ones are where the bytes are.
QUANTIZED_FROM_ELEMENTS = 4096
# Latents; the more there are, the less each has to hold.
_FINE_UP_TO = 2
# A scale of so few bits makes scale × level exact in float32, so that it can be found again.
_SCALE_BITS = 12


@torch.no_grad()
def round_to_stored(model: Autoencoder) -> Autoencoder:
    """Round every weight, in place, to what its stored form can hold; the type stays float32.

    The posterior's own layer keeps float16: its few numbers place an image on the map. With two
    latents so does the layer before it: σ is a hundredth of the map there, and eight bits would
    move μ nearly as far.
    """
    fine = [] if model.to_posterior is None else [model.to_posterior.weight]
    if model.latent_size <= _FINE_UP_TO:
        fine += [weight for weight in model.encoder.parameters() if weight.ndim == 2][-1:]
    for tensor in model.state_dict(keep_vars=True).values():
        if (
            not any(tensor is weight for weight in fine)
            and tensor.ndim == 2
            and tensor.numel() >= QUANTIZED_FROM_ELEMENTS
        ):
            tensor.copy_(_to_levels(tensor))
        else:
            tensor.copy_(tensor.half().float())
    return model


def _to_levels(weight: Tensor) -> Tensor:
    """Round a matrix (outputs, inputs) to whole multiples of a scale for each row."""
    largest = weight.abs().amax(1, keepdim=True)
    fraction, exponent = torch.frexp(largest / LEVELS)
    steps = 2.0**_SCALE_BITS
    scale = torch.ldexp(torch.ceil(fraction * steps) / steps, exponent)
    levels = torch.where(scale > 0, weight / scale, 0.0).round()
    return levels * scale
