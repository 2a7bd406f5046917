"""Runs on a folder of the user's own images are exported like any other, of any size and class."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from latent_atlas.export.__main__ import main as export_main
from latent_atlas.export.onnx_graphs.parity import make_session
from latent_atlas.train.__main__ import main as train_main
from latent_atlas.train.data.images import as_float, one_hot
from latent_atlas.train.runs.run_folder import load_dataset
from latent_atlas.webapp.manifest import Golden, Manifest
from tests.support.disc_images import make_folder
from tests.support.quick import quick_measurements
from tests.support.server import Server
from tests.support.whole import read_whole_release

pytestmark = pytest.mark.slow

TINY = (
    "--epochs=2", "--encoder-layers=16", "--decoder-layers=16,16", "--fourier-features=4",
    "--samples=4", "--batch-size=32",
    "--precision=32-true",
)  # fmt: skip

# Run id: classes, image size, grey, recipe. A single class, odd sizes, more classes than colours.
RUNS: dict[str, tuple[dict[str, int], int, bool, str]] = {
    "vae-2-leaves": ({"": 24}, 32, False, "vae-2"),
    "cvae-2-pair": ({"Ä": 20, "b": 20}, 17, False, "cvae-2"),
    "ae-2-three": ({"a": 12, "b": 12, "c": 12}, 28, True, "ae-2"),
    "vae-5-many": ({"a": 20, "b": 20, "c": 20, "d": 20}, 8, True, "vae-5"),
    "classifier-vae-2-w1-two": ({"x": 20, "y": 20}, 28, False, "classifier-vae-2-w1"),
}
Exported = tuple[Path, Path, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Where runs and the release are, and the release's models by id."""
    root = tmp_path_factory.mktemp("own")
    runs, models = root / "runs", root / "models"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_ROOT", str(root / "nothing"))
        quick_measurements(patch)
        for run_id, (classes, size, grey, recipe) in RUNS.items():
            folder = make_folder(root / run_id.removeprefix(f"{recipe}-"), classes, grey=grey)
            own = ["--images", str(folder), "--image-size", str(size), "--runs", str(runs)]
            assert train_main([recipe, *own, *TINY]) == 0
            for path in sorted(folder.rglob("*"), reverse=True):  # the export does not need it
                path.rmdir() if path.is_dir() else path.unlink()
        assert export_main(["--runs", str(runs), "--out", str(models)]) == 0
    manifest = read_whole_release(models)
    return runs, models, {model["id"]: model for model in manifest["models"]}


def object_bytes(models: Path, entry: dict[str, Any]) -> bytes:
    return (models / "objects" / Path(entry["url"]).name).read_bytes()


def test_B13_the_manifest_says_what_the_folder_was(exported: Exported) -> None:
    _, models, entries = exported
    manifest = read_whole_release(models)
    checked = Manifest.model_validate_json(json.dumps(manifest))
    assert {model.id for model in checked.models} == set(RUNS) == set(entries)
    for run_id, (classes, size, grey, recipe) in RUNS.items():
        entry = entries[run_id]
        folder = run_id.removeprefix(f"{recipe}-")
        names = sorted(classes) if "" not in classes else [folder]
        assert entry["class_names"] == sorted(names, key=str.casefold)
        assert entry["classes"] == len(names)
        assert entry["dataset"] == "images"
        assert folder in entry["title"]
        shape = {"height": size, "width": size, "channels": 1 if grey else 3}
        assert entry["image"] == shape
        Golden.model_validate_json(object_bytes(models, entry["golden"]))


@pytest.mark.parametrize("run_id", RUNS)
def test_B13_graphs_take_and_give_the_folder_s_shapes(exported: Exported, run_id: str) -> None:
    runs, models, entries = exported
    entry = entries[run_id]
    dataset = load_dataset("images", runs / run_id)
    encoder = make_session(object_bytes(models, entry["encoder"]))
    decoder = make_session(object_bytes(models, entry["decoder"]))
    image = entry["image"]
    label = {"label": one_hot(dataset.train.labels, entry["classes"]).numpy()}
    pixels = as_float(dataset.train.pixels).numpy()
    assert pixels.shape[1:] == (image["channels"], image["height"], image["width"])
    mu = encoder.run(["mu"], {"image": pixels} | (label if entry["condition"] == "both" else {}))[0]
    assert mu.shape == (len(pixels), entry["latent_size"])
    decoded = decoder.run(["image"], {"z": mu} | (label if entry["condition"] != "none" else {}))[0]
    assert decoded.shape == pixels.shape
    assert 0 <= decoded.min() <= decoded.max() <= 1
    if entry["latent_size"] == 2:
        means = json.loads(object_bytes(models, entry["means"]))
        assert means["labels"] == dataset.train.labels.tolist()
        np.testing.assert_allclose(np.array([means["x"], means["y"]]).T, mu, atol=1e-3)
        assert [row["label"] for row in means["statistics"]] == list(range(entry["classes"]))


