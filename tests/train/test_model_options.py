"""The kinds of model that one class carries, told apart by what they compute and learn."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from latent_atlas.train.evaluation.likelihood import likelihood
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.runs.run_folder import load_run
from latent_atlas.train.training import losses
from latent_atlas.train.training.objectives import elbo_terms, total_loss

Train = Callable[..., int]
SHAPE = (1, 28, 28)


def test_every_id_of_the_design_has_a_recipe() -> None:
    sizes = (5, 10, 20, 50, 100)
    expected = {"vae-2", "vae-2-mlp256", "ae-2", "cvae-2", "label-decoder-vae-2"}
    expected |= {f"{kind}-{size}" for kind in ("vae", "ae", "cvae") for size in sizes}
    expected |= {f"classifier-vae-2-w{weight}" for weight in (1, 10, 100)}
    expected |= {"target-means-vae-2", "fashion-vae-2", "lattice-2"}
    assert expected <= RECIPES.keys()


def test_S1_1_an_autoencoder_has_a_linear_latent_and_no_noise() -> None:
    model = Autoencoder(RECIPES["ae-10"], SHAPE, 10).eval()
    image = torch.rand(64, *SHAPE)
    out = model(image, None, torch.randn(64, 10) * 100)
    assert out.logvar is None
    assert torch.equal(out.logits, model.decode(out.mu))
    assert (out.mu < 0).any()  # a ReLU would leave nothing below zero
    assert (out.mu > 0).any()
    with pytest.raises(ValueError, match="no likelihood"):
        likelihood(model, _images(image), 2)


def _images(image: torch.Tensor):  # type: ignore[no-untyped-def]
    from latent_atlas.train.data.images import Images

    return Images((image * 255).byte(), torch.zeros(len(image), dtype=torch.int64), 10)


def test_log_variances_approach_their_cap() -> None:
    recipe = replace(RECIPES["vae-2"], logvar_cap=2.0)
    model = Autoencoder(recipe, SHAPE, 10).eval()
    assert model.to_posterior is not None
    model.to_posterior.weight.data.zero_()
    for raw, expected in ((-6.0, -6.0), (26.0, 2.0), (2.0, 2 - math.log(2))):
        model.to_posterior.bias.data.fill_(raw)
        logvar = model.encode(torch.rand(3, *SHAPE)).logvar
        assert logvar is not None
        assert logvar.tolist() == [[pytest.approx(expected, abs=1e-3)] * 2] * 3


def test_S0_5_each_class_has_a_prior_of_its_own() -> None:
    recipe = RECIPES["target-means-vae-2"]
    model = Autoencoder(recipe, SHAPE, 10)
    labels = torch.arange(10)
    assert model.prior_mean(labels)[9].tolist() == [0.0, -20.0]
    assert model.prior_mean(labels)[6].tolist() == [-10.0, -10.0]
    mu = model.prior_mean(labels)
    assert losses.gaussian_kl(mu, torch.zeros(10, 2), mu).abs().max() == 0
    # KL to N(m, I) grows by half the squared distance from m.
    assert losses.gaussian_kl(mu + 2, torch.zeros(10, 2), mu).tolist() == [4.0] * 10
    assert "prior_means" not in model.state_dict()  # the recipe has them


def test_S0_6_class_scores_share_the_decoder_and_weigh_in_the_loss() -> None:
    recipe = RECIPES["classifier-vae-2-w10"]
    model = Autoencoder(recipe, SHAPE, 10).eval()
    image, labels = torch.rand(8, *SHAPE), torch.arange(8)
    out = model(image, None, torch.randn(8, 2))
    terms = elbo_terms(recipe, out, image, labels, model.prior_mean(labels))
    assert out.class_scores is not None
    log_softmax = torch.log_softmax(out.class_scores, 1)
    expected = -log_softmax[torch.arange(8), labels]
    assert torch.allclose(terms["classification"], expected)
    total = terms["reconstruction"] + terms["kl"] + 10 * expected
    assert torch.allclose(total_loss(recipe, terms), total)
    z = torch.randn(3, 2)
    assert torch.equal(model.class_scores(z), model.decode_with_classes(z)[1])


def test_softplus_sum_is_exact_where_products_could_overflow() -> None:
    logits = torch.cat([torch.full((1, 784), value) for value in (-200.0, -3.0, 0.0, 3.0, 200.0)])
    expected = torch.nn.functional.softplus(logits.double()).sum(1)
    assert torch.allclose(losses.softplus_sum(logits).double(), expected, rtol=1e-6, atol=1e-4)
    odd = torch.randn(5, 7)
    assert torch.allclose(
        losses.softplus_sum(odd), torch.nn.functional.softplus(odd).sum(1), atol=1e-5
    )


def test_squared_error_is_that_of_the_image_not_of_the_logits() -> None:
    logits, target = torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    assert losses.squared_error(logits, target).tolist() == [1.0, 1.0]


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["ae-2", "target-means-vae-2", "classifier-vae-2-w100"])
def test_each_kind_trains_and_loads_again(train: Train, tmp_path: Path, recipe: str) -> None:
    assert train(recipe=recipe) == 0
    run = load_run(tmp_path / "runs" / recipe)
    assert run.recipe.prior_means == RECIPES[recipe].prior_means
    rows = (tmp_path / "runs" / recipe / "metrics.jsonl").read_text().splitlines()
    last = json.loads(rows[-1])
    assert ("kl" in last) == ("elbo" in last) == (not run.recipe.deterministic)
    assert ("classification" in last) == (run.recipe.classification_weight > 0)
    expected = last["reconstruction"] + last.get("kl", 0)
    expected += run.recipe.classification_weight * last.get("classification", 0)
    assert last["loss"] == pytest.approx(expected)
    assert (run.report["test"] is None) == run.recipe.deterministic


@pytest.mark.slow
def test_target_means_pull_the_classes_to_their_places(train: Train, tmp_path: Path) -> None:
    from latent_atlas.train.data import datasets
    from latent_atlas.train.evaluation.likelihood import encode_all

    assert train("--epochs=60", "--learning-rate=3e-3", recipe="target-means-vae-2") == 0
    model = load_run(tmp_path / "runs" / "target-means-vae-2").model
    images = datasets.load("mnist", "train")
    mu = encode_all(model, images).mu
    nearest = torch.cdist(mu, model.prior_means).argmin(1)
    assert (nearest == images.labels).float().mean() > 0.8


def test_the_trace_has_the_map_after_each_epoch(train: Train, tmp_path: Path) -> None:
    from latent_atlas.train.runs.trace import load_trace

    assert train() == 0
    trace = load_trace(tmp_path / "runs" / "vae-2")
    assert sorted(trace) == [0, 1, 2, 3]
    assert all(points.shape == (320, 2) for points in trace.values())
    assert abs(trace[3] - trace[0]).max() > 0


def test_a_recipe_can_train_squared_error(train: Train, tmp_path: Path) -> None:
    assert train("--reconstruction=squared-error") == 0
    run = load_run(tmp_path / "runs" / "vae-2")
    assert isinstance(run.recipe, Recipe)
    assert run.recipe.reconstruction == "squared-error"
    assert "elbo" not in run.report["train"]
    assert run.report["train"]["reconstruction"] < 100
