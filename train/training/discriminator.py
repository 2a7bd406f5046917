"""The discriminator that some models are trained against, and how it is trained beside them.

VAE/GAN (Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric"): it
learns to tell true images from decoded ones; the model learns to be taken for true, and to agree
with the true image in the discriminator's own features. Unlike there, its gradient reaches the
encoder, too, and pixels still count: training is the calmer for it.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from latent_atlas.train.models.networks import Stages
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.training.hardware import autocast
from latent_atlas.train.training.losses import feature_distance
from latent_atlas.train.training.processes import Process, average_gradients, sum_over_processes

_WIDTHS = (32, 64, 128, 128)
# It learns only while it is not far ahead: at a loss of ln 2 it tells nothing apart, and below
# this its answers are so sure that the model learns little from them (Larsen et al. 2016 stop a
# side that is ahead by a margin, too).
_AHEAD = 0.35


class Discriminator(nn.Module):
    """Convolutions that halve, spectrally normalised (Miyato et al. 2018), then a score.

    The images' sides are multiples of 16.
    """

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        stages = []
        for following in _WIDTHS:
            convolution = spectral_norm(nn.Conv2d(channels, following, 4, stride=2, padding=1))
            stages.append(nn.Sequential(convolution, nn.LeakyReLU(0.2)))
            channels = following
        self.stages = Stages(stages)
        places = (height >> len(_WIDTHS)) * (width >> len(_WIDTHS))
        self.to_score = spectral_norm(nn.Linear(channels * places, 1))

    def forward(self, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return scores (N,), positive for "true", and every stage's features (N, C′, H′, W′)."""
        features = self.stages(image)
        return self.to_score(features[-1].flatten(1)).squeeze(1), features


class Adversary:
    """A discriminator with its optimizer; every process has the same, for its share of a batch."""

    def __init__(self, recipe: Recipe, image_shape: tuple[int, int, int], process: Process) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed + 7919)
            self.discriminator = Discriminator(*image_shape)
        self.discriminator.to(process.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimizer = torch.optim.AdamW(
            self.discriminator.parameters(), recipe.learning_rate, betas=(0.5, 0.99), fused=True
        )
        self.recipe = recipe
        self.process = process

    def terms(self, image: Tensor, decoded: Tensor, drawn: Tensor) -> dict[str, Tensor]:
        """Return the model's terms by name, each (N,), unweighted.

        `adversarial` is −log of the chance, to the discriminator, that the decoded and the drawn
        image are true ones, the mean of both (the non-saturating loss of Goodfellow et al. 2014);
        `features` the distance between image and decoded image in its features. Images (N, C, H,
        W) are in [0, 1], and as many are drawn from the prior as decoded.
        """
        self.discriminator.requires_grad_(False)
        with autocast(self.recipe, self.process.device):
            with torch.no_grad():
                _, theirs = self.discriminator(image)
            scores, features = self.discriminator(torch.cat([decoded, drawn]))
        taken = functional.softplus(-scores.float()).view(2, -1).mean(0)
        ours = [layer[: len(image)] for layer in features]
        return {"adversarial": taken, "features": feature_distance(ours, theirs)}

    def learn(self, image: Tensor, decoded: Tensor, drawn: Tensor, rate: float) -> Tensor:
        """Take a step, unless far ahead; return the loss of each true image, (N,).

        Cross-entropy of "true or decoded", in nats; of the decoded ones half the weight is the
        reconstructions', half that of the draws from the prior.
        """
        decoded, drawn = decoded.detach(), drawn.detach()
        self.discriminator.requires_grad_(True)
        with autocast(self.recipe, self.process.device):
            scores, _ = self.discriminator(torch.cat([image, decoded, drawn]))
        true, *made = scores.float().chunk(3)
        false = torch.stack([functional.softplus(score) for score in made]).mean(0)
        loss = 0.5 * (functional.softplus(-true) + false)
        loss.mean().backward()
        average_gradients(self.discriminator)
        # Every process decides by the mean over all of them.
        (mean,) = sum_over_processes([float(loss.detach().mean()) / self.process.rank.processes])
        if mean > _AHEAD:
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.detach()
