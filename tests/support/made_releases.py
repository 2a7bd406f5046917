"""Makes small whole releases on disk, with real ONNX graphs of random weights."""

import hashlib
import io
import itertools
import json
import shutil
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image


@dataclass(frozen=True)
class TinyModel:
    """What a made-up model is like; the same fields give the same bytes."""

    id: str = "vae-2"
    latent_size: int = 2
    condition: str = "none"
    height: int = 28
    width: int = 28
    channels: int = 1
    classes: int = 10
    hidden: tuple[int, ...] = (16,)
    deterministic: bool = False
    """An autoencoder: no logvar."""
    classifies: bool = False
    """The decoder reads a class from z, too."""
    seed: int = 1
    lattice: int = 0
    """Tiles along each side of its lattice; 0: it has none."""

    @property
    def pixels(self) -> int:
        return self.height * self.width * self.channels


class Maths:
    """The same arithmetic in numpy: what the graphs are compared with."""

    def __init__(self, model: TinyModel) -> None:
        self.model = model
        rng = np.random.default_rng(model.seed)
        label = model.classes
        flat, latent = model.pixels, model.latent_size
        into_encoder = flat + (label if model.condition == "both" else 0)
        into_decoder = latent + (label if model.condition != "none" else 0)
        outputs = latent if model.deterministic else 2 * latent
        self.encoder = _weights(rng, [into_encoder, *model.hidden, outputs])
        self.decoder = _weights(rng, [into_decoder, *model.hidden, flat])
        self.reader = rng.normal(size=(latent, model.classes)).astype(np.float32)

    def encode(self, images: np.ndarray, labels: Sequence[int] | None = None) -> np.ndarray:
        """Map uint8 images (N, H, W, C) to mu and logvar side by side, (N, 2d) or (N, d)."""
        planes = images.transpose(0, 3, 1, 2).reshape(len(images), -1) / np.float32(255)
        return _mlp(self._with_label(planes, labels, "both"), self.encoder)

    def decode(self, z: np.ndarray, labels: Sequence[int] | None = None) -> np.ndarray:
        """Map z (N, d) to images (N, H, W, C) in 0…1."""
        model = self.model
        logits = _mlp(self._with_label(z, labels, "both", "decoder"), self.decoder)
        planes = (1 / (1 + np.exp(-logits))).reshape(
            len(z), model.channels, model.height, model.width
        )
        return planes.transpose(0, 2, 3, 1)

    def classify(self, z: np.ndarray) -> np.ndarray:
        """Map z (N, d) to class probabilities (N, classes)."""
        powers = np.exp(z.astype(np.float32) @ self.reader)
        return powers / powers.sum(1, keepdims=True)

    def _with_label(
        self, inputs: np.ndarray, labels: Sequence[int] | None, *conditions: str
    ) -> np.ndarray:
        inputs = inputs.astype(np.float32)
        if self.model.condition not in conditions:
            return inputs
        assert labels is not None
        return np.concatenate([inputs, np.eye(self.model.classes, dtype=np.float32)[labels]], 1)


def make_release(
    models_dir: Path,
    release_id: str,
    models: Sequence[TinyModel] = (TinyModel(),),
    *,
    publish: bool = True,
) -> dict[str, Any]:
    """Write a release of `models` and, unless told otherwise, make it the current one.

    Returns:
        Its manifest. Files that are there already are not written again.
    """
    manifest = {
        "format": 1,
        "release": release_id,
        "created": "2026-11-21T00:00:00+00:00",
        "commit": None,
        "palette": [f"#{32 + 20 * i:02x}80c0" for i in range(10)],
        "models": [_entry(models_dir, model) for model in models],
    }
    write_manifest(models_dir, manifest)
    if publish:
        point_to(models_dir, release_id)
    return manifest


def take_models(
    source: Path,
    models_dir: Path,
    release_id: str,
    ids: Sequence[str],
    without: Sequence[str] = (),
) -> None:
    """Publish a release of some of the models of the current release in `source`, files and all.

    `without` names fields of models that are left out.
    """
    current = json.loads((source / "current.json").read_text())["release"]
    manifest = json.loads((source / "releases" / current / "manifest.json").read_text())
    manifest["release"] = release_id
    manifest["models"] = [model for model in manifest["models"] if model["id"] in ids]
    for model in manifest["models"]:
        for name in without:
            model.pop(name, None)
    for file in file_entries(manifest):
        target = object_path(models_dir, file)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(object_path(source, file), target)
    write_manifest(models_dir, manifest)
    point_to(models_dir, release_id)


def file_entries(value: object) -> Iterator[dict[str, Any]]:
    """Yield every file entry anywhere in a manifest."""
    if isinstance(value, dict):
        if "sha256" in value:
            yield value
        for part in value.values():
            yield from file_entries(part)
    elif isinstance(value, list):
        for part in value:
            yield from file_entries(part)


