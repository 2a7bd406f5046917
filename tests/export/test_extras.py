"""What a release carries beside the graphs: each object against a recomputation with numpy."""

import base64
import dataclasses
import io
import json
import math
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from latent_atlas.export.__main__ import main
from latent_atlas.export.documents.json_numbers import to_json
from latent_atlas.export.documents.maps import grid, home_view, layout_json, plane_of
from latent_atlas.export.documents.measurements import MOST_EPOCHS, curves_json, report_json
from latent_atlas.export.documents.pictures import LARGE, SMALL, map_png
from latent_atlas.export.documents.rate_distortion import rate_distortion
from latent_atlas.export.documents.statistics import statistics_json
from latent_atlas.export.documents.study_document import study_json
from latent_atlas.export.documents.training_trace import chosen_epochs, trace_json
from latent_atlas.export.onnx_graphs import graphs
from latent_atlas.export.onnx_graphs.parity import make_session
from latent_atlas.export.publish import file_entries
from latent_atlas.train.data import datasets
from latent_atlas.train.data.images import as_float, one_hot
from latent_atlas.train.errors import UserError
from latent_atlas.train.evaluation.encodings import Encodings, enclosing_circle, halves
from latent_atlas.train.evaluation.style import trend
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.study_recipes import STUDY
from latent_atlas.train.rounding import significant
from latent_atlas.train.runs.latent_projections import load_tsne, pca, save_tsne, tsne
from latent_atlas.train.runs.trace import load_trace
from latent_atlas.train.study.study_results import Results
from latent_atlas.webapp.manifest import Manifest
from tests.support.whole import read_whole_release

pytestmark = pytest.mark.slow

ToOnnx = Callable[[Autoencoder, str, dict[str, str]], bytes]
Export = Callable[..., int]


class Release:
    """An exported release, and what its encoders say of the tiny dataset."""

    def __init__(self, models: Path, tiny: Path) -> None:
        self.folder = models
        self.manifest = read_whole_release(models)
        self.models = {model["id"]: model for model in self.manifest["models"]}
        self.images = {
            split: datasets.load("mnist", split, tiny / "data")  # type: ignore[arg-type]
            for split in ("train", "test")
        }

    def bytes(self, entry: dict[str, Any]) -> bytes:
        return (self.folder / "objects" / Path(entry["url"]).name).read_bytes()

    def json(self, entry: dict[str, Any]) -> Any:
        return json.loads(self.bytes(entry))

    def object(self, model: str, name: str) -> Any:
        return self.json(self.models[model][name])

    def encode(self, model: str, split: str) -> SimpleNamespace:
        """Return mu and logvar (None for an autoencoder) by the ONNX encoder, and labels."""
        images, entry = self.images[split], self.models[model]
        feeds = {"image": as_float(images.pixels).numpy()}
        if entry["condition"] == "both":
            feeds["label"] = one_hot(images.labels, 10).numpy()
        mu, *rest = make_session(self.bytes(entry["encoder"])).run(None, feeds)
        labels = images.labels.numpy()
        return SimpleNamespace(mu=mu, logvar=rest[0] if rest else None, labels=labels)


@pytest.fixture(scope="session")
def release(
    tiny: Path, every_kind: Path, exported_once: ToOnnx, tmp_path_factory: pytest.TempPathFactory
) -> Release:
    models = tmp_path_factory.mktemp("kinds") / "models"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_ROOT", str(tiny / "data"))
        patch.setattr(graphs, "to_onnx", exported_once)
        folders = ["--runs", str(every_kind), "--out", str(models)]
        assert main([*folders, "--study", str(tiny / "no-study.json")]) == 0
    return Release(models, tiny)


KINDS = {
    "ae-2": "ae", "ae-10": "ae", "vae-2": "vae", "vae-10": "vae", "cvae-2": "cvae",
    "classifier-vae-2-w10": "classifier-vae", "target-means-vae-2": "target-means-vae",
    "lattice-2": "lattice",
}  # fmt: skip


