"""What a recipe may ask for, alone and of a dataset: checked before anything is trained."""

from typing import TYPE_CHECKING

from latent_atlas.train.errors import UserError
from latent_atlas.train.recipes.recipe import Recipe

if TYPE_CHECKING:  # --help does not wait for PyTorch
    from latent_atlas.train.data.images import Dataset

_SMALLEST_JUDGED = 16
"""Sides of images that the discriminator's four halvings leave a pixel of."""

_WEIGHT = (0, 1e6)
_RANGES: dict[str, tuple[float, float]] = {
    "latent_size": (1, 4096),
    "classification_weight": _WEIGHT,
    "reconstruction_weight": (1e-6, 1e6),
    "perceptual_weight": _WEIGHT,
    "adversarial_weight": _WEIGHT,
    "feature_weight": _WEIGHT,
    "encoder_layers": (1, 65_536),
    "decoder_layers": (1, 65_536),
    "fourier_features": (0, 65_536),
    "fourier_scale": (0, 1e6),
    "pixel_dropout": (0, 0.99),
    "epochs": (1, 999_999),  # names of checkpoints have six digits
    "batch_size": (1, 1e9),
    "learning_rate": (1e-9, 1e6),
    "warmup_steps": (0, 1e9),
    "weight_decay": (0, 1e6),
    "ema_decay": (0, 1),
    "clip_norm": (0, 1e9),
    "validation_fraction": (0, 0.99),
    "importance_samples": (0, 10_000),
    "lattice_points": (2, 1e6),
    "elbo_epochs": (0, 999_999),
    "logvar_cap": (-20, 20),
    "train_images": (0, 1e9),
    "seed": (0, 1e12),
}


_WEIGHTED: dict[str, object] = {
    "condition": "none",
    "deterministic": False,
    "classification_weight": 0.0,
    "prior_means": (),
    "reconstruction": "bernoulli",
    "reconstruction_weight": 1.0,
    "perceptual": "none",
    "adversarial_weight": 0.0,
}
_ONLY: dict[str, tuple[str, dict[str, object]]] = {
    "elbo": ("", {}),
    "iwae": ("is trained on the importance-weighted bound, without labels", _WEIGHTED),
    "lattice": (
        "is a dense decoder of two latents, trained on a lattice without labels",
        {"latent_size": 2, "network": "dense", **_WEIGHTED},
    ),
}
"""What each objective is made for, in words and in fields."""


def previous_fibonacci(number: int) -> int | None:
    """Return the Fibonacci number before `number`, None where that is not one from 2 on."""
    earlier, later = 1, 2
    while later < number:
        earlier, later = later, earlier + later
    return earlier if later == number else None


def check(recipe: Recipe) -> None:
    """Refuse numbers out of range, and fields that cannot be trained or measured together.

    Raises:
        UserError: the sentence names the option.
    """
    for name, (low, high) in _RANGES.items():
        value = getattr(recipe, name)
        numbers = value if isinstance(value, tuple) else () if value is None else (value,)
        for number in numbers:
            if not low <= number <= high:
                raise UserError(
                    f"--{name.replace('_', '-')} of {recipe.id} cannot be {number:g}; "
                    f"it is from {low:g} to {high:,g}."
                )
    places = {len(mean) for mean in recipe.prior_means}
    classifies = recipe.classification_weight > 0
    what, only = _ONLY[recipe.objective]
    for name, value in only.items():
        if getattr(recipe, name) != value:
            raise UserError(
                f"{recipe.id} {what}; leave out --{name.replace('_', '-')}, or choose another "
                f"recipe."
            )
    refused = {
        f"has prior means of {recipe.prior_means and len(recipe.prior_means[0])} latents; "
        f"leave out --latent-size": places - {recipe.latent_size},
        "has prior means, which need a prior; leave out --deterministic": (
            recipe.prior_means and recipe.deterministic
        ),
        "cannot read the class from z where the decoder is conditioned on it; leave out "
        "--classification-weight or choose --condition none": (
            classifies and recipe.condition != "none"
        ),
        "is convolutional, and has no class at its encoder and no classifier; leave --condition "
        "both and --classification-weight to --network dense": (
            recipe.network == "convolutional" and (classifies or recipe.condition == "both")
        ),
        "needs --lattice-points for --objective lattice, and none without it": (
            (recipe.objective == "lattice") != bool(recipe.lattice_points)
        ),
        "has --elbo-epochs only before those of a lattice; choose --objective lattice": (
            recipe.elbo_epochs > 0 and recipe.objective != "lattice"
        ),
        "needs --importance-samples for --objective iwae, and none without it": (
            (recipe.objective == "iwae") != bool(recipe.importance_samples)
        ),
        "needs Fibonacci numbers for --lattice-points, such as 610, 1597 and 4181": any(
            previous_fibonacci(points) is None for points in recipe.lattice_points
        ),
        "needs a discriminator for --feature-weight; set --adversarial-weight, too": (
            recipe.feature_weight > 0 and recipe.adversarial_weight == 0
        ),
        "needs both --perceptual and --perceptual-weight, or neither (none and 0)": (
            (recipe.perceptual == "none") != (recipe.perceptual_weight == 0)
        ),
    }
    for sentence, wrong in refused.items():
        if wrong:
            raise UserError(f"{recipe.id} {sentence}.")


def check_dataset(recipe: Recipe, dataset: "Dataset", name: str) -> None:
    """Refuse a dataset, called `name`, on which the recipe cannot be trained or measured.

    Raises:
        UserError: the sentence says what it lacks.
    """
    classes = len(dataset.class_names)
    if classes < 2 and (recipe.condition != "none" or recipe.classification_weight > 0):
        raise UserError(
            f"{recipe.id} needs images of at least two classes, each in a folder or with a label "
            f"of its own; '{name}' has one."
        )
    if recipe.prior_means and len(recipe.prior_means) != classes:
        raise UserError(
            f"{recipe.id} has places for {len(recipe.prior_means)} classes, and '{name}' has "
            f"{classes}."
        )
    if recipe.condition != "none" and dataset.attribute_names:
        raise UserError(
            f"{recipe.id} cannot be measured on '{name}', whose attributes are looked for without "
            f"a class; choose --condition none."
        )
    if recipe.adversarial_weight > 0 and min(dataset.train.shape[1:]) < _SMALLEST_JUDGED:
        raise UserError(
            f"{recipe.id} needs images of at least {_SMALLEST_JUDGED}×{_SMALLEST_JUDGED} pixels "
            f"for its discriminator; choose a larger --image-size or --adversarial-weight 0."
        )
