"""What a recipe may ask for: each field, fields together, and beside a dataset."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from latent_atlas.train.__main__ import main
from latent_atlas.train.data.images import Dataset, Images
from latent_atlas.train.errors import UserError
from latent_atlas.train.recipes.limits import check, check_dataset
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.recipes.study_recipes import STUDY


def test_every_recipe_of_the_project_is_within_the_limits() -> None:
    for recipe in (*RECIPES.values(), *(one for group in STUDY.values() for one in group)):
        check(recipe)


def test_every_number_of_a_recipe_has_a_range() -> None:
    for field in dataclasses.fields(Recipe):
        if isinstance(field.default, bool) or not isinstance(field.default, (int, float)):
            continue
        for number in (-1.0, float("nan"), 1e15):
            with pytest.raises(UserError, match=f"--{field.name.replace('_', '-')}"):
                check(dataclasses.replace(RECIPES["vae-2"], **{field.name: number}))


@pytest.mark.parametrize(
    "line",
    [
        "target-means-vae-2 --latent-size 3",
        "all --latent-size 3",
        "target-means-vae-2 --deterministic true",
        "label-decoder-vae-2 --classification-weight 1",
        "cvae-2 --classification-weight 1",
        "classifier-vae-2-w1 --condition decoder",
        "faces-vae --condition both",
        "faces-vae --classification-weight 1",
        "vae-2 --pixel-dropout 2",
        "vae-2 --pixel-dropout 1",
        "vae-2 --ema-decay 1.5",
        "vae-2 --validation-fraction 1",
        "vae-2 --reconstruction-weight 0",
        "vae-2 --encoder-layers 1000000000",
        "vae-2 --feature-weight 1",
        "faces-vaegan --adversarial-weight 0",
        "vae-2 --perceptual vgg19",
        "faces-vae --perceptual-weight 1",
        "lattice-2 --latent-size 3",
        "lattice-2 --condition decoder",
        "lattice-2 --lattice-points 1000",
        "lattice-2 --objective elbo",
        "vae-2 --objective lattice",
        "vae-2 --elbo-epochs 5",
        "lattice-2 --reconstruction-weight 2",
        "vae-2 --objective iwae",
        "vae-2 --importance-samples 8",
        "vae-2 --condition both --objective iwae --importance-samples 8",
        "vae-2 --logvar-cap 50",
        "vae-2 --jobs 2 --pixel-dropout 2",
        "study --pixel-dropout 2",
    ],
)
def test_what_cannot_be_trained_or_measured_is_refused_before_training(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def started(*_: object, **__: object) -> None:
        raise AssertionError("training began")

    monkeypatch.setattr("latent_atlas.train.training.session.train", started)
    monkeypatch.setattr("latent_atlas.train.study.jobs.train_all", started)
    monkeypatch.setattr("latent_atlas.train.study.grid.train_all", started)
    assert main([*line.split(), "--runs", str(tmp_path / "runs")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    named = next(word for word in line.split() if word.startswith("--") and word != "--jobs")
    assert named in error
    assert not (tmp_path / "runs").exists()


def dataset(classes: int, side: int, attributes: tuple[str, ...] = ()) -> Dataset:
    labels = torch.arange(20) % classes
    pixels = torch.zeros(20, 3, side, side, dtype=torch.uint8)
    images = Images(pixels, labels, classes, torch.zeros(20, len(attributes), dtype=torch.uint8))
    return Dataset(images, images, tuple("abcdefghij"[:classes]), attributes)


@pytest.mark.parametrize(
    ("recipe", "other", "said"),
    [
        ("cvae-2", dataset(5, 64, ("hat",)), "--condition none"),
        ("target-means-vae-2", dataset(5, 64), "10 classes"),
        ("classifier-vae-2-w1", dataset(1, 28), "two classes"),
        ("faces-vaegan", dataset(1, 8), "16×16"),
    ],
)
def test_what_cannot_be_trained_or_measured_on_a_dataset_is_refused_before_training(
    recipe: str, other: Dataset, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        check_dataset(RECIPES[recipe], other, "faces")
    check_dataset(RECIPES["vae-2"], other, "faces")


def test_the_dataset_is_checked_before_anything_is_trained(
    train: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        "latent_atlas.train.data.datasets.load_dataset", lambda *_: dataset(5, 64, ("hat",))
    )
    assert train(recipe="cvae-2") == 1
    assert "--condition none" in capsys.readouterr().err
    assert not (tmp_path / "runs" / "cvae-2" / "state").exists()
