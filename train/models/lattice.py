"""A plane of latents as a lattice of equally probable points, and the posterior that it gives.

With two latents nothing needs to be guessed: p(x) is a sum over the plane, and the summands are the
posterior (Martinez & Williams 2026, "Quasi Monte Carlo methods enable extremely low-dimensional
deep generative models", trains decoders on that sum; the posterior read from it is ours).
"""

import math
from collections.abc import Callable

import torch
from numpy.polynomial.hermite_e import hermegauss
from torch import Tensor
from torch.nn import functional

from latent_atlas.train.recipes.limits import previous_fibonacci
from latent_atlas.train.training.losses import softplus_sum

Decode = Callable[[Tensor], Tensor]
"""z (K, 2) to pixel logits (K, P)."""

_EDGE = 1e-6
"""Of the unit square, whose border lies infinitely far out in the plane."""
_CELL = torch.cartesian_prod(torch.linspace(-1, 1, 5), torch.linspace(-1, 1, 5))
_CLOSE = 0.5
"""Of half a cell: near enough for a narrow peak, and far enough for rounding not to bend it."""
_CROSS = torch.tensor([[-1.0, 0], [0, -1], [0, 0], [1, 0], [0, 1]])
_AXIS, _AXIS_WEIGHTS = (torch.tensor(own).float() for own in hermegauss(5))
_NODES = torch.cartesian_prod(_AXIS, _AXIS)
"""Gauss–Hermite nodes of two axes, (25, 2), and their weights, (25,)."""
_WEIGHTS = torch.outer(_AXIS_WEIGHTS, _AXIS_WEIGHTS).flatten() / _AXIS_WEIGHTS.sum() ** 2
_ROUNDS = 3
_LARGEST_CORRELATION = 0.95
"""Of the two axes in a step: a longer ridge is followed in several."""
_FLATTEST = 1e-5
"""Curvature in squared steps below which a posterior is as wide as the plane."""


def fibonacci_lattice(points: int, shift: Tensor | None = None) -> Tensor:
    """Return `points` equally probable places under N(0, I): (points, 2).

    A Fibonacci lattice in the unit square, mapped by the Gaussian quantile function. `shift` (2,)
    in [0, 1) moves it around the square; without one no point lies on its border.

    Raises:
        ValueError: `points` is not a Fibonacci number.
    """
    generator = previous_fibonacci(points)
    if generator is None:
        raise ValueError(f"{points} is not a Fibonacci number")
    device = None if shift is None else shift.device
    index = torch.arange(points, dtype=torch.float64, device=device)
    square = torch.stack([index, index * generator], dim=1) / points
    square += 0.5 / points if shift is None else shift
    square -= square.floor()
    return torch.special.ndtri(square.clamp(_EDGE, 1 - _EDGE)).float()


def log_prior(z: Tensor) -> Tensor:
    """Return log N(z; 0, I) of z (…, 2): (…)."""
    return -0.5 * z.square().sum(-1) - math.log(2 * math.pi)


def posterior(decode: Decode, image: Tensor, lattice: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and log-variance (N, 2) of the Gaussian of the largest ELBO at the best point.

    `image` is (N, P) in [0, 1]; its grey values count as expected binary ones. The best of the
    points of `lattice` (K, 2) is found, then the best of a finer grid over its cell; from there
    Newton's method leads to the peak, first with the derivatives of f = log p(image, z) along each
    axis, then with their expectations under the Gaussian itself, whose fixed point has the largest
    ELBO (Opper & Archambeau 2009, "The Variational Gaussian Approximation Revisited"). Of several
    far peaks the highest is described.
    """
    logits = decode(lattice)
    log_joint = image @ logits.T + (log_prior(lattice) - softplus_sum(logits))
    centre = lattice[log_joint.argmax(1)]
    # Half a cell's sides: in the unit square 1 / √K, in the plane that over the density of each z.
    half = 0.5 * math.sqrt(2 * math.pi / len(lattice)) * torch.exp(0.5 * centre.square())
    cell = _CELL.to(image.device)
    index = _relative(decode, image, centre, half, cell).argmax(1)
    centre = centre + half * cell[index]
    step = _CLOSE * half
    cross = _relative(decode, image, centre, step, _CROSS.to(image.device))
    below, above = cross[:, :2], cross[:, 3:]  # left and lower, right and upper
    bend = (-below - above).clamp_min(_FLATTEST)
    newton = 0.5 * (above - below) / bend
    centre = centre + step * newton.clamp(-2.0, 2.0)
    # On a slope the bend says nothing of the peak's width.
    sigma = step * torch.where(newton.abs() < 2, bend.rsqrt(), 1.0)
    nodes, weights = _NODES.to(image.device), _WEIGHTS.to(image.device)
    for _ in range(_ROUNDS):
        f = _relative(decode, image, centre, sigma, nodes)
        f = (f - f.mean(1, keepdim=True)) * weights
        slope = f @ nodes  # σ E[∇f]
        # −σ² E[∇²f]; far from a peak the plane may bend upwards.
        curve = (f @ (1 - nodes.square())).clamp(0.25, 4.0)
        product = curve.prod(1, keepdim=True)
        limit = _LARGEST_CORRELATION * product.sqrt()
        mixed = -(f @ nodes.prod(1, keepdim=True))
        mixed = torch.minimum(torch.maximum(mixed, -limit), limit)
        step = (curve.flip(1) * slope - mixed * slope.flip(1)) / (product - mixed.square())
        centre = centre + sigma * step.clamp(-2.0, 2.0)
        sigma = sigma * curve.rsqrt()
    return centre, 2 * sigma.log()


def _relative(
    decode: Decode, image: Tensor, centre: Tensor, step: Tensor, offsets: Tensor
) -> Tensor:
    """Return log p(image, z) − log p(image, centre) at z = centre + step · offsets.

    `centre` and `step` are (N, 2), `offsets` (M, 2) with (0, 0) in the middle; the result is
    (N, M). Differences are taken pixel by pixel: those of the sums would be mostly rounding.
    """
    z = centre.unsqueeze(1) + step.unsqueeze(1) * offsets
    logits = decode(z.flatten(0, 1)).unflatten(0, z.shape[:2])
    middle = logits[:, len(offsets) // 2].unsqueeze(1)
    linear = ((logits - middle) @ image.unsqueeze(2)).squeeze(2)
    partition = (functional.softplus(logits) - functional.softplus(middle)).sum(2)
    apart = step.unsqueeze(1) * offsets
    prior = -(apart * (centre.unsqueeze(1) + 0.5 * apart)).sum(2)
    return linear - partition + prior
