"""log p(x) of two latents as the integral that it is, and what an encoder misses of it.

With two latents nothing has to be estimated: p(x) = ∫ p(x | z) p(z) dz is summed over a square grid
whose spacing is halved until the sum stands still; cells that hold the mass of posteriors still
narrower are divided further. log p(x) − ELBO is then KL(q ‖ p(z | x)) itself and not a bound of it,
and can be told apart by how much of it better Gaussians would win back.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.evaluation.likelihood import encode
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.models.lattice import Decode, log_prior
from latent_atlas.train.training.losses import softplus_sum

_REACH = 5.0
"""Radius of the disc that the grid fills around the prior's mean: 4e-6 of N(0, I) lies outside."""
_COARSEST, _FINEST = 0.05, 0.0125
_CONVERGED = 0.05
"""Nats by which halving the spacing may still move the mean."""
_TILE = 1.0
_NEGLIGIBLE = 50.0
"""Nats: a narrow peak between the coarser grid's points looks smaller than it is, not as small."""
_WINDOW, _DIVISIONS = 3, 4
"""Cells to either side of the best one that are divided, and into how many along each axis."""
_ROWS, _POINTS = 2500, 4096
_NODES, _FINAL_NODES = 7, 15
"""Gauss–Hermite nodes along each axis, of a step and of an ELBO that is reported."""
_STEPS = 20
_STEP_SIZE = 0.4


@dataclass(frozen=True)
class Gap:
    """What KL(q ‖ p(z | x)) is made of, in nats: means over `images` test images, grey targets.

    Each is what the ELBO gains: `spread` by the best diagonal Gaussian near the encoder's own,
    `place` by the best anywhere, `diagonal` by a full covariance, `gaussian` by the posterior.
    """

    images: int
    spread: float
    place: float
    diagonal: float
    gaussian: float


@dataclass(frozen=True)
class Integral:
    """log p of the test images in nats per image, each given its label where the model has one."""

    log_likelihood: float
    """Of one binary image b ~ Bernoulli(x) for each, as 500 importance samples bound it."""
    log_likelihood_grey: float
    """Of the grey images, as the ELBO bounds it."""
    log_likelihood_marginal: float | None
    """The binary one without the label, log 1/K Σ_k p(b | k): of models that have labels."""
    spacing: float
    moved: float
    """What the last refinement moved `log_likelihood` by: a halving of the spacing, or, where the
    finest spacing still moved it, a division of the cells that hold the mass."""
    gap: Gap


@dataclass
class Sum:
    """A sum over the grid: log of its part in each tile of the plane, (N, T), and the best z."""

    by_tile: Tensor
    best_z: Tensor

    @property
    def log_p(self) -> Tensor:
        """Return log p(x), (N,)."""
        return torch.logsumexp(self.by_tile, 1)


def integrate(
    decode: Decode, targets: Tensor, mean: Tensor, spacing: float, coarser: Sum | None = None
) -> Sum:
    """Sum p(x, z) of `targets` (N, P) under the prior N(mean, I) over a grid.

    With a spacing of up to twice the posterior's standard deviation such a sum over a Gaussian is
    exact to a hundredth. With a `coarser` sum at hand tiles are left out in which it found a
    share of less than exp(−50) of an image's p(x).
    """
    count = round(_TILE / spacing)
    within = torch.cartesian_prod(*2 * [(torch.arange(count) + 0.5) * spacing])
    corners = torch.arange(-_REACH, _REACH, _TILE)
    by_tile = torch.full((len(targets), len(corners) ** 2), -math.inf)
    best, best_z = torch.full((len(targets),), -math.inf), torch.zeros(len(targets), 2)
    everyone = torch.arange(len(targets))
    for tile, corner in enumerate(torch.cartesian_prod(corners, corners)):
        rows = everyone
        if coarser is not None:
            rows = rows[coarser.by_tile[:, tile] > coarser.log_p - _NEGLIGIBLE]
        points = within + corner
        points = points[points.norm(dim=1) <= _REACH]
        for part in points.split(_POINTS) if len(rows) and len(points) else ():
            z = part + mean
            logits = decode(z)
            offset = log_prior(part) - softplus_sum(logits) + 2 * math.log(spacing)
            for own in rows.split(_ROWS):
                log_joint = torch.addmm(offset, targets[own], logits.T)
                largest, index = log_joint.max(1)
                summed = largest + log_joint.sub_(largest.unsqueeze(1)).exp_().sum(1).log()
                by_tile[own, tile] = torch.logaddexp(by_tile[own, tile], summed)
                better = largest > best[own]
                best[own] = torch.where(better, largest, best[own])
                best_z[own] = torch.where(better.unsqueeze(1), z[index], best_z[own])
    return Sum(by_tile, best_z)