def write_manifest(models_dir: Path, manifest: dict[str, Any]) -> None:
    path = models_dir / "releases" / manifest["release"] / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, json.dumps(manifest).encode())


def point_to(models_dir: Path, release_id: str) -> None:
    _replace(models_dir / "current.json", json.dumps({"release": release_id}).encode())


def object_path(models_dir: Path, file: dict[str, Any]) -> Path:
    """Return where a manifest's file is on disk."""
    return models_dir / file["url"].removeprefix("models/")


def write_object(models_dir: Path, data: bytes, suffix: str) -> dict[str, Any]:
    """Write an object under its hash; return what a manifest says of it."""
    digest = hashlib.sha256(data).hexdigest()
    path = models_dir / "objects" / f"{digest}.{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _replace(path, data)
    return {
        "url": f"models/objects/{digest}.{suffix}",
        "sha256": digest,
        "bytes": len(data),
    }


def _entry(models_dir: Path, model: TinyModel) -> dict[str, Any]:
    maths = Maths(model)
    rng = np.random.default_rng(model.seed)

    def put(data: bytes, suffix: str) -> dict[str, Any]:
        return write_object(models_dir, data, suffix)

    def put_json(value: object) -> dict[str, Any]:
        return put(json.dumps(value).encode(), "json")

    labels = rng.integers(0, model.classes, 200).tolist()
    points = rng.normal(size=(200, 2)).round(3)
    means = {
        "count": 200,
        "split": "train",
        "labels": labels,
        "x": points[:, 0].tolist(),
        "y": points[:, 1].tolist(),
        "statistics": [
            {"label": k, "count": labels.count(k), "mean": [0.0, 0.0],
             "covariance": [[1.0, 0.0], [0.0, 1.0]]}
            for k in range(model.classes)
        ],
    }  # fmt: skip
    grey = bytes(model.height * model.width)
    images = [put(_png(model.width, model.height, grey), "png") for _ in range(model.classes)]
    return {
        "id": model.id,
        "title": f"Tiny {model.id}",
        "kind": "ae" if model.deterministic else "vae",
        "dataset": "mnist",
        "latent_size": model.latent_size,
        "image": {"height": model.height, "width": model.width, "channels": model.channels},
        "classes": model.classes,
        "class_names": [str(k) for k in range(model.classes)],
        "condition": model.condition,
        "decoder": put(_decoder_graph(maths), "onnx"),
        "encoder": put(_encoder_graph(maths), "onnx"),
        "means": put_json(means),
        "golden": put_json(_golden(maths, rng)),
        "view": {"centre": [0.0, 0.0], "scale": 8.0},
        "picture": put(_png(8, 8, bytes(64)), "png") | {"width": 8, "height": 8},
        "prepared": {
            "z": [0.0] * model.latent_size,
            "label": None if model.condition == "none" else 3,
            "image": put(_png(model.width, model.height, grey), "png"),
            **({} if model.condition == "none" else {"images": images}),
        },
        "metrics": _metrics(model),
        **({"lattice": _lattice(models_dir, model)} if model.lattice else {}),
    }


def _lattice(models_dir: Path, model: TinyModel) -> dict[str, Any]:
    """Write a lattice of grey tiles: what its decodings are, no test of the server asks."""
    sheet = io.BytesIO()
    size = (model.lattice * model.width, model.lattice * model.height)
    Image.new("RGB", size, "#808080").save(sheet, "WEBP")
    return write_object(models_dir, sheet.getvalue(), "webp") | {
        "size": model.lattice, "range": 3.5, "exponent": 1.4,
        "tile": {"width": model.width, "height": model.height},
    }  # fmt: skip


def _metrics(model: TinyModel) -> dict[str, Any]:
    likelihood = {
        "test_elbo": -133.0, "log_likelihood": -131.0, "reconstruction": 125.0, "kl": 8.0,
        "importance_samples": 500, "train_elbo": -130.0,
    }  # fmt: skip
    part = {"explained": 0.5, "direction": 45.0}
    style = {"style": {"slant": part, "boldness": part}}
    return {
        **({} if model.deterministic else likelihood),
        "squared_error": 25.0, "nearest_mean_accuracy": 0.5, "train_images": 200, "epochs": 3,
        "seed": 1, "commit": "0" * 40, "train_seconds": 1.5,
        "parameters": {"encoder": 1000, "decoder": 1000},
        "onnx_error": {"encoder": 1e-6, "decoder": 1e-6},
        **(style if model.condition != "none" and model.latent_size == 2 else {}),
    }  # fmt: skip


