"""Fits a decoder and an encoder to the contract of a release's graphs, and proves that it holds.

What a part takes and returns is found by trying it on a few rows; what differs from the contract
(docs/release-format.md, "Graphs") becomes nodes before and after the author's own graph.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from scipy.special import expit

from latent_atlas.export.documents.json_numbers import Floats
from latent_atlas.export.onnx_graphs.graphs import serialised, strip
from latent_atlas.export.onnx_graphs.parity import BATCHES, Arrays, compare
from latent_atlas.export.own_models.arrays import Shape, image_shape_of
from latent_atlas.export.own_models.parts import DoesNotFitError, Part, graph_inputs
from latent_atlas.train.errors import UserError

OutputKind = Literal["logits", "probabilities"]

_TRIED = 2
"""Rows: a batch of one would be taken for a constant."""
_ROUNDING = 1e-3
_SURELY_LOGITS = -1.0 - _ROUNDING
"""Where a decoder's outputs fall below this, they are logits; tanh and squared errors do not."""


@dataclass(frozen=True)
class Fit:
    """How a part is adapted to the contract; its arrays are float32."""

    part: Part
    inputs: Mapping[str, tuple[int, ...]]
    """The shape of each input as the contract has it, by name."""
    outputs: Mapping[str, tuple[int, ...]]
    sample: tuple[Floats, ...]
    """Some rows of its inputs, on which it was tried."""
    flat: bool = False
    """Whether the part takes rows of pixels in place of images."""
    channels_last: bool = False
    output: OutputKind | None = None
    """What a decoder's numbers are; None: an encoder."""

    @property
    def takes_label(self) -> bool:
        """Whether the part is conditioned on the label."""
        return "label" in self.inputs

    def run(self, *inputs: Floats) -> list[Floats]:
        """Return what the graph must return, computed by the part itself.

        Raises:
            UserError: it does not take these inputs, or returns numbers that are not finite.
        """
        first, *label = inputs
        try:
            found = self.part.run(first.reshape(len(first), -1) if self.flat else first, *label)
        except DoesNotFitError as error:
            raise UserError(f"{self.part.what} fails on {len(first)} rows: {error}.") from error
        return [
            self._adapted(array, shape)
            for array, shape in zip(found, self.outputs.values(), strict=False)
        ]

    def _adapted(self, array: Floats, shape: tuple[int, ...]) -> Floats:
        if not np.isfinite(array).all():
            raise UserError(f"{self.part.what} returns NaN or an infinite number.")
        values = (np.moveaxis(array, 3, 1) if self.channels_last else array).reshape(-1, *shape)
        if self.output is None:
            return values
        image: Floats = expit(values) if self.output == "logits" else values.clip(0, 1)
        return image

    def graph(self, metadata: Mapping[str, str]) -> tuple[bytes, float]:
        """Return the adapted graph as a file, and its largest difference to the part itself.

        `metadata` are text properties of the file.

        Raises:
            UserError: the graph cannot be made, or differs.
        """
        some = [_rows(array, _TRIED) for array in self.sample]
        first = some[0].reshape(_TRIED, -1) if self.flat else some[0]
        try:
            graph = serialised(self._wrapped(self.part.graph(first, *some[1:])), metadata)
        except onnx.checker.ValidationError as error:
            raise UserError(f"{self.part.what} makes no valid graph: {error}.") from error

        def pairs() -> Iterator[tuple[Arrays, list[Floats]]]:
            for batch in BATCHES:
                rows = [_rows(array, batch) for array in self.sample]
                yield dict(zip(self.inputs, rows, strict=True)), self.run(*rows)

        return graph, compare(graph, pairs(), self.part.what)

    def _wrapped(self, raw: onnx.ModelProto) -> onnx.ModelProto:
        """Put the nodes that adapt inputs and outputs around a graph."""
        model = onnx.compose.add_prefix(raw, "own.")  # its names may be those of the contract
        graph = model.graph
        before: list[onnx.NodeProto] = []
        after: list[onnx.NodeProto] = []

        def shape_constant(name: str, shape: Sequence[int]) -> str:
            constant = numpy_helper.from_array(np.array([-1, *shape], np.int64), f"{name}.shape")
            graph.initializer.append(constant)
            return f"{name}.shape"

        own_inputs = graph_inputs(model)
        for (name, shape), own in zip(self.inputs.items(), own_inputs, strict=True):
            start = name
            if self.flat and name == "image":
                flat = shape_constant(name, [int(np.prod(shape))])
                before.append(helper.make_node("Reshape", [name, flat], [f"{name}.rows"]))
                start = f"{name}.rows"
            kind = own.type.tensor_type.elem_type
            before.append(helper.make_node("Cast", [start], [own.name], to=kind))
        for (name, shape), own in zip(self.outputs.items(), graph.output, strict=False):
            cast = f"{name}.float"
            after.append(helper.make_node("Cast", [own.name], [cast], to=TensorProto.FLOAT))
            if self.channels_last:
                turned = f"{name}.planes"
                after.append(helper.make_node("Transpose", [cast], [turned], perm=[0, 3, 1, 2]))
                cast = turned
            end = name if self.output is None else f"{name}.values"
            after.append(helper.make_node("Reshape", [cast, shape_constant(name, shape)], [end]))
            if self.output == "logits":
                after.append(helper.make_node("Sigmoid", [end], [name]))
            elif self.output == "probabilities":
                bounds = [
                    numpy_helper.from_array(np.array(bound, np.float32), f"{name}.{bound}")
                    for bound in (0, 1)
                ]
                graph.initializer.extend(bounds)
                after.append(helper.make_node("Clip", [end, *(b.name for b in bounds)], [name]))
        nodes = [*before, *graph.node, *after]
        del graph.node[:]
        graph.node.extend(nodes)
        for values, named in ((graph.input, self.inputs), (graph.output, self.outputs)):
            del values[:]
            values.extend(
                helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
                for name, shape in named.items()
            )
        strip(model)
        return model


