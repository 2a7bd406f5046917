"""One run from data to report: what `python -m train <id>` does for each recipe."""

import dataclasses
import platform
from pathlib import Path

import torch
from lightning_fabric import Fabric

from train import data, runs
from train.allocator import keep_freed_memory
from train.errors import UserError
from train.evaluate import likelihood
from train.loop import fit
from train.model import Autoencoder
from train.precision import choose_precision
from train.recipes import Recipe
from train.style import style_trends


def train(recipe: Recipe, folder: Path, resume: bool, samples: int) -> None:
    """Train `recipe` into `folder`, evaluate it on the test set and write the report.

    Raises:
        UserError: the data cannot be read, or the checkpoint is of another recipe.
    """
    if resume and _is_finished(recipe, folder):
        print(f"{recipe.id} is trained already.")
        return
    keep_freed_memory()
    commit = runs.commit()  # of the code that is loaded now; the tree may change meanwhile
    images = data.load(recipe.dataset, "train")
    test = data.load(recipe.dataset, "test")
    held_out = test
    if recipe.validation_fraction > 0:
        images, held_out = data.hold_out(images, recipe.validation_fraction, recipe.seed)
    if len(images) == 0 or len(held_out) == 0:
        raise UserError("Nothing is left to train or to validate with; see validation_fraction.")
    fabric = Fabric(accelerator="auto", devices=1, precision=choose_precision())
    fabric.launch()
    print(
        f"{recipe.id}: {len(images):,} images of {recipe.dataset}, {recipe.epochs} epochs on "
        f"{fabric.device}, {fabric.strategy.precision.precision}"
    )
    result = fit(recipe, images, held_out, fabric, folder / "state", resume)
    model = round_to_half(result.model)
    print(f"{recipe.id}: measuring the test set with {samples} importance samples")
    measured = likelihood(model, test.to(fabric.device), samples)
    model = model.cpu()
    report: runs.Report = {
        "recipe": recipe.id,
        "seed": recipe.seed,
        "commit": commit,
        "dataset": recipe.dataset,
        "train_images": len(images),
        "epochs": len(result.metrics),
        "train_seconds": round(result.seconds, 1),
        "precision": str(fabric.strategy.precision.precision),
        "torch": torch.__version__,
        "machine": platform.machine(),
        "parameters": {
            "encoder": _parameters(model.encoder, model.to_posterior),
            "decoder": _parameters(model.decoder, model.to_logits),
        },
        "test": dataclasses.asdict(measured),
        "train": {
            "elbo": result.metrics[-1]["elbo"],
            "reconstruction": result.metrics[-1]["reconstruction"],
            "kl": result.metrics[-1]["kl"],
        },
    }
    if model.latent_size == 2 and model.condition != "none":
        report["style"] = {k: dataclasses.asdict(v) for k, v in style_trends(model).items()}
    if fabric.is_global_zero:
        runs.save_run(folder, recipe, model, result.metrics, report)
        print(_summary(recipe, measured.elbo, measured.log_likelihood, folder))


@torch.no_grad()
def round_to_half(model: Autoencoder) -> Autoencoder:
    """Round every weight to what float16 can hold, keeping float32 as its type.

    The browser is sent float16, so this is the model that readers get; rounding before the
    measurement makes the reported numbers those of the shipped files.
    """
    for tensor in model.state_dict().values():
        tensor.copy_(tensor.half().float())
    return model


def _parameters(*modules: torch.nn.Module) -> int:
    return sum(p.numel() for module in modules for p in module.parameters())


def _is_finished(recipe: Recipe, folder: Path) -> bool:
    try:
        return runs.load_run(folder).recipe == recipe
    except UserError:
        return False


def _summary(recipe: Recipe, elbo: float, log_likelihood: float, folder: Path) -> str:
    line = f"{recipe.id}: test ELBO {elbo:.2f}, log-likelihood {log_likelihood:.2f} nats"
    goal = recipe.goal
    if goal.elbo is not None and goal.log_likelihood is not None:
        met = elbo >= goal.elbo and log_likelihood >= goal.log_likelihood
        line += f" (goal {goal.elbo} and {goal.log_likelihood}: {'met' if met else 'missed'})"
    return f"{line}, in {folder}"
