"""Avatars drawn through Node.js: that they show what is said of them, and the same every time."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from latent_atlas.train.data import avatars, datasets
from latent_atlas.train.data.avatars.avatar_faces import (
    ATTRIBUTES,
    GROUPS,
    HAIR_COLOURS,
    Parts,
    face,
)
from latent_atlas.train.data.images import Dataset
from latent_atlas.train.errors import UserError
from tests.support.mnist import missing

COUNT, SEED = 60, 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("avatars")


@pytest.fixture(scope="module")
def dataset(folder: Path) -> Dataset:
    try:
        return avatars.load(folder, COUNT, SEED)
    except UserError as error:
        missing(f"avatars are needed: {error}")


@pytest.fixture(scope="module")
def pictures(dataset: Dataset) -> np.ndarray:
    """All of them as (N, 64, 64, 3), of numbers that can be subtracted."""
    both = torch.cat([dataset.train.pixels, dataset.test.pixels])
    return both.permute(0, 2, 3, 1).numpy().astype(int)


def of(parts: list[Parts], part: str) -> np.ndarray:
    """Return the colours (N, 3) that a part of each face was drawn with."""
    colours = [parts_of_one[part] or "" for parts_of_one in parts]
    return np.array([list(bytes.fromhex(colour)) for colour in colours])


# ——— the files ———


def test_a_dataset_has_both_splits_attributes_and_classes_of_hair(dataset: Dataset) -> None:
    assert (len(dataset.train), len(dataset.test)) == (54, 6)
    assert dataset.train.shape == (3, 64, 64)
    assert dataset.train.pixels.dtype == torch.uint8
    assert dataset.class_names == ("black", "brown", "blond", "red", "grey")
    assert dataset.attribute_names == ATTRIBUTES
    assert dataset.attribute_groups == GROUPS
    assert {name for group in GROUPS for name in group} <= set(ATTRIBUTES)
    for images in (dataset.train, dataset.test):
        assert images.attributes is not None
        assert images.attributes.dtype == torch.uint8
        assert images.attributes.shape == (len(images), len(ATTRIBUTES))
        hair = [ATTRIBUTES.index(f"{colour} hair") for colour in HAIR_COLOURS]
        assert images.attributes[:, hair].argmax(1).tolist() == images.labels.tolist()


def test_the_same_seed_draws_the_same_bytes_and_each_image_for_itself(dataset: Dataset) -> None:
    again = avatars.make(10, SEED)
    assert torch.equal(again["pixels"], dataset.train.pixels[:10])
    assert torch.equal(again["labels"], dataset.train.labels[:10])
    assert dataset.train.attributes is not None
    assert torch.equal(again["attributes"], dataset.train.attributes[:10])
    assert not torch.equal(avatars.make(10, SEED + 1)["pixels"], again["pixels"])


def test_what_is_kept_is_not_drawn_again(
    dataset: Dataset, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*_: object) -> None:
        raise AssertionError("they were drawn again")

    monkeypatch.setattr(avatars, "make", draw)
    again = avatars.load(folder, COUNT, SEED)
    assert torch.equal(again.train.pixels, dataset.train.pixels)
    assert [path.suffix for path in folder.iterdir() if path.name != ".lock"] == [".safetensors"]


def test_the_set_is_known_by_its_name(
    dataset: Dataset, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_CACHE", str(tmp_path))
    kept = tmp_path / "avatars" / f"avatars-{avatars.VERSION}-0-{avatars.COUNT}.safetensors"
    kept.parent.mkdir()
    # Stands for the 30,000: as many rows, of images of one pixel.
    rows = avatars.COUNT
    save_file(
        {
            "pixels": torch.zeros(rows, 3, 1, 1, dtype=torch.uint8),
            "attributes": torch.zeros(rows, len(ATTRIBUTES), dtype=torch.uint8),
            "labels": torch.zeros(rows, dtype=torch.int64),
        },
        kept,
    )
    known = datasets.load_dataset("avatars")
    assert (len(known.train), len(known.test)) == (27_000, 3_000)
    assert len(datasets.load("avatars", "test")) == 3_000


def test_a_damaged_file_is_named(folder: Path, dataset: Dataset, tmp_path: Path) -> None:
    (whole,) = folder.glob("*.safetensors")
    cut = tmp_path / whole.name
    cut.write_bytes(whole.read_bytes()[:-1000])
    with pytest.raises(UserError, match="damaged; delete the file"):
        avatars.load(tmp_path, COUNT, SEED)


# ——— what is drawn ———


def test_attributes_are_balanced_and_independent_but_for_their_groups() -> None:
    faces = [face(0, index) for index in range(4000)]
    has = np.array([each.attributes for each in faces], float)
    share = dict(zip(ATTRIBUTES, has.mean(0), strict=True))
    for colour in HAIR_COLOURS:
        assert share[f"{colour} hair"] == pytest.approx(0.2, abs=0.03)
    expected = {
        "long hair": 0.5, "hat": 0.2, "beard": 0.35, "sunglasses": 0.25, "eyeglasses": 0.25,
        "smiling": 0.5, "dark skin": 0.5,
    }  # fmt: skip
    for name, value in expected.items():
        assert share[name] == pytest.approx(value, abs=0.03)
    for group in GROUPS:
        together = has[:, [ATTRIBUTES.index(name) for name in group]].sum(1)
        assert together.max() == 1
    correlations = np.corrcoef(has.T)
    for first, one in enumerate(ATTRIBUTES):
        for second, other in enumerate(ATTRIBUTES):
            if not any(one in group and other in group for group in GROUPS) and first != second:
                assert abs(correlations[first, second]) < 0.06, (one, other)


def test_the_pictures_show_their_attributes(dataset: Dataset, pictures: np.ndarray) -> None:
    faces = [face(SEED, index) for index in range(COUNT)]
    parts = [each.parts for each in faces]
    hair, skin = of(parts, "hairColor"), of(parts, "skinColor")
    mouth, chin = pictures[:, 51, 32], pictures[:, 57, 32]
    sunglasses = pictures[:, 36:39, 19:22].mean((1, 2, 3)) < 50  # a lens, beside the pupil
    rim = pictures[:, 40:43, 20:25].max(-1).min(1).max(1) < 75  # dark all along below the left eye
    seen = {
        "hat": pictures[:, 20, 4].min(-1) < 140,  # the brim, on a pale ground
        "dark skin": pictures[:, 38, 32, 0] < 200,  # the bridge of the nose
        "sunglasses": sunglasses,
        "eyeglasses": rim & ~sunglasses,
        "smiling": (mouth[:, 0] - mouth[:, 1] > 120) & (mouth[:, 2] > 60),  # the tongue
        "beard": abs(chin - hair).sum(-1) < abs(chin - skin).sum(-1),
        "long hair": (abs(pictures[:, 50, 8:14] - hair[:, None]).sum(-1) < 60).any(1),
    }
    # The nearest of the five colours, above the forehead: with a hat as well.
    top = np.median(pictures[:, 12:16, 29:36].reshape(COUNT, -1, 3), 1)
    classes = np.array([each.hair for each in faces])
    palette = np.array([hair[classes == colour].mean(0) for colour in range(len(HAIR_COLOURS))])
    nearest = abs(top[:, None] - palette).sum(-1).argmin(1)
    for colour, name in enumerate(HAIR_COLOURS):
        seen[f"{name} hair"] = nearest == colour
    assert set(seen) == set(ATTRIBUTES)
    both = [images.attributes for images in (dataset.train, dataset.test)]
    attributes = torch.cat([one for one in both if one is not None]).numpy().astype(bool)
    for name, found in seen.items():
        true = attributes[:, ATTRIBUTES.index(name)]
        assert 0 < true.sum() < COUNT
        assert (found == true).all(), (name, np.flatnonzero(found != true))


def test_the_head_fills_the_frame_on_a_plain_pale_ground(pictures: np.ndarray) -> None:
    corner = pictures[:, 0, 0]
    assert corner.min() > 150
    assert (pictures[:, 60, 32] != corner).any(-1).all()
    covered = (abs(pictures - corner[:, None, None]).sum(-1) > 12).mean((1, 2))
    assert covered.min() > 0.3
    assert covered.max() < 0.9


# ——— where they cannot be drawn ———


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without the packages, as the sources are right after a clone."""
    here = tmp_path / "sources"
    here.mkdir()
    for file in ("package.json", "package-lock.json", "render.mjs"):
        shutil.copy(Path(avatars.__file__).parent / file, here)
    monkeypatch.setattr(avatars, "_HERE", here)
    return here


