"""One run from data to report: what `python -m train <id>` does for each recipe."""

import platform
from pathlib import Path

import torch

from train.data import datasets
from train.data.images import Dataset, hold_out
from train.errors import UserError
from train.evaluation.encodings import Encodings, encode_dataset
from train.evaluation.measure import measure
from train.files import remove_leftovers
from train.models.autoencoder import Autoencoder
from train.models.quantisation import round_to_stored
from train.recipes.recipe import Recipe
from train.recipes.serialisation import differences
from train.runs import run_folder
from train.runs.latent_projections import save_tsne
from train.runs.trace import tracer
from train.training.allocator import keep_freed_memory
from train.training.perceptual import perceptual_loss
from train.training.processes import first, launch
from train.training.trainer import fit


def train(
    recipe: Recipe,
    folder: Path,
    resume: bool,
    samples: int,
    quiet: bool = False,
    for_page: bool = True,
) -> None:
    """Train `recipe` into `folder`, evaluate it on the test set and write the report.

    Args:
        recipe: what to train.
        folder: where the run goes.
        resume: start from the last checkpoint; leave a finished run alone.
        samples: importance samples of the report.
        quiet: draw no progress bar.
        for_page: save what only the page needs, too: the trace of the means, projections.

    Raises:
        UserError: the data cannot be read, or the checkpoint is of another recipe.
    """
    if resume and first(lambda: _is_finished(recipe, folder)):
        print(f"{recipe.id} is trained already.")
        return
    keep_freed_memory()
    commit = run_folder.commit()  # of the code that is loaded now; the tree may change meanwhile
    process = launch()
    first(lambda: remove_leftovers(folder))
    dataset = first(lambda: run_folder.load_dataset(recipe.dataset, folder))
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
    place = f"{several}on {process.device}"
    print(
        f"{recipe.id}: {len(images):,} images{source}, {recipe.epochs} epochs "
        f"{place}, {recipe.precision}{', compiled' if recipe.compile else ''}"
    )
    trace = tracer(folder, images) if for_page and recipe.latent_size == 2 else None
    try:
        result = fit(
            recipe, images, held_out, process, folder / "state", resume,
            after_epoch=trace, quiet=quiet, perceptual=perceptual,
        )  # fmt: skip
    except RuntimeError as error:
        # Looking at torch._dynamo imports the compiler, which takes seconds.
        if not recipe.compile or not isinstance(error, torch._dynamo.exc.TorchDynamoException):
            raise
        reason = str(error).partition("\n")[0]
        raise UserError(
            f"{recipe.id} cannot be compiled here ({reason}); train it with --compile false."
        ) from error
    model = round_to_stored(result.model)
    model = model.cpu()
    report: run_folder.Report = {
        "recipe": recipe.id,
        "seed": recipe.seed,
        "commit": commit,
        "dataset": recipe.dataset,
        "train_images": len(images),
        "epochs": len(result.metrics),
        "train_seconds": round(result.seconds, 1),
        "precision": recipe.precision,
        "compile": recipe.compile,
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

    def finish() -> None:
        encodings = encode_dataset(model, dataset.train, dataset.test)
        report.update(_measure(recipe, model, dataset, encodings, samples, folder, for_page))
        kept = encodings if for_page else None
        run_folder.save_run(folder, recipe, model, result.metrics, report, kept)
        print(_summary(recipe, report, folder))

    first(finish)


def evaluate(folder: Path, samples: int) -> None:
    """Measure the finished run in `folder` again and put the numbers into its report.

    A likelihood with as many samples or more is kept: it is the same again for the same weights.

    Raises:
        UserError: there is no finished run, or its data cannot be read.
    """
    run = run_folder.load_run(folder)
    dataset = run_folder.load_dataset(run.recipe.dataset, folder)
    keep_freed_memory()
    before = {name: tensor.clone() for name, tensor in run.model.state_dict().items()}
    model = round_to_stored(run.model)
    same = all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    known = run.report["test"]
    if not same or known is None or known["importance_samples"] < samples:
        known = None
    encodings = encode_dataset(model, dataset.train, dataset.test)
    measured = _measure(run.recipe, model, dataset, encodings, samples, folder, known=known)
    report, metrics = run.report | measured, run_folder.load_metrics(folder)
    run_folder.save_run(folder, run.recipe, model, metrics, report, encodings)
    print(_summary(run.recipe, report, folder))


def _measure(
    recipe: Recipe,
    model: Autoencoder,
    dataset: Dataset,
    encodings: dict[str, Encodings],
    samples: int,
    folder: Path,
    for_page: bool = True,
    known: run_folder.Report | None = None,
) -> run_folder.Report:
    """Measure a model, and lay larger latent spaces out for the page, into the run folder."""
    print(f"{recipe.id}: measuring the test set with {samples} importance samples")
    judges = folder.parent / "judges"
    measured = measure(recipe, model, dataset, encodings, samples, judges, known)
    if for_page and recipe.latent_size > 2:
        save_tsne(folder, encodings["test"].mu)
    return measured


def _parameters(*modules: torch.nn.Module) -> int:
    return sum(p.numel() for module in modules for p in module.parameters())


def _is_finished(recipe: Recipe, folder: Path) -> bool:
    try:
        return not differences(run_folder.load_run(folder).stored_recipe, recipe)
    except UserError:
        return False


def _summary(recipe: Recipe, report: run_folder.Report, folder: Path) -> str:
    line = f"{recipe.id}: test squared error {report['errors']['squared_error']:.2f}"
    if report["test"] is not None:
        elbo, log_likelihood = report["test"]["elbo"], report["test"]["log_likelihood"]
        line += f", ELBO {elbo:.2f}, log-likelihood {log_likelihood:.2f} nats"
        goal = recipe.goal
        if goal.elbo is not None and goal.log_likelihood is not None:
            verdict = (
                "met" if elbo >= goal.elbo and log_likelihood >= goal.log_likelihood else "missed"
            )
            line += f" (goal {goal.elbo} and {goal.log_likelihood}: {verdict})"
    return f"{line}, in {folder}"
