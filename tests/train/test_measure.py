"""What is measured of a model, on cases where the answer is known."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from latent_atlas.train.__main__ import main
from latent_atlas.train.data import datasets
from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.evaluation import anomaly, samples
from latent_atlas.train.evaluation.likelihood import active_units, reconstruction_errors
from latent_atlas.train.evaluation.probes import knn_accuracy, linear_probe
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.models.held_out_classifier import load_classifier, train_network
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.report.results import BASELINES
from latent_atlas.train.runs.run_folder import load_run
from tests.support.mnist import dataset_or_skip, mnist_or_skip

Train = Callable[..., int]


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["vae-2", "ae-2", "cvae-10", "classifier-vae-2-w10"])
def test_B10_a_report_has_every_measurement_of_its_kind(
    train: Train, tmp_path: Path, recipe: str
) -> None:
    assert train(recipe=recipe) == 0
    run = load_run(tmp_path / "runs" / recipe)
    report, model = run.report, run.model
    assert (report["test"] is None) == model.deterministic
    by_class = report["errors"]["by_class"]
    assert [row["label"] for row in by_class] == list(range(10))
    weighted = sum(row["squared_error"] * row["count"] for row in by_class) / 64
    assert weighted == pytest.approx(report["errors"]["squared_error"], rel=1e-5)
    assert 0 <= report["knn"]["100"]["mean"] <= 1
    assert (report["active_units"] is None) == model.deterministic
    asked = report["samples"]["prior"]["asked"]
    assert (asked is None) == (model.condition == "none")
    assert ("fitted" in report["samples"]) == model.deterministic
    assert sum(report["samples"]["prior"]["class_shares"]) == pytest.approx(1, abs=1e-4)
    assert {"noise", "rotated"} <= report["anomaly"].keys()
    assert (report["classifier"] is None) == (not model.has_classifier)
    if model.has_classifier:
        confusion = np.array(report["classifier"]["confusion"])
        assert confusion.sum() == 64
        assert confusion.trace() / 64 == pytest.approx(report["classifier"]["accuracy"])
    projections = tmp_path / "runs" / recipe / "projections.safetensors"
    assert projections.exists() == (model.latent_size > 2)


@pytest.mark.slow
def test_evaluate_measures_a_finished_run_again(
    train: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train() == 0
    folder = tmp_path / "runs" / "vae-2"
    before = load_run(folder)
    report = {k: v for k, v in before.report.items() if k not in ("knn", "errors")}
    (folder / "report.json").write_text(json.dumps(report))
    assert main(["evaluate", "vae-2", "--runs", str(tmp_path / "runs"), "--samples", "8"]) == 0
    after = load_run(folder)
    del after.report["weights_sha256"], before.report["weights_sha256"]  # of the file, not of them
    assert after.report == before.report
    assert main(["evaluate", "vae-2", "--runs", str(tmp_path / "runs"), "--samples", "9"]) == 0
    assert load_run(folder).report["test"]["importance_samples"] == 9
    assert "ELBO" in capsys.readouterr().out
    assert main(["evaluate", "vae-9", "--runs", str(tmp_path / "runs")]) == 1
    assert main(["evaluate", "--runs", str(tmp_path / "runs")]) == 1
    assert main(["evaluate", "vae-2", "--epochs", "3"]) == 1


def test_neighbours_and_a_line_find_classes_that_lie_apart_and_no_others() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(3000) % 10
    around = np.stack([np.cos(labels * 0.63), np.sin(labels * 0.63)], 1) * 20
    apart = (around + rng.normal(size=(3000, 2))).astype(np.float32)
    mixed = rng.normal(size=(3000, 2)).astype(np.float32)
    train, test = slice(0, 2000), slice(2000, 3000)
    for mu, low, high in ((apart, 0.97, 1.0), (mixed, 0.0, 0.2)):
        cut = mu[train], labels[train], mu[test], labels[test]
        knn = knn_accuracy(*cut)
        assert set(knn) == {"100", "1000", "all"}
        assert all(low <= row["mean"] <= high for row in knn.values())
        assert low <= linear_probe(*cut) <= high
        assert knn_accuracy(*cut) == knn  # seeded


def test_active_units_are_those_that_vary() -> None:
    mu = torch.randn(1000, 5) * torch.tensor([1.0, 0.05, 1.0, 0.0, 0.2])
    assert active_units(mu) == 3


def test_errors_are_zero_for_an_image_that_is_reproduced(data_root: Path) -> None:
    model = Autoencoder(RECIPES["vae-2"], (1, 28, 28), 10).eval()
    black = Images(torch.zeros(20, 1, 28, 28, dtype=torch.uint8), torch.arange(20) % 10, 10)
    with torch.no_grad():
        model.to_logits.weight.zero_()
        model.to_logits.bias.fill_(-100)
    errors = reconstruction_errors(model, black)
    assert errors.squared_error == pytest.approx(0, abs=1e-6)
    assert errors.cross_entropy == pytest.approx(0, abs=1e-4)
    with torch.no_grad():
        model.to_logits.bias.zero_()
    grey = reconstruction_errors(model, black)
    assert grey.squared_error == pytest.approx(784 / 4)
    assert grey.cross_entropy == pytest.approx(784 * np.log(2), rel=1e-5)


def test_quality_knows_confident_and_even_from_unsure_and_one_sided() -> None:
    sure = torch.eye(10).repeat(10, 1)
    found = samples.quality(sure, torch.arange(100) % 10)
    assert found.confident == 1
    assert found.evenness == pytest.approx(1)
    assert found.asked == 1
    unsure = torch.full((100, 10), 0.1)
    unsure[:, 0] += 1e-3
    found = samples.quality(unsure)
    assert found.confident == 0
    assert found.evenness == pytest.approx(0.1)
    assert found.asked is None


def test_the_fitted_gaussian_has_the_encodings_mean_and_covariance() -> None:
    mu = torch.randn(5000, 3) @ torch.tensor([[2.0, 1, 0], [0, 1, 0], [0, 0, 0.1]]) + 5
    drawn = samples.draw_gaussian(mu, 50_000)
    assert torch.allclose(drawn.mean(0), mu.mean(0), atol=0.05)
    assert torch.allclose(torch.cov(drawn.T), torch.cov(mu.T), atol=0.1)


def test_the_prior_of_target_means_lies_at_the_targets() -> None:
    model = Autoencoder(RECIPES["target-means-vae-2"], (1, 28, 28), 10)
    z, labels = samples.draw_prior(model, 5000)
    assert z[labels == 9].mean(0).tolist() == pytest.approx([0, -20], abs=0.2)


@pytest.mark.slow
def test_S4_9_strangers_score_higher_and_the_curve_has_the_auc(
    train: Train, tmp_path: Path
) -> None:
    assert train("--epochs=30", "--learning-rate=3e-3", recipe="ae-2") == 0
    report = load_run(tmp_path / "runs" / "ae-2").report
    noise = report["anomaly"]["noise"]
    assert noise["auc"] > 0.99
    for found in report["anomaly"].values():
        area = np.trapezoid(found["roc"]["true_positive"], found["roc"]["false_positive"])
        assert area == pytest.approx(found["auc"], abs=0.02)


def test_a_conditioned_model_scores_a_stranger_by_its_best_label(data_root: Path) -> None:
    model = Autoencoder(RECIPES["cvae-2"], (1, 28, 28), 10).eval()
    pixels = datasets.load("mnist", "test").pixels[:5]
    found = anomaly.scores(model, pixels)
    each = []
    for label in range(10):
        one = torch.eye(10)[[label] * 5]
        image = as_float(pixels)
        x = torch.sigmoid(model.decode(model.encode(image, one).mu, one))
        each.append((x - image).square().flatten(1).sum(1))
    assert torch.allclose(found, torch.stack(each).amin(0))


def test_grey_pixels_are_neither_dark_nor_bright() -> None:
    pixels = torch.tensor([[0, 25, 26, 128, 229, 230, 255]], dtype=torch.uint8)
    assert anomaly.grey_pixels(pixels.view(1, 1, 1, 7)).tolist() == [3]


@pytest.mark.mnist
def test_S4_9_a_count_of_grey_pixels_tells_clothes_from_digits() -> None:
    dataset_or_skip("fashion-mnist", "test")
    found = anomaly.baseline("mnist", mnist_or_skip("test"))
    kept = json.loads((Path("docs") / BASELINES).read_text())["mnist"]["grey_pixels_auc"]
    assert found == pytest.approx(kept, abs=1e-5)
    assert found["fashion-mnist"] > 0.98
    assert found["rotated"] == 0.5  # as many grey pixels as upright


def test_means_of_two_images_are_of_two_classes() -> None:
    pixels = torch.zeros(20, 1, 28, 28, dtype=torch.uint8)
    pixels[10:] = 200
    test = Images(pixels, torch.arange(20) // 10, 2)
    sure_of_halves = _Reader(lambda image: (image.mean((1, 2, 3)) - 100 / 255).abs() < 0.01)
    assert samples.means_of_two(test, sure_of_halves).confident == 1  # type: ignore[arg-type]


class _Reader:
    """A classifier that is sure where it is told to be."""

    def __init__(self, is_sure: Callable[[torch.Tensor], torch.Tensor]) -> None:
        self.is_sure = is_sure

    def probabilities(self, image: torch.Tensor) -> torch.Tensor:
        sure = self.is_sure(image).float()
        return torch.stack([0.5 + sure / 2, 0.5 - sure / 2], 1)


@pytest.mark.slow
def test_baselines_are_measured_without_any_run(data_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "docs"
    options = ["--runs", str(tmp_path / "runs"), "--out", str(out)]
    assert main(["baselines", *options]) == 0
    found = json.loads((out / BASELINES).read_text())["mnist"]
    assert found["grey_pixels_auc"]["noise"] == 1
    assert 0 <= found["means_of_two"]["confident"] <= 1
    assert main(["baselines", "mnist", *options]) == 1


@pytest.mark.slow
def test_the_held_out_classifier_learns_is_cached_and_mended(
    data_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "latent_atlas.train.models.held_out_classifier.train_network", train_network
    )
    images, test = datasets.load("mnist", "train"), datasets.load("mnist", "test")
    first = load_classifier(images, test, tmp_path / "judges")
    assert (first.on_test.argmax(1) == test.labels).float().mean() > 0.3
    path = next((tmp_path / "judges").glob("*.safetensors"))
    before = path.stat().st_mtime_ns
    again = load_classifier(images, test, tmp_path / "judges")
    assert path.stat().st_mtime_ns == before
    image = as_float(test.pixels)
    assert torch.allclose(again.probabilities(image), first.on_test, atol=1e-6)
    path.write_bytes(b"broken")
    mended = load_classifier(images, test, tmp_path / "judges")
    assert torch.equal(mended.on_test, first.on_test)
