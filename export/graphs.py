"""PyTorch modules to ONNX graphs that carry no path, no randomness and half-size weights."""

import warnings
from collections.abc import Mapping

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from train.model import Autoencoder

OPSET = 20
# Smaller tensors are not worth a Cast node each.
_HALVED_FROM_ELEMENTS = 1024


class Decoder(nn.Module):
    """z (and label) to an image in [0, 1]."""

    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """Return the image (N, C, H, W) of z (N, d), label (N, classes) where conditioned."""
        return torch.sigmoid(self.model.decode(z, label))


class Encoder(nn.Module):
    """An image (and label) to mu and logvar."""

    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: Tensor, label: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return mu and logvar (N, d) of image (N, C, H, W) in [0, 1]."""
        posterior = self.model.encode(image, label)
        return posterior.mu, posterior.logvar


def example_inputs(model: Autoencoder, part: str, batch: int) -> dict[str, Tensor]:
    """Return named inputs of a model's `decoder` or `encoder`, of a given batch size.

    z is uniform in ±4, images uniform in [0, 1], labels cycle through the classes; seeded.
    """
    generator = torch.Generator().manual_seed(batch)
    label = torch.eye(model.classes)[torch.arange(batch) % model.classes]
    if part == "decoder":
        z = torch.rand(batch, model.latent_size, generator=generator) * 8 - 4
        return {"z": z} if model.condition == "none" else {"z": z, "label": label}
    image = torch.rand(batch, *model.image_shape, generator=generator)
    return {"image": image, "label": label} if model.condition == "both" else {"image": image}


def to_onnx(model: Autoencoder, part: str, metadata: Mapping[str, str]) -> bytes:
    """Export a model's `decoder` or `encoder` as one self-contained ONNX file.

    Weights are stored as float16 and cast to float32 in the graph; a runtime folds the casts
    when it makes the session, so nothing but the file gets smaller.

    Args:
        model: in evaluation mode, on the CPU.
        part: "decoder" or "encoder".
        metadata: text properties of the file: id, dataset, latent size, commit.
    """
    module = (Decoder(model) if part == "decoder" else Encoder(model)).eval()
    # Two rows: a batch of one would be taken for a constant.
    inputs = example_inputs(model, part, 2)
    batch = torch.export.Dim("batch", min=1)
    outputs = ["image"] if part == "decoder" else ["mu", "logvar"]
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            module,
            (),
            kwargs=inputs,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_shapes={name: {0: batch} for name in inputs},
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("the exporter gave no program")
    graph = program.model_proto
    _strip(graph)
    _halve(graph)
    for key, value in metadata.items():
        graph.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(graph, full_check=True)
    return graph.SerializeToString(deterministic=True)


def _strip(model: onnx.ModelProto) -> None:
    """Remove what the exporter noted of this machine: source paths, module names, doc strings."""
    del model.metadata_props[:]
    model.doc_string = ""
    model.graph.doc_string = ""
    model.graph.name = "graph"
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        value.doc_string = ""
        del value.metadata_props[:]


def _halve(model: onnx.ModelProto) -> None:
    """Store large float32 weights as float16 with a Cast before their use."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(tensor)
        if values.size < _HALVED_FROM_ELEMENTS:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *nodes])
