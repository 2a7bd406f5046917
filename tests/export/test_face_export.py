"""Models of faces in a release: their graphs, attribute vectors and examples."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from latent_atlas.export.__main__ import main
from latent_atlas.export.documents.examples import attributes_json, faces_json
from latent_atlas.export.onnx_graphs.parity import make_session
from latent_atlas.export.onnx_graphs.subpixel import with_transposed_convolutions
from latent_atlas.train.__main__ import main as train_main
from latent_atlas.train.data.datasets import load_dataset
from latent_atlas.train.data.images import Images, as_float
from latent_atlas.train.errors import UserError
from latent_atlas.train.evaluation.attribute_vectors import attribute_vectors
from latent_atlas.train.evaluation.encodings import Encodings
from latent_atlas.train.evaluation.likelihood import encode_all
from latent_atlas.train.models import attribute_network
from latent_atlas.train.models.attribute_network import attributes_of
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.runs.run_folder import load_run
from tests.support.invented_celeba import make_celeba
from tests.support.quick import quick_faces
from tests.support.whole import read_whole_release

pytestmark = pytest.mark.slow

TINY = (
    "--dataset=celeba", "--epochs=2", "--batch-size=8", "--latent-size=4",
    "--encoder-layers=8,8,8,8", "--decoder-layers=8,8,8,8,8",
    "--precision=32-true",
)  # fmt: skip
KINDS = {"faces-vae": "vae", "faces-perceptual": "perceptual-vae", "faces-vaegan": "vae-gan"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny run of each recipe, on pictures in CelebA's own files."""
    root = tmp_path_factory.mktemp("faces")
    make_celeba(root / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_ROOT", str(root / "data"))
        patch.setenv("ATLAS_CACHE", str(root / "cache"))
        patch.setattr(attribute_network, "_STEPS", 5)
        assert train_main([*KINDS, *TINY, "--runs", str(root / "runs")]) == 0
    return root / "runs"


@pytest.fixture
def release(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is published of these runs where they are named."""
    monkeypatch.setenv("DATA_ROOT", str(runs.parent / "data"))
    monkeypatch.setenv("ATLAS_CACHE", str(runs.parent / "cache"))
    names = [f"{name}-celeba" for name in KINDS]
    out = tmp_path / "models"
    assert main([*names, "--runs", str(runs), "--out", str(out)]) == 0
    return read_whole_release(out)


def document(release_folder: Path, entry: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((release_folder.parent / entry["url"]).read_bytes())
    return found


def test_S1_8_S1_10_runs_on_another_data_set_are_runs_of_their_own(runs: Path) -> None:
    for name in KINDS:
        run = load_run(runs / f"{name}-celeba")
        assert run.recipe.dataset == "celeba"
        assert run.report["dataset"] == "celeba"
        assert run.report["faces"]["sharpness_of_data"] > 0
        assert len(run.report["judge_accuracy_by_attribute"]) == 40
        assert len(run.report["judge_balanced_accuracy_by_attribute"]) == 40


def test_S1_8_S1_9_a_model_of_faces_is_published_with_vectors_and_examples(
    release: dict[str, Any], runs: Path, tmp_path: Path
) -> None:
    models = {model["id"]: model for model in release["models"]}
    assert {name.removesuffix("-celeba"): m["kind"] for name, m in models.items()} == KINDS
    dataset = load_dataset("celeba")
    for name, entry in models.items():
        assert entry["image"] == {"height": 64, "width": 64, "channels": 3}
        assert entry["class_names"] == ["black", "blond", "brown", "gray", "other"]
        run = load_run(runs / name)
        mu = encode_all(run.model, dataset.train).mu
        found = document(tmp_path / "models", entry["attributes"])
        assert found["names"] == list(dataset.attribute_names)
        assert found["count"] == len(dataset.train)
        has = attributes_of(dataset.train)
        assert found["with"] == has.sum(0).tolist()
        expected = attribute_vectors(mu, has, dataset.attribute_names, dataset.attribute_groups)
        np.testing.assert_allclose(found["vectors"], expected.raw, atol=1e-4)
        np.testing.assert_allclose(found["orthogonal"], expected.orthogonal, atol=1e-4)
        assert found["against"] == [list(others) for others in expected.against]
        balanced = run.report["judge_balanced_accuracy_by_attribute"]
        assert found["read"] == pytest.approx([balanced[own] for own in found["names"]], abs=1e-3)
        assert [found["names"][index] for index in found["groups"][0]] == list(
            dataset.attribute_groups[0]
        )
        assert found["measured"]
        for effect in found["measured"].values():
            for form in ("raw", "orthogonal"):
                assert 0 <= effect[form]["seen"] <= 1
                assert effect[form]["kept"] == pytest.approx(
                    np.mean(list(effect[form]["others"].values())), abs=1e-3
                )
        report = document(tmp_path / "models", entry["report"])
        assert report["faces"]["frechet_samples"] > 0


def test_no_picture_of_celeba_is_published_and_nothing_of_it_unasked(
    release: dict[str, Any], runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for entry in release["models"]:
        found = document(tmp_path / "models", entry["examples"])
        assert "pixels" not in found
        assert len(found["mu"]) == found["count"] == 8
        assert found["attributes"] == attributes_of(load_dataset("celeba").test).tolist()
    capsys.readouterr()
    assert main(["--runs", str(runs), "--out", str(tmp_path / "other")]) == 1
    assert "forbids passing" in capsys.readouterr().out


def test_pictures_of_avatars_are_published_as_they_are() -> None:
    pixels = torch.randint(0, 256, (30, 3, 64, 64), dtype=torch.uint8)
    images = Images(pixels, torch.zeros(30, dtype=torch.int64), 5, torch.zeros(30, 2).byte())
    zeros = np.zeros((30, 4), np.float32)
    encodings = Encodings("test", np.zeros(30, np.int64), zeros, zeros)
    found = json.loads(faces_json(encodings, images, "avatars"))
    raw = np.frombuffer(base64.b64decode(found["pixels"]), np.uint8).reshape(24, 64, 64, 3)
    assert np.array_equal(raw, pixels[:24].permute(0, 2, 3, 1))


def test_an_older_run_s_vectors_are_asked_for() -> None:
    zeros = np.zeros((2, 4), np.float32)
    encodings = Encodings("train", np.zeros(2, np.int64), zeros, zeros)
    with pytest.raises(UserError, match="evaluate faces-vae"):
        attributes_json(encodings, {"recipe": "faces-vae", "attributes": {}})


def test_a_decoder_s_graph_convolves_once_where_the_model_doubles_and_convolves(
    release: dict[str, Any], runs: Path, tmp_path: Path
) -> None:
    model = load_run(runs / "faces-vae-celeba").model
    entry = next(m for m in release["models"] if m["id"] == "faces-vae-celeba")
    data = ((tmp_path / "models").parent / entry["decoder"]["url"]).read_bytes()
    operators = [node.op_type for node in onnx.load_from_string(data).graph.node]
    assert operators.count("ConvTranspose") == 4
    assert "Resize" not in operators
    z = torch.randn(3, 4)
    with torch.no_grad():
        expected = torch.sigmoid(model.decode(z))  # with doubled pixels, as it was trained
    found = make_session(data).run(["image"], {"z": z.numpy()})[0]
    np.testing.assert_allclose(found, expected, atol=2e-3)
    image = as_float(load_dataset("celeba").test.pixels)
    encoder = make_session(((tmp_path / "models").parent / entry["encoder"]["url"]).read_bytes())
    with torch.no_grad():
        mu = model.encode(image).mu
    np.testing.assert_allclose(encoder.run(["mu"], {"image": image.numpy()})[0], mu, atol=2e-3)


def test_a_transposed_convolution_is_the_same_function_up_to_rounding() -> None:
    torch.manual_seed(0)
    model = Autoencoder(quick_faces("faces-vae"), (3, 32, 32), 2).eval()
    merged = with_transposed_convolutions(model)
    kinds = [type(layer) for layer in merged.decoder]
    assert torch.nn.Upsample not in kinds
    assert kinds.count(torch.nn.ConvTranspose2d) == 3
    z = torch.randn(5, 8)
    with torch.no_grad():
        torch.testing.assert_close(merged.decode(z), model.decode(z), atol=2e-5, rtol=1e-4)
    assert any(isinstance(layer, torch.nn.Upsample) for layer in model.decoder)  # as it was