def test_every_kind_is_named_and_has_its_objects(release: Release) -> None:
    assert {name: model["kind"] for name, model in release.models.items()} == KINDS
    for name, model in release.models.items():
        assert {"means", "statistics", "prior", "tiles", "curves", "report"} <= model.keys()
        assert ("projections" in model) == (model["latent_size"] > 2), name
        assert ("regions" in model) == (name == "classifier-vae-2-w10")
        assert ("trace" in model) == (name == "vae-2")
        assert ("lattice" in model) == (name == "vae-2")
    assert "study" not in release.manifest


def test_every_field_and_every_key_is_described(release: Release) -> None:
    text = (Path(__file__).parents[2] / "docs" / "release-format.md").read_text()
    documents = {
        entry["url"]: release.json(entry)
        for entry in file_entries(release.manifest)
        if entry["url"].endswith(".json")
    }
    keys = {key for value in (release.manifest, *documents.values()) for key in _keys(value)}
    named = {key for key in keys if f"`{key}`" in text or f'"{key}"' in text}
    # Kinds of strangers, and names of curves that follow from others, are data, not fields.
    data_keys = {"noise", "rotated", "fashion-mnist", "mnist"}
    held_out = {key for key in keys if key.removeprefix("held_out_") in named}
    assert keys - named - held_out - data_keys == set()
    assert len(named) > 60


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from _keys(part)
    elif isinstance(value, list):
        for part in value:
            yield from _keys(part)


def test_the_server_knows_every_object(release: Release) -> None:
    manifest = Manifest.model_validate_json(json.dumps(release.manifest))
    on_disk = {path.name for path in (release.folder / "objects").iterdir()}
    known = {file.name for file in manifest.files}
    assert known == on_disk
    needed = {file.name for model in manifest.models for file in model.files}
    class_images = release.models["cvae-2"]["prepared"]["images"]
    assert {Path(entry["url"]).name for entry in class_images} <= needed < known


def test_an_autoencoder_has_no_likelihood_and_no_sigma(release: Release) -> None:
    for name in ("ae-2", "ae-10"):
        assert release.encode(name, "test").logvar is None
        assert not {"test_elbo", "log_likelihood", "kl"} & release.models[name]["metrics"].keys()
        assert release.models[name]["metrics"]["squared_error"] > 0
        assert "sigma" not in release.object(name, "tiles")
        assert release.object(name, "report")["test"] is None
        assert "kl" not in release.object(name, "statistics")["latents"]
        golden = release.json(release.models[name]["golden"])
        assert all("logvar" not in pair for pair in golden["encode"])


# ——— statistics ———


def test_halves_are_disjoint_and_together_the_whole() -> None:
    for count in (1, 7, 320):
        first, second = halves(count)
        assert not set(first) & set(second)
        assert sorted([*first, *second]) == list(range(count))
        assert abs(len(first) - len(second)) <= 1
    assert not np.array_equal(halves(320)[0], np.arange(160))


@pytest.mark.parametrize("name", sorted(KINDS))
def test_statistics_are_those_of_the_encoder_s_answers(release: Release, name: str) -> None:
    found = release.object(name, "statistics")
    train, test = release.encode(name, "train"), release.encode(name, "test")
    first, second = halves(len(train.mu))
    whole = range(len(train.mu))
    for split, encodings, index in (
        ("train", train, whole), ("first_half", train, first),
        ("second_half", train, second), ("test", test, range(len(test.mu))),
    ):  # fmt: skip
        mu, labels = encodings.mu[index], encodings.labels[index]
        rows = found["splits"][split]
        assert [row["label"] for row in rows] == sorted(set(labels.tolist()))
        assert sum(row["count"] for row in rows) == len(mu)
        for row in rows:
            own = mu[labels == row["label"]]
            assert row["count"] == len(own)
            if "mean" in row:
                np.testing.assert_allclose(row["mean"], own.mean(0), atol=2e-3)
                assert ("posterior_variance" in row) == (encodings.logvar is not None)
            if "posterior_variance" in row:
                sigma2 = np.exp(encodings.logvar[index][labels == row["label"]]).mean(0)
                np.testing.assert_allclose(row["posterior_variance"], sigma2, rtol=1e-2)
            if mu.shape[1] == 2:
                np.testing.assert_allclose(row["covariance"], np.cov(own.T), atol=2e-3)
            elif "mean" in row:
                np.testing.assert_allclose(
                    row["variance"], own.var(0, ddof=1), rtol=1e-2, atol=1e-6
                )
    everywhere = {"label", "count", "mean"} if train.mu.shape[1] == 2 else {"label", "count"}
    assert all(everywhere <= row.keys() for rows in found["splits"].values() for row in rows)


