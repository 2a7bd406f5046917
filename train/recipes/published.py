"""The recipes of the published models."""

from dataclasses import replace
from typing import Any

from latent_atlas.train.recipes.recipe import Goal, Recipe

# What most recipes start from.
TWO_LATENTS = Recipe(
    id="vae-2",
    title="VAE, two latents",
    encoder_layers=(512, 512, 512),
    # 256 wide: in float16 the decoder is under a megabyte, and the page waits for it.
    decoder_layers=(256, 256, 256, 256),
    residual=True,
    activation="silu",
    fourier_features=64,
    fourier_scale=1.5,
    pixel_dropout=0.2,
    weight_decay=0.03,
    epochs=120,
    learning_rate=1.5e-3,
    clip_norm=200.0,
)

# docs/recipes.md says why these two.
_VAE_2 = replace(
    TWO_LATENTS,
    residual=False,
    pixel_dropout=0.35,
    goal=Goal(elbo=-133.5, log_likelihood=-131.5),
)

# What is compared with `vae-2` differs from it in its kind, and in a cap on log σ², without which
# a seed may diverge.
_LIKE_VAE_2 = replace(_VAE_2, logvar_cap=2.0, goal=Goal())

# Without Fourier features: with the class given, z is free for style, and a smooth decoder keeps
# slant and boldness in plain directions of the plane. docs/recipes.md has the price.
_CONDITIONED = replace(_LIKE_VAE_2, fourier_features=0)

# From latent size 5 on. The same network for all three kinds, so that a difference between them
# is one of kind. A z of several numbers holds its detail without Fourier features, and the
# encoder needs nearly every pixel to find it.
LARGER = replace(
    TWO_LATENTS,
    encoder_layers=(384, 384),
    decoder_layers=(384, 384),
    fourier_features=0,
    pixel_dropout=0.05,
    epochs=60,
)
LARGER_SIZES = (5, 10, 20, 50, 100)
# The two sizes with published likelihoods to beat need a larger network for it.
_LARGEST = {"encoder_layers": (512, 512, 512), "decoder_layers": (512, 512, 512)}
_BEST: dict[int, dict[str, Any]] = {
    10: {**_LARGEST, "goal": Goal(elbo=-98.36, log_likelihood=-93.84)},
    20: {**_LARGEST, "goal": Goal(elbo=-94.79, log_likelihood=-88.90)},
}

_TARGET_MEANS = (
    (0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (-10.0, 10.0),
    (-10.0, 0.0), (-10.0, -10.0), (0.0, -10.0), (10.0, -10.0), (0.0, -20.0),
)  # fmt: skip

# The decoder learns log p(x) itself, from random weights, and the lattice of its own images is its
# encoder: no encoder is trained that could fall behind.
LATTICE = Recipe(
    id="lattice-2",
    title="Decoder trained on the exact likelihood, two latents",
    objective="lattice",
    lattice_points=(610, 610, 1597, 1597, 4181),
    # As wide as 450 kB over the wire allow.
    decoder_layers=(272, 272, 272, 272),
    activation="silu",
    fourier_features=64,
    fourier_scale=1.5,
    epochs=240,
    batch_size=512,
    learning_rate=1.5e-3,
    clip_norm=200.0,
    validation_fraction=0.1,
)

# Colour faces. The three differ only in the reconstruction loss.
_FACES = Recipe(
    id="faces-vae",
    title="VAE of faces",
    dataset="avatars",
    latent_size=64,
    network="convolutional",
    reconstruction="squared-error",
    encoder_layers=(32, 64, 128, 256),
    decoder_layers=(192, 128, 80, 48, 24),
    activation="silu",
    epochs=4,
    batch_size=64,
    learning_rate=2e-3,
    warmup_steps=200,
    weight_decay=0.01,
    clip_norm=0.0,
)


def _larger(kind: str, title: str, **fields: Any) -> list[Recipe]:
    """Return the models of a kind from latent size 5 on."""
    return [
        replace(LARGER, id=f"{kind}-{n}", title=f"{title}, {n} latents", latent_size=n, **fields)
        for n in LARGER_SIZES
    ]


_PUBLISHED = (
    _VAE_2,
    # It starts from a decoder of the ELBO instead, whose map lies in fewer pieces.
    replace(
        LATTICE,
        elbo_epochs=60,
        encoder_layers=_LIKE_VAE_2.encoder_layers,
        pixel_dropout=_LIKE_VAE_2.pixel_dropout,
        weight_decay=_LIKE_VAE_2.weight_decay,
        logvar_cap=_LIKE_VAE_2.logvar_cap,
    ),
    Recipe(
        id="vae-2-mlp256",
        title="VAE, two latents, one hidden layer of 256",
        encoder_layers=(256,),
        decoder_layers=(256,),
        epochs=60,
        batch_size=128,
    ),
    *(replace(recipe, **_BEST.get(recipe.latent_size, {})) for recipe in _larger("vae", "VAE")),
    # The page lays it beside `vae-2`: the two differ in nothing but kind and epochs.
    replace(
        _VAE_2,
        id="ae-2",
        title="Plain autoencoder, two latents",
        deterministic=True,
        epochs=60,
        goal=Goal(),
    ),
    *_larger("ae", "Plain autoencoder", deterministic=True, epochs=40),
    replace(
        _CONDITIONED,
        id="label-decoder-vae-2",
        title="VAE whose decoder is conditioned on the digit",
        condition="decoder",
    ),
    replace(
        _CONDITIONED,
        id="cvae-2",
        title="Conditional VAE: encoder and decoder are conditioned on the digit",
        condition="both",
    ),
    *_larger("cvae", "Conditional VAE", condition="both", epochs=40),
    replace(
        _LIKE_VAE_2,
        id="target-means-vae-2",
        title="VAE with a prior mean for each digit",
        prior_means=_TARGET_MEANS,
    ),
    *(
        replace(
            _LIKE_VAE_2,
            id=f"classifier-vae-2-w{weight}",
            title=f"VAE that also classifies z, weight {weight}",
            classification_weight=float(weight),
        )
        for weight in (1, 10, 100)
    ),
    replace(
        _LIKE_VAE_2,
        id="fashion-vae-2",
        title="VAE of Fashion-MNIST, two latents",
        dataset="fashion-mnist",
    ),
    _FACES,
    replace(
        _FACES,
        id="faces-perceptual",
        title="VAE of faces, with a perceptual loss",
        perceptual="attributes",
        perceptual_weight=300.0,
    ),
    replace(
        _FACES,
        id="faces-vaegan",
        title="VAE of faces, with a discriminator (VAE/GAN)",
        adversarial_weight=20.0,
        feature_weight=500.0,
    ),
)

RECIPES: dict[str, Recipe] = {recipe.id: recipe for recipe in _PUBLISHED}
