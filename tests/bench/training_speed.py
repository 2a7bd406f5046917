"""Training speed of the 784-400-20 VAE, beside the plain reference way, in one process.

The reference is what pytorch/examples' VAE does: a DataLoader that makes a PIL image and a tensor
of each sample, Adam, and losses summed by the library. Both see the same images, in turn, and the
median of the rounds is kept.
"""

import statistics
import time
import warnings
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Subset
from torchvision import transforms
from torchvision.datasets import MNIST

from latent_atlas.train.data import datasets
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.training.hardware import keep_freed_memory
from latent_atlas.train.training.processes import Process
from latent_atlas.train.training.trainer import Trainer

IMAGES = 20_480
ROUNDS = 7
# Multiplications and additions of one image: forward, gradients of the weights, and gradients of
# the inputs of all layers but the first.
_LAYERS = (784 * 400, 400 * 40, 20 * 400, 400 * 784)
FLOP_PER_IMAGE = 2 * (2 * sum(_LAYERS) + sum(_LAYERS[1:]))


class ReferenceVae(nn.Module):
    """784-400-20-400-784 with ReLU, as the examples have it."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, 400)
        self.mu = nn.Linear(400, 20)
        self.logvar = nn.Linear(400, 20)
        self.back = nn.Linear(20, 400)
        self.out = nn.Linear(400, 784)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return the reconstruction, mu and logvar."""
        h = functional.relu(self.hidden(x.view(-1, 784)))
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.out(functional.relu(self.back(z)))), mu, logvar


def reference(batch: int) -> Callable[[], None]:
    """Return a function that trains the reference on IMAGES images."""
    source = MNIST(str(datasets.data_root()), transform=transforms.ToTensor())
    loader = DataLoader(Subset(source, range(IMAGES)), batch_size=batch, shuffle=True)
    model = ReferenceVae()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def run() -> None:
        total = 0.0
        for image, _ in loader:
            optimizer.zero_grad()
            out, mu, logvar = model(image)
            loss = functional.binary_cross_entropy(out, image.view(-1, 784), reduction="sum")
            loss = loss - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
            loss.backward()
            total += loss.item()
            optimizer.step()

    return run


def ours(batch: int) -> Callable[[], None]:
    """Return a function that trains the same network on as many images with the project's loop."""
    recipe = Recipe(
        "bench", "784-400-20", latent_size=20, encoder_layers=(400,), decoder_layers=(400,),
        batch_size=batch, epochs=100,
    )  # fmt: skip
    images = datasets.load("mnist", "train").select(slice(0, IMAGES))
    trainer = Trainer(recipe, images, Process(torch.device("cpu")))
    epochs = iter(range(recipe.epochs))
    return lambda: void(trainer.train_epoch(next(epochs)))


def void(_: object) -> None:
    """Drop a result."""


def product_rate() -> float:
    """Return the float32 matrix-product rate at this network's shapes, in GFLOP/s."""
    a, b = torch.randn(1024, 784), torch.randn(784, 400)
    rates = []
    for _ in range(30):
        started = time.perf_counter()
        for _ in range(4):
            a @ b
        rates.append(4 * 2 * 1024 * 784 * 400 / (time.perf_counter() - started) / 1e9)
    return statistics.median(rates)


def measure() -> dict[str, float | str]:
    """Return images/s of both at batch 128 and 1024, and ours as a share of the product rate."""
    warnings.filterwarnings("ignore")
    keep_freed_memory()  # for both
    rates: dict[str, list[float]] = {}
    runs = {
        (name, batch): make(batch)
        for batch in (128, 1024)
        for name, make in (("ours", ours), ("reference", reference))
    }
    products = []
    for run in runs.values():
        run()  # warm-up
    for _ in range(ROUNDS):
        for (name, batch), run in runs.items():
            started = time.perf_counter()
            run()
            seconds = time.perf_counter() - started
            rates.setdefault(f"{name}_{batch}", []).append(IMAGES / seconds)
        products.append(product_rate())
    medians = {name: statistics.median(values) for name, values in rates.items()}
    product = statistics.median(products)
    return {
        **{f"{name}_images_per_second": round(rate) for name, rate in medians.items()},
        "speedup_128": round(medians["ours_128"] / medians["reference_128"], 2),
        "product_gflops": round(product),
        "share_of_product_rate_1024": round(
            medians["ours_1024"] * FLOP_PER_IMAGE / 1e9 / product, 2
        ),
        "precision": Recipe("bench", "bench").precision,
    }


if __name__ == "__main__":
    print(measure())
