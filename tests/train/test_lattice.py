"""The plane as a lattice: its points, its sum, the posterior on it, and a decoder trained on it."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.models.lattice import fibonacci_lattice, log_prior, posterior
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.training import losses, session
from latent_atlas.train.training.trainer import Result, fit, lattice_points

_P = 40
"""Pixels of a decoder whose logits are linear in z."""


def decoder(slope: float) -> Callable[[Tensor], Tensor]:
    generator = torch.Generator().manual_seed(1)
    weight = torch.randn(2, _P, generator=generator) * slope
    return lambda z: z @ weight


def brute_force(decode: Callable[[Tensor], Tensor], image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return log p(x), and mean and variance of p(z | x), from a grid of a hundredth."""
    axis = torch.arange(-6, 6, 0.01, dtype=torch.float64)
    z = torch.cartesian_prod(axis, axis)
    logits = decode(z.float()).double()
    prior = log_prior(z)
    log_joint = image.double() @ logits.T - torch.nn.functional.softplus(logits).sum(1) + prior
    weight = torch.softmax(log_joint, 1)
    mean = weight @ z
    evidence = torch.logsumexp(log_joint, 1) + 2 * math.log(0.01)
    return evidence, mean, weight @ z.square() - mean.square()


def test_the_lattice_is_a_sample_of_the_prior() -> None:
    for z in (fibonacci_lattice(1597), fibonacci_lattice(1597, torch.tensor([0.3, 0.9]).double())):
        assert z.shape == (1597, 2)
        assert z.mean(0).abs().max() < 0.01
        assert torch.cov(z.T).sub(torch.eye(2)).abs().max() < 0.05
        assert z.abs().max() < 5
    with pytest.raises(ValueError, match="1000"):
        fibonacci_lattice(1000)


@pytest.mark.slow
def test_the_sum_over_the_lattice_is_the_integral() -> None:
    decode, image = decoder(0.5), torch.rand(6, _P, generator=torch.Generator().manual_seed(2))
    expected = brute_force(decode, image)[0]
    found = -losses.mixture_nll(decode(fibonacci_lattice(1597)), image)
    torch.testing.assert_close(found.double(), expected, atol=0.02, rtol=0)


def test_the_gradient_of_the_sum() -> None:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(7, _P, generator=generator, requires_grad=True)
    target = torch.rand(4, _P, generator=generator)
    log_p = target @ logits.T - torch.nn.functional.softplus(logits).sum(1)
    expected = math.log(7) - torch.logsumexp(log_p, 1)
    ours = losses.mixture_nll(logits, target)
    torch.testing.assert_close(ours, expected)
    weight = torch.arange(1.0, 5)
    (gradient,) = torch.autograd.grad((ours * weight).sum(), logits, retain_graph=True)
    torch.testing.assert_close(gradient, torch.autograd.grad((expected * weight).sum(), logits)[0])


@pytest.mark.slow
@pytest.mark.parametrize("slope", [0.5, 3.0])
def test_the_posterior_is_that_of_brute_force(slope: float) -> None:
    decode, image = decoder(slope), torch.rand(6, _P, generator=torch.Generator().manual_seed(4))
    _, mean, variance = brute_force(decode, image.round())
    mu, logvar = posterior(decode, image.round(), fibonacci_lattice(1597))
    sigma = variance.sqrt()
    assert ((mu - mean).abs() / sigma).max() < 0.25
    assert (logvar / 2 - sigma.log()).abs().max() < 0.25


def test_lattices_grow_in_equal_parts() -> None:
    recipe = RECIPES["lattice-2"]
    sizes = [lattice_points(recipe, step, 1000) for step in range(1000)]
    assert sizes == sorted(sizes)
    parts = len(recipe.lattice_points)
    assert [sizes.count(size) * parts // 1000 for size in (610, 1597, 4181)] == [2, 2, 1]


@pytest.mark.slow
def test_a_decoder_learns_on_the_lattice(train: Callable[..., int], tmp_path: Path) -> None:
    options = ["--lattice-points", "89,233", "--epochs", "2", "--batch-size", "50"]
    assert train(*options, recipe="lattice-2") == 0
    rows = [
        json.loads(row)
        for row in (tmp_path / "runs/lattice-2/metrics.jsonl").read_text().splitlines()
    ]
    assert rows[1]["log_likelihood"] > rows[0]["log_likelihood"]
    report = json.loads((tmp_path / "runs/lattice-2/report.json").read_text())
    assert report["parameters"]["encoder"] == 0
    assert math.isfinite(report["test"]["elbo"])
    assert report["test"]["elbo"] <= report["test"]["log_likelihood"] + 1


@pytest.mark.slow
def test_it_goes_on_from_a_decoder_trained_on_the_elbo(
    train: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results: list[Result] = []
    begun: list[Autoencoder] = []

    def watched(*arguments: Any, after_epoch: Any = None, **named: Any) -> Result:
        def first(epoch: int, model: Autoencoder) -> None:
            if epoch == 0:
                begun.append(model.eval())
                assert torch.equal(decoded(model), decoded(results[0].model))

        results.append(fit(*arguments, after_epoch=first if results else None, **named))
        return results[-1]

    def decoded(model: Autoencoder) -> Tensor:
        return model.decode(torch.tensor([[0.5, -1.0], [2.0, 0.1]]))

    monkeypatch.setattr(session, "fit", watched)
    options = [
        "--lattice-points",
        "89",
        "--batch-size",
        "50",
        "--epochs",
        "1",
        "--elbo-epochs",
        "3",
    ]
    assert train(*options, recipe="lattice-2") == 0
    assert [len(result.metrics) for result in results] == [3, 1]
    assert "kl" in results[0].metrics[-1]
    assert len(begun) == 1
    # Killed before its end, a run that is resumed does not learn its start anew.
    folder = tmp_path / "runs" / "lattice-2"
    (folder / "report.json").unlink()
    monkeypatch.setattr(session, "fit", fit)
    started = sorted((folder / "state" / "elbo").iterdir())
    before = [path.stat().st_mtime_ns for path in started]
    assert train(*options, "--resume", recipe="lattice-2") == 0
    assert [path.stat().st_mtime_ns for path in started] == before
