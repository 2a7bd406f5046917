"""A recipe: everything that decides what a model is and how it is trained."""

from dataclasses import dataclass, field
from typing import Literal

Condition = Literal["none", "decoder", "both"]
Activation = Literal["relu", "silu"]
Reconstruction = Literal["bernoulli", "squared-error"]
Objective = Literal["elbo", "iwae", "lattice"]
Network = Literal["dense", "convolutional"]
Perceptual = Literal["none", "attributes", "vgg19"]
Precision = Literal["32-true", "bf16-mixed"]
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
    """What is conditioned on the label: nothing, the decoder alone, or encoder and decoder."""
    deterministic: bool = False
    """An autoencoder: z is the encoder's linear output, without noise and without a KL term."""
    objective: Objective = "elbo"
    """What is trained: an encoder and a decoder on the ELBO (of an autoencoder: on the error); both
    on the importance-weighted bound, of binary images; or a decoder alone on log p(x) itself, of
    these, summed over a lattice of the plane."""
    importance_samples: int = 0
    """Draws from the encoder for each image, over which the importance-weighted bound averages."""
    lattice_points: tuple[int, ...] = ()
    """Points of that lattice, Fibonacci numbers, each for an equal share of all steps; the last is
    also the encoder's, which reads the posterior from the lattice and has no weights."""
    elbo_epochs: int = 0
    """Epochs on the ELBO, with the recipe's encoder, before those on the lattice: the decoder goes
    on from there, and its map stays in fewer pieces than that of random weights."""
    logvar_cap: float | None = None
    """Largest log σ² of the encoder, approached softly: without one a single image whose log σ² is
    extrapolated far out can end a run. `vae-2` and the models of more latents have none."""
    reconstruction: Reconstruction = "bernoulli"
    """Which reconstruction term is trained: −log p of grey Bernoulli pixels, or Σ (x − x̂)²."""
    prior_means: Means = ()
    """Where each class's prior N(m, I) sits; none: every class has N(0, I)."""
    classification_weight: float = 0.0
    """Weight of the cross-entropy of class scores read from the decoder's trunk; 0: no scores."""
    reconstruction_weight: float = 1.0
    """Weight of the reconstruction term against the KL term; 1 / 2s² of a squared error makes the
    pixels Gaussian with standard deviation s."""
    perceptual: Perceptual = "none"
    """Which features are compared in addition to pixels: of a network that the project trains on
    the dataset's attributes, or of VGG19 trained on ImageNet, whose weights torchvision fetches."""
    perceptual_weight: float = 0.0
    adversarial_weight: float = 0.0
    """Weight of the adversarial term, of a discriminator trained beside the model; 0: none."""
    feature_weight: float = 0.0
    """Weight of the reconstruction error in that discriminator's features."""
    network: Network = "dense"
    encoder_layers: tuple[int, ...] = (512, 512)
    """Widths of the hidden layers; of a convolutional network each halves the image's sides."""
    decoder_layers: tuple[int, ...] = (256, 256)
    """Likewise; of a convolutional network each after the first doubles the image's sides."""
    residual: bool = False
    """Hidden layers of equal width add their input: h + activation(W h + b)."""
    activation: Activation = "relu"
    fourier_features: int = 0
    """Number of random frequencies whose sines and cosines of z the decoder sees beside z."""
    fourier_scale: float = 2.0
    """Standard deviation of those frequencies, in radians per latent unit."""
    pixel_dropout: float = 0.0
    """Share of input pixels that are hidden from the encoder while training."""
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
    precision: Precision = "bf16-mixed"
    """bf16-mixed rounds the factors of matrix products to bfloat16, and keeps weights in float32.
    A processor without bfloat16 instructions is faster with 32-true."""
    compile: bool = False
    """Compile the network with CUDA graphs, which save small steps on a GPU the launches of their
    kernels; on a processor it gains nothing, and takes a minute."""
    seed: int = 1
    goal: Goal = field(default_factory=Goal)
