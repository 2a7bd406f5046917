"""The training loop: epochs, schedule, moving average, validation, checkpoints, progress."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
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
    decays = recipe.weight_decay > 0  # without, one group: each group is a call of its own
    decayed = {id(p) for p in model.encoder.parameters() if decays and p.ndim > 1}
    parameters = list(model.parameters())
    groups: list[dict[str, Any]] = [
        {"params": [p for p in parameters if id(p) in decayed]},
        {"params": [p for p in parameters if id(p) not in decayed], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=recipe.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=recipe.weight_decay,
        fused=True,
    )


class Trainer:
    """A model on its way: its weights, their moving average, the optimizer and the data.

    Every random choice of an epoch is a function of the seed and the epoch's number, so an epoch
    that is repeated after a kill takes the same steps. With several processes each takes its
    share of every batch: the batch size is the global one.

    Args:
        recipe: what to train.
        images: the training images, on any device.
        fabric: launched; decides devices, processes and precision.
    """

    def __init__(self, recipe: Recipe, images: Images, fabric: Fabric) -> None:
        self.recipe = recipe
        self.fabric = fabric
        self.model = build_model(recipe, images).to(fabric.device)
        # The model of the averaged weights, which is the one that is kept.
        self.averaged = copy.deepcopy(self.model).requires_grad_(False)
        self.optimizer = build_optimizer(recipe, self.model)
        # Only several processes need Fabric's wrapper, and small steps would feel it.
        several = fabric.world_size > 1
        self.network: nn.Module = fabric.setup_module(self.model) if several else self.model
        self.images = images.to(fabric.device)
        self.steps_per_epoch = max(1, len(images) // recipe.batch_size)

    def train_epoch(self, epoch: int, after_step: Callable[[], object] = lambda: None) -> Metrics:
        """Take one pass over the images in a fresh random order; return the mean loss terms.

        Args:
            epoch: from 0.
            after_step: called after each step.

        Raises:
            UserError: the loss is not finite.
        """
        recipe, fabric, images = self.recipe, self.fabric, self.images
        self.network.train()
        generator = _generator(fabric.device, recipe.seed, epoch)
        torch.manual_seed(recipe.seed * 100_003 + epoch)  # dropout draws from the global one
        order = torch.randperm(len(images), generator=generator, device=fabric.device)
        share = slice(fabric.global_rank, None, fabric.world_size)
        kept = [parameter.detach() for parameter in self.averaged.parameters()]
        moving = [parameter.detach() for parameter in self.model.parameters()]
        terms: list[Tensor] = []
        rate = 0.0
        for index in range(self.steps_per_epoch):
            step = epoch * self.steps_per_epoch + index
            rate = learning_rate(recipe, step, self.steps_per_epoch * recipe.epochs)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            batch = order[index * recipe.batch_size : (index + 1) * recipe.batch_size]
            noise = torch.randn(
                len(batch), recipe.latent_size, generator=generator, device=fabric.device
            )[share]
            batch = batch[share]
            # index_select copies whole images, where [batch] gathers byte by byte.
            image = as_float(images.pixels.index_select(0, batch))
            label = None
            if recipe.condition != "none":
                label = one_hot(images.labels[batch], images.classes)
            with fabric.autocast():
                logits, mu, logvar = self.network(image, label, noise)
            reconstruction = losses.bernoulli_nll(logits, image)
            kl = losses.gaussian_kl(mu, logvar)
            fabric.backward((reconstruction + kl).mean())
            if recipe.clip_norm > 0:
                torch.nn.utils.clip_grad_norm_(
                    self.model.parameters(), recipe.clip_norm, foreach=True
                )
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
            torch._foreach_lerp_(kept, moving, 1 - ema_decay(recipe, step))
            terms += [reconstruction.detach(), kl.detach()]
            after_step()
        own = torch.stack([torch.cat(terms[0::2]).mean(), torch.cat(terms[1::2]).mean()])
        means = cast(Tensor, fabric.all_reduce(own, reduce_op="mean"))
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

    Args:
        recipe: what to train.
        images: the training images, any device.
        held_out: the images of the held-out ELBO.
        fabric: launched; decides devices, processes and precision.
        folder: the run folder's `state/`.
        resume: go on from the last whole checkpoint there, where there is one.
        report: takes sentences for the user.

    Raises:
        UserError: the loss is not finite, or the checkpoint is of another recipe.
    """
    trainer = Trainer(recipe, images, fabric)
    held_out = held_out.to(fabric.device)
    checkpoints = Checkpoints(folder)
    state = State(recipe, trainer.model, trainer.averaged, trainer.optimizer)
    metrics: list[Metrics] = []
    if resume:
        metrics = checkpoints.load_latest(state, report)
    elif fabric.is_global_zero:
        checkpoints.clear()
    started = time.monotonic()
    seconds_before = metrics[-1]["seconds"] if metrics else 0.0
    with tqdm(
        total=trainer.steps_per_epoch * recipe.epochs,
        initial=trainer.steps_per_epoch * len(metrics),
        desc=recipe.id,
        unit="step",
        dynamic_ncols=True,
        disable=not fabric.is_global_zero,
        mininterval=0.5,
    ) as bar:
        for epoch in range(len(metrics), recipe.epochs):
            row = trainer.train_epoch(epoch, bar.update)
            row |= _held_out_elbo(recipe, trainer.averaged, held_out, epoch)
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
    return Result(trainer.averaged.eval(), metrics, seconds)


def _generator(device: torch.device, *numbers: int) -> torch.Generator:
    """Return a generator whose seed mixes `numbers`: equal numbers, equal noise."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number + 1) % (2**63)
    return torch.Generator(device).manual_seed(seed)


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
