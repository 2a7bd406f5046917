"""Golden pairs: a few inputs with PyTorch's answers, which every runtime replays."""

from typing import Any

import torch

from export.documents.json_numbers import to_json
from export.onnx_graphs.graphs import Decoder
from export.onnx_graphs.parity import TOLERANCE
from train.models.autoencoder import Autoencoder

_COUNT = 4


@torch.no_grad()
def golden_json(model: Autoencoder) -> bytes:
    """Return `decode` (z → image) and `encode` (image → mu, logvar) pairs and their tolerance.

    The images to encode are the decoder's own, rounded to bytes: no dataset image is shipped.
    """
    generator = torch.Generator().manual_seed(7)
    z = torch.randn(_COUNT, model.latent_size, generator=generator)
    labels = [index * 3 % model.classes for index in range(_COUNT)]
    one_hot = torch.eye(model.classes)[labels]
    images = Decoder(model)(z, one_hot if model.condition != "none" else None)[0]
    pixels = (images * 255).round()
    posterior = model.encode(pixels / 255, one_hot if model.condition == "both" else None)
    decode: list[dict[str, Any]] = []
    encode: list[dict[str, Any]] = []
    for index in range(_COUNT):
        decode.append(
            {
                "z": _numbers(z[index]),
                "label": labels[index] if model.condition != "none" else None,
                "image": _numbers(images[index].permute(1, 2, 0), 4),
            }
        )
        encode.append(
            {
                "image": pixels[index].permute(1, 2, 0).flatten().int().tolist(),
                "label": labels[index] if model.condition == "both" else None,
                "mu": _numbers(posterior.mu[index]),
            }
        )
        if posterior.logvar is not None:
            encode[-1]["logvar"] = _numbers(posterior.logvar[index])
    document = {"tolerance": TOLERANCE, "decode": decode, "encode": encode}
    return to_json(document)


def _numbers(tensor: torch.Tensor, digits: int = 7) -> list[float]:
    return [round(value, digits) for value in tensor.flatten().tolist()]