def test_the_circle_encloses_99_percent_and_not_much_more(release: Release) -> None:
    for name in release.models:
        circle = release.object(name, "statistics")["circle"]
        points = release.encode(name, "train").mu[:, :2]
        np.testing.assert_allclose(circle["centre"], points.mean(0), atol=1e-3)
        distance = np.hypot(*(points - circle["centre"]).T)
        inside = (distance <= circle["radius"] + 1e-4).mean()
        assert 0.99 <= inside < 0.995, name
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(60_000, 2)) * 0.5 + [3, -4]
    _, radius = enclosing_circle(cloud)
    # The 0.99 quantile of a Rayleigh distribution.
    assert radius == pytest.approx(0.5 * np.sqrt(2 * np.log(100)), rel=0.02)


def test_latents_carry_their_share_of_the_kl(release: Release) -> None:
    for name in ("vae-2", "vae-10", "target-means-vae-2"):
        latents = release.object(name, "statistics")["latents"]
        encodings = release.encode(name, "train")
        means = np.array(RECIPES[name].prior_means or [[0.0] * encodings.mu.shape[1]] * 10)
        off = encodings.mu - means[encodings.labels]
        kl = 0.5 * (np.exp(encodings.logvar) + off**2 - 1 - encodings.logvar)
        np.testing.assert_allclose(latents["kl"], kl.mean(0), rtol=2e-3, atol=1e-5)
        np.testing.assert_allclose(
            latents["variance"], encodings.mu.var(0, ddof=1), rtol=2e-3, atol=1e-6
        )
        np.testing.assert_allclose(latents["mean"], encodings.mu.mean(0), atol=1e-3)
        assert latents["active"] == (encodings.mu.var(0, ddof=1) > 0.01).tolist()


def test_targets_are_where_the_recipe_puts_them(release: Release) -> None:
    targets = release.object("target-means-vae-2", "statistics")["targets"]
    assert targets == [list(mean) for mean in RECIPES["target-means-vae-2"].prior_means]
    assert "targets" not in release.object("vae-2", "statistics")


# ——— the map of a larger latent space ———


@pytest.mark.parametrize("name", ["vae-10", "ae-10"])
def test_means_of_a_larger_latent_space_are_its_pca(release: Release, name: str) -> None:
    entry = release.models[name]
    assert entry["means"] == entry["projections"]["pca"]
    pca, train = release.json(entry["means"]), release.encode(name, "train")
    assert (pca["count"], pca["split"], pca["projection"]) == (len(train.mu), "train", "pca")
    assert pca["labels"] == train.labels.tolist()
    points = np.array([pca["x"], pca["y"]]).T
    assert entry["view"] == pca["view"]
    # Singular values of the plane: those of the best one.
    best = np.linalg.svd(train.mu - train.mu.mean(0), compute_uv=False)[:2]
    found = np.linalg.svd(points - points.mean(0), compute_uv=False)
    np.testing.assert_allclose(found, best, rtol=0.01)
    # The plane that the statistics name puts every z where the map has it.
    statistics = release.object(name, "statistics")
    plane = statistics["plane"]
    on_map = (train.mu - plane["origin"]) @ np.array(plane["axes"]).T
    np.testing.assert_allclose(on_map, points, atol=entry["view"]["scale"] / 500)
    for row in statistics["splits"]["train"]:
        own = on_map[train.labels == row["label"]]
        np.testing.assert_allclose(row["plane"]["mean"], own.mean(0), atol=2e-3)
        np.testing.assert_allclose(row["plane"]["covariance"], np.cov(own.T), rtol=0.01, atol=2e-3)


