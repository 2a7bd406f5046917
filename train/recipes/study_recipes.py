"""The recipes of the study behind docs/results.md, by group.

What a claim compares differs in nothing else: within each group the network and the schedule are
the same, but for the epochs of two latents and for what a recipe of the groups "parts" and
"parts-longer" leaves out. All are trained in float32, so that seeds are all that differs between
runs of a recipe on one machine.
"""

from dataclasses import replace
from typing import Any

from latent_atlas.train.recipes.published import LARGER, LARGER_SIZES, LATTICE, TWO_LATENTS
from latent_atlas.train.recipes.recipe import Condition, Recipe

# Kind × size, as the published comparison was made: by squared error, nothing chosen on the test
# set.
_GRID = replace(
    LARGER,
    precision="32-true",
    reconstruction="squared-error",
    validation_fraction=0.1,
    batch_size=512,
    epochs=12,
    learning_rate=2e-3,
    clip_norm=0.0,
)
# Two latents are the slowest to learn, and their results must not come from a lack of epochs.
_EPOCHS_OF_TWO_LATENTS = 36
_KINDS: tuple[tuple[str, str, bool, Condition], ...] = (
    ("ae", "plain autoencoder", True, "none"),
    ("vae", "VAE", False, "none"),
    ("cvae", "conditional VAE", False, "both"),
)
_SHORT_STUDY = replace(
    TWO_LATENTS,
    precision="32-true",
    encoder_layers=(384, 384),
    decoder_layers=(384, 384),
    batch_size=512,
    epochs=12,
)
_CONDITIONS: tuple[tuple[str, str, Condition], ...] = (
    ("vae-2", "unconditioned", "none"),
    ("label-decoder-vae-2", "the decoder conditioned on the digit", "decoder"),
    ("cvae-2", "encoder and decoder conditioned on the digit", "both"),
)

# The shared recipe of two latents, shorter, and without one of its parts at a time.
_PARTS = replace(TWO_LATENTS, precision="32-true", epochs=20)
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
# The largest effect of the short schedule is measured again in a longer one.
_LONGER = replace(TWO_LATENTS, precision="32-true", epochs=60)

# A β-VAE (Higgins et al. 2017) minimises D + β · R. Here D weighs 1 / β instead, which is the same
# to Adam, whose steps do not depend on the scale of a loss. Clipping would: a cap takes its place.
_BETAS = (0.1, 0.25, 0.5, 1, 2, 4, 10)

# Each objective with the decoder of `lattice-2` and the schedule of `vae-2`, for as many epochs as
# one core takes four minutes for (measured side by side of a fifth of the images). The shared
# recipe's residual connections are left out, which cost in short schedules.
_EQUAL_TIME = replace(
    TWO_LATENTS,
    precision="32-true",
    decoder_layers=LATTICE.decoder_layers,
    residual=False,
    logvar_cap=2.0,
    validation_fraction=LATTICE.validation_fraction,
)

# A step decodes the lattice whatever the batch, which a larger one makes better use of.
_SHORT_LATTICE = replace(
    _EQUAL_TIME,
    id="study-time-lattice",
    title="Study: the sum over a lattice",
    objective="lattice",
    lattice_points=(610, 610, 1597),
    batch_size=LATTICE.batch_size,
    epochs=40,
)
# From there one thing at a time: the decoder's width, how smoothly it sees z, the points (for as
# many epochs as take the same time, by the processor seconds of an epoch) and the time.
_CURVE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("width-192", "layers of 192", {"decoder_layers": (192,) * 4}),
    ("width-384", "layers of 384", {"decoder_layers": (384,) * 4}),
    ("fourier-4", "Fourier features of scale 4", {"fourier_scale": 4.0}),
    ("fourier-0.5", "Fourier features of scale 0.5", {"fourier_scale": 0.5}),
    ("fourier-0", "without Fourier features", {"fourier_features": 0}),
    ("points-610", "610 points", {"lattice_points": (610,), "epochs": 62}),
    ("points-1597", "1,597 points", {"lattice_points": (1597,), "epochs": 24}),
    ("points-4181", "4,181 points", {"lattice_points": (4181,), "epochs": 9}),
    ("epochs-80", "80 epochs", {"epochs": 80}),
)

STUDY: dict[str, tuple[Recipe, ...]] = {
    "grid": tuple(
        replace(
            _GRID,
            id=f"study-{kind}-{size}",
            title=f"Study: {title}, {size} latents",
            latent_size=size,
            deterministic=deterministic,
            condition=condition,
            epochs=_GRID.epochs if size > 2 else _EPOCHS_OF_TWO_LATENTS,
        )
        for kind, title, deterministic, condition in _KINDS
        for size in (2, *LARGER_SIZES)
    ),
    "likelihood": tuple(
        replace(_SHORT_STUDY, id=f"study-elbo-{name}", title=f"Study: {title}", condition=condition)
        for name, title, condition in _CONDITIONS
    ),
    "classification": tuple(
        replace(
            _SHORT_STUDY,
            id=f"study-class-w{weight}",
            title=f"Study: a classifier of z, weight {weight}",
            classification_weight=float(weight),
        )
        for weight in (1, 10, 100)  # 0 is study-elbo-vae-2
    ),
    "parts": tuple(
        replace(_PARTS, id=f"study-without-{part}", title=f"Study: {title}", **left_out)
        for part, title, left_out in _WITHOUT
    ),
    "parts-longer": tuple(
        replace(_LONGER, id=f"study-longer-without-{part}", title=f"Study: {title}", **left_out)
        for part, title, left_out in _WITHOUT
        if part in ("nothing", "silu")
    ),
    "beta": tuple(
        replace(
            _SHORT_STUDY,
            id=f"study-beta-{beta}",
            title=f"Study: a VAE whose KL weighs {beta}",
            reconstruction_weight=1 / beta,
            clip_norm=0.0,
            logvar_cap=2.0,
        )
        for beta in _BETAS
    ),
    "objectives": (
        replace(_EQUAL_TIME, id="study-time-elbo", title="Study: the ELBO", epochs=39),
        replace(
            _EQUAL_TIME,
            id="study-time-iwae",
            title="Study: the importance-weighted bound of 8 samples",
            objective="iwae",
            importance_samples=8,
            epochs=12,
        ),
        _SHORT_LATTICE,
    ),
    "curve": tuple(
        replace(_SHORT_LATTICE, id=f"study-curve-{name}", title=f"Study: {title}", **fields)
        for name, title, fields in _CURVE
    ),
    # `lattice-2` from random weights: whether every seed ends, and how far they spread.
    "lattice": (
        replace(
            LATTICE,
            id="study-lattice-2",
            title="Study: a decoder trained on the exact likelihood",
            precision="32-true",
        ),
    ),
}
