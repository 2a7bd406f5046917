"""A model that was trained elsewhere as one model of a release: its files and manifest entry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_atlas.export.documents import examples, maps, pictures, statistics
from latent_atlas.export.documents.json_numbers import Floats
from latent_atlas.export.entry import map_of, prepared
from latent_atlas.export.onnx_graphs.metadata import graph_metadata
from latent_atlas.export.onnx_graphs.parity import GOLDEN, golden_pairs, make_session
from latent_atlas.export.own_models.arrays import check_latents
from latent_atlas.export.own_models.contract import Fit
from latent_atlas.export.publish import ReleaseFolder
from latent_atlas.train.evaluation.encodings import Encodings
from latent_atlas.train.models.autoencoder import Posterior

_BATCH_VALUES = 4_000_000
"""Pixels that are encoded or decoded at once."""
_RECONSTRUCTED = 10_000
"""Images of which the squared error is measured, the first ones."""


@dataclass(frozen=True)
class OwnModel:
    """What is published: parts that fit, and the rows that the map shows."""

    name: str
    title: str
    dataset: str
    licence: str | None
    decoder: Fit
    encoder: Fit | None
    pixels: NDArray[np.uint8] | None
    """(N, C, H, W)"""
    latents: Floats | None
    """(N, d); None: they are the encoder's."""
    labels: NDArray[np.int64]
    """(N,)"""
    class_names: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What the manifest calls such a model."""
        if self.encoder is None:
            return "decoder"
        if "logvar" not in self.encoder.outputs:
            return "ae"
        return {"none": "vae", "decoder": "label-decoder-vae", "both": "cvae"}[self.condition]

    @property
    def condition(self) -> str:
        """What is conditioned on the label."""
        if not self.decoder.takes_label:
            return "none"
        return "both" if self.encoder is not None and self.encoder.takes_label else "decoder"


@dataclass(frozen=True)
class _StandardNormal:
    """N(0, I), the prior of a model of which nothing else is known."""

    latent_size: int
    classes: int

    @property
    def prior_means(self) -> Tensor:
        return torch.zeros(1, self.latent_size)

    def prior_mean(self, labels: Tensor) -> Tensor:  # noqa: ARG002 - it is that of every label
        return self.prior_means


def own_entry(model: OwnModel, commit: str | None, folder: ReleaseFolder) -> dict[str, Any]:
    """Write a model's objects to a locked `folder`; return its manifest entry.

    Raises:
        UserError: a graph cannot be made or does not compute what its part does, or latents will
            not do.
    """

    def add(document: bytes) -> dict[str, Any]:
        return folder.add_object(document, "json")

    (latent_size,) = model.decoder.inputs["z"]
    (shape,) = model.decoder.outputs.values()
    classes = len(model.class_names)
    metadata = graph_metadata(
        name=model.name,
        kind=model.kind,
        condition=model.condition,
        dataset=model.dataset,
        latent_size=latent_size,
        commit=commit,
        licence=model.licence,
    )
    graphs: dict[str, bytes] = {}
    errors: dict[str, float] = {}
    encode = None
    one_hot = np.eye(classes, dtype=np.float32)[model.labels[:_RECONSTRUCTED]]
    if model.encoder is not None:
        graphs["encoder"], errors["encoder"] = model.encoder.graph(metadata)
        encode = _encoder_of(graphs["encoder"])
    encodings = _encodings(model, encode)
    graphs["decoder"], errors["decoder"] = model.decoder.graph(metadata)
    decode = _decoder_of(graphs["decoder"])
    files = {part: folder.add_object(graphs[part], "onnx") for part in sorted(graphs)}

    z = torch.from_numpy(encodings.mu[np.linspace(0, len(encodings) - 1, GOLDEN).astype(int)])
    files["golden"] = add(golden_pairs(z, classes, model.condition, decode, encode))
    map_fields, plane = map_of(encodings, folder, pictures.LARGE)
    prior = _StandardNormal(latent_size, classes)
    # There is one set of images, and it stands for both splits.
    files["statistics"] = add(statistics.statistics_json(prior, encodings, encodings, plane))
    files["prior"] = add(examples.prior_json(prior))
    files["tiles"] = add(examples.tiles_json(encodings))
    metrics: dict[str, Any] = {
        "train_images": len(encodings),
        "parameters": {"encoder": 0} | {part: _weights(graphs[part]) for part in graphs},
        "onnx_error": {part: float(f"{error:.1e}") for part, error in errors.items()},
        "nearest_mean_accuracy": round(
            maps.nearest_mean_accuracy(encodings.mu, encodings.labels), 3
        ),
    }
    if model.pixels is not None:
        error = _squared_error(
            model.pixels[:_RECONSTRUCTED],
            encodings,
            one_hot if model.decoder.takes_label else None,
            decode,
        )
        metrics["squared_error"] = round(error, 3)
    channels, height, width = shape
    return {
        "id": model.name,
        "title": model.title,
        "kind": model.kind,
        "dataset": model.dataset,
        "latent_size": latent_size,
        "image": {"height": height, "width": width, "channels": channels},
        "classes": classes,
        "class_names": list(model.class_names),
        "condition": model.condition,
        **files,
        **map_fields,
        "prepared": prepared(encodings, classes, model.decoder.takes_label, decode, folder),
        "metrics": metrics,
    }


def _encodings(
    model: OwnModel, encode: Callable[[Tensor, Tensor | None], Posterior] | None
) -> Encodings:
    """Return where each row lies: as given, or as the encoder says."""
    if model.latents is not None:
        return Encodings("train", model.labels, model.latents, None)
    if encode is None or model.encoder is None or model.pixels is None:
        raise ValueError("a model has latents, or an encoder and images")
    eye = torch.eye(len(model.class_names))
    found = []
    for rows in _batches(model.pixels):
        label = eye[model.labels[rows]] if model.encoder.takes_label else None
        found.append(encode(torch.from_numpy(_as_floats(model.pixels[rows])), label))
    mu = torch.cat([part.mu for part in found]).numpy()
    check_latents(mu)
    logvar = [part.logvar for part in found if part.logvar is not None]
    logvars = torch.cat(logvar).numpy() if logvar else None
    return Encodings("train", model.labels, mu, logvars)


def _squared_error(
    pixels: NDArray[np.uint8],
    encodings: Encodings,
    one_hot: Floats | None,
    decode: Callable[[Tensor, Tensor | None], Tensor],
) -> float:
    """Return the mean squared error of an image that is decoded from its mu, summed over pixels."""
    total = 0.0
    for rows in _batches(pixels):
        label = None if one_hot is None else torch.from_numpy(one_hot[rows])
        image = decode(torch.from_numpy(encodings.mu[rows]), label).numpy()
        total += float(np.square(image - _as_floats(pixels[rows]), dtype=np.float64).sum())
    return total / len(pixels)


def _encoder_of(graph: bytes) -> Callable[[Tensor, Tensor | None], Posterior]:
    session = make_session(graph)

    def encode(image: Tensor, label: Tensor | None) -> Posterior:
        mu, *logvar = session.run(None, _feeds("image", image, label))
        return Posterior(torch.from_numpy(mu), torch.from_numpy(logvar[0]) if logvar else None)

    return encode


def _decoder_of(graph: bytes) -> Callable[[Tensor, Tensor | None], Tensor]:
    session = make_session(graph)

    def decode(z: Tensor, label: Tensor | None) -> Tensor:
        return torch.from_numpy(session.run(None, _feeds("z", z, label))[0])

    return decode


def _weights(graph: bytes) -> int:
    """Return the number of a graph's weights: of its constants that are no whole numbers."""
    tensors = onnx.load_from_string(graph).graph.initializer
    return sum(
        int(np.prod(tensor.dims))
        for tensor in tensors
        if onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).kind == "f"
    )


def _feeds(name: str, first: Tensor, label: Tensor | None) -> dict[str, Floats]:
    return {name: first.numpy()} | ({} if label is None else {"label": label.numpy()})


def _batches(pixels: NDArray[np.uint8]) -> list[slice]:
    step = max(1, _BATCH_VALUES // pixels[0].size)
    return [slice(start, min(start + step, len(pixels))) for start in range(0, len(pixels), step)]


def _as_floats(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return pixels.astype(np.float32) / np.float32(255)