def test_tsne_is_of_test_images_and_fits_its_view(release: Release) -> None:
    tsne = release.json(release.models["vae-10"]["projections"]["tsne"])
    labels = release.images["test"].labels.tolist()
    assert (tsne["split"], tsne["projection"], tsne["count"]) == ("test", "tsne", len(labels))
    assert tsne["labels"] == labels
    points = np.array([tsne["x"], tsne["y"]]).T
    inside = np.abs(points - tsne["view"]["centre"]).max(1) <= tsne["view"]["scale"] / 2
    assert inside.mean() > 0.9


def test_a_run_folder_keeps_its_layouts_row_by_row(tmp_path: Path) -> None:
    mu = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    assert load_tsne(tmp_path) is None
    save_tsne(tmp_path, mu)
    np.testing.assert_array_equal(load_tsne(tmp_path), tsne(mu))


def test_the_raw_tsne_is_kept_by_what_it_is_made_of(
    release: Release, every_kind: Path, export: Export, models: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    raw = release.json(release.manifest["datasets"]["mnist"]["raw_tsne"])
    assert raw["labels"] == release.images["test"].labels.tolist()
    assert len(list((every_kind / "cache").glob("tsne-*.safetensors"))) == 1
    assert export("vae-2") == 0
    monkeypatch.setattr(
        "latent_atlas.train.runs.latent_projections.tsne", lambda _: pytest.fail("made again")
    )
    assert export("vae-2") == 0
    again = read_whole_release(models)["datasets"]["mnist"]["raw_tsne"]
    assert again == release.manifest["datasets"]["mnist"]["raw_tsne"]


def test_a_plane_is_found_from_its_coordinates() -> None:
    rng = np.random.default_rng(0)
    mu = rng.normal(size=(500, 7)) * [3, 2, 1, 1, 1, 1, 1e-4] + 5
    axes = np.linalg.qr(rng.normal(size=(7, 2)))[0].T
    axes[:, 6] = 0
    plane = plane_of(mu, (mu - 4) @ axes.T)
    np.testing.assert_allclose(plane.axes, axes, atol=1e-4)
    np.testing.assert_allclose(plane.project(mu), (mu - 4) @ axes.T, atol=1e-3)


# ——— prior, tiles, regions ———


@pytest.mark.parametrize("latent_size", [2, 3])
def test_a_spread_that_is_no_finite_number_is_null_and_stops_nothing(latent_size: int) -> None:
    labels = np.arange(40) % 2
    mu = np.random.default_rng(5).normal(size=(40, latent_size)).astype(np.float32)
    encodings = Encodings("train", labels, mu, np.full_like(mu, np.nan))
    recipe = dataclasses.replace(RECIPES["vae-2"], latent_size=latent_size)
    model = Autoencoder(recipe, (1, 28, 28), 2)
    plane = None if latent_size == 2 else plane_of(mu, pca(mu))
    statistics = json.loads(statistics_json(model, encodings, encodings, plane))
    row = statistics["splits"]["train"][0]
    assert row["posterior_variance"] == [None] * latent_size
    assert statistics["latents"]["kl"] == [None] * latent_size
    if plane is not None:
        assert row["plane"]["posterior_covariance"] == [[None, None], [None, None]]
    assert significant({"a": [math.inf, -math.nan, 1.23456]}) == {"a": [None, None, 1.235]}


@pytest.mark.parametrize("directions", [0, 1])
def test_encodings_without_spread_have_a_map_all_the_same(directions: int) -> None:
    mu = np.full((40, 5), 0.3, np.float32)
    mu[:, :directions] = np.linspace(-1, 1, 40)[:, None]
    positions = pca(mu)
    axes = plane_of(mu, positions).axes
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-6)  # the page moves along both
    view = home_view(positions)
    assert view["scale"] > 0
    labels = np.zeros(40, int)
    assert map_png(positions, labels, view, *SMALL).startswith(b"\x89PNG")
    layout = tsne(mu)
    assert layout.shape == (40, 2)
    assert json.loads(layout_json("tsne", layout, labels, "test"))["view"]["scale"] > 0
    assert trend(torch.randn(40, 2), torch.zeros(40)).explained == 0


