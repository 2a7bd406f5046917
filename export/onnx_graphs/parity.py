"""Check that an ONNX graph computes what PyTorch does, before anything is published."""

import numpy as np
import onnxruntime
import torch

from export.onnx_graphs.graphs import Decoder, Encoder, example_inputs
from train.errors import UserError
from train.models.autoencoder import Autoencoder

# Before any session is made: the builds for Windows would report to Microsoft.
onnxruntime.disable_telemetry_events()

BATCHES = (1, 2, 17)
TOLERANCE = 2e-3
"""Weights are stored as float16 or coarser, and float16 has about three digits."""


def make_session(graph: bytes) -> onnxruntime.InferenceSession:
    """Open a graph on one CPU thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


@torch.no_grad()
def largest_error(model: Autoencoder, part: str, graph: bytes) -> float:
    """Return the largest absolute difference to PyTorch over batches of 1, 2 and 17."""
    session = make_session(graph)
    module = Decoder(model) if part == "decoder" else Encoder(model)
    worst = 0.0
    for batch in BATCHES:
        inputs = example_inputs(model, part, batch)
        expected = module(**inputs)
        found = session.run(None, {name: value.numpy() for name, value in inputs.items()})
        for ours, theirs in zip(expected, found, strict=True):
            if tuple(ours.shape) != theirs.shape:
                return float("inf")
            difference = float(np.abs(ours.numpy() - theirs).max())
            worst = max(worst, difference if np.isfinite(difference) else float("inf"))
    return worst


def check(model: Autoencoder, part: str, graph: bytes, name: str) -> float:
    """Return the largest error, or refuse the graph.

    Raises:
        UserError: the error is above `TOLERANCE`.
    """
    error = largest_error(model, part, graph)
    if not error <= TOLERANCE:
        raise UserError(
            f"The {part} of {name} is off by {error:.2g} in ONNX, {TOLERANCE:.0e} is allowed; "
            f"nothing was published."
        )
    return error
