"""Check that an ONNX graph computes what PyTorch does: here, and by golden pairs in any runtime."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch import Tensor

from latent_atlas.export.documents.json_numbers import Floats, to_json
from latent_atlas.export.onnx_graphs.graphs import Decoder, Encoder, example_inputs
from latent_atlas.train.errors import UserError
from latent_atlas.train.models.autoencoder import Autoencoder, Posterior

Arrays = dict[str, Floats]

# Before any session is made: the builds for Windows would report to Microsoft.
onnxruntime.disable_telemetry_events()

TOLERANCE = 2e-3
"""Weights are stored as float16 or coarser, and float16 has about three digits."""
_LATTICE_LOGVAR = 0.02
"""Of a lattice's log σ²: along a narrow ridge the last digits decide on a hundredth of σ."""
BATCHES = (1, 2, 17)
"""The batch sizes that are compared."""
GOLDEN = 4
"""The number of golden pairs."""


def make_session(graph: bytes) -> onnxruntime.InferenceSession:
    """Open a graph on one CPU thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


@torch.no_grad()
def check(model: Autoencoder, part: str, graph: bytes, name: str) -> float:
    """Return the largest absolute difference to PyTorch over batches of 1, 2 and 17.

    Raises:
        UserError: it is above `TOLERANCE`, or shapes differ.
    """
    module = Decoder(model) if part == "decoder" else Encoder(model)
    by_lattice = part == "encoder" and model.to_posterior is None
    allowed = (TOLERANCE, _LATTICE_LOGVAR if by_lattice else TOLERANCE)

    def pairs() -> Iterator[tuple[Arrays, list[Floats]]]:
        for batch in BATCHES:
            inputs = example_inputs(model, part, batch)
            arrays = {name: value.numpy() for name, value in inputs.items()}
            yield arrays, [output.numpy() for output in module(**inputs)]

    return compare(graph, pairs(), f"The {part} of {name}", allowed)


def compare(
    graph: bytes,
    pairs: Iterable[tuple[Arrays, Sequence[Floats]]],
    what: str,
    allowed: Sequence[float] = (TOLERANCE, TOLERANCE),
) -> float:
    """Return the largest absolute difference of a graph's outputs to what they must be.

    Args:
        graph: an ONNX file.
        pairs: named inputs, and the outputs expected of them.
        what: the graph, as the subject of a sentence.
        allowed: the largest difference of each output.

    Raises:
        UserError: an output differs by more, or in shape.
    """
    session = make_session(graph)
    error = 0.0
    fits = True
    for inputs, expected in pairs:
        found = session.run(None, inputs)
        for ours, theirs, most in zip(expected, found, allowed, strict=False):
            # Where one of the two is not finite, the difference is NaN, which maximum passes on.
            difference = np.abs(ours - theirs).max() if ours.shape == theirs.shape else np.inf
            error = float(np.maximum(error, difference))
            fits = fits and bool(difference <= most)
    if not fits:
        raise UserError(
            f"{what} is off by {error:.2g} in ONNX, {TOLERANCE:.0e} is allowed; "
            f"nothing was published."
        )
    return error


@torch.no_grad()
def golden_json(model: Autoencoder) -> bytes:
    """Return `decode` (z → image) and `encode` (image → mu, logvar) pairs and their tolerance.

    The images to encode are the decoder's own, rounded to bytes: no dataset image is shipped.
    """
    generator = torch.Generator().manual_seed(7)
    z = torch.randn(GOLDEN, model.latent_size, generator=generator)
    decoder = Decoder(model)
    return golden_pairs(
        z, model.classes, model.condition, lambda *inputs: decoder(*inputs)[0], model.encode
    )


def golden_pairs(
    z: Tensor,
    classes: int,
    condition: str,
    decode: Callable[[Tensor, Tensor | None], Tensor],
    encode: Callable[[Tensor, Tensor | None], Posterior] | None,
) -> bytes:
    """Return what a model makes of z (N, d), and of the images that it makes of them.

    Args:
        z: points to decode.
        classes: of which each pair takes one, where the model is conditioned.
        condition: what is conditioned on the label: "none", "decoder" or "both".
        decode: z (N, d) and labels (N, classes) to images (N, C, H, W) in [0, 1].
        encode: such images and labels to their posterior; None: the model has no encoder.
    """
    labels = [index * 3 % classes for index in range(len(z))]
    one_hot = torch.eye(classes)[labels]
    conditioned, both = condition != "none", condition == "both"
    images = decode(z, one_hot if conditioned else None)
    decoded = [
        {"z": _numbers(point), "label": label if conditioned else None,
         "image": _numbers(image.permute(1, 2, 0), 4)}
        for point, label, image in zip(z, labels, images, strict=True)
    ]  # fmt: skip
    encoded: list[dict[str, Any]] = []
    if encode is not None:
        pixels = (images * 255).round()
        mu, logvar = encode(pixels / 255, one_hot if both else None)
        for index, label in enumerate(labels):
            encoded.append({
                "image": pixels[index].permute(1, 2, 0).flatten().int().tolist(),
                "label": label if both else None,
                "mu": _numbers(mu[index]),
            })  # fmt: skip
            if logvar is not None:
                encoded[-1]["logvar"] = _numbers(logvar[index])
    return to_json({"tolerance": TOLERANCE, "decode": decoded, "encode": encoded})


def _numbers(tensor: Tensor, digits: int = 7) -> list[float]:
    return [round(value, digits) for value in tensor.flatten().tolist()]
