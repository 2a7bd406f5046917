"""Per-image loss terms in nats: pure functions, never already weighted or averaged."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


class _BernoulliNll(torch.autograd.Function):
    """Σ softplus(l) − x·l over the pixels, with the gradient σ(l) − x written out.

    The library's binary_cross_entropy_with_logits keeps and passes over several tensors of the
    logits' size; this one keeps two and passes once each way.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, target: Tensor) -> Tensor:
        ctx.save_for_backward(logits, target)
        return functional.softplus(logits).sum(1) - torch.linalg.vecdot(target, logits)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        logits, target = ctx.saved_tensors
        return torch.sigmoid(logits).sub_(target).mul_(grads[0].unsqueeze(1)), None


def bernoulli_nll(logits: Tensor, target: Tensor) -> Tensor:
    """Return −log p(target | logits) per image in nats, shape (N,).

    Args:
        logits: (N, …) any shape.
        target: the same shape, in [0, 1]; grey values count as expected binary ones.
    """
    return _BernoulliNll.apply(logits.flatten(1).float(), target.flatten(1))


def gaussian_kl(mu: Tensor, logvar: Tensor, mean: Tensor | float = 0.0) -> Tensor:
    """Return KL(N(mu, diag exp(logvar)) ‖ N(mean, I)) per image in nats, shape (N,).

    Kingma & Welling 2013, appendix B, with a prior mean.
    """
    return 0.5 * (logvar.exp() + (mu - mean).square() - 1 - logvar).sum(1)
