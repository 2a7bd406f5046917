"""The training loop: epochs, schedule, moving average, validation, checkpoints, progress."""

import contextlib
import copy
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from tqdm import tqdm

from latent_atlas.train.data.images import Images, as_float, batches
from latent_atlas.train.errors import UserError
from latent_atlas.train.models.autoencoder import Autoencoder, Output
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.training.checkpoint import State, drop_old, read_latest, restore, save
from latent_atlas.train.training.discriminator import Adversary
from latent_atlas.train.training.hardware import autocast
from latent_atlas.train.training.objectives import (
    as_pixels,
    elbo_terms,
    importance_weighted_terms,
    lattice_terms,
    total_loss,
)
from latent_atlas.train.training.perceptual import PerceptualLoss
from latent_atlas.train.training.processes import (
    Process,
    as_first,
    average_gradients,
    first,
    sum_over_processes,
)

Metrics = dict[str, float]

_DIVERGED = 1e3
"""Times the first loss, which a run only falls from."""
_STEPS_UNCHECKED = 100
"""Steps after which losses are looked at: a GPU would wait for each look."""


class Result(NamedTuple):
    """What a run ends with: the averaged weights and a row of metrics for each epoch."""

    model: Autoencoder
    metrics: list[Metrics]
    unknown: frozenset[str]
    """Fields of the recipe that nobody recorded when the run began."""


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """Return the rate of `step` (from 0): linear warm-up, then a cosine down to zero.

    A warm-up that would take more than half of all steps is shortened to half of them: few images
    in few epochs would otherwise end before the rate has been reached.
    """
    warmup_steps = max(1, min(recipe.warmup_steps, steps // 2))
    warmup = min(1.0, (step + 1) / warmup_steps)
    return recipe.learning_rate * warmup * 0.5 * (1 + math.cos(math.pi * step / steps))


def lattice_points(recipe: Recipe, step: int, steps: int) -> int:
    """Return the size of the lattice of `step` (from 0); 0 of a recipe without one."""
    sizes = recipe.lattice_points or (0,)
    return sizes[min(len(sizes) - 1, step * len(sizes) // steps)]


def ema_decay(recipe: Recipe, step: int) -> float:
    """Return the decay of `step`, small at first so that the start is forgotten."""
    return min(recipe.ema_decay, (1 + step) / (10 + step))


def build_model(recipe: Recipe, images: Images) -> Autoencoder:
    """Make a recipe's model as it starts: seeded weights, output bias at the mean image."""
    torch.manual_seed(recipe.seed)
    model = Autoencoder(recipe, images.shape, images.classes)
    # Never floats of the whole set at once.
    sums = [part.sum(0, dtype=torch.int64) for part in images.pixels.split(10_000)]
    model.start_from((torch.stack(sums).sum(0).double() / len(images) / 255).float())
    return model


def build_optimizer(recipe: Recipe, model: Autoencoder) -> torch.optim.Optimizer:
    """Make AdamW with decay on the encoder's weight matrices alone."""
    decay = recipe.weight_decay
    # Each group costs a call.
    decayed = [p for p in model.encoder.parameters() if p.ndim > 1] if decay else []
    others = [p for p in model.parameters() if not any(p is one for one in decayed)]
    groups: list[dict[str, Any]] = [{"params": decayed}] if decayed else []
    groups.append({"params": others, "weight_decay": 0.0})
    return torch.optim.AdamW(
        groups, recipe.learning_rate, betas=(0.9, 0.99), weight_decay=decay, fused=True
    )


class Trainer:
    """A model in training: its weights, their moving average, the optimizer and the data.

    Every random choice of an epoch is a function of the seed and the epoch's number, so an epoch
    that is repeated after a kill takes the same steps. With several processes each takes its
    share of every batch: the batch size is the global one, and the images of a step, their noise
    and the mean gradient are those of one process, up to the order in which floats are added.
    Only pixel dropout and what binary images and their weights are drawn with differ, and are of
    the same distribution.

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
        convolutional = self.model.convolutional
        self.layout = torch.channels_last if convolutional else torch.contiguous_format
        self.model = self.model.to(memory_format=self.layout)
        # The model of the averaged weights, which is the one that is saved.
        self.averaged = copy.deepcopy(self.model).requires_grad_(False)
        self.optimizer = build_optimizer(recipe, self.model)
        self.network: nn.Module = self.model
        if recipe.compile:
            self.network = cast(nn.Module, torch.compile(self.model, mode="reduce-overhead"))
        self.perceptual = None if perceptual is None else perceptual.to(process.device)
        self.state = State(
            recipe,
            {"model": self.model, "average": self.averaged},
            {"optimizer": self.optimizer},
        )
        self.adversary: Adversary | None = None
        if recipe.adversarial_weight > 0:
            self.adversary = Adversary(recipe, images.shape, process)
            # What files have called the discriminator from the first.
            self.state.modules["rival"] = self.adversary.discriminator
            self.state.optimizers["rival_optimizer"] = self.adversary.optimizer
        self.images = images.to(process.device)
        self.diverged_above: float | None = None
        """The loss of a step beyond which the run has diverged; the first step sets it."""
        self.steps_per_epoch = max(1, len(images) // recipe.batch_size)

    def take_decoder(self, model: Autoencoder) -> None:
        """Begin with the decoder of another model, whose network is the same."""
        for own in (self.model, self.averaged):
            for name in ("features", "decoder", "to_logits"):
                getattr(own, name).load_state_dict(getattr(model, name).state_dict())

    def train_epoch(self, epoch: int, after_step: Callable[[], object] = lambda: None) -> Metrics:
        """Take one pass over the images in a fresh random order; return the mean loss terms.

        Raises:
            UserError: a step's loss is not finite, or far above the first.
        """
        recipe, images = self.recipe, self.images
        device, rank = self.process.device, self.process.rank
        precision = autocast(recipe, device)
        self.network.train()
        generator = _generator(device, recipe.seed, epoch)
        # Dropout draws from the global one, in each process for rows of its own.
        torch.manual_seed(recipe.seed * 100_003 + epoch + 1_000_000_007 * rank.number)
        # GPUs of different kinds might draw different ones.
        order = as_first(torch.randperm(len(images), generator=generator, device=device))
        share = slice(rank.number, None, rank.processes)
        averaged: list[Tensor] = list(self.averaged.parameters())
        moving: list[Tensor] = list(self.model.parameters())
        terms: dict[str, list[Tensor]] = {}
        rate = 0.0
        worst = torch.full((), -math.inf, device=device)
        for index in range(self.steps_per_epoch):
            step = epoch * self.steps_per_epoch + index
            rate = learning_rate(recipe, step, self.steps_per_epoch * recipe.epochs)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            rows = order[index * recipe.batch_size : (index + 1) * recipe.batch_size]
            size = len(rows), recipe.latent_size
            noise = torch.randn(size, generator=generator, device=device)[share]
            rows = rows[share]
            # index_select copies whole images, where [rows] gathers byte by byte.
            pixels = images.pixels.index_select(0, rows)
            batch = Images(pixels, images.labels[rows], images.classes)
            if recipe.objective == "elbo":
                image, label, output, step_terms = self._pass(self.network, batch, noise, precision)
            else:
                points = lattice_points(recipe, step, self.steps_per_epoch * recipe.epochs)
                step_terms = self._of_binary_images(self.model, batch, points, generator, precision)
            if self.adversary is not None:
                # The same noise, as draws from the prior: for which image it was does not matter.
                with precision:
                    drawn = torch.sigmoid(self.model.decode(noise, label).float())
                decoded = as_pixels(output)
                step_terms |= self.adversary.terms(image, decoded, drawn)
            loss = total_loss(recipe, step_terms).mean()
            loss.backward()
            worst = torch.maximum(worst, loss.detach())
            if index % _STEPS_UNCHECKED == 0:
                self._check(worst, epoch)
            if self.adversary is not None:
                step_terms["discriminator"] = self.adversary.learn(image, decoded, drawn, rate)
            average_gradients(self.model)
            if recipe.clip_norm > 0:
                nn.utils.clip_grad_norm_(moving, recipe.clip_norm, foreach=True)
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
            with torch.no_grad():
                torch._foreach_lerp_(averaged, moving, 1 - ema_decay(recipe, step))
            for name, values in step_terms.items():
                terms.setdefault(name, []).append(values.detach())
            after_step()
        self._check(worst, epoch)
        row = _metrics(recipe, terms, self.steps_per_epoch * min(recipe.batch_size, len(images)))
        return {"learning_rate": rate, **row}

    def _check(self, worst: Tensor, epoch: int) -> None:
        """Refuse to go on after a step whose loss is far above the first.

        An epoch's mean hides a single step of 1e10, after which nothing is learned any more.

        Raises:
            UserError: the run has diverged.
        """
        value = float(worst)
        if self.diverged_above is None:
            self.diverged_above = _DIVERGED * max(1.0, value)
        if not math.isfinite(value) or value > self.diverged_above:
            reached = f"{value:.2g}" if math.isfinite(value) else "not finite"
            raise UserError(
                f"The loss of {self.recipe.id} is {reached} in a step of epoch {epoch + 1}; try "
                f"--logvar-cap 2, a lower --learning-rate or another --seed."
            )

    @torch.no_grad()
    def held_out(self, images: Images, epoch: int) -> Metrics:
        """Return the held-out loss and its terms of the averaged weights, one sample an image.

        Each process takes its share of the images. The discriminator's terms are left out,
        because they cannot be compared between epochs.
        """
        recipe, rank, model = self.recipe, self.process.rank, self.averaged.eval()
        device = self.process.device
        generator = _generator(device, recipe.seed, epoch, 1)
        share = slice(rank.number, None, rank.processes)
        # Convolutions take long, and the digits that mixed precision loses are not reported.
        mixed = autocast(recipe, device) if model.convolutional else contextlib.nullcontext()
        terms: dict[str, list[Tensor]] = {}
        for whole in batches(images):
            size = len(whole), recipe.latent_size
            noise = torch.randn(size, generator=generator, device=device)
            own = whole.select(share)
            if recipe.objective == "elbo":
                *_, found = self._pass(model, own, noise[share], mixed)
            else:
                points = lattice_points(recipe, 1, 1)  # those of the end
                found = self._of_binary_images(model, own, points, generator, mixed)
            for name, values in found.items():
                terms.setdefault(name, []).append(values)
        row = _metrics(recipe, terms, len(images))
        return {f"held_out_{name}": value for name, value in row.items()}

    def _of_binary_images(
        self,
        model: Autoencoder,
        images: Images,
        points: int,
        generator: torch.Generator,
        precision: contextlib.AbstractContextManager[object],
    ) -> dict[str, Tensor]:
        """Return the terms of an objective without a reconstruction; a lattice has `points`."""
        if self.recipe.objective == "lattice":
            return lattice_terms(model, images, points, generator, precision)
        samples = self.recipe.importance_samples
        return importance_weighted_terms(model, images, samples, generator, precision)

    def _pass(
        self,
        network: nn.Module,
        images: Images,
        noise: Tensor,
        precision: contextlib.AbstractContextManager[object],
    ) -> tuple[Tensor, Tensor | None, Output, dict[str, Tensor]]:
        """Return images as floats, one-hot labels, what `network` makes of both, and its terms."""
        image = as_float(images.pixels).contiguous(memory_format=self.layout)
        label = self.model.one_hot(images.labels)
        with precision:
            output = network(image, label, noise)
        prior_mean = self.model.prior_mean(images.labels)
        terms = elbo_terms(self.recipe, output, image, images.labels, prior_mean)
        if self.perceptual is not None:
            with precision:
                terms["perceptual"] = self.perceptual(as_pixels(output), image)
        return image, label, output, terms


def _metrics(recipe: Recipe, terms: dict[str, list[Tensor]], count: int) -> Metrics:
    """Return each term's mean over all processes' `count` images, their loss, and their ELBO."""
    sums = sum_over_processes([float(torch.cat(values).sum()) for values in terms.values()])
    row = {name: total / count for name, total in zip(terms, sums, strict=True)}
    row["loss"] = total_loss(recipe, row)
    if "nll" in row:
        row["log_likelihood"] = -row.pop("nll")
    if recipe.reconstruction == "bernoulli" and "kl" in row:
        row["elbo"] = -row["reconstruction"] - row["kl"]
    return row


def fit(
    recipe: Recipe,
    images: Images,
    held_out: Images,
    process: Process,
    folder: Path,
    resume: bool = False,
    after_epoch: Callable[[int, Autoencoder], None] | None = None,
    quiet: bool = False,
    perceptual: PerceptualLoss | None = None,
    start: Autoencoder | None = None,
) -> Result:
    """Train `recipe` on `images` and write a checkpoint into `folder` after each epoch.

    `folder` is the run folder's `state/`; with `resume` the last whole checkpoint there is where it
    starts. Without one the decoder begins as that of `start`, where given. `after_epoch` is called
    on the first process with the number of epochs done, from 0 before the first, and the averaged
    model, before that epoch's checkpoint is written. The held-out loss is that of `held_out`.

    Raises:
        UserError: the loss diverges, the checkpoint is of another recipe, the processes
            cannot share a batch equally, or the network does not fit the images.
    """
    trainer = Trainer(recipe, images, process, perceptual)
    held_out = held_out.to(process.device)
    state = trainer.state
    metrics: list[Metrics] = []
    latest = first(lambda: read_latest(folder)) if resume else None
    if latest is not None:
        metrics = restore(state, latest)
    elif start is not None:
        trainer.take_decoder(start)
    first(lambda: drop_old(folder, 2 if resume else 0))

    def record() -> None:
        if after_epoch is not None:
            after_epoch(len(metrics), trainer.averaged)
        if metrics:
            save(folder, state, metrics)

    if not metrics:
        first(record)
    started = time.monotonic() - (metrics[-1]["seconds"] if metrics else 0.0)
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
            row = trainer.train_epoch(epoch, bar.update) | trainer.held_out(held_out, epoch)
            row["seconds"] = time.monotonic() - started
            metrics.append({"epoch": epoch + 1, **row})
            bar.set_postfix_str(f"loss {row['loss']:.2f} held-out {row['held_out_loss']:.2f}")
            first(record)
    return Result(trainer.averaged.eval(), metrics, state.unknown)


def _generator(device: torch.device, *numbers: int) -> torch.Generator:
    """Return a generator whose seed mixes `numbers`: equal numbers, equal noise."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number + 1) % (2**63)
    return torch.Generator(device).manual_seed(seed)
