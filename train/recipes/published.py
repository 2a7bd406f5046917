"""The published models: one frozen value each, the only place where hyperparameters live."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

Condition = Literal["none", "decoder", "both"]
Activation = Literal["relu", "silu"]
Reconstruction = Literal["bernoulli", "squared-error"]
Network = Literal["dense", "convolutional"]
Perceptual = Literal["none", "attributes", "vgg19"]
Means = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Goal:
    """The numbers a recipe is meant to reach on the test set, in nats per image."""

    elbo: float | None = None
    log_likelihood: float | None = None


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a run's result, apart from the machine's rounding."""

    id: str
    title: str
    dataset: str = "mnist"
    latent_size: int = 2
    condition: Condition = "none"
    """Who sees the label: nobody, the decoder alone, or encoder and decoder."""
    deterministic: bool = False
    """An autoencoder: z is the encoder's linear output, without noise and without a KL term."""
    reconstruction: Reconstruction = "bernoulli"
    """Which reconstruction term is trained: −log p of grey Bernoulli pixels, or Σ (x − x̂)²."""
    prior_means: Means = ()
    """Where each class's prior N(m, I) sits; none: every class has N(0, I)."""
    classification_weight: float = 0.0
    """Weight of the cross-entropy of class scores read from the decoder's trunk; 0: no scores."""
    reconstruction_weight: float = 1.0
    """Of the reconstruction term against the KL term; 1 / 2s² of a pixel error makes the pixels
    Gaussian with standard deviation s."""
    perceptual: Perceptual = "none"
    """Whose features are compared beside pixels: of a network that the project trains on the data
    set's attributes, or of VGG19 trained on ImageNet, whose weights torchvision fetches."""
    perceptual_weight: float = 0.0
    adversarial_weight: float = 0.0
    """Of what a discriminator, trained beside the model, makes of its images; 0: there is none."""
    feature_weight: float = 0.0
    """Of the reconstruction error in that discriminator's features."""
    network: Network = "dense"
    encoder_layers: tuple[int, ...] = (512, 512)
    """Widths of the hidden layers; of a convolutional network each halves the image's sides."""
    decoder_layers: tuple[int, ...] = (256, 256)
    """Likewise; of a convolutional network each after the first doubles the image's sides."""
    residual: bool = False
    """Hidden layers of equal width add their input: h + activation(W h + b)."""
    activation: Activation = "relu"
    fourier_features: int = 0
    """How many random frequencies the decoder sees z through, beside z itself."""
    fourier_scale: float = 2.0
    """Standard deviation of those frequencies, in radians per latent unit."""
    pixel_dropout: float = 0.0
    """Share of input pixels the encoder does not see while training."""
    epochs: int = 100
    batch_size: int = 256
    learning_rate: float = 1e-3
    warmup_steps: int = 500
    weight_decay: float = 0.0
    """Decoupled, on the encoder's weights only: the encoder is what overfits."""
    ema_decay: float = 0.999
    clip_norm: float = 0.0
    """Largest gradient norm of the per-image mean loss; 0 clips nothing."""
    validation_fraction: float = 0.0
    """Share of the training set held out; at 0 the curve is drawn from the test set, and nothing
    is chosen by it."""
    train_images: int = 0
    """How many images to train on, the first of the set; 0: all of them."""
    seed: int = 1
    goal: Goal = field(default_factory=Goal)


