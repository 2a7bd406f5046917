"""A run by the conventions of the Hugging Face Hub, and the same model back from it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import latent_atlas as atlas
from latent_atlas.export.onnx_graphs.parity import make_session
from latent_atlas.train.errors import UserError
from latent_atlas.train.runs.run_folder import load_run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["vae-2", "cvae-2"])
def test_B21_a_model_comes_back_from_its_hub_folder(
    export: Callable[..., int], models: Path, tiny: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "hub"
    assert export(name, "--hub-folder", str(folder)) == 0
    assert not models.exists()  # no release was published
    run = load_run(tiny / "runs-1" / name)
    model = atlas.load(folder)
    assert not model.training
    for ours, theirs in zip(
        model.state_dict().values(), run.model.state_dict().values(), strict=True
    ):
        assert torch.equal(ours, theirs)
    z, label = torch.randn(3, 2), torch.eye(10)[[1, 2, 3]]
    feeds = {"z": z.numpy()} | ({} if name == "vae-2" else {"label": label.numpy()})
    decoder = make_session((folder / "onnx" / "decoder.onnx").read_bytes())
    with torch.no_grad():
        image = model.decode(z, None if name == "vae-2" else label).sigmoid().numpy()
    np.testing.assert_allclose(decoder.run(None, feeds)[0], image, atol=1e-4)
    config = json.loads((folder / "config.json").read_text())
    assert (config["model_type"], config["id"], config["latent_size"]) == ("latent-atlas", name, 2)
    assert config["class_names"] == list("0123456789")
    head = (folder / "README.md").read_text().split("---\n")[1]
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    assert fields["license"] == '"mit"'
    assert fields["datasets"] == '["ylecun/mnist"]'


def test_B21_a_hub_folder_is_of_one_model(
    export: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export("--hub-folder", str(tmp_path / "hub")) == 1
    assert "name one run" in capsys.readouterr().err


def test_B21_what_is_no_hub_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no config\.json in"):
        atlas.load(tmp_path)
    (tmp_path / "config.json").write_text("{")
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError, match="is damaged"):
        atlas.load(tmp_path)