def _golden(maths: Maths, rng: np.random.Generator) -> dict[str, Any]:
    model = maths.model
    z = rng.normal(size=(2, model.latent_size)).astype(np.float32)
    images = rng.integers(0, 256, (2, model.height, model.width, model.channels), dtype=np.uint8)
    labels = [1, 2]
    decoded, encoded = maths.decode(z, labels), maths.encode(images, labels)
    latent = model.latent_size
    return {
        "decode": [
            {"z": z[i].tolist(), "label": labels[i] if model.condition != "none" else None,
             "image": decoded[i].ravel().tolist()}
            for i in range(2)
        ],
        "encode": [
            {"image": images[i].ravel().tolist(),
             "label": labels[i] if model.condition == "both" else None,
             "mu": encoded[i, :latent].tolist()}
            | ({} if model.deterministic else {"logvar": encoded[i, latent:].tolist()})
            for i in range(2)
        ],
        "tolerance": 0.002,
    }  # fmt: skip


def _weights(rng: np.random.Generator, sizes: Sequence[int]) -> list[np.ndarray]:
    return [
        (rng.normal(size=pair) / np.sqrt(pair[0])).astype(np.float32)
        for pair in itertools.pairwise(sizes)
    ]


def _mlp(x: np.ndarray, weights: Sequence[np.ndarray]) -> np.ndarray:
    for weight in weights[:-1]:
        x = np.maximum(x @ weight, 0)
    return x @ weights[-1]


def _mlp_nodes(
    start: str, weights: Sequence[np.ndarray], end: str
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    nodes, constants, name = [], [], start
    for index, weight in enumerate(weights):
        last = index == len(weights) - 1
        constants.append(numpy_helper.from_array(weight, f"w{index}"))
        product = end if last else f"product{index}"
        nodes.append(helper.make_node("MatMul", [name, f"w{index}"], [product]))
        if not last:
            name = f"hidden{index}"
            nodes.append(helper.make_node("Relu", [product], [name]))
    return nodes, constants


def _encoder_graph(maths: Maths) -> bytes:
    model = maths.model
    inputs = [_value("image", ["batch", model.channels, model.height, model.width])]
    nodes = [helper.make_node("Flatten", ["image"], ["flat"], axis=1)]
    nodes += _add_label(inputs, "flat", model, "both")
    layers, constants = _mlp_nodes("start", maths.encoder, "both")
    nodes += layers
    outputs = [_value("mu", ["batch", model.latent_size])]
    if model.deterministic:
        nodes.append(helper.make_node("Identity", ["both"], ["mu"]))
    else:
        nodes.append(helper.make_node("Split", ["both"], ["mu", "logvar"], axis=1, num_outputs=2))
        outputs.append(_value("logvar", ["batch", model.latent_size]))
    return _file("encoder", nodes, inputs, outputs, constants)


def _decoder_graph(maths: Maths) -> bytes:
    model = maths.model
    inputs = [_value("z", ["batch", model.latent_size])]
    nodes = _add_label(inputs, "z", model, "both", "decoder")
    layers, constants = _mlp_nodes("start", maths.decoder, "logits")
    shape = np.array([-1, model.channels, model.height, model.width], np.int64)
    constants.append(numpy_helper.from_array(shape, "shape"))
    nodes += [
        *layers,
        helper.make_node("Sigmoid", ["logits"], ["flat"]),
        helper.make_node("Reshape", ["flat", "shape"], ["image"]),
    ]
    outputs = [_value("image", ["batch", model.channels, model.height, model.width])]
    if model.classifies:
        constants.append(numpy_helper.from_array(maths.reader, "reader"))
        nodes += [
            helper.make_node("MatMul", ["z", "reader"], ["scores"]),
            helper.make_node("Softmax", ["scores"], ["class_probability"], axis=1),
        ]
        outputs.append(_value("class_probability", ["batch", model.classes]))
    return _file("decoder", nodes, inputs, outputs, constants)


def _add_label(
    inputs: list[onnx.ValueInfoProto], name: str, model: TinyModel, *conditions: str
) -> list[onnx.NodeProto]:
    if model.condition not in conditions:
        return [helper.make_node("Identity", [name], ["start"])]
    inputs.append(_value("label", ["batch", model.classes]))
    return [helper.make_node("Concat", [name, "label"], ["start"], axis=1)]


def _value(name: str, shape: Sequence[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _file(
    name: str,
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    constants: Sequence[onnx.TensorProto],
) -> bytes:
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    opset = [helper.make_opsetid("", 18)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _png(width: int, height: int, grey: bytes) -> bytes:
    """Encode 8-bit grey pixels, row by row."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    rows = b"".join(b"\0" + grey[y * width : (y + 1) * width] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)
