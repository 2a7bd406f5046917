"""PyTorch modules to ONNX graphs that carry no path, no randomness and small weights."""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from latent_atlas.export.onnx_graphs.subpixel import with_transposed_convolutions
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.models.quantisation import LEVELS

OPSET = 20
# Smaller tensors are not worth a Cast node each.
_SHRUNK_FROM_ELEMENTS = 1024
_LATTICE = "model.lattice"  # where a search begins: from rounded places it ends elsewhere


class Decoder(nn.Module):
    """z (and label) to an image in [0, 1], and to class probabilities where the model has any."""

    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, z: Tensor, label: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return the image (N, C, H, W), and probabilities (N, classes) where there are any.

        z is (N, d), label (N, classes) where the model is conditioned.
        """
        logits, scores = self.model.decode_with_classes(z, label)
        image = torch.sigmoid(logits)
        return (image,) if scores is None else (image, torch.softmax(scores, dim=1))


class Encoder(nn.Module):
    """An image (and label) to mu and, unless deterministic, logvar."""

    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: Tensor, label: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return mu and, unless deterministic, logvar (N, d) of image (N, C, H, W) in [0, 1]."""
        posterior = self.model.encode(image, label)
        if posterior.logvar is None:
            return (posterior.mu,)
        return posterior.mu, posterior.logvar


def example_inputs(model: Autoencoder, part: str, batch: int) -> dict[str, Tensor]:
    """Return named inputs of a model's `decoder` or `encoder`, of a given batch size.

    z is uniform in ±4, images uniform in [0, 1], labels cycle through the classes; seeded. A
    lattice is shown images of its own decoder: noise is equally far from all of its points, and
    rounding would decide which is the nearest.
    """
    generator = torch.Generator().manual_seed(batch)
    label = torch.eye(model.classes)[torch.arange(batch) % model.classes]
    if part == "decoder":
        z = torch.rand(batch, model.latent_size, generator=generator) * 8 - 4
        return {"z": z} if model.condition == "none" else {"z": z, "label": label}
    image = torch.rand(batch, *model.image_shape, generator=generator)
    if model.to_posterior is None:
        with torch.no_grad():
            image = torch.sigmoid(model.decode(torch.randn(batch, 2, generator=generator)))
    return {"image": image, "label": label} if model.condition == "both" else {"image": image}


def to_onnx(model: Autoencoder, part: str, metadata: Mapping[str, str]) -> bytes:
    """Export a model's `decoder` or `encoder` as one self-contained ONNX file.

    The model is in evaluation mode, on the CPU. Weights are stored as eight-bit levels or float16
    and cast to float32 in the graph; a runtime folds that when it makes the session, so nothing
    but the file gets smaller. `metadata` are text properties of the file.
    """
    merged = with_transposed_convolutions(model) if model.convolutional else model
    module = Decoder(merged) if part == "decoder" else Encoder(model)
    module.eval()
    if part == "decoder":
        outputs = ["image", "class_probability"] if model.has_classifier else ["image"]
    else:
        outputs = ["mu"] if model.deterministic else ["mu", "logvar"]
    # Two rows: a batch of one would be taken for a constant.
    graph = exported(module, example_inputs(model, part, 2), outputs)
    _shrink(graph)
    return serialised(graph, metadata)


def exported(
    module: nn.Module, inputs: Mapping[str, Tensor], outputs: Sequence[str]
) -> onnx.ModelProto:
    """Export a module, in evaluation mode, of any batch size; `inputs` are examples by argument."""
    batch = torch.export.Dim("batch", min=1)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            module,
            (),
            kwargs=dict(inputs),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes={name: {0: batch} for name in inputs},
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("the exporter gave no program")
    graph: onnx.ModelProto = program.model_proto
    strip(graph)
    return graph


def serialised(graph: onnx.ModelProto, metadata: Mapping[str, str]) -> bytes:
    """Return a checked graph as a file's bytes, with `metadata` as its only text properties."""
    del graph.metadata_props[:]
    for key, value in metadata.items():
        graph.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(graph, full_check=True)
    return graph.SerializeToString(deterministic=True)


def strip(model: onnx.ModelProto) -> None:
    """Remove what the exporter noted of this machine: source paths, module names, doc strings."""
    graph = model.graph
    graph.name = "graph"
    del graph.value_info[:]
    values = *graph.input, *graph.output, *graph.initializer
    for part in (model, graph, *graph.node, *values):
        part.doc_string = ""
        del part.metadata_props[:]


def _shrink(model: onnx.ModelProto) -> None:
    """Store large float32 weights as eight-bit levels or as float16, to be cast before use.

    Runs round their weights to multiples of a scale for each output
    (train/models/quantisation.py): where that is found to hold exactly, levels and scales are
    stored; float16 otherwise.
    """
    graph = model.graph
    stored = []
    for tensor in list(graph.initializer):
        name, values = tensor.name, numpy_helper.to_array(tensor)
        is_large = values.dtype == np.float32 and values.size >= _SHRUNK_FROM_ELEMENTS
        if not is_large or name == _LATTICE:
            continue
        levels = _as_levels(values)
        if levels is None:
            half = values.astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
            stored.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
        else:
            tensor.CopyFrom(numpy_helper.from_array(levels[0], f"{name}.levels"))
            graph.initializer.append(numpy_helper.from_array(levels[1], f"{name}.scale"))
            cast = [f"{name}.levels"], [f"{name}.cast"]
            stored.append(helper.make_node("Cast", *cast, to=TensorProto.FLOAT))
            stored.append(helper.make_node("Mul", [f"{name}.cast", f"{name}.scale"], [name]))
    stored += graph.node
    del graph.node[:]
    graph.node.extend(stored)


def _as_levels(values: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]] | None:
    """Return levels and scales whose product is exactly the matrix, or None.

    The exporter may have transposed the matrix, so outputs are looked for along either axis.
    """
    if values.ndim != 2:
        return None
    for inputs in (1, 0):
        scale = np.abs(values).max(axis=inputs, keepdims=True) / np.float32(LEVELS)
        levels = np.rint(values / np.where(scale > 0, scale, 1)).astype(np.int8)
        if np.array_equal(levels.astype(np.float32) * scale, values):
            return levels, scale
    return None
