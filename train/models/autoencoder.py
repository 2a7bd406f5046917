"""The autoencoder: one class for every kind of model, its differences are options."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from latent_atlas.train.data.images import one_hot
from latent_atlas.train.errors import UserError
from latent_atlas.train.models import lattice
from latent_atlas.train.models.networks import (
    FourierFeatures,
    downsampling_layers,
    hidden_layers,
    upsampling_layers,
)
from latent_atlas.train.recipes.recipe import Recipe


class Posterior(NamedTuple):
    """q(z | x) = N(mu, diag exp(logvar)): tensors of shape (N, d).

    A deterministic autoencoder has no logvar: its posterior is a point mass at mu.
    """

    mu: Tensor
    logvar: Tensor | None

    def sample(self, noise: Tensor) -> Tensor:
        """Return mu + σ · noise: the reparameterization trick (Kingma & Welling 2013, eq. 10)."""
        if self.logvar is None:
            return self.mu
        return self.mu + torch.exp(0.5 * self.logvar) * noise


class Output(NamedTuple):
    """What one pass through the model gives, and what its loss is computed from."""

    logits: Tensor  # (N, C, H, W)
    class_scores: Tensor | None  # (N, classes), where the model has a classifier
    mu: Tensor  # (N, d)
    logvar: Tensor | None  # (N, d), unless deterministic


class Autoencoder(nn.Module):
    """Encoder to a diagonal Gaussian over z, decoder from z to Bernoulli logits of the pixels.

    Its options, all of them fields of the recipe: deterministic (z = mu), who sees the label, a
    prior mean for each class, a classifier that shares the decoder's hidden layers, convolutions
    in place of dense layers, and a lattice of the decoder's own images in place of an encoder.
    `image_shape` is channels, height and width.

    Raises:
        UserError: a convolutional network cannot be made for these images.
    """

    prior_means: Tensor
    lattice: Tensor

    def __init__(self, recipe: Recipe, image_shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        self.condition = recipe.condition
        self.deterministic = recipe.deterministic
        self.logvar_cap = recipe.logvar_cap
        self.has_classifier = recipe.classification_weight > 0
        self.latent_size = recipe.latent_size
        self.image_shape = image_shape
        self.classes = classes
        self.convolutional = recipe.network == "convolutional"
        channels, height, width = image_shape
        pixels = channels * height * width
        widths, last = recipe.encoder_layers, recipe.decoder_layers[-1]
        seen = recipe.latent_size + 2 * recipe.fourier_features
        seen += classes if recipe.condition != "none" else 0
        self.pixel_dropout = nn.Dropout(recipe.pixel_dropout)
        self.to_logits: nn.Linear | nn.Conv2d
        outputs = recipe.latent_size * (1 if recipe.deterministic else 2)
        encoded = 0
        if recipe.objective == "lattice":
            self.encoder = nn.Sequential()
            points = lattice.fibonacci_lattice(recipe.lattice_points[-1])
            self.register_buffer("lattice", points, persistent=False)
        elif self.convolutional:
            _check_convolutional(recipe, image_shape)
            self.encoder = downsampling_layers(channels, widths, recipe.activation)
            encoded = widths[-1] * (height * width >> 2 * len(widths))
        else:
            inputs = pixels + (classes if recipe.condition == "both" else 0)
            self.encoder = hidden_layers(inputs, widths, recipe.activation, recipe.residual)
            encoded = widths[-1]
        self.to_posterior = nn.Linear(encoded, outputs) if encoded else None
        self.features = (
            FourierFeatures(recipe.latent_size, recipe.fourier_features, recipe.fourier_scale)
            if recipe.fourier_features
            else nn.Identity()
        )
        widths = recipe.decoder_layers
        if self.convolutional:
            self.decoder = upsampling_layers(seen, widths, (height, width), recipe.activation)
            self.to_logits = nn.Conv2d(last, channels, 3, padding=1)
        else:
            self.decoder = hidden_layers(seen, widths, recipe.activation, recipe.residual)
            self.to_logits = nn.Linear(last, pixels)
        self.to_classes = nn.Linear(last, classes) if self.has_classifier else None
        # One row a class, or one of zeros for all. Not part of the weights: the recipe has them.
        means = torch.tensor(recipe.prior_means or ((0.0,) * recipe.latent_size,))
        self.register_buffer("prior_means", means, persistent=False)

    @torch.no_grad()
    def start_from(self, mean_image: Tensor) -> None:
        """Start the output bias at the log-odds of `mean_image` (C, H, W) in [0, 1].

        The decoder so begins at the best image that ignores z. A convolution has one bias a
        channel: that of the mean colour.
        """
        start = mean_image.mean((1, 2)) if self.convolutional else mean_image.flatten()
        bias: Tensor = self.to_logits.bias  # type: ignore[assignment]  # it has one
        bias.copy_(torch.logit(start.clamp(1e-3, 1 - 1e-3)))

    def one_hot(self, labels: Tensor) -> Tensor | None:
        """Return labels (N,) int64 as (N, classes) float32 where the model is conditioned."""
        return None if self.condition == "none" else one_hot(labels, self.classes)

    def encode(self, image: Tensor, label: Tensor | None = None) -> Posterior:
        """Return q(z | image): image (N, C, H, W) in [0, 1], label (N, classes) where conditioned.

        Raises:
            ValueError: the encoder is conditioned and no label was given.
        """
        if self.to_posterior is None:
            return Posterior(*lattice.posterior(self._flat_logits, image.flatten(1), self.lattice))
        h = self.pixel_dropout(image if self.convolutional else image.flatten(1))
        h = self.encoder(self._with_label(h, label) if self.condition == "both" else h)
        # Two numbers carry the whole image: mixed precision would round them to eight bits.
        with torch.autocast(h.device.type, enabled=False):
            outputs = self.to_posterior(h.float())
        if self.deterministic:
            return Posterior(outputs, None)
        mu, logvar = outputs.chunk(2, 1)
        if self.logvar_cap is not None:
            logvar = self.logvar_cap - functional.softplus(self.logvar_cap - logvar)
        return Posterior(mu, logvar)

    def decode(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """Return pixel logits (N, C, H, W) for z (N, d), label (N, classes) where conditioned.

        Raises:
            ValueError: the decoder is conditioned and no label was given.
        """
        return self.decode_with_classes(z, label)[0]

    def decode_with_classes(
        self, z: Tensor, label: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Return pixel logits as `decode` does, and class scores (N, classes) where it has any."""
        h = self._decoder_trunk(z, label)
        logits: Tensor = self.to_logits(h)
        scores: Tensor | None = None if self.to_classes is None else self.to_classes(h)
        return logits if self.convolutional else logits.unflatten(1, self.image_shape), scores

    def class_scores(self, z: Tensor) -> Tensor:
        """Return class scores (N, classes) for z (N, d): logits of a softmax.

        Raises:
            ValueError: the model has no classifier.
        """
        if self.to_classes is None:
            raise ValueError("this model has no classifier")
        return self.to_classes(self._decoder_trunk(z, None))

    def prior_mean(self, labels: Tensor) -> Tensor:
        """Return the mean of each image's prior, (N, d) or (1, d): labels (N,) int64."""
        return self.prior_means if len(self.prior_means) == 1 else self.prior_means[labels]

    def forward(self, image: Tensor, label: Tensor | None, noise: Tensor) -> Output:
        """Encode, sample with `noise` (N, d), decode."""
        posterior = self.encode(image, label)
        return Output(*self.decode_with_classes(posterior.sample(noise), label), *posterior)

    def _flat_logits(self, z: Tensor) -> Tensor:
        return self.decode(z).flatten(1)

    def _decoder_trunk(self, z: Tensor, label: Tensor | None) -> Tensor:
        with torch.autocast(z.device.type, enabled=False):  # as in encode: z is not to be rounded
            h: Tensor = self.features(z.float())
            h = self._with_label(h, label) if self.condition != "none" else h
            first, *rest = self.decoder
            h = first(h)
        for layer in rest:
            h = layer(h)
        return h

    def _with_label(self, h: Tensor, label: Tensor | None) -> Tensor:
        if label is None:
            raise ValueError(f"a model with condition '{self.condition}' needs labels")
        return torch.cat([h, label], dim=1)


def _check_convolutional(recipe: Recipe, image_shape: tuple[int, int, int]) -> None:
    """Refuse images whose sides cannot be halved as often as a convolutional network does."""
    halvings = max(len(recipe.encoder_layers), len(recipe.decoder_layers) - 1)
    _, height, width = image_shape
    if height % 2**halvings or width % 2**halvings:
        raise UserError(
            f"{recipe.id} halves its images {halvings} times, which {height}×{width} pixels do "
            f"not allow; choose multiples of {2**halvings}, or fewer --encoder-layers and "
            f"--decoder-layers."
        )
