"""The training loop: epochs, schedule, moving average, validation, checkpoints, progress."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from train import losses
from train.checkpoint import Checkpoints, State
from train.data import Images, as_float, one_hot
from train.errors import UserError
from train.model import Autoencoder
from train.recipes import Recipe

Metrics = dict[str, float]


@dataclass
class Result:
    """What a run ends with: the averaged weights and a row of metrics for each epoch."""

    model: Autoencoder
    metrics: list[Metrics]
    seconds: float


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """Return the rate of `step` (from 0): linear warm-up, then a cosine down to zero."""
    warmup = min(1.0, (step + 1) / max(1, recipe.warmup_steps))
    return recipe.learning_rate * warmup * 0.5 * (1 + math.cos(math.pi * step / steps))


def ema_decay(recipe: Recipe, step: int) -> float:
    """Return the decay of `step`, small at first so that the start is forgotten."""
    return min(recipe.ema_decay, (1 + step) / (10 + step))


def build_model(recipe: Recipe, images: Images) -> Autoencoder:
    """Make a recipe's model as it starts: seeded weights, output bias at the mean image."""
    torch.manual_seed(recipe.seed)
    model = Autoencoder(recipe, images.shape, images.classes)
    model.start_from(images.pixels.float().mean(0) / 255)
    return model


