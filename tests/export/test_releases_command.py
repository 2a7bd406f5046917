"""`latent-atlas releases`: listed, returned to, without a model, without what nothing names."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from latent_atlas.__main__ import main
from tests.support.made_releases import TinyModel, make_release
from tests.support.whole import read_whole_release

Run = Callable[..., str]
AUTOENCODER = TinyModel("ae-2", deterministic=True, seed=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A release of two models, and an earlier one of one."""
    models = tmp_path / "models"
    make_release(models, "earlier", [TinyModel(seed=3)])
    make_release(models, "current", [TinyModel(), AUTOENCODER])
    return models


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `latent-atlas releases`, which ends with this status; return what it says."""

    def run(*words: str, status: int = 0) -> str:
        assert main(["releases", *words, "--out", str(folder)]) == status
        said = capsys.readouterr()
        return said.out + said.err

    return run


def test_B26_releases_are_listed(run: Run, folder: Path) -> None:
    lines = run().splitlines()
    assert lines == run("list").splitlines()
    assert lines[0].startswith("* current")
    assert lines[1].startswith("  earlier")
    assert "2 models: vae-2, ae-2" in lines[0]
    assert main(["releases", "--out", str(folder), "list"]) == 0  # the option stands anywhere


def test_B26_a_release_is_returned_to(run: Run, folder: Path) -> None:
    assert "earlier is current again" in run("rollback")
    assert read_whole_release(folder)["release"] == "earlier"
    run("rollback", "current")
    assert read_whole_release(folder)["release"] == "current"
    assert "nothing" in run("rollback", "nothing", status=1)


def test_B26_a_model_is_removed_and_comes_back_with_its_release(run: Run, folder: Path) -> None:
    before = read_whole_release(folder)
    assert "without ae-2" in run("remove", "ae-2")
    manifest = read_whole_release(folder)
    assert [model["id"] for model in manifest["models"]] == ["vae-2"]
    assert manifest["models"] == before["models"][:1]
    assert manifest["release"] != "current"
    assert manifest["created"] != before["created"]
    said = run("remove", "ae-2", status=1)
    assert "no model 'ae-2'" in said
    assert "vae-2" in said
    assert "the only model" in run("remove", "vae-2", status=1)
    assert read_whole_release(folder) == manifest
    run("rollback")
    assert read_whole_release(folder) == before


def test_B26_what_belongs_to_a_removed_model_s_data_alone_goes_with_it(
    run: Run, folder: Path
) -> None:
    path = folder / "releases" / "current" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["models"][1]["dataset"] = "images"
    layout = manifest["models"][0]["means"]
    manifest["datasets"] = {"images": {"raw_tsne": layout}, "mnist": {"raw_tsne": layout}}
    path.write_text(json.dumps(manifest))
    run("remove", "ae-2")
    assert set(read_whole_release(folder)["datasets"]) == {"mnist"}


def test_B26_what_nothing_names_is_collected(run: Run, folder: Path) -> None:
    make_release(folder, "third", [TinyModel(seed=4)])
    (folder / "objects" / "nobody.json").write_text("{}")
    assert run("collect").startswith("Removed ")
    assert {path.name for path in (folder / "releases").iterdir()} == {"third", "current"}
    assert not (folder / "objects" / "nobody.json").exists()
    run("collect", "--keep", "1")
    manifest = read_whole_release(folder)
    assert {path.name for path in (folder / "releases").iterdir()} == {"third"}
    assert run("collect") == "Removed 0 files, 0.0 MB.\n"
    assert manifest["release"] == "third"


def test_B26_a_folder_that_is_not_there_is_said_and_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere"
    for words, status in ((["list"], 0), (["rollback"], 1), (["remove", "x"], 1), (["collect"], 1)):
        assert main(["releases", *words, "--out", str(nowhere)]) == status
        assert str(nowhere) in "".join(capsys.readouterr())
    assert not nowhere.exists()


@pytest.mark.parametrize(
    "words", [["nothing"], ["remove"], ["collect", "--keep", "0"], ["list", "--unknown"]]
)
def test_B26_wrong_usage_is_said(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["releases", *words])
    assert ended.value.code == 2
    assert "latent-atlas releases" in capsys.readouterr().err


def test_B26_releases_are_helped_and_completed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["releases", "--help"])
    assert ended.value.code == 0
    assert "rollback" in capsys.readouterr().out
    assert main(["completion", "bash"]) == 0
    completion = capsys.readouterr().out
    assert "_releases_collect_option_strings=" in completion
    assert "--keep" in completion
