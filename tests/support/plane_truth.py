"""Exact inference in the plane by force, in numpy: the measure of the page's own numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from tests.support.reference import Reference

LogJoint = Callable[[np.ndarray], np.ndarray]
_BATCH = 4096
_COARSE = 0.04
_REACH = 4.6
_PARTS = 10
# A coarse cell is looked into where its middle is within so many nats of the best one's. That finds
# posteriors whose σ is above 0.006 in every direction, slanted ones included; not narrower ridges.
_NATS = 12.0


@dataclass(frozen=True)
class PlaneTruth:
    """What a decoder of two latents says of an image; nats."""

    log_likelihood: float
    best: np.ndarray
    fine: np.ndarray
    """Points on a spacing of 0.004 where the mass is, (n, 2)."""
    log_joint: np.ndarray
    """log p(x, z) there, (n,)."""


def log_joint_of(reference: Reference, model_id: str, x: np.ndarray) -> LogJoint:
    """Return what maps z (n, 2) to log p(x|z) + log N(z; 0, I), (n,)."""
    ink = x.astype(np.float64)

    def log_joint(z: np.ndarray) -> np.ndarray:
        found = []
        for start in range(0, len(z), _BATCH):
            part = z[start : start + _BATCH]
            p = reference.decode(model_id, part).astype(np.float64)
            p = np.clip(p, 1e-30, 1 - 2**-25)
            found.append(np.log(p) @ ink + np.log1p(-p) @ (1 - ink))
        prior = -(z**2).sum(1) / 2 - np.log(2 * np.pi)
        joint: np.ndarray = np.concatenate(found) + prior
        return joint

    return log_joint


def plane_truth(log_joint: LogJoint) -> PlaneTruth:
    """Integrate over a fine grid, wherever a coarse one finds anything."""
    axis = np.arange(-_REACH, _REACH, _COARSE) + _COARSE / 2
    coarse = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    values = log_joint(coarse)
    held = coarse[values > values.max() - _NATS]
    step = _COARSE / _PARTS
    inside = (np.arange(_PARTS) + 0.5) * step - _COARSE / 2
    offsets = np.stack(np.meshgrid(inside, inside), -1).reshape(-1, 2)
    fine = (held[:, None] + offsets).reshape(-1, 2)
    joint = log_joint(fine)
    top = joint.max()
    total = top + np.log(np.exp(joint - top).sum() * step**2)
    return PlaneTruth(float(total), fine[joint.argmax()], fine, joint)


def elbo_of(log_joint: LogJoint, mean: np.ndarray, covariance: np.ndarray) -> float:
    """Return E_q[log p(x, z)] + H(q) of a Gaussian, by a sum over ±6 of its standard deviations."""
    axis = np.arange(-6, 6, 0.25) + 0.125
    noise = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    weight = np.exp(-(noise**2).sum(1) / 2)
    z = mean + noise @ np.linalg.cholesky(covariance).T
    expected = (weight / weight.sum()) @ log_joint(z)
    return float(expected + np.linalg.slogdet(2 * np.pi * np.e * covariance)[1] / 2)


def best_elbo(log_joint: LogJoint, truth: PlaneTruth, diagonal: bool) -> float:
    """Return the highest ELBO of a Gaussian near the best z, by a search without derivatives."""
    near = np.abs(truth.fine - truth.best).max(1) < 0.15
    share = np.exp(truth.log_joint[near] - truth.log_joint[near].max())
    mean = share @ truth.fine[near] / share.sum()
    spread = np.sqrt(share @ (truth.fine[near] - mean) ** 2 / share.sum())

    def miss(parts: np.ndarray) -> float:
        x, y, log_a, log_b, slant = [*parts, *[0.0] * (5 - len(parts))]
        a, b = spread * np.exp([log_a, log_b])
        rho = np.tanh(slant)
        covariance = np.array([[a * a, rho * a * b], [rho * a * b, b * b]])
        return -elbo_of(log_joint, mean + spread * [x, y], covariance)

    start = np.zeros(4 if diagonal else 5)
    steps = np.vstack([start, start + 0.3 * np.eye(len(start))])
    found = minimize(
        miss,
        start,
        method="Nelder-Mead",
        options={"fatol": 0.01, "xatol": 0.1, "initial_simplex": steps},
    )
    return -float(found.fun)
