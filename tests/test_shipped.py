"""The release that is committed, and the numbers that the README quotes."""

import json
from typing import Any

import numpy as np
import pytest

from export.parity import make_session
from export.publish import file_entries
from tests.bench.report import NUMBERS, README, ROOT, current_manifest, renewed
from tests.support.mnist import mnist_or_skip
from tests.support.whole import read_whole_release
from train.data import as_float, one_hot
from train.recipes import RECIPES

MODELS = ROOT / "static" / "models"


@pytest.fixture(scope="module")
def models() -> dict[str, Any]:
    return {model["id"]: model for model in read_whole_release(MODELS)["models"]}


def test_the_shipped_release_is_whole_and_small() -> None:
    manifest = read_whole_release(MODELS)
    assert {model["id"] for model in manifest["models"]} == set(RECIPES)
    total = sum(entry["bytes"] for entry in file_entries(manifest))
    assert total <= 25_000_000
    # Nothing of older releases lies about.
    kept = {
        path.name for path in (MODELS / "objects").iterdir() if path.suffix not in (".br", ".gz")
    }
    assert kept == {entry["url"].rpartition("/")[2] for entry in file_entries(manifest)}


def test_the_shipped_models_reach_their_goals(models: dict[str, Any]) -> None:
    for name, recipe in RECIPES.items():
        metrics = models[name]["metrics"]
        assert metrics["importance_samples"] >= 500
        if recipe.goal.elbo is not None and recipe.goal.log_likelihood is not None:
            assert metrics["test_elbo"] >= recipe.goal.elbo
            assert metrics["log_likelihood"] >= recipe.goal.log_likelihood
    assert models["vae-2"]["decoder"]["bytes"] <= 2_000_000


def test_S0_4_the_label_decoder_s_loss_is_far_below_and_its_axes_are_style(
    models: dict[str, Any],
) -> None:
    plain, told = models["vae-2"]["metrics"], models["label-decoder-vae-2"]["metrics"]
    assert told["test_elbo"] > plain["test_elbo"] + 2.3
    assert told["style"]["slant"]["explained"] > 0.8
    assert told["style"]["boldness"]["explained"] > 0.5


@pytest.mark.mnist
def test_the_shipped_encoders_make_the_shipped_means(models: dict[str, Any]) -> None:
    images = mnist_or_skip("train")
    sample = slice(0, 2000)
    for model in models.values():
        means = json.loads((MODELS.parent / model["means"]["url"]).read_bytes())
        assert means["count"] == 60_000
        assert means["labels"] == images.labels.tolist()
        session = make_session((MODELS.parent / model["encoder"]["url"]).read_bytes())
        feeds = {"image": as_float(images.pixels[sample]).numpy()}
        if model["condition"] == "both":
            feeds["label"] = one_hot(images.labels[sample], 10).numpy()
        mu = session.run(["mu"], feeds)[0]
        found = np.array([means["x"][sample], means["y"][sample]]).T
        np.testing.assert_allclose(found, mu, atol=2e-3)


@pytest.mark.mnist
def test_the_shipped_elbo_is_measured_again(models: dict[str, Any]) -> None:
    """One sample an image, through the ONNX files alone: the ELBO that the manifest claims."""
    test = mnist_or_skip("test")
    rng = np.random.default_rng(0)
    image = as_float(test.pixels).numpy()
    label = one_hot(test.labels, 10).numpy()
    for name, model in models.items():
        encoder = make_session((MODELS.parent / model["encoder"]["url"]).read_bytes())
        decoder = make_session((MODELS.parent / model["decoder"]["url"]).read_bytes())
        both = {"label": label} if model["condition"] == "both" else {}
        mu, logvar = encoder.run(None, {"image": image, **both})
        z = (mu + np.exp(logvar / 2) * rng.standard_normal(mu.shape)).astype(np.float32)
        told = {"label": label} if model["condition"] != "none" else {}
        x = decoder.run(None, {"z": z, **told})[0].clip(1e-7, 1 - 1e-7)
        nll = -(image * np.log(x) + (1 - image) * np.log1p(-x)).sum((1, 2, 3)).mean()
        kl = 0.5 * (np.exp(logvar) + mu**2 - 1 - logvar).sum(1).mean()
        assert -nll - kl == pytest.approx(model["metrics"]["test_elbo"], abs=0.3), name


def test_the_readme_s_numbers_are_those_of_the_results_files() -> None:
    readme = README.read_text()
    numbers = json.loads(NUMBERS.read_text())
    assert readme == renewed(readme, numbers, current_manifest())