def test_a_number_that_json_does_not_have_is_refused_by_its_field() -> None:
    with pytest.raises(UserError, match=r"^models\.vae-2\.metrics\.kl is not a finite number"):
        to_json({"models": [{"id": "vae-2", "metrics": {"kl": float("nan")}}]})
    with pytest.raises(UserError, match=r"^x\.1 is not"):
        to_json({"x": [0.0, float("inf")]})


def test_prior_samples_are_the_prior_s(release: Release) -> None:
    for name, model in release.models.items():
        prior = release.object(name, "prior")
        assert prior["count"] == len(prior["z"]) == len(prior["labels"]) == 64
        assert prior["labels"][:12] == [*range(10), 0, 1]
        z = np.array(prior["z"])
        assert z.shape == (64, model["latent_size"])
        means = np.array(RECIPES[name].prior_means or [[0.0] * z.shape[1]] * 10)
        off = z - means[prior["labels"]]
        assert abs(off.mean()) < 4 / np.sqrt(off.size)
        assert 0.75 < off.std() < 1.25
    # The same draws for the same size: one file.
    assert release.models["ae-2"]["prior"] == release.models["vae-2"]["prior"]


def test_tiles_are_the_first_test_image_of_each_class(release: Release) -> None:
    for name in release.models:
        tiles = release.object(name, "tiles")
        test = release.encode(name, "test")
        assert tiles["labels"] == list(range(10))
        assert tiles["index"] == [int(np.argmax(test.labels == k)) for k in range(10)]
        np.testing.assert_allclose(tiles["mu"], test.mu[tiles["index"]], atol=1e-3)
        if test.logvar is not None:
            sigma = np.exp(test.logvar[tiles["index"]] / 2)
            np.testing.assert_allclose(tiles["sigma"], sigma, rtol=2e-3)


def test_regions_are_what_the_decoder_s_classifier_reads(release: Release) -> None:
    entry = release.models["classifier-vae-2-w10"]
    regions, view = release.json(entry["regions"]), entry["view"]
    columns, rows = regions["size"]
    assert columns >= 256
    assert rows == len(regions["rows"]) >= 256
    cells = [[], []]  # type: list[list[int]]
    for row in regions["rows"]:
        for label, level, length in np.array(row).reshape(-1, 3):
            cells[0] += [label] * length
            cells[1] += [level] * length
    assert len(cells[0]) == rows * columns
    z = grid(regions["origin"], regions["step"], columns, rows)
    for axis in (0, 1):
        low, high = z[:, axis].min(), z[:, axis].max()
        middle = view["centre"][axis]
        assert low <= middle - 0.7 * view["scale"]
        assert high >= middle + 0.7 * view["scale"]
    assert z[1, 0] > z[0, 0]
    assert z[columns, 1] > z[0, 1]
    decoder = make_session(release.bytes(entry["decoder"]))
    probability = decoder.run(["class_probability"], {"z": z})[0]
    two = np.sort(probability, axis=1)[:, -2:]
    clear = two[:, 1] - two[:, 0] > 1e-4
    assert clear.mean() > 0.95
    assert np.array_equal(np.array(cells[0])[clear], probability.argmax(1)[clear])
    sure = np.abs(two[:, 1:] - regions["levels"]).min(1) > 1e-4
    levels = (two[:, 1:] >= regions["levels"]).sum(1)
    assert np.array_equal(np.array(cells[1])[sure], levels[sure])
    assert entry["regions"]["bytes"] <= 40_000


# ——— curves, report, trace ———


