"""An independent classifier that reads decoded images: no part of it is shared with the models.

Three convolutions, trained once for each dataset and cached beside the runs. Its
confidence and its predictions measure the quality of samples (features.md B10).
"""

import math
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.files import sha256
from latent_atlas.train.models.cached_networks import load_or_train, one_cycle

_WIDTHS = (16, 32, 64)
_EPOCHS = 4
_BATCH = 128
_PEAK_RATE = 4e-3
# A few images in a few steps would teach it little: small datasets are shown more often.
_FEWEST_STEPS = 100
_SECONDS_A_STEP = 0.1
"""Of a batch of 28×28 pixels on two cores; of larger images in proportion to their pixels."""


class HeldOutClassifier(NamedTuple):
    """A trained classifier, and its class probabilities of held-out images, (N, K)."""

    network: nn.Module
    on_test: Tensor

    @torch.no_grad()
    def probabilities(self, image: Tensor) -> Tensor:
        """Return class probabilities (N, K) of images (N, C, H, W) in [0, 1]."""
        return torch.cat([self.network(part).softmax(1) for part in image.split(1000)])


def network(channels: int, classes: int) -> nn.Sequential:
    """Make the classifier: (N, C, H, W) in [0, 1] → (N, classes) scores, any image size ≥ 8."""
    layers: list[nn.Module] = []
    for width in _WIDTHS:
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if width != _WIDTHS[-1] else []
        channels = width
    layers += [nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Dropout(0.3)]
    return nn.Sequential(*layers, nn.Linear(9 * channels, classes))


def train_network(images: Images, epochs: int = _EPOCHS) -> nn.Sequential:
    """Train the classifier on images that are turned, stretched and shifted a little."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = network(images.shape[0], images.classes)
        batches_of = max(1, len(images) // _BATCH)
        epochs = max(epochs, math.ceil(_FEWEST_STEPS / batches_of))
        fit = one_cycle(net, functional.cross_entropy, _PEAK_RATE, epochs * batches_of)
        net.train()
        with tqdm(
            desc="held-out classifier", total=epochs * batches_of, unit="step", dynamic_ncols=True
        ) as bar:
            for _ in range(epochs):
                for batch in torch.randperm(len(images)).split(_BATCH)[:batches_of]:
                    fit(jittered(as_float(images.pixels[batch])), images.labels[batch])
                    bar.update()
    return net.eval()


def jittered(image: Tensor) -> Tensor:
    """Turn, stretch and shift each image (N, C, H, W) a little: hands differ more than a set's."""
    transform = torch.eye(2, 3).repeat(len(image), 1, 1) + 0.06 * torch.randn(len(image), 2, 3)
    grid = functional.affine_grid(transform, list(image.shape), align_corners=False)
    return functional.grid_sample(image, grid, align_corners=False)


def load_classifier(images: Images, test: Images, folder: Path) -> HeldOutClassifier:
    """Return the classifier of a dataset, trained now if `folder` does not hold it yet.

    The content of the training images, on the CPU, names the file; the classifier's predictions
    for the held-out images in `test` are kept beside the weights.
    """
    content = images.pixels.numpy().tobytes() + images.labels.numpy().tobytes()
    path = folder / f"{sha256(content)[:16]}.safetensors"
    net = network(images.shape[0], images.classes)

    def train() -> Tensor:
        steps = max(_FEWEST_STEPS, _EPOCHS * len(images) // _BATCH)
        pixels = images.shape[1] * images.shape[2]
        minutes = math.ceil(steps * _SECONDS_A_STEP * pixels / 784 / 60)
        print(
            f"Training the held-out classifier on {len(images):,} images, once for all their "
            f"models: about {minutes} min on two cores (--quick leaves it out)"
        )
        net.load_state_dict(train_network(images).state_dict())
        return HeldOutClassifier(net.eval(), torch.empty(0)).probabilities(as_float(test.pixels))

    return HeldOutClassifier(net, load_or_train(path, net, "on_test", train))