def build_optimizer(recipe: Recipe, model: Autoencoder) -> torch.optim.Optimizer:
    """Make AdamW with decay on the encoder's weight matrices alone."""
    decayed = {id(p) for p in model.encoder.parameters() if p.ndim > 1}
    parameters = list(model.parameters())
    groups: list[dict[str, Any]] = [
        {"params": [p for p in parameters if id(p) in decayed]},
        {"params": [p for p in parameters if id(p) not in decayed], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups,
        lr=recipe.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=recipe.weight_decay,
        fused=True,
    )


def fit(
    recipe: Recipe,
    images: Images,
    held_out: Images,
    fabric: Fabric,
    folder: Path,
    resume: bool = False,
    report: Callable[[str], None] = print,
) -> Result:
    """Train `recipe` on `images` and keep a checkpoint in `folder` after each epoch.

    Every random choice of an epoch is a function of the seed and the epoch's number, so a run
    resumed after a kill repeats the uninterrupted one. With several processes each takes its
    share of every batch: the batch size is the global one.

    Args:
        recipe: what to train.
        images: the training images, any device.
        held_out: the images of the held-out ELBO.
        fabric: launched; decides devices, processes and precision.
        folder: the run folder's `state/`.
        resume: go on from the last whole checkpoint there, where there is one.
        report: takes sentences for the user.
    """
    model = build_model(recipe, images)
    optimizer = build_optimizer(recipe, model)
    average = AveragedModel(
        model, multi_avg_fn=lambda kept, new, step: _average(recipe, kept, new, int(step))
    ).to(fabric.device)
    averaged = cast(Autoencoder, average.module)
    wrapped, optimizer = fabric.setup(model, optimizer)
    images, held_out = images.to(fabric.device), held_out.to(fabric.device)

    checkpoints = Checkpoints(folder)
    state = State(recipe, model, averaged, optimizer)
    metrics: list[Metrics] = []
    if resume:
        metrics = checkpoints.load_latest(state, report)
    elif fabric.is_global_zero:
        checkpoints.clear()

    steps_per_epoch = max(1, len(images) // recipe.batch_size)
    steps = steps_per_epoch * recipe.epochs
    average.n_averaged.fill_(len(metrics) * steps_per_epoch)
    started = time.monotonic()
    seconds_before = metrics[-1]["seconds"] if metrics else 0.0
    with tqdm(
        total=steps,
        initial=len(metrics) * steps_per_epoch,
        desc=recipe.id,
        unit="step",
        dynamic_ncols=True,
        disable=not fabric.is_global_zero,
        mininterval=0.5,
    ) as bar:
        for epoch in range(len(metrics), recipe.epochs):
            row = _train_epoch(
                recipe, images, fabric, wrapped, optimizer, average, epoch, steps_per_epoch, bar
            )
            row |= _held_out_elbo(recipe, averaged, held_out, epoch)
            row["seconds"] = seconds_before + time.monotonic() - started
            metrics.append({"epoch": epoch + 1, **row})
            bar.set_postfix_str(
                f"nll {row['reconstruction']:.1f} kl {row['kl']:.2f} "
                f"elbo {row['elbo']:.2f} held-out {row['held_out_elbo']:.2f}"
            )
            if fabric.is_global_zero:
                checkpoints.save(state, metrics)
            fabric.barrier()
    seconds = seconds_before + time.monotonic() - started
    return Result(averaged.eval(), metrics, seconds)


@torch.no_grad()
def _average(recipe: Recipe, kept: Sequence[Tensor], new: Sequence[Tensor], step: int) -> None:
    """Move the averaged weights towards the new ones, all tensors in one call."""
    torch._foreach_lerp_(list(kept), list(new), 1 - ema_decay(recipe, step))


def _generator(device: torch.device, *numbers: int) -> torch.Generator:
    """Return a generator whose seed mixes `numbers`: equal numbers, equal noise."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number + 1) % (2**63)
    return torch.Generator(device).manual_seed(seed)


def _train_epoch(
    recipe: Recipe,
    images: Images,
    fabric: Fabric,
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    average: AveragedModel,
    epoch: int,
    steps_per_epoch: int,
    bar: "tqdm[None]",
) -> Metrics:
    """Take one pass over the images in a fresh random order; return the mean loss terms."""
    model.train()
    generator = _generator(fabric.device, recipe.seed, epoch)
    torch.manual_seed(recipe.seed * 100_003 + epoch)  # dropout draws from the global generator
    order = torch.randperm(len(images), generator=generator, device=fabric.device)
    share = slice(fabric.global_rank, None, fabric.world_size)
    totals = torch.zeros(2, device=fabric.device)
    seen = 0
    for index in range(steps_per_epoch):
        step = epoch * steps_per_epoch + index
        rate = learning_rate(recipe, step, steps_per_epoch * recipe.epochs)
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = order[index * recipe.batch_size : (index + 1) * recipe.batch_size]
        noise = torch.randn(
            len(batch), recipe.latent_size, generator=generator, device=fabric.device
        )[share]
        batch = batch[share]
        image = as_float(images.pixels[batch])
        label = (
            one_hot(images.labels[batch], images.classes) if recipe.condition != "none" else None
        )
        logits, mu, logvar = model(image, label, noise)
        reconstruction = losses.bernoulli_nll(logits, image)
        kl = losses.gaussian_kl(mu, logvar)
        fabric.backward((reconstruction + kl).mean())
        if recipe.clip_norm > 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm, foreach=True)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        average.update_parameters(cast(torch.nn.Module, model.module))
        totals += torch.stack([reconstruction.detach().sum(), kl.detach().sum()])
        seen += len(batch)
        bar.update()
    means = cast(Tensor, fabric.all_reduce(totals / max(1, seen), reduce_op="mean"))
    reconstruction_mean, kl_mean = means.tolist()
    if not math.isfinite(reconstruction_mean + kl_mean):
        raise UserError(
            f"The loss of {recipe.id} is not finite in epoch {epoch + 1}; "
            f"try a lower --learning-rate, or another --seed."
        )
    return {
        "learning_rate": rate,
        "reconstruction": reconstruction_mean,
        "kl": kl_mean,
        "elbo": -reconstruction_mean - kl_mean,
    }


@torch.no_grad()
def _held_out_elbo(recipe: Recipe, model: Autoencoder, images: Images, epoch: int) -> Metrics:
    """Return the held-out ELBO and its terms of the averaged weights, one sample an image."""
    model.eval()
    device = images.pixels.device
    generator = _generator(device, recipe.seed, epoch, 1)
    totals = torch.zeros(2, device=device)
    for start in range(0, len(images), 1000):
        part = images.select(slice(start, start + 1000))
        image = as_float(part.pixels)
        label = one_hot(part.labels, part.classes) if recipe.condition != "none" else None
        noise = torch.randn(len(part), recipe.latent_size, generator=generator, device=device)
        logits, mu, logvar = model(image, label, noise)
        totals[0] += losses.bernoulli_nll(logits, image).sum()
        totals[1] += losses.gaussian_kl(mu, logvar).sum()
    reconstruction, kl = (totals / len(images)).tolist()
    return {
        "held_out_reconstruction": reconstruction,
        "held_out_kl": kl,
        "held_out_elbo": -reconstruction - kl,
    }
