"""A decoder or encoder as it was given, a torch module or an ONNX file: to be run or exported."""

import copy
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import onnx
import torch
from onnx import version_converter
from torch import Tensor, nn

from latent_atlas.export.documents.json_numbers import Floats
from latent_atlas.export.onnx_graphs.graphs import exported
from latent_atlas.export.onnx_graphs.parity import make_session
from latent_atlas.train.errors import UserError

_OLDEST_OPSET = 13
_LONGEST_REASON = 200


class DoesNotFitError(Exception):
    """A part does not take such inputs; the text is its own reason, in part of a sentence."""


class Part(Protocol):
    """One half of a model, with the inputs and outputs that its author chose."""

    what: str
    """The part as the subject of a sentence."""

    def run(self, *inputs: Floats) -> list[Floats]:
        """Map float32 inputs (N, …) to float32 outputs.

        Raises:
            DoesNotFitError: it does not take such inputs.
        """
        ...

    def graph(self, *inputs: Floats) -> onnx.ModelProto:
        """Return it as a graph that takes such inputs, of any N.

        Raises:
            UserError: it cannot be exported.
        """
        ...


def part_of(given: object, role: str) -> Part:
    """Return what was given as the `decoder` or the `encoder` of a model.

    A module that has a method `decode` (or `encode`) is taken for a whole model, of which the
    method is the part.

    Raises:
        UserError: it is neither a torch module, nor a method of one, nor an ONNX file.
    """
    what = f"The {role}"
    if isinstance(given, str | Path | bytes | onnx.ModelProto):
        return _OnnxPart(given, what)
    if isinstance(given, nn.Module):
        method = role.removesuffix("r")  # decode, encode
        return _TorchPart(given, method if hasattr(given, method) else "__call__", what)
    owner = getattr(given, "__self__", None)
    if inspect.ismethod(given) and isinstance(owner, nn.Module):
        return _TorchPart(owner, given.__name__, what)
    raise UserError(
        f"{what} is a torch module, a method of one such as vae.{role.removesuffix('r')}, or an "
        f"ONNX file, and not of the type {type(given).__name__}."
    )


class _Call(nn.Module):
    """A method of a module, as a module of its own."""

    def __init__(self, owner: nn.Module, method: str) -> None:
        super().__init__()
        self.owner = owner
        self.method = method

    def forward(self, first: Tensor, label: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return what the method returns, as a tuple of float32 tensors."""
        call: Callable[..., object] = getattr(self.owner, self.method)
        found = call(first) if label is None else call(first, label)
        some = found if isinstance(found, tuple | list) else (found,)
        tensors = [one for one in some if one is not None]  # an autoencoder's logvar
        if not all(isinstance(one, Tensor) for one in tensors):
            names = ", ".join(type(one).__name__ for one in tensors)
            raise TypeError(f"it returns {names} and not tensors")
        return tuple(cast(Tensor, one).float() for one in tensors)


class _TorchPart:
    def __init__(self, owner: nn.Module, method: str, what: str) -> None:
        self.what = what
        # A copy: the caller's model stays on its device and in its mode.
        self._call = _Call(copy.deepcopy(owner).cpu().float(), method).eval()

    @torch.no_grad()
    def run(self, *inputs: Floats) -> list[Floats]:
        try:
            found = self._call(*map(torch.from_numpy, inputs))
        except Exception as error:  # whatever the author's code raises
            raise DoesNotFitError(_reason(error)) from error
        return [tensor.numpy() for tensor in found]

    def graph(self, *inputs: Floats) -> onnx.ModelProto:
        names = [f"output{index}" for index in range(len(self.run(*inputs)))]
        examples = dict(zip(("first", "label"), map(torch.from_numpy, inputs), strict=False))
        try:
            return exported(self._call, examples, names)
        except Exception as error:  # torch's exporter raises errors of many kinds
            raise UserError(
                f"{self.what} cannot be exported to ONNX by PyTorch; export it yourself and give "
                f"the file: {_reason(error.__cause__ or error)}."
            ) from error


class _OnnxPart:
    def __init__(self, given: str | Path | bytes | onnx.ModelProto, what: str) -> None:
        self.what = what
        self._model = _free_batch(_read(given, what))
        try:
            self._session = make_session(self._model.SerializeToString())
        except Exception as error:  # onnxruntime's exceptions share no base of their own
            raise UserError(f"{what} cannot be run by onnxruntime: {_reason(error)}.") from error
        self._types = [_numpy_type(value, what) for value in graph_inputs(self._model)]

    def run(self, *inputs: Floats) -> list[Floats]:
        values = self._session.get_inputs()
        if len(values) != len(inputs):
            raise DoesNotFitError(f"its graph has {len(values)} inputs")
        feeds = {
            value.name: array.astype(dtype)
            for value, array, dtype in zip(values, inputs, self._types, strict=True)
        }
        try:
            found = self._session.run(None, feeds)
        except Exception as error:  # see above
            raise DoesNotFitError(_reason(error)) from error
        return [np.asarray(array, np.float32) for array in found]

    def graph(self, *inputs: Floats) -> onnx.ModelProto:  # noqa: ARG002 - it is one already
        return self._model


def graph_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """Return a graph's inputs without its weights, which older files list as well."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in weights]


def _read(given: str | Path | bytes | onnx.ModelProto, what: str) -> onnx.ModelProto:
    try:
        if isinstance(given, onnx.ModelProto):
            model = copy.deepcopy(given)
        else:
            model = (
                onnx.load_from_string(given) if isinstance(given, bytes) else onnx.load(str(given))
            )
        onnx.checker.check_model(model)
        opset = next(
            entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")
        )
        if opset < _OLDEST_OPSET:
            model = version_converter.convert_version(model, _OLDEST_OPSET)
    except FileNotFoundError as error:
        name = Path(str(given)).name
        raise UserError(f"{what} cannot be read: there is no file '{name}'.") from error
    except Exception as error:  # protobuf's, onnx's checker's and converter's
        raise UserError(f"{what} is no valid ONNX file: {_reason(error)}.") from error
    return model


def _free_batch(model: onnx.ModelProto) -> onnx.ModelProto:
    """Let the first axis of a graph's inputs and outputs be of any size."""
    for value in (*graph_inputs(model), *model.graph.output):
        axes = value.type.tensor_type.shape.dim
        if len(axes) > 0:
            axes[0].dim_param = "batch"
    del model.graph.value_info[:]
    return model


def _numpy_type(value: onnx.ValueInfoProto, what: str) -> np.dtype[np.floating]:
    kind = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
    if kind.kind != "f":
        raise UserError(
            f"{what} takes {kind} as '{value.name}'; latents, images and one-hot labels are floats."
        )
    return cast("np.dtype[np.floating]", kind)


def _reason(error: BaseException) -> str:
    """Return an error's own text as part of a sentence: one line, not too long."""
    text = str(error).partition("[ONNXRuntimeError] : ")[2].partition(" : ")[2] or str(error)
    line = " ".join(text.split()).rstrip(".") or type(error).__name__
    return line if len(line) <= _LONGEST_REASON else line[:_LONGEST_REASON].rstrip() + " …"
