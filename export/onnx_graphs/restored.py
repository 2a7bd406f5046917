"""A published model back as the PyTorch module it was: its weights are in its graphs, by name."""

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from latent_atlas.train.errors import UserError
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.recipe import Recipe


def restored(
    recipe: Recipe, shape: tuple[int, int, int], classes: int, *graphs: bytes
) -> Autoencoder:
    """Return a recipe's model with the weights of its published graphs, in evaluation mode.

    The weights are exactly those that were exported; `shape` is channels, height and width.

    Raises:
        UserError: the graphs are of another recipe, or of a convolutional model, whose published
            decoder holds its weights in another form.
    """
    weights: dict[str, torch.Tensor] = {}
    for graph in graphs:
        stored = {
            tensor.name: numpy_helper.to_array(tensor)
            for tensor in onnx.load_from_string(graph).graph.initializer
        }
        for name, values in stored.items():
            own, _, form = name.removeprefix("model.").rpartition(".")
            if form == "levels":
                values = values.astype(np.float32) * stored[f"model.{own}.scale"]
            elif form != "half":
                own = name.removeprefix("model.")
            weights[own] = torch.from_numpy(values.astype(np.float32))
    model = Autoencoder(recipe, shape, classes)
    try:
        model.load_state_dict({name: weights[name] for name in model.state_dict()})
    except (KeyError, RuntimeError) as error:
        raise UserError(f"The published graphs are not of the recipe {recipe.id}.") from error
    return model.eval()
