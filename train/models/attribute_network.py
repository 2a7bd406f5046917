"""Networks that classify the binary attributes of an image, for perceptual losses and face models.

There are two, trained apart, so that no model is measured by the network that it was trained with.
The perceptual loss compares the features of one. The held-out one, of another shape and another
seed, measures finished models: its features give the Fréchet distance, and its predictions say
whether an attribute vector adds its attribute.
"""

import hashlib
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms.v2.functional import gaussian_blur
from tqdm import tqdm

from latent_atlas.train.data.images import Dataset, Images, as_float
from latent_atlas.train.errors import UserError
from latent_atlas.train.models.cached_networks import load_or_train, one_cycle
from latent_atlas.train.models.networks import Stages

Role = Literal["perceptual", "held-out"]


class _Plan(NamedTuple):
    """How the network of a role is made, and how its file's name begins."""

    file: str
    widths: tuple[int, ...]
    strides: tuple[int, ...]
    kernel: int
    seed: int


_PLANS: dict[Role, _Plan] = {
    # Its first features are as fine as the image, so that a blur changes them.
    "perceptual": _Plan("teacher", (24, 48, 96, 128), (1, 2, 2, 2), kernel=3, seed=11),
    "held-out": _Plan("judge", (16, 40, 80, 160), (2, 2, 2, 2), kernel=5, seed=23),
}
_STEPS = 1200
_BATCH = 64
_PEAK_RATE = 2e-3


class AttributeNetwork(nn.Module):
    """Convolutions, then a score for each of A attributes."""

    def __init__(self, channels: int, attributes: int, plan: _Plan) -> None:
        super().__init__()
        stages = []
        for width, stride in zip(plan.widths, plan.strides, strict=True):
            convolution = nn.Conv2d(
                channels, width, plan.kernel, stride, padding=plan.kernel // 2, bias=False
            )
            stages.append(nn.Sequential(convolution, nn.BatchNorm2d(width), nn.ReLU()))
            channels = width
        self.stages = Stages(stages)
        self.to_scores = nn.Linear(channels, attributes)

    def summary(self, image: Tensor) -> Tensor:
        """Return the mean of the last stage's features over the image: (N, width)."""
        return self.stages(image)[-1].mean((2, 3))

    def forward(self, image: Tensor) -> Tensor:
        """Return scores (N, A), logits of each attribute's probability."""
        return self.to_scores(self.summary(image))


class TrainedNetwork(NamedTuple):
    """A trained network, and how well it reads each attribute of held-out images, (A,) each."""

    network: AttributeNetwork
    accuracy: Tensor
    balanced: Tensor
    """The mean of the accuracies on the images with and without the attribute: of a rare one, too,
    a guess has one half."""


def load_network(role: Role, dataset: Dataset, folder: Path) -> TrainedNetwork:
    """Return the network of a role for a dataset, trained now if `folder` does not hold it yet.

    Raises:
        UserError: the dataset has no attributes.
    """
    attributes = attributes_of(dataset.train)
    plan = _PLANS[role]
    path = folder / f"{plan.file}-{_content(dataset.train)[:16]}.safetensors"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.seed)
        network = AttributeNetwork(dataset.train.shape[0], attributes.shape[1], plan)
        network = network.to(memory_format=torch.channels_last)  # convolutions run faster so

        def train() -> Tensor:
            _train(network, dataset.train, role)
            test = dataset.test
            seen = torch.cat([read(network, as_float(part)) for part in test.pixels.split(1000)])
            return _accuracies(seen, attributes_of(test).bool())

        return TrainedNetwork(network, *load_or_train(path, network, "accuracies", train))


def _accuracies(seen: Tensor, has: Tensor) -> Tensor:
    """Return accuracy and balanced accuracy by attribute, (2, A), of what was seen (N, A)."""
    right = (seen == has).double()
    shares = [
        (right * of).sum(0) / of.sum(0)  # NaN where no image is with, or none without
        for of in (has.double(), (~has).double())
    ]
    return torch.stack([right.mean(0), torch.stack(shares).nanmean(0)]).float()


def attributes_of(images: Images) -> Tensor:
    """Return the attributes of a split, (N, A) of 0 and 1.

    Raises:
        UserError: it has none.
    """
    if images.attributes is None:
        raise UserError(
            "This dataset has no binary attributes, from which this recipe learns; "
            "choose --dataset avatars or celeba, or --perceptual none --perceptual-weight 0."
        )
    return images.attributes


@torch.no_grad()
def read(network: AttributeNetwork, image: Tensor) -> Tensor:
    """Return whether each attribute is seen, (N, A) bool, in images (N, C, H, W) in [0, 1]."""
    return torch.cat([network(part) > 0 for part in image.split(250)])


def _train(network: AttributeNetwork, images: Images, role: Role) -> None:
    """Train on slightly shifted, blurred and noisy images: decoded ones are blurred, too."""
    attributes = attributes_of(images)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.to(device).train()
    steps = min(_STEPS, max(100, 20 * len(images) // _BATCH))
    fit = one_cycle(network, functional.binary_cross_entropy_with_logits, _PEAK_RATE, steps)
    for _ in tqdm(range(steps), desc=f"{role} attribute network", unit="step", dynamic_ncols=True):
        batch = torch.randint(len(images), (_BATCH,))
        image = _disturbed(as_float(images.pixels.index_select(0, batch)).to(device))
        target = attributes[batch].float().to(device)
        fit(image.contiguous(memory_format=torch.channels_last), target)
    network.to(torch.device("cpu")).eval()


def _disturbed(image: Tensor) -> Tensor:
    """Shift a batch (N, C, H, W) by up to two pixels, blur half of it, add noise to all."""
    dy, dx = torch.randint(-2, 3, (2,)).tolist()
    shifted = torch.roll(image, (dy, dx), dims=(2, 3))
    half = len(image) // 2
    sigma = float(torch.rand(()) * 1.2 + 0.2)
    reach = max(1, round(3 * sigma))
    blurred = gaussian_blur(shifted[:half], [2 * reach + 1] * 2, [sigma] * 2)
    noise = torch.randn_like(image) * 0.03
    return torch.cat([blurred, shifted[half:]]) + noise


def _content(images: Images) -> str:
    """Return the hash of images and attributes, without a copy of either."""
    digest = hashlib.sha256(str(tuple(images.pixels.shape)).encode())
    for tensor in (images.pixels, attributes_of(images)):
        for part in tensor.split(4096):
            digest.update(part.contiguous().numpy())
    return digest.hexdigest()
