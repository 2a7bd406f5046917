"""Per-image loss terms, in nats or squared error: pure functions, never weighted or averaged."""

import math
from collections.abc import Sequence
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
        return softplus_sum(logits) - torch.linalg.vecdot(target, logits)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        logits, target = ctx.saved_tensors
        return torch.sigmoid(logits).sub_(target).mul_(grads[0].unsqueeze(1)), None


def bernoulli_nll(logits: Tensor, target: Tensor) -> Tensor:
    """Return −log p(target | logits) per image in nats, shape (N,): both (N, …).

    The target is in [0, 1]; its grey values count as expected binary ones.
    """
    return _BernoulliNll.apply(logits.flatten(1).float(), target.flatten(1))


def softplus_sum(logits: Tensor) -> Tensor:
    """Return Σ_j log(1 + exp(l_j)) of each row: (N, P) → (N,).

    As Σ max(l, 0) + log Π (1 + exp(−|l|)): the factors lie between 1 and 2, so products of a few
    dozen cannot overflow, and one logarithm serves several of them: up to twice softplus's speed.
    """
    factors = logits.abs().neg_().exp_().add_(1)
    for _ in range(6):
        half, odd = divmod(factors.shape[1], 2)
        if odd:
            break
        factors = factors[:, :half] * factors[:, half:]
    return logits.clamp_min(0).sum(1) + factors.log_().sum(1)


class _MixtureNll(torch.autograd.Function):
    """−log 1/K Σ_k p(target | logits_k), with its gradient written out.

    The N × K posterior weights serve both ways, and no other tensor of that size is kept.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, target: Tensor) -> Tensor:
        log_p = target @ logits.T
        log_p -= softplus_sum(logits)
        largest = log_p.amax(1, keepdim=True)
        weights = log_p.sub_(largest).exp_()
        total = weights.sum(1, keepdim=True)
        ctx.save_for_backward(logits, target, weights.div_(total))
        return math.log(len(logits)) - (largest + total.log()).squeeze(1)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        logits, target, weights = ctx.saved_tensors
        weights = weights * grads[0].unsqueeze(1)
        return torch.sigmoid(logits).mul_(weights.sum(0).unsqueeze(1)) - weights.T @ target, None


def mixture_nll(logits: Tensor, target: Tensor) -> Tensor:
    """Return −log 1/K Σ_k p(target | logits_k) per image in nats: (K, …), (N, …) → (N,).

    With logits decoded at K equally probable z this is −log p(target), up to the sum's error.
    """
    return _MixtureNll.apply(logits.flatten(1).float(), target.flatten(1))


def importance_weighted_nll(log_weight: Tensor) -> Tensor:
    """Return −log 1/K Σ_k w_k per image in nats: log w (N, K) → (N,) (Burda et al. 2015, eq. 8)."""
    return math.log(log_weight.shape[1]) - torch.logsumexp(log_weight, 1)


def squared_error(logits: Tensor, target: Tensor) -> Tensor:
    """Return Σ (target − sigmoid(logits))² per image, shape (N,): both (N, …)."""
    return (torch.sigmoid(logits.float()) - target).square().flatten(1).sum(1)


def class_cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    """Return −log softmax(scores)[label] per image in nats: scores (N, K), labels (N,) → (N,)."""
    return functional.cross_entropy(scores.float(), labels, reduction="none")


def gaussian_kl(mu: Tensor, logvar: Tensor, mean: Tensor | float = 0.0) -> Tensor:
    """Return KL(N(mu, diag exp(logvar)) ‖ N(mean, I)) per image in nats, shape (N,).

    Kingma & Welling 2013, appendix B, with a prior mean.
    """
    return 0.5 * (logvar.exp() + (mu - mean).square() - 1 - logvar).sum(1)


def feature_distance(ours: Sequence[Tensor], theirs: Sequence[Tensor]) -> Tensor:
    """Return how far apart two images are to a network, shape (N,): 0 where they look the same.

    At each place of each layer the features are a vector, made to length 1; the squared distances
    between these are averaged over the places and added up over the layers (Zhang et al. 2018,
    "The Unreasonable Effectiveness of Deep Features", eq. 1, all weights 1). Of L layers at most
    4 L. Lengths do not count: a discriminator cannot grow its features to grow this.

    Both are the features (N, C, H, W) of each layer.
    """
    distances = []
    for pair in zip(ours, theirs, strict=True):
        a, b = (functional.normalize(features.float(), dim=1) for features in pair)
        distances.append((a - b).square().sum(1).mean((1, 2)))
    return torch.stack(distances).sum(0)