def refine(decode: Decode, targets: Tensor, mean: Tensor, spacing: float, found: Sum) -> Tensor:
    """Return log p(x) (N,) with the cells around each image's best z divided by `_DIVISIONS`.

    `found` is the sum with this spacing. Where a posterior is narrower than the grid is fine,
    nearly all of its mass lies in these cells.
    """
    cells = torch.arange(-_WINDOW, _WINDOW + 1.0) * spacing
    parts = (torch.arange(_DIVISIONS) - (_DIVISIONS - 1) / 2) * (spacing / _DIVISIONS)
    finer = (cells.unsqueeze(1) + parts).flatten()
    sums = []
    for axis, area in ((cells, spacing**2), (finer, (spacing / _DIVISIONS) ** 2)):
        offsets = torch.cartesian_prod(axis, axis)
        total = torch.zeros(len(targets))
        for rows in torch.arange(len(targets)).split(max(1, _POINTS // len(offsets))):
            z = found.best_z[rows].unsqueeze(1) + offsets
            log_p = _log_likelihood(decode(z.flatten(0, 1)), targets[rows]) + log_prior(z - mean)
            total[rows] = torch.logsumexp(log_p, 1) + math.log(area)
        sums.append(total)
    coarse, fine = sums
    # p − coarse + fine; rounding may leave a little more in the window than there is in all.
    rest = found.log_p + torch.log1p(-torch.exp((coarse - found.log_p).clamp_max(-1e-6)))
    return torch.logaddexp(rest, fine)


def _log_likelihood(logits: Tensor, targets: Tensor) -> Tensor:
    """Return log p(target | logits), (N, M), of M decodings for each target: (N · M, P), (N, P)."""
    linear = logits.view(len(targets), -1, targets.shape[1]) @ targets.unsqueeze(2)
    return linear.squeeze(2) - softplus_sum(logits).view(len(targets), -1)


@torch.no_grad()
def integral(model: Autoencoder, images: Images, seed: int = 0, gap_images: int = 500) -> Integral:
    """Integrate over the plane for each of `images`, and tell apart what the encoder misses.

    The binary images are those of `likelihood` for the same seed only in distribution.

    Raises:
        ValueError: the model has not two latents, or no likelihood.
    """
    if model.latent_size != 2 or model.deterministic:
        raise ValueError("the integral is over two latents of a model with a likelihood")
    generator = torch.Generator().manual_seed(seed)
    grey = as_float(images.pixels).flatten(1)
    binary = torch.bernoulli(grey, generator=generator)
    classes = [_Class(model, label) for label in range(model.classes)]
    labels = images.labels
    labelled = model.condition != "none" or len(model.prior_means) > 1
    if not labelled:
        classes, labels = classes[:1], torch.zeros_like(labels)
    own = [(one, labels == label) for label, one in enumerate(classes)]
    sums = [one.sum(binary[rows], _COARSEST) for one, rows in own]
    spacing, moved = _COARSEST, math.inf
    found = _joined([one.log_p for one in sums], own)
    while moved >= _CONVERGED and spacing > _FINEST:
        spacing /= 2
        sums = [
            one.sum(binary[rows], spacing, coarser)
            for (one, rows), coarser in zip(own, sums, strict=True)
        ]
        finer = _joined([one.log_p for one in sums], own)
        moved, found = float((finer - found).mean().abs()), finer
    greys = [one.sum(grey[rows], spacing) for one, rows in own]
    log_grey, best_z = (
        _joined([getattr(one, name) for one in greys], own) for name in ("log_p", "best_z")
    )
    if moved >= _CONVERGED:

        def refined(targets: Tensor, coarse: list[Sum]) -> Tensor:
            parts = [
                refine(one.decode, targets[rows], one.mean, spacing, of_class)
                for (one, rows), of_class in zip(own, coarse, strict=True)
            ]
            return _joined(parts, own)

        finer, log_grey = refined(binary, sums), refined(grey, greys)
        moved, found = float((finer - found).mean().abs()), finer
    marginal = None
    if labelled:
        each = torch.stack([one.sum(binary, spacing).log_p for one in classes])
        log_p = torch.logsumexp(each, 0) - math.log(model.classes)
        marginal = float(log_p.double().mean())
    rows = slice(0, gap_images)
    return Integral(
        log_likelihood=float(found.double().mean()),
        log_likelihood_grey=float(log_grey.double().mean()),
        log_likelihood_marginal=marginal,
        spacing=spacing,
        moved=moved,
        gap=_gap(model, images.select(rows), log_grey[rows], best_z[rows]),
    )


def _joined(parts: list[Tensor], own: list[tuple["_Class", Tensor]]) -> Tensor:
    """Put what was found for the images of each class back into the images' order."""
    joined = torch.zeros(len(own[0][1]), *parts[0].shape[1:])
    for part, (_, rows) in zip(parts, own, strict=True):
        joined[rows] = part
    return joined


class _Class:
    """A model as it is for the images of a class: its decoder told the label, and its prior."""

    def __init__(self, model: Autoencoder, label: int) -> None:
        self._model = model
        self._one_hot = model.one_hot(torch.tensor([label]))
        self.mean = model.prior_mean(torch.tensor([label]))[0]

    def decode(self, z: Tensor) -> Tensor:
        """Return logits (K, P) of z (K, 2)."""
        label = None if self._one_hot is None else self._one_hot.expand(len(z), -1)
        return self._model.decode(z, label).flatten(1)

    def sum(self, targets: Tensor, spacing: float, coarser: Sum | None = None) -> Sum:
        """Integrate p(x, z) over the plane; without a `coarser` sum after a coarse one."""
        if coarser is None and spacing < _COARSEST:
            coarser = integrate(self.decode, targets, self.mean, _COARSEST)
        return integrate(self.decode, targets, self.mean, spacing, coarser)


@dataclass
class _Gaussians:
    """N(mean, precision⁻¹) for each image: (N, 2), (N, 2, 2)."""

    mean: Tensor
    precision: Tensor

    def nodes(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return Gauss–Hermite nodes z (N, M, 2), the same standardised (M, 2), weights (M,)."""
        place, weight = np.polynomial.hermite_e.hermegauss(count)
        axis = torch.tensor(place, dtype=torch.float32)
        weights = torch.tensor(weight / weight.sum(), dtype=torch.float32)
        standard = torch.cartesian_prod(axis, axis)
        root = torch.linalg.cholesky(torch.linalg.inv(self.precision))
        z = self.mean.unsqueeze(1) + standard @ root.transpose(1, 2)
        return z, standard, torch.outer(weights, weights).flatten()


def _gap(model: Autoencoder, images: Images, log_grey: Tensor, best_z: Tensor) -> Gap:
    """Fit Gaussians to each posterior from the encoder's own and from the best z."""
    target = as_float(images.pixels).flatten(1)
    q, label = encode(model, images)
    if q.logvar is None:
        raise ValueError("a deterministic autoencoder has no likelihood")
    prior_mean = model.prior_mean(images.labels)

    def log_joint(z: Tensor) -> Tensor:
        count = z.shape[1]
        repeated = None if label is None else label.repeat_interleave(count, 0)
        logits = model.decode(z.flatten(0, 1), repeated).flatten(1)
        return _log_likelihood(logits, target) + log_prior(z - prior_mean.unsqueeze(1))

    def elbo(gaussians: _Gaussians) -> Tensor:
        z, _, weights = gaussians.nodes(_FINAL_NODES)
        entropy = 1 + math.log(2 * math.pi) - 0.5 * torch.logdet(gaussians.precision)
        return log_joint(z) @ weights + entropy

    encoders = _Gaussians(q.mu, torch.diag_embed(torch.exp(-q.logvar)))
    own = elbo(encoders)
    near = torch.maximum(own, elbo(_fit(log_joint, encoders, diagonal=True)))
    narrow = _Gaussians(best_z, encoders.precision)
    far = torch.maximum(near, elbo(_fit(log_joint, narrow, diagonal=True)))
    full = torch.maximum(far, elbo(_fit(log_joint, narrow, diagonal=False)))
    full = torch.maximum(full, elbo(_fit(log_joint, encoders, diagonal=False)))
    parts = torch.stack([near - own, far - near, full - far, log_grey - full]).double().mean(1)
    return Gap(len(images), *parts.tolist())


def _fit(log_joint: Callable[[Tensor], Tensor], start: _Gaussians, diagonal: bool) -> _Gaussians:
    """Return the Gaussians of the largest ELBO near `start`.

    A fixed point of μ ← μ + Σ E[∇f], Σ⁻¹ ← −E[∇²f] with f = log p(x, z), damped; the expectations
    need no derivatives of f (Opper & Archambeau 2009, "The Variational Gaussian Approximation
    Revisited"; Stein's lemma).
    """
    mean, precision = start.mean.clone(), start.precision.clone()
    eye = torch.eye(2)
    for _ in range(_STEPS):
        z, standard, weights = _Gaussians(mean, precision).nodes(_NODES)
        f = log_joint(z)
        f -= f.mean(1, keepdim=True)
        # With z = μ + L s: E[∇f] = L⁻ᵀ E[f s], E[∇²f] = L⁻ᵀ E[f (s sᵀ − 1)] L⁻¹.
        outer = standard.unsqueeze(2) * standard.unsqueeze(1) - eye
        slope = torch.einsum("nm,m,mi->ni", f, weights, standard)
        bend = torch.einsum("nm,m,mij->nij", f, weights, outer)
        root = torch.linalg.cholesky(torch.linalg.inv(precision))
        inverse = torch.linalg.inv(root)
        target = -inverse.transpose(1, 2) @ bend @ inverse
        if diagonal:
            target = torch.diag_embed(target.diagonal(dim1=1, dim2=2))
        proposed = (1 - _STEP_SIZE) * precision + _STEP_SIZE * target
        # Where f bends upwards the proposal is no precision: keep the old one, and move on.
        good = torch.linalg.cholesky_ex(proposed)[1] == 0
        precision = torch.where(good[:, None, None], proposed, precision)
        gradient = inverse.transpose(1, 2) @ slope.unsqueeze(2)
        step = torch.linalg.solve(precision, gradient).squeeze(2)
        mean = mean + _STEP_SIZE * step
    return _Gaussians(mean, precision)