def test_curves_are_the_run_s_metrics(release: Release, every_kind: Path) -> None:
    rows = [
        json.loads(row) for row in (every_kind / "vae-2" / "metrics.jsonl").read_text().splitlines()
    ]
    curves = release.object("vae-2", "curves")
    assert curves["epoch"] == [row["epoch"] for row in rows] == list(range(1, 31))
    assert curves["held_out"] == "test"
    assert {"reconstruction", "kl", "elbo", "held_out_elbo"} <= curves["curves"].keys()
    for name, values in curves["curves"].items():
        np.testing.assert_allclose(values, [row[name] for row in rows], rtol=1e-4)


def test_a_published_report_stays_as_it_is_when_it_is_published_again() -> None:
    rates = np.linspace(0, 1, 500).tolist()
    roc = {"false_positive": rates, "true_positive": rates}
    once = report_json({"anomaly": {"noise": {"auc": 0.9, "roc": roc}}})
    assert len(json.loads(once)["anomaly"]["noise"]["roc"]["false_positive"]) <= 60
    assert report_json(json.loads(once)) == once


def test_long_curves_are_thinned_and_a_lost_value_is_null() -> None:
    rows = [{"epoch": n, "loss": float("nan") if n == 1000 else n / 7} for n in range(1, 1001)]
    curves = json.loads(curves_json(RECIPES["vae-2"], rows))
    assert len(curves["epoch"]) == len(curves["curves"]["loss"]) == MOST_EPOCHS
    assert (curves["epoch"][0], curves["epoch"][-1]) == (1, 1000)
    assert curves["curves"]["loss"][-1] is None


def test_the_report_is_the_run_s_but_for_its_digits(release: Release, every_kind: Path) -> None:
    for name in release.models:
        whole = json.loads((every_kind / name / "report.json").read_bytes())
        report = release.object(name, "report")
        assert report["errors"] == significant(whole["errors"], 5)
        for kind, found in whole["anomaly"].items():
            roc, full = report["anomaly"][kind]["roc"], found["roc"]
            assert report["anomaly"][kind]["auc"] == pytest.approx(found["auc"], rel=1e-4)
            assert len(roc["false_positive"]) == len(roc["true_positive"]) <= 60
            assert (roc["false_positive"][0], roc["false_positive"][-1]) == (0, 1)
            pairs = set(zip(full["false_positive"], full["true_positive"], strict=True))
            assert set(zip(roc["false_positive"], roc["true_positive"], strict=True)) <= pairs
            gaps = np.diff(roc["false_positive"])
            assert gaps[0] <= 0.01 < gaps[-1] <= 0.04
    confusion = release.object("classifier-vae-2-w10", "report")["classifier"]["confusion"]
    assert np.sum(confusion) == len(release.images["test"])


def test_an_older_run_s_report_has_less() -> None:
    assert json.loads(report_json({"recipe": "vae-2", "test": None})) == {"test": None}


def test_the_trace_unpacks_to_the_run_s(release: Release, every_kind: Path) -> None:
    packed = release.object("vae-2", "trace")
    trace = load_trace(every_kind / "vae-2")
    assert len(trace) == 31
    assert len(packed["epochs"]) == 24
    assert (packed["epochs"][0], packed["epochs"][-1]) == (0, 30)
    assert packed["labels"] == release.images["train"].labels.tolist()
    frames = unpacked(packed)
    for epoch, frame in zip(packed["epochs"], frames, strict=True):
        error = np.abs(frame - trace[epoch].T).max(axis=1)
        assert (error <= np.array(packed["step"]) * 0.51).all()


