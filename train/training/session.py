"""One run from data to report: what `python -m train <id>` does for each recipe."""

import contextlib
import dataclasses
import platform
from pathlib import Path

import torch

from latent_atlas.train.data import datasets
from latent_atlas.train.data.images import Dataset, hold_out
from latent_atlas.train.errors import UserError
from latent_atlas.train.evaluation.encodings import encode_dataset
from latent_atlas.train.evaluation.measure import measure
from latent_atlas.train.files import remove_leftovers
from latent_atlas.train.models.quantisation import round_to_stored
from latent_atlas.train.recipes.limits import check_dataset
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.recipes.serialisation import differences
from latent_atlas.train.runs import run_folder
from latent_atlas.train.runs.latent_projections import save_tsne
from latent_atlas.train.runs.run_lock import writing
from latent_atlas.train.runs.trace import tracer
from latent_atlas.train.training.hardware import keep_freed_memory
from latent_atlas.train.training.perceptual import perceptual_loss
from latent_atlas.train.training.processes import first, launch
from latent_atlas.train.training.trainer import fit


def train(
    recipe: Recipe,
    folder: Path,
    resume: bool,
    samples: int,
    quiet: bool = False,
    for_page: bool = True,
    quick: bool = False,
    exact: bool = True,
) -> None:
    """Train `recipe` into `folder`, evaluate it on the test set and write the report.

    `samples` are the report's importance samples. A finished run is left alone where `resume` is
    set. With `for_page` what only the page needs is saved too: the means' trace, projections.
    With `quick` no held-out classifier is trained, and what it measures is left out. Only with
    `exact` two latents are integrated over.

    Raises:
        UserError: the data cannot be read, the checkpoint is of another recipe, or another process
            is writing to `folder`.
    """
    if resume and first(lambda: _is_finished(recipe, folder)):
        print(f"{recipe.id} is trained already.")
        return
    with contextlib.ExitStack() as held:
        first(lambda: held.enter_context(writing(folder)))
        _train(recipe, folder, resume, samples, quiet, for_page, quick, exact)


def _train(
    recipe: Recipe,
    folder: Path,
    resume: bool,
    samples: int,
    quiet: bool,
    for_page: bool,
    quick: bool,
    exact: bool,
) -> None:
    keep_freed_memory()
    commit = run_folder.commit()  # of the code that is loaded now; the tree may change meanwhile
    process = launch()
    first(lambda: remove_leftovers(folder))
    dataset = first(lambda: run_folder.load_dataset(recipe.dataset, folder))
    check_dataset(recipe, dataset, recipe.dataset)
    images = run_folder.trained_on(recipe, dataset.train)
    _, held_out = hold_out(dataset.train, recipe.validation_fraction, recipe.seed)
    if recipe.validation_fraction == 0:
        held_out = dataset.test
    if len(images) == 0 or len(held_out) == 0:
        raise UserError(
            "No images are left to train or to validate with; change --validation-fraction."
        )
    perceptual = first(lambda: perceptual_loss(recipe, dataset, folder.parent / "judges"))
    source = "" if recipe.dataset == datasets.OWN_IMAGES else f" of {recipe.dataset}"
    processes = process.rank.processes
    several = f"in {processes} processes, the first " if processes > 1 else ""
    print(
        f"{recipe.id}: {len(images):,} images{source}, {recipe.epochs} epochs {several}on "
        f"{process.device}, {recipe.precision}{', compiled' if recipe.compile else ''}"
    )
    trace = tracer(folder, images) if for_page and recipe.latent_size == 2 else None
    start, seconds = None, 0.0
    try:
        if recipe.elbo_epochs:
            before = dataclasses.replace(
                recipe, objective="elbo", lattice_points=(), epochs=recipe.elbo_epochs,
                elbo_epochs=0,
            )  # fmt: skip
            begun = fit(
                before, images, held_out, process, folder / "state" / "elbo", resume, quiet=quiet
            )
            start, seconds = begun.model, begun.metrics[-1]["seconds"]
        result = fit(
            recipe, images, held_out, process, folder / "state", resume,
            after_epoch=trace, quiet=quiet, perceptual=perceptual, start=start,
        )  # fmt: skip
    except RuntimeError as error:
        # Looking at torch._dynamo imports the compiler, which takes seconds.
        if not recipe.compile or not isinstance(error, torch._dynamo.exc.TorchDynamoException):
            raise
        reason = str(error).partition("\n")[0]
        raise UserError(
            f"{recipe.id} cannot be compiled here ({reason}); train it with --compile false."
        ) from error
    model = round_to_stored(result.model).cpu()
    report: run_folder.Report = {
        "recipe": recipe.id,
        "seed": recipe.seed,
        "commit": commit,
        "dataset": recipe.dataset,
        "train_images": len(images),
        "epochs": len(result.metrics),
        "train_seconds": round(seconds + result.metrics[-1]["seconds"], 1),
        "precision": "unknown" if "precision" in result.unknown else recipe.precision,
        "compile": None if "compile" in result.unknown else recipe.compile,
        "torch": torch.__version__,
        "machine": platform.machine(),
        "parameters": {
            "encoder": _parameters(model.encoder, model.to_posterior),
            "decoder": _parameters(model.decoder, model.to_logits),
        },
        "train": {
            name: value
            for name, value in result.metrics[-1].items()
            if name not in ("epoch", "seconds", "learning_rate") and "held_out" not in name
        },
    }
    run = run_folder.Run(recipe, model, report, {})
    first(lambda: _finish(run, dataset, result.metrics, samples, folder, for_page, quick, exact))


