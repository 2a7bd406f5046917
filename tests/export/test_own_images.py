"""Runs on a folder of the user's own images are exported like any other, of any size and class."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from export.__main__ import main as export_main
from export.onnx_graphs.parity import make_session
from tests.support.disc_images import make_folder
from tests.support.quick import quick_measurements
from tests.support.server import Server
from tests.support.whole import read_whole_release
from train.__main__ import main as train_main
from train.data.images import as_float, one_hot
from train.runs.run_folder import load_dataset
from webapp.manifest import Golden, Manifest

pytestmark = pytest.mark.slow

TINY = (
    "--epochs=2", "--encoder-layers=16", "--decoder-layers=16,16", "--fourier-features=4",
    "--samples=4", "--batch-size=32",
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
        patch.setenv("ATLAS_PRECISION", "32-true")
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
    # The classes after the last that can be told apart share its colour.
    assert make_map(200) == make_map(31)
    assert make_map(12) == make_map(2) != make_map(31)


@pytest.fixture
def make_map() -> Callable[[int], set[tuple[int, ...]]]:
    """The colours of a map of one point of a class."""
    import io

    from PIL import Image

    from export.documents.pictures import map_png

    def colours(label: int) -> set[tuple[int, ...]]:
        view = {"centre": [0.0, 0.0], "scale": 1.0}
        png = map_png(torch.zeros(1, 2).numpy(), np.array([label]), view)
        with Image.open(io.BytesIO(png)) as image:
            pixels = np.asarray(image.convert("RGBA")).reshape(-1, 4)
        return {tuple(pixel) for pixel in pixels[pixels[:, 3] > 0].tolist()}

    return colours