def instead(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Run `script` where Node.js would be run."""
    monkeypatch.setattr(avatars, "_with_node", lambda *command: ["sh", "-c", script, *command])


@pytest.mark.parametrize(
    ("script", "said"),
    [("exit 127", "no Node.js 20.19 or newer"), ("exit 1", "Cannot fetch the packages")],
)
def test_without_nodejs_or_npm_a_sentence_says_what_to_do(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, said: str
) -> None:
    instead(monkeypatch, script)
    with pytest.raises(UserError, match=said) as refused:
        avatars.load(tmp_path / "cache", 10)
    assert str(refused.value).endswith(".")
    assert not list((tmp_path / "cache").glob("*.safetensors"))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("[ $0 = npm ] && mkdir node_modules || { echo 'TypeError: no such part.' >&2; exit 1; }",
         "cannot draw the avatars: TypeError: no such part."),
        ("[ $0 = npm ] && mkdir node_modules || { read face; printf half; }",
         "cannot draw the avatars: it ended with status 0."),
    ],
)  # fmt: skip
def test_where_drawing_fails_it_is_said_why_and_nothing_is_kept(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, said: str
) -> None:
    instead(monkeypatch, script)
    with pytest.raises(UserError) as refused:
        avatars.load(tmp_path / "cache", 1000)
    assert str(refused.value).endswith(said)
    assert not list((tmp_path / "cache").glob("*.safetensors"))
    assert not list((tmp_path / "cache").glob(".*.tmp"))


def test_packages_are_fetched_again_when_others_are_wanted(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    instead(monkeypatch, "[ $0 = npm ] || exit 1; mkdir -p node_modules; echo >>fetched")
    for fetched in (1, 1, 2):
        if fetched == 2:
            (elsewhere / "package-lock.json").write_text("{}")
        with pytest.raises(UserError, match="cannot draw"):
            avatars.load(tmp_path / "cache", 10)
        assert len((elsewhere / "fetched").read_text().splitlines()) == fetched