def evaluate(folder: Path, samples: int, quick: bool = False) -> None:
    """Measure the finished run in `folder` again and put the numbers into its report.

    With `quick` those of the held-out classifier are left out.

    Raises:
        UserError: there is no finished run, or its data cannot be read.
    """
    keep_freed_memory()
    run = run_folder.load_run(folder)
    with writing(folder):
        dataset = run_folder.load_dataset(run.recipe.dataset, folder)
        round_to_stored(run.model)
        metrics = run_folder.load_metrics(folder)
        _finish(run, dataset, metrics, samples, folder, quick=quick)


def _finish(
    run: run_folder.Run,
    dataset: Dataset,
    metrics: list[dict[str, float]],
    samples: int,
    folder: Path,
    for_page: bool = True,
    quick: bool = False,
    exact: bool = True,
) -> None:
    """Measure a model, write its run folder, and lay a larger latent space out for the page."""
    recipe, model = run.recipe, run.model
    print(f"{recipe.id}: measuring the test set with {samples} importance samples")
    encodings = encode_dataset(model, dataset.train, dataset.test)
    classifiers = None if quick else folder.parent / "judges"
    measured = measure(recipe, model, dataset, encodings, samples, classifiers, exact)
    if for_page and recipe.latent_size > 2:
        save_tsne(folder, encodings["test"].mu)
    kept = encodings if for_page else None
    report = run.report | measured | {"quick": quick}
    run_folder.save_run(folder, recipe, model, metrics, report, kept)
    line = f"{recipe.id}: test squared error {measured['errors'].squared_error:.2f}"
    test = measured["test"]
    if test is not None:
        line += f", ELBO {test.elbo:.2f}, log-likelihood {test.log_likelihood:.2f} nats"
        if recipe.goal.elbo is not None:
            line += f" (goal: {recipe.goal.elbo} and {recipe.goal.log_likelihood})"
    print(f"{line}, in {folder}")


def _parameters(*modules: torch.nn.Module | None) -> int:
    return sum(p.numel() for module in modules if module is not None for p in module.parameters())


def _is_finished(recipe: Recipe, folder: Path) -> bool:
    try:
        return not differences(run_folder.load_run(folder).stored_recipe, recipe)
    except UserError:
        return False
