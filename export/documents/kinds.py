"""The kind of model that a recipe makes: the manifest's `kind`."""

from train.recipes.recipe import Recipe

_BY_CONDITION = {"none": "vae", "decoder": "label-decoder-vae", "both": "cvae"}


def kind_of(recipe: Recipe) -> str:
    """Return the kind, named after what distinguishes the recipe most."""
    if recipe.deterministic:
        return "ae"
    if recipe.classification_weight > 0:
        return "classifier-vae"
    if recipe.prior_means:
        return "target-means-vae"
    if recipe.adversarial_weight > 0:
        return "vae-gan"
    if recipe.perceptual != "none":
        return "perceptual-vae"
    return _BY_CONDITION[recipe.condition]