# What most models of two latents share, and the others start from.
_TWO = Recipe(
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
_FLAGSHIP = replace(
    _TWO,
    residual=False,
    pixel_dropout=0.35,
    goal=Goal(elbo=-133.5, log_likelihood=-131.5),
)

# Without Fourier features: with the class given, z is free for style, and a smooth decoder keeps
# slant and boldness in plain directions of the plane.
_CONDITIONED = replace(_TWO, fourier_features=0, epochs=60)

# From latent size 5 on. The same network for all three kinds, so that a difference between them
# is one of kind. A z of several numbers holds its detail without Fourier features, and the
# encoder needs nearly every pixel to find it.
_LARGER = replace(
    _TWO,
    encoder_layers=(384, 384),
    decoder_layers=(384, 384),
    fourier_features=0,
    pixel_dropout=0.05,
    epochs=60,
)
_LARGER_SIZES = (5, 10, 20, 50, 100)
# The two sizes with published likelihoods to beat need a larger network for it.
_LARGEST = replace(_LARGER, encoder_layers=(512, 512, 512), decoder_layers=(512, 512, 512))
_BEST = {
    10: replace(_LARGEST, goal=Goal(elbo=-98.36, log_likelihood=-93.84)),
    20: replace(_LARGEST, goal=Goal(elbo=-94.79, log_likelihood=-88.90)),
}

_TARGET_MEANS = (
    (0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (-10.0, 10.0),
    (-10.0, 0.0), (-10.0, -10.0), (0.0, -10.0), (10.0, -10.0), (0.0, -20.0),
)  # fmt: skip
_SHORT_TWO = replace(_TWO, epochs=60)

# Colour faces. The three differ in nothing but what is called a good reconstruction.
_FACES = Recipe(
    id="faces-vae",
    title="VAE of faces, by pixels",
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

_PUBLISHED = (
    _FLAGSHIP,
    Recipe(
        id="vae-2-mlp256",
        title="VAE, two latents, one hidden layer of 256",
        encoder_layers=(256,),
        decoder_layers=(256,),
        epochs=60,
        batch_size=128,
    ),
    *(
        replace(
            _BEST.get(size, _LARGER),
            id=f"vae-{size}",
            title=f"VAE, {size} latents",
            latent_size=size,
        )
        for size in _LARGER_SIZES
    ),
    # The page lays it beside `vae-2`: the two differ in nothing but kind and epochs.
    replace(
        _FLAGSHIP,
        id="ae-2",
        title="Plain autoencoder, two latents",
        deterministic=True,
        epochs=60,
        goal=Goal(),
    ),
    *(
        replace(
            _LARGER,
            id=f"ae-{size}",
            title=f"Plain autoencoder, {size} latents",
            latent_size=size,
            deterministic=True,
            epochs=40,
        )
        for size in _LARGER_SIZES
    ),
    replace(
        _CONDITIONED,
        id="label-decoder-vae-2",
        title="VAE whose decoder is told the digit",
        condition="decoder",
    ),
    replace(
        _CONDITIONED,
        id="cvae-2",
        title="Conditional VAE: encoder and decoder are told the digit",
        condition="both",
    ),
    *(
        replace(
            _LARGER,
            id=f"cvae-{size}",
            title=f"Conditional VAE, {size} latents",
            latent_size=size,
            condition="both",
            epochs=40,
        )
        for size in _LARGER_SIZES
    ),
    replace(
        _SHORT_TWO,
        id="target-means-vae-2",
        title="VAE with a place of its own for each digit",
        prior_means=_TARGET_MEANS,
        epochs=40,
    ),
    *(
        replace(
            _SHORT_TWO,
            id=f"classifier-vae-2-w{weight}",
            title=f"VAE that also reads the digit from z, weight {weight}",
            classification_weight=float(weight),
            epochs=40,
        )
        for weight in (1, 10, 100)
    ),
    replace(
        _SHORT_TWO,
        id="fashion-vae-2",
        title="VAE of Fashion-MNIST, two latents",
        dataset="fashion-mnist",
    ),
    _FACES,
    replace(
        _FACES,
        id="faces-perceptual",
        title="VAE of faces, by the features of an attribute network, too",
        perceptual="attributes",
        perceptual_weight=300.0,
    ),
    replace(
        _FACES,
        id="faces-vaegan",
        title="VAE of faces, against a discriminator, too",
        adversarial_weight=20.0,
        feature_weight=500.0,
    ),
)

RECIPES: dict[str, Recipe] = {recipe.id: recipe for recipe in _PUBLISHED}

# The study behind docs/results.md. What a claim compares differs in nothing else: within each
# group the network and the schedule are the same, but for the epochs of two latents and for what
# a recipe of the groups "parts" and "parts-longer" leaves out.

# Kind × size, as the published comparison was made: by squared error, nothing chosen on the test
# set.
_GRID = replace(
    _LARGER,
    reconstruction="squared-error",
    validation_fraction=0.1,
    batch_size=512,
    epochs=12,
    learning_rate=2e-3,
    clip_norm=0.0,
)
# Two latents are the slowest to learn: what is found about them is not to be a lack of epochs.
_EPOCHS_OF_TWO = 36
_KINDS: tuple[tuple[str, str, bool, Condition], ...] = (
    ("ae", "plain autoencoder", True, "none"),
    ("vae", "VAE", False, "none"),
    ("cvae", "conditional VAE", False, "both"),
)
_SHORT_STUDY = replace(
    _TWO,
    encoder_layers=(384, 384),
    decoder_layers=(384, 384),
    batch_size=512,
    epochs=12,
)
_TOLD: tuple[tuple[str, str, Condition], ...] = (
    ("vae-2", "nobody is told the digit", "none"),
    ("label-decoder-vae-2", "the decoder is told the digit", "decoder"),
    ("cvae-2", "encoder and decoder are told the digit", "both"),
)

# The shared recipe of two latents, shorter, and then without one of its parts at a time.
_PARTS = replace(_TWO, epochs=20)
_WITHOUT: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("nothing", "the shared recipe", {}),
    ("residual", "without residual connections", {"residual": False}),
    ("silu", "with ReLU for SiLU", {"activation": "relu"}),
    ("fourier", "without Fourier features", {"fourier_features": 0}),
    ("dropout", "without pixel dropout", {"pixel_dropout": 0.0}),
    ("decay", "without weight decay", {"weight_decay": 0.0}),
    ("ema", "without averaging weights", {"ema_decay": 0.0}),
    ("clipping", "without clipping gradients", {"clip_norm": 0.0}),
    ("depth", "with one hidden layer", {"encoder_layers": (512,), "decoder_layers": (256,)}),
)
# What the short schedule speaks for most is asked again in a longer one.
_LONGER = replace(_TWO, epochs=60)

STUDY: dict[str, tuple[Recipe, ...]] = {
    "grid": tuple(
        replace(
            _GRID,
            id=f"study-{kind}-{size}",
            title=f"Study: {title}, {size} latents",
            latent_size=size,
            deterministic=deterministic,
            condition=condition,
            epochs=_GRID.epochs if size > 2 else _EPOCHS_OF_TWO,
        )
        for kind, title, deterministic, condition in _KINDS
        for size in (2, *_LARGER_SIZES)
    ),
    "likelihood": tuple(
        replace(_SHORT_STUDY, id=f"study-elbo-{name}", title=f"Study: {told}", condition=condition)
        for name, told, condition in _TOLD
    ),
    "classification": tuple(
        replace(
            _SHORT_STUDY,
            id=f"study-class-w{weight}",
            title=f"Study: the digit read from z, weight {weight}",
            classification_weight=float(weight),
        )
        for weight in (1, 10, 100)  # 0 is study-elbo-vae-2
    ),
    "parts": tuple(
        replace(_PARTS, id=f"study-without-{part}", title=f"Study: {title}", **left_out)
        for part, title, left_out in _WITHOUT
    ),
    "parts-longer": tuple(
        replace(
            _LONGER,
            id=f"study-longer-without-{part}",
            title=f"Study: {title}",
            **left_out,
        )
        for part, title, left_out in _WITHOUT
        if part in ("nothing", "silu")
    ),
}
