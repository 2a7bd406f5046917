"""The training loop: epochs, schedule, moving average, validation, checkpoints, progress."""

import contextlib
import copy
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn
from tqdm import tqdm

from train.data.images import Images, as_float, batches, one_hot
from train.errors import UserError
from train.models.autoencoder import Autoencoder, Output
from train.recipes.recipe import Recipe
from train.training import losses
from train.training.checkpoint import Checkpoints, State, restore
from train.training.discriminator import Adversary
from train.training.perceptual import PerceptualLoss
from train.training.precision import autocast
from train.training.processes import (
    Process,
    as_first,
    average_gradients,
    first,
    sum_over_processes,
)

Metrics = dict[str, float]
T = TypeVar("T", Tensor, float)


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
    model.start_from(_mean_image(images))
    return model


def _mean_image(images: Images) -> Tensor:
    """Return the mean image (C, H, W) in [0, 1], never making floats of the whole set at once."""
    total = torch.zeros(images.shape, dtype=torch.float64, device=images.pixels.device)
    for part in images.pixels.split(10_000):
        total += part.sum(0, dtype=torch.int64)
    return (total / len(images) / 255).float()


def build_optimizer(recipe: Recipe, model: Autoencoder) -> torch.optim.Optimizer:
    """Make AdamW with decay on the encoder's weight matrices alone."""
    decays = recipe.weight_decay > 0  # each group costs a call
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
    """A model in training: its weights, their moving average, the optimizer and the data.

    Every random choice of an epoch is a function of the seed and the epoch's number, so an epoch
    that is repeated after a kill takes the same steps. With several processes each takes its
    share of every batch: the batch size is the global one, and the images of a step, their noise
    and the mean gradient are those of one process, up to the order in which floats are added.
    Only pixel dropout draws other masks, of the same distribution.

    Args:
        recipe: what to train.
        images: the training images, on any device.
        process: its device, and its rank among the run's processes.
        perceptual: the recipe's perceptual loss, where it has one.

    Raises:
        UserError: the processes cannot share a batch equally, or the network does not fit the
            images.
    """

    def __init__(
        self,
        recipe: Recipe,
        images: Images,
        process: Process,
        perceptual: PerceptualLoss | None = None,
    ) -> None:
        processes = process.rank.processes
        batch = min(recipe.batch_size, len(images))
        if batch % processes:
            raise UserError(
                f"{processes} processes cannot share a batch of {batch} images equally; "
                f"choose a --batch-size that is a multiple of {processes}."
            )
        self.recipe = recipe
        self.process = process
        self.model = build_model(recipe, images).to(process.device)
        for tensor in self.model.state_dict().values():
            tensor.copy_(as_first(tensor))  # machines may round the mean image differently
        # Convolutions run twice as fast on images in channels-last layout.
        self.layout = torch.contiguous_format
        if self.model.convolutional:
            self.layout = torch.channels_last
            self.model = self.model.to(memory_format=self.layout)
        # The model of the averaged weights, which is the one that is saved.
        self.averaged = copy.deepcopy(self.model).requires_grad_(False)
        self.optimizer = build_optimizer(recipe, self.model)
        self.network: nn.Module = self.model
        if recipe.compile:
            self.network = cast(nn.Module, torch.compile(self.model, mode="reduce-overhead"))
        self.perceptual = None if perceptual is None else perceptual.to(process.device)
        self.adversary = (
            Adversary(recipe, images.shape, process) if recipe.adversarial_weight > 0 else None
        )
        self.images = images.to(process.device)
        self.steps_per_epoch = max(1, len(images) // recipe.batch_size)

    def train_epoch(self, epoch: int, after_step: Callable[[], object] = lambda: None) -> Metrics:
        """Take one pass over the images in a fresh random order; return the mean loss terms.

        Args:
            epoch: from 0.
            after_step: called after each step.

        Raises:
            UserError: the loss is not finite.
        """
        recipe, images = self.recipe, self.images
        device, rank = self.process.device, self.process.rank
        self.network.train()
        generator = _generator(device, recipe.seed, epoch)
        # Dropout draws from the global one, in each process for rows of its own.
        torch.manual_seed(recipe.seed * 100_003 + epoch + 1_000_000_007 * rank.number)
        # GPUs of different kinds might draw different ones.
        order = as_first(torch.randperm(len(images), generator=generator, device=device))
        share = slice(rank.number, None, rank.processes)
        averaged = [parameter.detach() for parameter in self.averaged.parameters()]
        moving = [parameter.detach() for parameter in self.model.parameters()]
        terms: dict[str, list[Tensor]] = {}
        rate = 0.0
        for index in range(self.steps_per_epoch):
            step = epoch * self.steps_per_epoch + index
            rate = learning_rate(recipe, step, self.steps_per_epoch * recipe.epochs)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            batch = order[index * recipe.batch_size : (index + 1) * recipe.batch_size]
            noise = torch.randn(len(batch), recipe.latent_size, generator=generator, device=device)[
                share
            ]
            batch = batch[share]
            # index_select copies whole images, where [batch] gathers byte by byte.
            image = as_float(images.pixels.index_select(0, batch))
            image = image.contiguous(memory_format=self.layout)
            labels = images.labels[batch]
            label = one_hot(labels, images.classes) if recipe.condition != "none" else None
            with autocast(recipe, device):
                output = self.network(image, label, noise)
            step_terms = loss_terms(recipe, output, image, labels, self.model.prior_mean(labels))
            if self.perceptual is not None:
                with autocast(recipe, device):
                    step_terms["perceptual"] = self.perceptual(as_pixels(output), image)
            if self.adversary is None:
                total_loss(recipe, step_terms).mean().backward()
            else:
                # The same noise, as draws from the prior: for which image it was does not matter.
                with autocast(recipe, device):
                    drawn = torch.sigmoid(self.model.decode(noise, label).float())
                step_terms |= self.adversary.terms(image, as_pixels(output), drawn)
                total_loss(recipe, step_terms).mean().backward()
                made = as_pixels(output).detach(), drawn.detach()
                step_terms["discriminator"] = self.adversary.learn(image, *made, rate)
            average_gradients(self.model)
            if recipe.clip_norm > 0:
                torch.nn.utils.clip_grad_norm_(
                    self.model.parameters(), recipe.clip_norm, foreach=True
                )
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
            torch._foreach_lerp_(averaged, moving, 1 - ema_decay(recipe, step))
            for name, values in step_terms.items():
                terms.setdefault(name, []).append(values.detach())
            after_step()
        own = torch.stack([torch.cat(values).mean() for values in terms.values()])
        means = sum_over_processes([mean / rank.processes for mean in own.tolist()])
        row = _metrics(recipe, dict(zip(terms, means, strict=True)))
        if not math.isfinite(row["loss"]):
            raise UserError(
                f"The loss of {recipe.id} is not finite in epoch {epoch + 1}; "
                f"try a lower --learning-rate, or another --seed."
            )
        return {"learning_rate": rate, **row}


def as_pixels(output: Output) -> Tensor:
    """Return the decoded images (N, C, H, W) in [0, 1]."""
    return torch.sigmoid(output.logits.float())


def loss_terms(
    recipe: Recipe, output: Output, image: Tensor, labels: Tensor, prior_mean: Tensor
) -> dict[str, Tensor]:
    """Return the terms of a recipe's loss by name, each of shape (N,), none of them weighted.

    Args:
        recipe: which terms there are.
        output: of a pass over `image`.
        image: (N, C, H, W) in [0, 1].
        labels: (N,) int64, for the classifier.
        prior_mean: (N, d) or (1, d).
    """
    terms = {"reconstruction": _RECONSTRUCTION[recipe.reconstruction](output.logits, image)}
    if output.logvar is not None:
        terms["kl"] = losses.gaussian_kl(output.mu, output.logvar, prior_mean)
    if output.class_scores is not None:
        terms["classification"] = losses.class_cross_entropy(output.class_scores, labels)
    return terms


def total_loss(recipe: Recipe, terms: Mapping[str, T]) -> T:
    """Add the terms up, weighted; a discriminator's own loss is none of the model's."""
    loss = recipe.reconstruction_weight * terms["reconstruction"]
    if "kl" in terms:
        loss = loss + terms["kl"]
    for name, weight in (
        ("classification", recipe.classification_weight),
        ("perceptual", recipe.perceptual_weight),
        ("features", recipe.feature_weight),
        ("adversarial", recipe.adversarial_weight),
    ):
        if name in terms:
            loss = loss + weight * terms[name]
    return loss


_RECONSTRUCTION = {"bernoulli": losses.bernoulli_nll, "squared-error": losses.squared_error}


def _metrics(recipe: Recipe, means: dict[str, float]) -> Metrics:
    """Return mean terms with their weighted sum, and the ELBO where the terms make one."""
    row = {**means, "loss": total_loss(recipe, means)}
    if recipe.reconstruction == "bernoulli" and "kl" in means:
        row["elbo"] = -means["reconstruction"] - means["kl"]
    return row


def fit(
    recipe: Recipe,
    images: Images,
    held_out: Images,
    process: Process,
    folder: Path,
    resume: bool = False,
    report: Callable[[str], None] = print,
    after_epoch: Callable[[int, Autoencoder], None] | None = None,
    quiet: bool = False,
    perceptual: PerceptualLoss | None = None,
) -> Result:
    """Train `recipe` on `images` and write a checkpoint into `folder` after each epoch.

    Args:
        recipe: what to train.
        images: the training images, any device.
        held_out: the images of the held-out ELBO.
        process: this one, as `launch` returned it.
        folder: the run folder's `state/`.
        resume: start from the last whole checkpoint there, if there is one.
        report: takes sentences for the user.
        after_epoch: called on the first process with the number of epochs done, from 0 before
            the first, and the averaged model, before that epoch's checkpoint is written.
        quiet: draw no progress bar.
        perceptual: the recipe's perceptual loss, where it has one.

    Raises:
        UserError: the loss is not finite, the checkpoint is of another recipe, the processes
            cannot share a batch equally, or the network does not fit the images.
        OSError: a file cannot be written.
    """
    trainer = Trainer(recipe, images, process, perceptual)
    held_out = held_out.to(process.device)
    checkpoints = Checkpoints(folder)
    adversary = trainer.adversary
    state = State(
        recipe, trainer.model, trainer.averaged, trainer.optimizer,
        None if adversary is None else adversary.discriminator,
        None if adversary is None else adversary.optimizer,
    )  # fmt: skip
    metrics: list[Metrics] = []
    if resume:
        latest = first(lambda: checkpoints.read_latest(report))
        metrics = [] if latest is None else restore(state, latest)
        first(checkpoints.drop_old)
    else:
        first(checkpoints.clear)

    def save() -> None:
        if after_epoch is not None:
            after_epoch(len(metrics), trainer.averaged)
        if metrics:
            checkpoints.save(state, metrics)

    if not metrics:
        first(save)
    started = time.monotonic()
    seconds_before = metrics[-1]["seconds"] if metrics else 0.0
    with tqdm(
        total=trainer.steps_per_epoch * recipe.epochs,
        initial=trainer.steps_per_epoch * len(metrics),
        desc=recipe.id,
        unit="step",
        dynamic_ncols=True,
        disable=quiet or process.rank.number > 0,
        mininterval=0.5,
    ) as bar:
        for epoch in range(len(metrics), recipe.epochs):
            row = trainer.train_epoch(epoch, bar.update)
            row |= _held_out(trainer, held_out, epoch)
            row["seconds"] = seconds_before + time.monotonic() - started
            metrics.append({"epoch": epoch + 1, **row})
            bar.set_postfix_str(f"loss {row['loss']:.2f} held-out {row['held_out_loss']:.2f}")
            first(save)
    seconds = seconds_before + time.monotonic() - started
    return Result(trainer.averaged.eval(), metrics, seconds)


def _generator(device: torch.device, *numbers: int) -> torch.Generator:
    """Return a generator whose seed mixes `numbers`: equal numbers, equal noise."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number + 1) % (2**63)
    return torch.Generator(device).manual_seed(seed)


@torch.no_grad()
def _held_out(trainer: Trainer, images: Images, epoch: int) -> Metrics:
    """Return the held-out loss and its terms of the averaged weights, one sample an image.

    Each process takes its share of the images. The discriminator's terms are left out, because
    they cannot be compared between epochs.
    """
    recipe, rank, model = trainer.recipe, trainer.process.rank, trainer.averaged.eval()
    device = images.pixels.device
    generator = _generator(device, recipe.seed, epoch, 1)
    share = slice(rank.number, None, rank.processes)
    totals: dict[str, float] = {}
    for whole in batches(images):
        noise = torch.randn(len(whole), recipe.latent_size, generator=generator, device=device)
        part, noise = whole.select(share), noise[share]
        image = as_float(part.pixels).contiguous(memory_format=trainer.layout)
        label = one_hot(part.labels, part.classes) if recipe.condition != "none" else None
        # Convolutions take long, and the digits that mixed precision loses are not reported.
        with autocast(recipe, device) if model.convolutional else contextlib.nullcontext():
            output = model(image, label, noise)
            terms = loss_terms(recipe, output, image, part.labels, model.prior_mean(part.labels))
            if trainer.perceptual is not None:
                terms["perceptual"] = trainer.perceptual(as_pixels(output), image)
        for name, values in terms.items():
            totals[name] = totals.get(name, 0.0) + float(values.sum())
    means = [total / len(images) for total in sum_over_processes(list(totals.values()))]
    row = _metrics(recipe, dict(zip(totals, means, strict=True)))
    return {f"held_out_{name}": value for name, value in row.items()}
