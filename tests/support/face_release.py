"""Makes a release whose one model draws coloured images of 64 × 64 by convolutions."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.support.made_releases import TinyModel, make_release, write_manifest, write_object
from tests.support.reference import Reference

_CHANNELS = (16, 12, 8, 6)


def make_face_release(models_dir: Path, release_id: str = "faces") -> None:
    """Publish it; the model is `vae-2`, so that the first section of the page decodes with it."""
    model = TinyModel(height=64, width=64, channels=3, hidden=(4,))
    manifest = make_release(models_dir, release_id, [model])
    entry = manifest["models"][0]
    entry["decoder"] = write_object(models_dir, _decoder(model), "onnx")
    write_manifest(models_dir, manifest)
    reference = Reference(models_dir)
    golden = reference.golden(model.id)
    for pair in golden["decode"]:
        pair["image"] = reference.decode(model.id, [pair["z"]])[0].tolist()
    entry["golden"] = write_object(models_dir, json.dumps(golden).encode(), "json")
    write_manifest(models_dir, manifest)


def _decoder(model: TinyModel) -> bytes:
    """Return 4×4, then doubled four times: a transposed convolution, group norm, SiLU."""
    rng = np.random.default_rng(model.seed)
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(value: np.ndarray) -> str:
        name = f"constant{len(constants)}"
        constants.append(numpy_helper.from_array(value, name))
        return name

    def add(operator: str, *inputs: str, output: str | None = None, **attributes: object) -> str:
        name = output or f"value{len(nodes)}"
        nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def normal(*shape: int) -> str:
        return constant(rng.normal(size=shape, scale=shape[0] ** -0.5).astype(np.float32))

    def shape(*sizes: int) -> str:
        return constant(np.array(sizes, np.int64))

    x = add("MatMul", "z", normal(model.latent_size, 16 * _CHANNELS[0]))
    x = add("Reshape", x, shape(0, _CHANNELS[0], 4, 4))
    side = 4
    for before, after in zip(_CHANNELS, (*_CHANNELS[1:], 3), strict=True):
        side *= 2
        x = add("ConvTranspose", x, normal(before, after, 4, 4), strides=[2, 2], pads=[1] * 4)
        if side == model.height:
            break
        x = add("Reshape", x, shape(0, 2, -1))
        ones, zeros = np.ones(2, np.float32), np.zeros(2, np.float32)
        x = add("InstanceNormalization", x, constant(ones), constant(zeros))
        x = add("Reshape", x, shape(0, after, side, side))
        x = add("Mul", x, add("Sigmoid", x))
    add("Sigmoid", x, output="image")
    graph = helper.make_graph(
        nodes,
        "decoder",
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["batch", model.latent_size])],
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, 64, 64])],
        constants,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()
