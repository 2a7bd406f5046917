"""The autoencoder: one class for every kind of model, its differences are options."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from train.networks import FourierFeatures, hidden_layers, log_odds
from train.recipes import Recipe


@dataclass(frozen=True)
class Posterior:
    """q(z | x) = N(mu, diag exp(logvar)): two tensors of shape (N, d)."""

    mu: Tensor
    logvar: Tensor

    def sample(self, noise: Tensor) -> Tensor:
        """Return mu + σ · noise: the reparameterization trick (Kingma & Welling 2013, eq. 10)."""
        return self.mu + torch.exp(0.5 * self.logvar) * noise


class Autoencoder(nn.Module):
    """Encoder to a diagonal Gaussian over z, decoder from z to Bernoulli logits of the pixels.

    Args:
        recipe: latent size, layers, and who sees the label.
        image_shape: channels, height and width of the images.
        classes: how many labels there are, where a condition needs them.
    """

    def __init__(self, recipe: Recipe, image_shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        self.condition = recipe.condition
        self.latent_size = recipe.latent_size
        self.image_shape = image_shape
        self.classes = classes
        pixels = image_shape[0] * image_shape[1] * image_shape[2]
        seen_by_encoder = classes if recipe.condition == "both" else 0
        seen_by_decoder = classes if recipe.condition != "none" else 0
        self.pixel_dropout = nn.Dropout(recipe.pixel_dropout)
        self.encoder = hidden_layers(
            pixels + seen_by_encoder, recipe.encoder_layers, recipe.activation, recipe.residual
        )
        self.to_posterior = nn.Linear(recipe.encoder_layers[-1], 2 * recipe.latent_size)
        self.features = (
            FourierFeatures(recipe.latent_size, recipe.fourier_features, recipe.fourier_scale)
            if recipe.fourier_features
            else nn.Identity()
        )
        self.decoder = hidden_layers(
            recipe.latent_size + 2 * recipe.fourier_features + seen_by_decoder,
            recipe.decoder_layers,
            recipe.activation,
            recipe.residual,
        )
        self.to_logits = nn.Linear(recipe.decoder_layers[-1], pixels)

    @torch.no_grad()
    def start_from(self, mean_image: Tensor) -> None:
        """Start the output bias at the log-odds of `mean_image` (C, H, W) in [0, 1]."""
        self.to_logits.bias.copy_(log_odds(mean_image).flatten())

    def encode(self, image: Tensor, label: Tensor | None = None) -> Posterior:
        """Return q(z | image): image (N, C, H, W) in [0, 1], label (N, classes) where conditioned.

        Raises:
            ValueError: the encoder is conditioned and no label was given.
        """
        h = self.pixel_dropout(image.flatten(1))
        h = self.encoder(self._with_label(h, label) if self.condition == "both" else h)
        # Two numbers carry the whole image: mixed precision would round them to eight bits.
        with torch.autocast(h.device.type, enabled=False):
            mu, logvar = self.to_posterior(h.float()).chunk(2, dim=1)
        return Posterior(mu, logvar)

    def decode(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """Return pixel logits (N, C, H, W) for z (N, d), label (N, classes) where conditioned.

        Raises:
            ValueError: the decoder is conditioned and no label was given.
        """
        with torch.autocast(z.device.type, enabled=False):  # as in encode: z is not to be rounded
            h = self.features(z.float())
            h = self._with_label(h, label) if self.condition != "none" else h
            first, *rest = self.decoder
            h = first(h)
        for layer in rest:
            h = layer(h)
        logits: Tensor = self.to_logits(h)
        return logits.unflatten(1, self.image_shape)

    def forward(
        self, image: Tensor, label: Tensor | None, noise: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Encode, sample with `noise` (N, d), decode: logits (N, C, H, W), mu, logvar (N, d)."""
        posterior = self.encode(image, label)
        logits = self.decode(posterior.sample(noise), label)
        return logits, posterior.mu, posterior.logvar

    def _with_label(self, h: Tensor, label: Tensor | None) -> Tensor:
        if label is None:
            raise ValueError(f"a model with condition '{self.condition}' needs labels")
        return torch.cat([h, label], dim=1)
