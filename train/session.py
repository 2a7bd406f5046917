"""One run from data to report: what `python -m train <id>` does for each recipe."""

import dataclasses
import platform
from pathlib import Path

import torch
from lightning_fabric import Fabric

from train import data, runs
from train.allocator import keep_freed_memory
from train.errors import UserError
from train.evaluate import Errors, Likelihood, likelihood, reconstruction_errors
from train.loop import fit
from train.precision import choose_precision
from train.recipes import Recipe
from train.storage import round_to_stored
from train.style import style_trends
from train.trace import tracer


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
    trace = tracer(folder, images) if recipe.latent_size == 2 else None
    state = folder / "state"
    result = fit(recipe, images, held_out, fabric, state, resume, after_epoch=trace)
    model = round_to_stored(result.model)
    print(f"{recipe.id}: measuring the test set with {samples} importance samples")
    test = test.to(fabric.device)
    measured = None if recipe.deterministic else likelihood(model, test, samples)
    errors = reconstruction_errors(model, test)
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
        "test": None if measured is None else dataclasses.asdict(measured),
        "errors": dataclasses.asdict(errors),
        "train": {
            name: value
            for name, value in result.metrics[-1].items()
            if name not in ("epoch", "seconds", "learning_rate") and "held_out" not in name
        },
    }
    if model.latent_size == 2 and model.condition != "none":
        report["style"] = {k: dataclasses.asdict(v) for k, v in style_trends(model).items()}
    if fabric.is_global_zero:
        runs.save_run(folder, recipe, model, result.metrics, report)
        print(_summary(recipe, measured, errors, folder))


def _parameters(*modules: torch.nn.Module) -> int:
    return sum(p.numel() for module in modules for p in module.parameters())


def _is_finished(recipe: Recipe, folder: Path) -> bool:
    try:
        return runs.load_run(folder).recipe == recipe
    except UserError:
        return False


def _summary(recipe: Recipe, measured: Likelihood | None, errors: Errors, folder: Path) -> str:
    line = f"{recipe.id}: test squared error {errors.squared_error:.2f}"
    if measured is not None:
        line += f", ELBO {measured.elbo:.2f}, log-likelihood {measured.log_likelihood:.2f} nats"
        goal = recipe.goal
        if goal.elbo is not None and goal.log_likelihood is not None:
            met = measured.elbo >= goal.elbo and measured.log_likelihood >= goal.log_likelihood
            verdict = "met" if met else "missed"
            line += f" (goal {goal.elbo} and {goal.log_likelihood}: {verdict})"
    return f"{line}, in {folder}"
