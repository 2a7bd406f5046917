"""Models as other people write them, untrained: in PyTorch, and as ONNX files made by hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional


class ExampleVae(nn.Module):
    """The VAE of pytorch/examples, after its published architecture: 784-400-20."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 400)
        self.fc21 = nn.Linear(400, 20)
        self.fc22 = nn.Linear(400, 20)
        self.fc3 = nn.Linear(20, 400)
        self.fc4 = nn.Linear(400, 784)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = functional.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)

    def decode(self, z: Tensor) -> Tensor:
        return torch.sigmoid(self.fc4(functional.relu(self.fc3(z))))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x.view(-1, 784))
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(logvar)
        return self.decode(z), mu, logvar


class ConvolutionalEncoder(nn.Module):
    """Colour images (3, 16, 16) to mu and logvar of two latents."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
            nn.Conv2d(8, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Dropout(), nn.Flatten(),
        )  # fmt: skip
        self.mu, self.logvar = nn.Linear(128, 2), nn.Linear(128, 2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.layers(x)
        return self.mu(h), self.logvar(h)


class ConvolutionalDecoder(nn.Module):
    """Two latents and a one-hot label of four classes to logits of images (3, 16, 16)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(6, 128)
        self.layers = nn.Sequential(
            nn.ReLU(), nn.ConvTranspose2d(8, 8, 4, stride=2, padding=1), nn.ReLU(),
            nn.ConvTranspose2d(8, 3, 4, stride=2, padding=1),
        )  # fmt: skip

    def forward(self, z: Tensor, label: Tensor) -> Tensor:
        h = self.first(torch.cat([z, label], dim=1)).view(-1, 8, 4, 4)
        return 20 * self.layers(h)  # as large as a trained model's


def graph_of(
    nodes: Sequence[onnx.NodeProto],
    inputs: dict[str, Sequence[int | str]],
    outputs: dict[str, Sequence[int | str]],
    constants: dict[str, np.ndarray],
    kind: int = TensorProto.FLOAT,
    opset: int = 17,
) -> onnx.ModelProto:
    """Make a graph whose inputs and outputs are all of one type."""

    def values(shapes: dict[str, Sequence[int | str]]) -> list[onnx.ValueInfoProto]:
        return [helper.make_tensor_value_info(n, kind, s) for n, s in shapes.items()]

    graph = helper.make_graph(
        nodes, "made-elsewhere", values(inputs), values(outputs),
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def linear_decoder(
    outputs: int = 64,
    latents: int = 2,
    *,
    scale: float = 3.0,
    kind: int = TensorProto.FLOAT,
    batch: int | str = "n",
    opset: int = 17,
) -> tuple[onnx.ModelProto, np.ndarray]:
    """Return a graph of one matrix, `latent` (n, d) to `image` (n, outputs), and the matrix."""
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    weight = np.random.default_rng(1).normal(size=(latents, outputs)) * scale
    model = graph_of(
        [helper.make_node("MatMul", ["latent", "w"], ["image"])],
        {"latent": [batch, latents]}, {"image": [batch, outputs]}, {"w": weight.astype(dtype)},
        kind, opset,
    )  # fmt: skip
    return model, weight


def save_graph(model: onnx.ModelProto, path: Path) -> Path:
    """Write a graph to a file."""
    path.write_bytes(model.SerializeToString())
    return path


def made_images(count: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return random images of a few bright bars, uint8 (count, *shape)."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 40, (count, *shape), dtype=np.uint8)
    for index, image in enumerate(images):
        image[..., :, index % shape[-1]] = 230
    return images


class PlaneVae(nn.Module):
    """Two latents and grey images (1, 12, 12)."""

    def __init__(self) -> None:
        super().__init__()
        self.to_posterior = nn.Linear(144, 4)
        self.layers = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 144), nn.Sigmoid())

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mu, logvar = self.to_posterior(x.flatten(1)).chunk(2, 1)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        return self.layers(z).unflatten(1, (1, 12, 12))


def plane_vae() -> PlaneVae:
    """Return the same model each time: its encodings are spread, its images differ."""
    torch.manual_seed(3)
    vae = PlaneVae()
    with torch.no_grad():
        vae.to_posterior.weight *= 3
        for layer in (vae.layers[0], vae.layers[2]):
            layer.weight *= 4
    return vae
