"""An independent classifier that reads decoded images: no part of it is shared with the models.

Three convolutions, trained once for each dataset and cached beside the runs. Its
confidence and its predictions measure the quality of samples (features.md B10).
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from train.data.images import Images, as_float
from train.files import sha256
from train.models.cached_networks import load_or_train

_WIDTHS = (16, 32, 64)
_EPOCHS = 4
_BATCH = 128
_PEAK_RATE = 4e-3
# A few images in a few steps would teach it little: small datasets are shown more often.
_FEWEST_STEPS = 100


@dataclass(frozen=True)
class HeldOutClassifier:
    """A trained classifier, and its class probabilities of held-out images, (N, K)."""

    network: nn.Module
    on_test: Tensor

    @torch.no_grad()
    def probabilities(self, image: Tensor) -> Tensor:
        """Return class probabilities (N, K) of images (N, C, H, W) in [0, 1]."""
        parts = [self.network(part).softmax(1) for part in image.split(1000)]
        return torch.cat(parts)


def network(channels: int, classes: int) -> nn.Sequential:
    """Make the classifier: (N, C, H, W) in [0, 1] → (N, classes) scores, any image size ≥ 8."""
    layers: list[nn.Module] = []
    for width in _WIDTHS:
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if width != _WIDTHS[-1] else []
        channels = width
    layers += [nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Dropout(0.3)]
    return nn.Sequential(*layers, nn.Linear(9 * channels, classes))


def train_network(images: Images, seed: int = 0, epochs: int = _EPOCHS) -> nn.Sequential:
    """Train the classifier on images that are turned, stretched and shifted a little."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = network(images.shape[0], images.classes)
        optimizer = torch.optim.AdamW(net.parameters(), weight_decay=1e-2)
        batches_of = max(1, len(images) // _BATCH)
        epochs = max(epochs, -(-_FEWEST_STEPS // batches_of))
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, _PEAK_RATE, total_steps=epochs * batches_of
        )
        net.train()
        for _ in range(epochs):
            for batch in torch.randperm(len(images)).split(_BATCH)[:batches_of]:
                image = jittered(as_float(images.pixels[batch]))
                loss = functional.cross_entropy(net(image), images.labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
    return net.eval()


def jittered(image: Tensor) -> Tensor:
    """Turn, stretch and shift each image (N, C, H, W) a little: hands differ more than a set's."""
    transform = torch.eye(2, 3).repeat(len(image), 1, 1) + 0.06 * torch.randn(len(image), 2, 3)
    grid = functional.affine_grid(transform, list(image.shape), align_corners=False)
    return functional.grid_sample(image, grid, align_corners=False)


def load_classifier(images: Images, test: Images, folder: Path) -> HeldOutClassifier:
    """Return the classifier of a dataset, trained now if `folder` does not hold it yet.

    Args:
        images: the training images, CPU; their content names the file.
        test: held-out images, whose predictions are kept beside the weights.
        folder: where classifiers are cached.
    """
    content = images.pixels.numpy().tobytes() + images.labels.numpy().tobytes()
    path = folder / f"{sha256(content)[:16]}.safetensors"
    net = network(images.shape[0], images.classes)

    def train() -> Tensor:
        print(f"Training the held-out classifier on {len(images):,} images")
        net.load_state_dict(train_network(images).state_dict())
        return HeldOutClassifier(net.eval(), torch.empty(0)).probabilities(as_float(test.pixels))

    return HeldOutClassifier(net, load_or_train(path, net, "on_test", train))
