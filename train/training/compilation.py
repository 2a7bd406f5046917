"""Whether compiling the network trains a recipe faster on this machine, found by measuring it.

On GPUs small steps wait for the launches of their kernels, which CUDA graphs
(torch.compile's "reduce-overhead") save. On CPUs there is nothing of the kind to save: the
784-400-20 network trained 1.5 % faster at batch 1024 and 2 % slower at batch 128 when compiled,
and compiling it took from seconds to a minute and a half, so CPUs are not measured.
"""

import os
import time
from collections.abc import Callable

import torch
from lightning_fabric import Fabric

from train.data.images import Images
from train.errors import UserError
from train.recipes.recipe import Recipe
from train.training.trainer import Trainer

# Compiling takes its time, and eager steps are the tested ones: below this it is not worth it.
_WORTH_IT = 1.1
_STEPS = 30


def choose_compiled(
    recipe: Recipe,
    images: Images,
    fabric: Fabric,
    report: Callable[[str], None] = print,
    seconds: Callable[[Recipe, Images, Fabric, bool], float] | None = None,
) -> bool:
    """Return whether the network is to be compiled: on a GPU, where that is 1.1 times as fast.

    A network that cannot be compiled is trained as it is, which is said. `ATLAS_COMPILE` (0 or
    1) overrides the measurement. Several processes are not measured: they compile where
    `ATLAS_COMPILE` is 1.

    Args:
        recipe: what will be trained.
        images: on any device; a few steps are taken with them, on copies of the model.
        fabric: launched.
        report: takes a sentence for the user.
        seconds: measures some steps, compiled or not; by default by taking them.

    Raises:
        UserError: ATLAS_COMPILE is something else.
    """
    forced = os.environ.get("ATLAS_COMPILE")
    if forced not in (None, "", "0", "1"):
        raise UserError("ATLAS_COMPILE is 0 or 1.")
    if forced == "0" or fabric.world_size > 1:
        return forced == "1"
    if not forced and fabric.device.type != "cuda":
        return False
    measured = seconds or _step_seconds
    try:
        compiled = measured(recipe, images, fabric, True)
    except UserError:
        raise
    except Exception as error:  # compilers fail in their own ways, a missing one among them
        reason = str(error).partition("\n")[0] or type(error).__name__
        report(f"{recipe.id} trains uncompiled, because compiling failed: {reason}")
        return False
    return forced == "1" or measured(recipe, images, fabric, False) >= _WORTH_IT * compiled


def _step_seconds(recipe: Recipe, images: Images, fabric: Fabric, compiled: bool) -> float:
    """Return the time of some steps of a throw-away copy, after as many to warm it up."""
    index = torch.arange(min(recipe.batch_size, len(images)) * _STEPS) % len(images)
    trainer = Trainer(recipe, images.select(index), fabric, compiled)
    trainer.train_epoch(0)
    started = time.perf_counter()
    trainer.train_epoch(1)  # ends by reading its losses, so that a GPU is done
    return time.perf_counter() - started