def unpacked(packed: dict[str, Any]) -> np.ndarray:
    """Follow the documented layout: (frames, 2, points)."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(packed["data"])), np.uint8)
    frames, count = len(packed["epochs"]), packed["count"]
    low, high = planes.reshape(2, -1).astype(np.int64)
    unsigned = low | (high << 8)
    change = (unsigned >> 1) ^ -(unsigned & 1)
    whole = change.reshape(frames, 2, count).cumsum(axis=0)
    shape = (1, 2, 1)
    return np.reshape(packed["low"], shape) + np.reshape(packed["step"], shape) * whole


def test_a_long_trace_of_ten_thousand_points_is_small() -> None:
    rng = np.random.default_rng(0)
    points, trace = rng.normal(size=(10_000, 2)), {}
    for epoch in range(121):
        trace[epoch] = points.astype(np.float32)
        points = points + rng.normal(size=points.shape) * 0.5 / (epoch + 1)
    packed = trace_json(trace, np.arange(10_000) % 10)
    assert len(packed) <= 900_000
    np.testing.assert_allclose(unpacked(json.loads(packed))[-1], trace[120].T, atol=0.02)


def test_frames_are_distinct_and_sparser_later() -> None:
    for last in (1, 5, 22, 23, 24, 25, 30, 40, 60, 120, 300):
        epochs = chosen_epochs(list(range(last + 1)))
        assert (epochs[0], epochs[-1]) == (0, last)
        assert len(set(epochs)) == len(epochs) == min(last + 1, 24)
        assert epochs == sorted(epochs)
    steps = np.diff(chosen_epochs(list(range(121))))
    assert steps[-1] > steps[0] == 1


# ——— the release as a whole ———


def test_only_the_maps_on_the_first_screens_have_a_large_picture(release: Release) -> None:
    for name, model in release.models.items():
        picture = model["picture"]
        assert picture["width"] == (LARGE if name in ("vae-2", "cvae-2") else SMALL)[0]
        with Image.open(io.BytesIO(release.bytes(picture))) as image:
            assert image.size == (picture["width"], picture["height"])


def test_every_kind_is_exported_to_the_same_bytes_again(
    release: Release, every_kind: Path, tiny: Path, exported_once: ToOnnx, models: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("DATA_ROOT", str(tiny / "data"))
    monkeypatch.setattr(graphs, "to_onnx", exported_once)
    folders = ["--runs", str(every_kind), "--out", str(models)]
    assert main([*folders, "--study", str(tiny / "no-study.json")]) == 0
    assert read_whole_release(models)["release"] == release.manifest["release"]


def test_the_study_is_reduced_to_means_and_spreads(
    tmp_path: Path, export: Export, models: Path
) -> None:
    path = tmp_path / "study.json"
    recipe = next(recipe for recipe in STUDY["grid"] if recipe.id == "study-vae-5")
    results = Results(path, {}, 4)
    for seed, error in ((1, 20.0), (2, 22.0), (3, 27.0)):
        results.put(_with_seed(recipe, seed), _study_report(error), _study_metrics(seed))
    results.write()
    assert export("vae-2", "--study", str(path)) == 0
    manifest = read_whole_release(models)
    document = json.loads((models / "objects" / Path(manifest["study"]["url"]).name).read_bytes())
    assert document["claims"] == []  # whose runs this study does not have
    assert "baselines" not in document
    (row,) = document["models"]
    assert (row["kind"], row["latent_size"], row["seeds"]) == ("vae", 5, [1, 2, 3])
    assert row["numbers"]["squared_error"] == {"mean": 23.0, "std": 3.606}
    assert "elbo" not in row["numbers"]
    assert row["numbers"]["confident"]["mean"] == 0.5
    assert row["anomaly_auc"]["noise"] == {"mean": 0.99, "std": 0.0}
    assert row["by_class"][0]["squared_error"]["mean"] == 24.0
    assert row["curves"]["held_out_loss"] == [1.5, 0.5]
    assert export("vae-2") == 0
    assert "study" not in read_whole_release(models)


def test_the_planes_by_beta_are_published_with_rate_and_distortion(
    tmp_path: Path, export: Export, models: Path
) -> None:
    path, images = tmp_path / "study.json", 1000
    results = Results(path, {}, 4)
    labels = [n % 3 for n in range(images)]
    for n, recipe in enumerate(STUDY["beta"]):
        for seed in (1, 2):
            codes = [0.5 * n, -0.25 * n] * images
            pixels = base64.b64encode(bytes([n]) * 3 * 784).decode()
            plane = {"mu": codes, "labels": labels, "decoded": pixels} if seed == 1 else None
            own = {
                "elbo": -110.0 - n,
                "log_likelihood": -108.0,
                "kl": 9.0 - n + seed,
                "reconstruction": 101.0 + 2 * n - seed,
            }
            report = _study_report(20.0) | {
                "test": own,
                "information": {"mutual_information": 7.0 - n, "marginal_kl": 0.5},
                "knn": {"1000": {"mean": 0.6}},
            }
            results.put(_with_seed(recipe, seed), report, _study_metrics(seed), plane)
    results.write()
    assert export("vae-2", "--study", str(path)) == 0
    files = read_whole_release(models)["rate_distortion"]
    measured, trace = (
        json.loads((models / "objects" / Path(files[name]["url"]).name).read_bytes())
        for name in ("measured", "trace")
    )
    assert measured["betas"] == trace["epochs"] == [0.1, 0.25, 0.5, 1, 2, 4, 10]
    assert measured["numbers"]["rate"][0] == {"mean": 10.5, "std": 0.7071}
    assert [own["mean"] for own in measured["numbers"]["distortion"]][:2] == [99.5, 101.5]
    assert measured["count"] == 3
    assert base64.b64decode(measured["pixels"]) == b"".join(bytes([n]) * 3 * 784 for n in range(7))
    assert (trace["split"], trace["labels"]) == ("test", labels)
    places = unpacked(trace)  # (7, 2, 1000)
    assert np.abs(places - np.array([[[0.5 * n], [-0.25 * n]] for n in range(7)])).max() < 0.01

    broken = json.loads(path.read_text())
    for run in broken["runs"]:
        run.pop("plane", None)
    path.write_text(json.dumps(broken))
    with pytest.raises(UserError, match="train study beta"):
        rate_distortion(path)


def test_what_needs_no_model_joins_the_study(tmp_path: Path) -> None:
    (tmp_path / "study.json").write_text('{"runs": []}')
    measured = {"grey_pixels_auc": {"noise": 0.99996}, "means_of_two": {"confident": 0.5}}
    (tmp_path / "baselines.json").write_text(json.dumps({"mnist": measured}))
    document = json.loads(study_json(tmp_path / "study.json") or b"")
    assert document["baselines"]["grey_pixels_auc"] == {"noise": 1.0}
    assert document["baselines"]["means_of_two"] == {"confident": 0.5}


def test_a_file_that_is_no_study_is_said(tmp_path: Path) -> None:
    assert study_json(tmp_path / "none.json") is None
    path = tmp_path / "study.json"
    for text in ("{", "[]", '{"runs": [{"id": "a"}]}'):
        path.write_text(text)
        with pytest.raises(UserError, match="no results file"):
            study_json(path)


def _with_seed(recipe: Any, seed: int) -> Any:
    return dataclasses.replace(recipe, seed=seed)


def _study_report(error: float) -> dict[str, Any]:
    return {
        "commit": None, "epochs": 2, "train_seconds": 1.0, "precision": "32-true",
        "parameters": {}, "test": None,
        "errors": {"squared_error": error, "cross_entropy": 90.0, "by_class": [
            {"label": 0, "count": 3, "squared_error": error + 1, "cross_entropy": 80.0}]},
        "knn": {"100": {"mean": 0.6, "std": 0.1}}, "linear_probe": 0.8, "active_units": 5,
        "samples": {"prior": {"confident": 0.5, "evenness": 0.9}},
        "anomaly": {"noise": {"auc": 0.99, "roc": {}}}, "classifier": None,
    }  # fmt: skip


def _study_metrics(seed: int) -> list[dict[str, float]]:
    return [
        {"epoch": n, "loss": seed / n, "held_out_loss": seed / n + 0.5 if n == 1 else seed / 2,
         "reconstruction": 1.0, "held_out_reconstruction": 1.0}
        for n in (1, 2)
    ]  # fmt: skip
