"""Mixed precision, as a recipe asks for it."""

import torch

from train.recipes.recipe import Recipe


def autocast(recipe: Recipe, device: torch.device) -> torch.autocast:
    """Return the context in which a recipe's matrix products and convolutions are computed."""
    return torch.autocast(device.type, torch.bfloat16, enabled=recipe.precision == "bf16-mixed")