def test_B13_a_single_class_has_no_label(exported: Exported) -> None:
    _, models, entries = exported
    entry = entries["vae-2-leaves"]
    golden = json.loads(object_bytes(models, entry["golden"]))
    assert all(pair["label"] is None for pair in golden["decode"] + golden["encode"])
    assert len(golden["decode"][0]["image"]) == 32 * 32 * 3
    assert entry["prepared"]["label"] is None
    assert entry["metrics"]["nearest_mean_accuracy"] == 1


def test_B13_the_server_serves_it(exported: Exported) -> None:
    _, models, entries = exported
    with Server(models_dir=models) as server:  # it replays the golden pairs before it is ready
        served = json.loads(server.get("/api/manifest")[1])
        assert [model["id"] for model in served["models"]] == list(entries)


def test_B13_a_file_of_the_release_knows_no_path(exported: Exported) -> None:
    runs, models, _ = exported
    for path in models.rglob("*"):
        assert path.is_dir() or str(runs.parent).encode() not in path.read_bytes(), path


def test_B13_without_its_packed_images_a_run_cannot_be_exported(
    exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    runs, _, _ = exported
    shutil.copytree(runs / "vae-2-leaves", tmp_path / "vae-2-leaves")
    (tmp_path / "vae-2-leaves" / "images.safetensors").unlink()
    assert export_main(["--runs", str(tmp_path), "--out", str(tmp_path / "models")]) == 1
    assert "no images in" in capsys.readouterr().err


def test_B13_many_classes_are_drawn_as_the_page_does(
    make_map: Callable[[int], set[tuple[int, ...]]],
) -> None:
    assert len({frozenset(make_map(label)) for label in (2, 12, 31, 200)}) == 4


@pytest.fixture
def make_map() -> Callable[[int], set[tuple[int, ...]]]:
    """The colours of a map of one point of a class."""
    import io

    from latent_atlas.export.documents.pictures import LARGE, map_png

    def colours(label: int) -> set[tuple[int, ...]]:
        view = {"centre": [0.0, 0.0], "scale": 1.0}
        png = map_png(torch.zeros(1, 2).numpy(), np.array([label]), view, *LARGE)
        with Image.open(io.BytesIO(png)) as image:
            pixels = np.asarray(image.convert("RGBA")).reshape(-1, 4)
        return {tuple(pixel) for pixel in pixels[pixels[:, 3] > 0].tolist()}

    return colours


def test_B13_images_without_spread_are_exported_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_ROOT", str(tmp_path / "nothing"))
    quick_measurements(monkeypatch)
    copies = make_folder(tmp_path / "copies", {"a": 1}) / "a"
    for number in range(1, 40):
        (copies / f"{number:03d}.png").write_bytes((copies / "000.png").read_bytes())
    black = make_folder(tmp_path / "black", {"night": 20, "day": 20})
    for path in (black / "night").iterdir():
        Image.new("RGB", (40, 40)).save(path)
    runs, models = tmp_path / "runs", tmp_path / "models"
    for recipe, folder in (("vae-2", copies.parent), ("vae-5", copies.parent), ("cvae-2", black)):
        own = ["--images", str(folder), "--image-size=8", "--runs", str(runs)]
        assert train_main([recipe, *own, *TINY]) == 0
    assert export_main(["--runs", str(runs), "--out", str(models)]) == 0
    manifest = read_whole_release(models)
    assert Manifest.model_validate_json(json.dumps(manifest))
    ids = {model["id"]: model["view"]["scale"] for model in manifest["models"]}
    assert set(ids) == {"vae-2-copies", "vae-5-copies", "cvae-2-black"}
    assert min(ids.values()) > 0


@pytest.mark.parametrize("recipe", ["vae-2", "label-decoder-vae-2"])
def test_B22_a_thousand_classes_are_exported_and_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: str
) -> None:
    quick_measurements(monkeypatch)
    arrays = tmp_path / "many.npz"
    labels = np.repeat(np.arange(1000), 2)
    pixels = np.random.default_rng(0).integers(0, 256, (2000, 8, 8), dtype=np.uint8)
    np.savez(arrays, images=pixels, labels=labels)
    runs, models = tmp_path / "runs", tmp_path / "models"
    own = ["--images", str(arrays), "--runs", str(runs), "--quick"]
    assert train_main([recipe, *own, *TINY, "--epochs=1"]) == 0
    assert export_main(["--runs", str(runs), "--out", str(models)]) == 0
    manifest = read_whole_release(models)
    assert Manifest.model_validate_json(json.dumps(manifest))
    entry = manifest["models"][0]
    assert (entry["classes"], entry["class_names"][999]) == (1000, "999")
    means = json.loads(object_bytes(models, entry["means"]))
    assert max(means["labels"]) == 999
    assert len(means["statistics"]) == 1000
    if recipe == "vae-2":
        return
    decoder = make_session(object_bytes(models, entry["decoder"]))
    label = np.eye(1000, dtype=np.float32)[[0, 999]]
    decoded = decoder.run(["image"], {"z": np.zeros((2, 2), np.float32), "label": label})[0]
    assert decoded.shape == (2, 1, 8, 8)
    with Server(models_dir=models) as server:
        assert server.get("/")[0] == 200
        assert json.loads(server.get("/api/manifest")[1])["models"][0]["classes"] == 1000
