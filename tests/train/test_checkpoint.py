"""Damaged checkpoints are noticed by their hash, and runs of earlier versions are resumed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save

from latent_atlas.train.files import sha256
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.recipes.serialisation import differences, fields_of, recipe_from_json
from latent_atlas.train.recipes.study_recipes import STUDY
from latent_atlas.train.runs.run_folder import load_run
from latent_atlas.train.training.checkpoint import read_metadata


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.slow
@pytest.mark.parametrize("damage", [flip_a_bit, cut_short])
def test_a_damaged_checkpoint_is_said_and_the_one_before_used(
    train: Callable[..., int],
    tmp_path: Path,
    damage: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert train() == 0
    folder = tmp_path / "runs" / "vae-2"
    expected = load_run(folder).model.state_dict()
    newest = max((folder / "state").glob("*.safetensors"))
    damage(newest)
    (folder / "report.json").unlink()
    assert train("--resume") == 0
    assert "000003 is damaged" in capsys.readouterr().out
    found = load_run(folder).model.state_dict()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_only_the_last_two_checkpoints_are_kept(train: Callable[..., int], tmp_path: Path) -> None:
    assert train() == 0
    names = sorted(path.name[:6] for path in (tmp_path / "runs/vae-2/state").iterdir())
    assert names == ["000002", "000003"]


# What recipes have gained since the first checkpoints were written.
LATER = (
    "precision", "compile", "network", "perceptual", "perceptual_weight", "adversarial_weight",
    "feature_weight", "reconstruction_weight", "train_images",
)  # fmt: skip


def without_later_fields(path: Path, **changed: object) -> None:
    """Rewrite a checkpoint as it was when recipes had fewer fields."""
    data = path.read_bytes()
    meta = read_metadata(data)
    recipe = {**json.loads(meta["recipe"]), **changed}
    for name in LATER:
        recipe.pop(name, None)
    older = save(load(data), metadata={**meta, "recipe": json.dumps(recipe)})
    path.unlink()
    path.with_name(f"{path.name[:6]}-{sha256(older)}.safetensors").write_bytes(older)


def test_a_checkpoint_from_before_a_recipe_s_fields_is_resumed(
    train: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train() == 0
    folder = tmp_path / "runs" / "vae-2"
    expected = load_run(folder).model.state_dict()
    older, newest = sorted((folder / "state").glob("*.safetensors"))
    newest.unlink()
    without_later_fields(older)
    (folder / "report.json").unlink()
    assert train("--resume") == 0
    found = load_run(folder).model.state_dict()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    # In which precision its first epochs were trained, nobody wrote down.
    report = json.loads((folder / "report.json").read_text())
    assert (report["precision"], report["compile"]) == ("unknown", None)
    (folder / "report.json").unlink()
    without_later_fields(max((folder / "state").glob("*.safetensors")), learning_rate=0.5)
    assert train("--resume") == 1
    assert "another learning_rate;" in capsys.readouterr().err


def test_stored_recipes_are_compared_field_by_field_with_defaults_for_what_is_missing() -> None:
    for recipe in RECIPES.values():
        stored = fields_of(recipe)
        assert recipe_from_json(stored) == recipe
        assert differences(stored, recipe) == []
    recipe = RECIPES["faces-vae"]
    stored = fields_of(recipe)
    del stored["network"]  # whose default is another
    assert differences(stored, recipe) == ["network"]
    assert differences({"id": "faces-vae", "goal": {"fid": 1}}, recipe)
    assert differences({**fields_of(recipe), "momentum": 0.9}, recipe) == ["momentum"]
    assert "id" in differences({}, recipe)
    # What it is called, or meant to reach, makes no other recipe of it.
    assert differences({**fields_of(recipe), "title": "renamed", "goal": {"fid": 1}}, recipe) == []


def test_a_recipe_is_read_whatever_fields_recipes_have_gained_or_lost_since(
    capsys: pytest.CaptureFixture[str],
) -> None:
    recipe = replace(RECIPES["vae-2"], latent_size=3, precision="32-true")
    stored = fields_of(recipe)
    del stored["ema_decay"], stored["goal"]["elbo"]
    assert recipe_from_json(stored).ema_decay == Recipe("", "").ema_decay
    assert capsys.readouterr().out == ""
    stored |= {"momentum": 0.9, "goal": {**stored["goal"], "fid": 1}}
    found = recipe_from_json(stored)
    assert replace(found, goal=recipe.goal) == recipe
    assert found.goal.elbo is None
    assert capsys.readouterr().out == "vae-2: recipes no longer have momentum; ignored.\n"
    del stored["title"], stored["momentum"]
    found = recipe_from_json({**stored, "goal": None})
    assert (found.title, found.goal.elbo, found.latent_size) == ("", None, 3)


def test_before_recipes_had_a_precision_a_run_chose_it_and_is_no_other_run() -> None:
    for recipe in (RECIPES["vae-2"], STUDY["grid"][0]):
        stored = fields_of(recipe)
        del stored["precision"], stored["compile"]
        for precision in ("32-true", "bf16-mixed"):
            assert differences(stored, replace(recipe, precision=precision)) == []
    assert differences(fields_of(recipe), replace(recipe, precision="bf16-mixed")) == ["precision"]


def test_a_finished_run_from_before_recipes_had_a_precision_is_read_and_left_alone(
    train: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train() == 0
    folder = tmp_path / "runs" / "vae-2"
    weights = (folder / "weights.safetensors").read_bytes()
    meta = read_metadata(weights)
    recipe = json.loads(meta["recipe"])
    del recipe["precision"], recipe["compile"]
    older = save(load(weights), metadata={**meta, "recipe": json.dumps(recipe)})
    (folder / "weights.safetensors").write_bytes(older)
    report = json.loads((folder / "report.json").read_text())
    (folder / "report.json").write_text(json.dumps({**report, "weights_sha256": sha256(older)}))
    assert load_run(folder).recipe.precision == "32-true"
    del report["precision"]  # from before reports had it
    changed = {**report, "weights_sha256": sha256(older)}
    (folder / "report.json").write_text(json.dumps(changed))
    assert load_run(folder).recipe.precision == "unknown"
    assert train("--resume", "--precision=bf16-mixed") == 0
    assert "trained already" in capsys.readouterr().out