def fit_encoder(part: Part, images: Floats, one_hot: Floats | None, required: bool | None) -> Fit:
    """Find out how an encoder is called, and what it returns.

    Args:
        part: the encoder.
        images: (N, C, H, W) in [0, 1], some of those that it is for.
        one_hot: their labels (N, classes); None: there are none.
        required: whether the encoder is conditioned on them; None: to be found out.

    Raises:
        UserError: it takes no such images, or returns neither mu nor mu and logvar.
    """
    rows = _rows(images, _TRIED)
    forms = {False: rows, True: rows.reshape(_TRIED, -1)}
    flat, labelled, found = _tried(part, forms, one_hot, required)
    sizes = [array[0].size if len(array) == _TRIED else 0 for array in found]
    if len(found) > 2 or len(set(sizes)) > 1 or 0 in sizes:
        shapes = ", ".join("×".join(map(str, array.shape)) for array in found)
        raise UserError(
            f"The encoder returns {shapes or 'nothing'} for two images; it must return mu (2×d), "
            f"or mu and logvar."
        )
    names = ("mu", "logvar")[: len(found)]
    sample = (images, one_hot) if labelled and one_hot is not None else (images,)
    return Fit(part, _inputs("image", sample), dict.fromkeys(names, (sizes[0],)), sample, flat=flat)


def fit_decoder(
    part: Part,
    z: Floats,
    one_hot: Floats | None,
    required: bool | None,
    shape: Shape | None,
    output: OutputKind | None,
) -> Fit:
    """Find out how a decoder is called, and what it returns.

    Args:
        part: the decoder.
        z: (N, d), some of the points that it is for.
        one_hot: their labels (N, classes); None: there are none.
        required: whether the decoder is conditioned on them; None: to be found out.
        shape: of an image; None: that of what the decoder returns.
        output: what its numbers are; None: to be read from their range.

    Raises:
        UserError: it takes no such points, returns no such images, or numbers of which it cannot
            be told what they are.
    """
    z = _rows(z, max(_TRIED, len(z)))
    _, labelled, found = _tried(part, {False: z}, one_hot, required)
    if not found or len(found[0]) != len(z):
        raise UserError(f"The decoder does not return an image for each of {len(z)} points.")
    raw = found[0]
    if shape is None:
        if raw.ndim == 2:
            raise UserError(
                f"The decoder returns rows of {raw.shape[1]} numbers; say of which shape the "
                f"images are, for example image_shape=(1, 28, 28)."
            )
        shape = image_shape_of(raw.shape[1:])
    if raw[0].size != np.prod(shape):
        own = "×".join(map(str, raw.shape[1:]))
        channels, height, width = shape
        raise UserError(
            f"The decoder returns {own} for each point, and the images are "
            f"{channels}×{height}×{width}."
        )
    last = raw.ndim == 4 and raw.shape[1:] == (*shape[1:], shape[0]) and raw.shape[1:] != shape
    sample = (z, _rows(one_hot, len(z))) if labelled and one_hot is not None else (z,)
    fit = Fit(
        part, _inputs("z", sample), {"image": shape}, sample,
        channels_last=last, output=output or _kind_of(raw),
    )  # fmt: skip
    fit.run(*sample)  # refuses what is not finite
    return fit


def _inputs(name: str, sample: Sequence[Floats]) -> dict[str, tuple[int, ...]]:
    return {key: array.shape[1:] for key, array in zip((name, "label"), sample, strict=False)}


def _rows(array: Floats, count: int) -> Floats:
    """Return so many rows, from the first on, as often as it takes."""
    return array[np.arange(count) % len(array)]


def _tried(
    part: Part, forms: Mapping[bool, Floats], one_hot: Floats | None, required: bool | None
) -> tuple[bool, bool, list[Floats]]:
    """Return in which form a part takes its input, whether with labels, and what it returns."""
    if required and one_hot is None:
        raise UserError(f"{part.what} is conditioned on labels, and there are none; give labels.")
    with_label = [False, True] if required is None else [required]
    reasons = []
    for labelled in with_label:
        if labelled and one_hot is None:
            continue
        for flat, first in forms.items():
            label = [_rows(one_hot, len(first))] if labelled and one_hot is not None else []
            try:
                found = part.run(first, *label)
                again = part.run(first, *label)
            except DoesNotFitError as error:
                reasons.append(str(error))
                continue
            same = all(map(np.array_equal, found, again))
            if not same and all(np.isfinite(array).all() for array in found):
                raise UserError(
                    f"{part.what} returns something else each time; it must not draw random "
                    f"numbers (an encoder returns mu and logvar, not a sample)."
                )
            return flat, labelled, found
    shapes = " or ".join(f"(N, {', '.join(map(str, f.shape[1:]))})" for f in forms.values())
    raise UserError(f"{part.what} does not take inputs {shapes}: {reasons[0]}.")


def _kind_of(raw: NDArray[np.floating]) -> OutputKind:
    """Tell from a decoder's outputs what they are."""
    low, high = float(raw.min()), float(raw.max())
    if low >= -_ROUNDING and high <= 1 + _ROUNDING:
        return "probabilities"
    if not np.isfinite(low + high) or low < _SURELY_LOGITS:
        return "logits"
    raise UserError(
        f"The decoder's outputs lie between {low:.3g} and {high:.3g}, which does not tell what "
        f'they are: say output="logits" or output="probabilities"; pixels on another scale, such '
        f"as that of tanh, must be brought to 0…1 by the decoder itself."
    )
