"""Tells a user's own models from the recipes that the article speaks of; names their images."""

import re
from collections.abc import Mapping
from typing import Any

_RECIPES = re.compile(
    r"(ae|vae|cvae)-(2|5|10|20|50|100)|lattice-2|vae-2-mlp256|label-decoder-vae-2"
    r"|target-means-vae-2|classifier-vae-2-w\d+|fashion-vae-2|faces-(vae|perceptual|vaegan)"
)
_DATASETS = ("mnist", "fashion-mnist", "avatars", "celeba")
"""What the recipes are trained on; the name of anything else is the user's."""


def is_own(model: Mapping[str, Any]) -> bool:
    """Return whether a model is none of the published recipes on the data they are meant for."""
    known = _RECIPES.fullmatch(model["id"]) is not None
    return not (known and model.get("dataset", "mnist") in _DATASETS)


def noun(model: Mapping[str, Any]) -> str:
    """Return what one of the model's images is called."""
    return "digit" if model.get("dataset") == "mnist" else "image"


def has_encoder(model: Mapping[str, Any]) -> bool:
    """Return whether images can be encoded by the model."""
    return model.get("encoder") is not None


def has_plane(model: Mapping[str, Any]) -> bool:
    """Return whether a place on the model's map is a point of its latent space."""
    return model["latent_size"] == 2 or "statistics" in model
