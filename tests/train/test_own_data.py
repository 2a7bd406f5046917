"""The user's own data beyond folders: torchvision's datasets by name, arrays in .npz files."""

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.datasets import CIFAR10

from latent_atlas.train.__main__ import main
from latent_atlas.train.data import datasets
from latent_atlas.train.data.image_arrays import read_arrays
from latent_atlas.train.data.image_folder import read_folder
from latent_atlas.train.data.images import Dataset
from latent_atlas.train.errors import UserError
from latent_atlas.train.runs.run_folder import load_dataset, load_run
from tests.support.disc_images import disc, make_folder
from tests.support.quick import quick_measurements
from tests.support.tiny_dataset import make_mnist, write_idx
from tests.train.conftest import TINY

Train = Callable[..., int]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty DATA_ROOT, from which nothing is downloaded."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("DATA_ROOT", str(folder))

    def no_network(*_: object, **__: object) -> None:
        raise RuntimeError("no network")

    for module in ("mnist", "cifar"):
        name = f"torchvision.datasets.{module}.download_and_extract_archive"
        monkeypatch.setattr(name, no_network)
    quick_measurements(monkeypatch)
    return folder


# ——— torchvision's datasets ———


def make_kmnist(root: Path) -> None:
    made = make_mnist(root / "made")
    (root / "KMNIST").mkdir()
    made.rename(root / "KMNIST" / "raw")


def make_emnist(root: Path) -> np.ndarray:
    """Write the split "balanced" of EMNIST, whose pictures lie on their sides; return one."""
    raw = root / "EMNIST" / "raw"
    raw.mkdir(parents=True)
    for split, count in (("train", 94), ("test", 47)):
        images = np.random.default_rng(1).integers(0, 255, (count, 28, 28), dtype=np.uint8)
        write_idx(raw / f"emnist-balanced-{split}-images-idx3-ubyte", images)
        labels = (np.arange(count) % 47).astype(np.uint8)
        write_idx(raw / f"emnist-balanced-{split}-labels-idx1-ubyte", labels)
        if split == "train":
            first = images[0]
    return first


def make_cifar(root: Path, monkeypatch: pytest.MonkeyPatch, count: int = 20) -> np.ndarray:
    """Write CIFAR-10's batches with a few invented images; return the first, (3, 32, 32)."""
    folder = root / CIFAR10.base_folder
    folder.mkdir()
    rng = np.random.default_rng(2)

    def write(name: str, value: object) -> str:
        data = pickle.dumps(value)
        (folder / name).write_bytes(data)
        return hashlib.md5(data).hexdigest()  # noqa: S324 (torchvision's own check)

    found: list[np.ndarray] = []

    def batch(name: str) -> list[str]:
        data = rng.integers(0, 256, (count, 3072), dtype=np.uint8)
        found.append(data)
        return [name, write(name, {"data": data, "labels": [i % 10 for i in range(count)]})]

    monkeypatch.setattr(CIFAR10, "train_list", [batch(f"data_batch_{i}") for i in range(1, 6)])
    monkeypatch.setattr(CIFAR10, "test_list", [batch("test_batch")])
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship"]
    meta = write("batches.meta", {"label_names": [*names, "truck"]})
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": meta})
    return found[0][0].reshape(3, 32, 32)


def test_B22_kmnist_has_torchvision_s_class_names(root: Path) -> None:
    make_kmnist(root)
    dataset = datasets.load_dataset("torchvision:KMNIST")
    assert dataset.class_names[:3] == ("o", "ki", "su")
    assert dataset.train.shape == (1, 28, 28)
    assert (len(dataset.train), len(dataset.test), dataset.train.classes) == (320, 64, 10)
    assert dataset.train.labels.dtype == torch.int64


def test_B22_emnist_is_balanced_and_upright(root: Path) -> None:
    first = make_emnist(root)
    dataset = datasets.load_dataset("torchvision:EMNIST")
    assert dataset.train.classes == len(dataset.class_names) == 47
    assert dataset.class_names[10] == "A"
    assert np.array_equal(dataset.train.pixels[0, 0].numpy(), first.T)


def test_B22_cifar10_is_in_colour(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make_cifar(root, monkeypatch)
    dataset = datasets.load_dataset("torchvision:CIFAR10")
    assert dataset.train.shape == (3, 32, 32)
    assert (len(dataset.train), len(dataset.test)) == (100, 20)
    assert dataset.class_names[3] == "cat"
    assert np.array_equal(dataset.train.pixels[0].numpy(), first)


def test_B22_what_is_not_there_is_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, named in (
        ("torchvision:KMNIST", "Cannot read or download the train files of torchvision's KMNIST"),
        ("torchvision:CIFAR10", "CIFAR10"),
        ("torchvision:Nothing", "torchvision:EMNIST"),
        ("nothing", "torchvision:NAME"),
    ):
        assert main(["vae-2", "--dataset", name, "--runs", str(root / "runs")]) == 1
        said = capsys.readouterr().err
        assert named in said
        assert said.count("\n") == 1
    (root / "KMNIST" / "raw").mkdir(parents=True, exist_ok=True)
    make_kmnist(root / "other")
    for path in (root / "other" / "KMNIST" / "raw").iterdir():
        (root / "KMNIST" / "raw" / path.name).write_bytes(path.read_bytes()[:40])
    with pytest.raises(UserError, match="whole"):
        datasets.load_dataset("torchvision:KMNIST")


@pytest.mark.slow
def test_B22_a_run_on_a_torchvision_data_set_has_its_name(root: Path, tmp_path: Path) -> None:
    make_kmnist(root)
    runs = tmp_path / "runs"
    assert main(["vae-2", "--dataset", "torchvision:KMNIST", *TINY, "--runs", str(runs)]) == 0
    run = load_run(runs / "vae-2-kmnist")
    assert run.recipe.id == "vae-2-kmnist"
    assert run.recipe.dataset == run.report["dataset"] == "torchvision:KMNIST"
    assert run.recipe.title.endswith(": KMNIST")


# ——— arrays ———


def npz(path: Path, **arrays: object) -> Path:
    np.savez(path, **{name: np.asarray(array) for name, array in arrays.items()})
    return path


def numbered(count: int, *shape: int) -> np.ndarray:
    """Images whose every pixel is the image's number."""
    return np.arange(count, dtype=np.uint8).reshape(-1, *(1 for _ in shape)) + np.zeros(
        shape, np.uint8
    )


def rows_by_class(dataset: Dataset) -> dict[int, str]:
    """Return the class name of each numbered image."""
    return {
        int(pixel): dataset.class_names[label]
        for images in (dataset.train, dataset.test)
        for pixel, label in zip(images.pixels[:, 0, 0, 0], images.labels.tolist(), strict=True)
    }


def test_B22_arrays_are_read_as_they_are(tmp_path: Path) -> None:
    images = numbered(40, 12, 20)
    path = npz(tmp_path / "x.npz", images=images, labels=np.arange(40) % 2, class_names=["b", "a"])
    dataset = read_arrays(path)
    assert dataset.train.shape == (1, 12, 20)
    assert (len(dataset.train), len(dataset.test)) == (36, 4)
    assert dataset.class_names == ("b", "a")  # label 0 is b
    assert rows_by_class(dataset) == {row: "ba"[row % 2] for row in range(40)}


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (np.repeat([10, 2, -1], 10).astype(np.int16), ("-1", "2", "10")),
        (np.repeat(["oak", "ash", "fir"], 10), ("ash", "fir", "oak")),
        (None, ("x",)),
    ],
)
def test_B22_labels_are_numbers_or_names(
    tmp_path: Path, labels: np.ndarray | None, names: tuple[str, ...]
) -> None:
    arrays = {} if labels is None else {"labels": labels}
    dataset = read_arrays(npz(tmp_path / "x.npz", images=numbered(30, 8, 8), **arrays))
    assert dataset.class_names == names
    own = rows_by_class(dataset)
    assert all(own[row] == ("x" if labels is None else str(labels[row])) for row in range(30))


def test_B22_floats_run_from_0_to_1_and_channels_are_last(tmp_path: Path) -> None:
    images = np.linspace(0, 1, 20 * 8 * 8 * 3).reshape(20, 8, 8, 3)
    dataset = read_arrays(npz(tmp_path / "x.npz", images=images))
    assert dataset.train.shape == (3, 8, 8)
    assert max(int(part.pixels.max()) for part in (dataset.train, dataset.test)) == 255
    assert read_arrays(npz(tmp_path / "y.npz", images=images[..., :1])).train.shape == (1, 8, 8)
    assert read_arrays(tmp_path / "x.npz", 16).train.shape == (3, 16, 16)


@pytest.mark.parametrize(
    ("arrays", "named"),
    [
        ({"pictures": numbered(20, 8, 8)}, "no array 'images'"),
        ({"images": numbered(20, 8)}, "20×8"),
        ({"images": numbered(20, 3, 8, 8)}, "channels last"),
        ({"images": numbered(20, 8, 8).astype(np.int64)}, "int64"),
        ({"images": numbered(20, 8, 8) / 2.0}, "from 0 to 9.5"),
        ({"images": np.full((20, 8, 8), np.nan)}, "nan"),
        ({"images": numbered(19, 8, 8)}, "19"),
        ({"images": numbered(20, 300, 8)}, "--image-size"),
        ({"images": numbered(20, 8, 8), "labels": np.zeros(19, int)}, "'labels'"),
        ({"images": numbered(20, 8, 8), "labels": np.zeros(20)}, "float64"),
        ({"images": numbered(20, 8, 8), "labels": np.full(20, 2), "class_names": ["a"]}, "to 0"),
        ({"images": numbered(20, 8, 8), "labels": np.zeros(20, int), "class_names": [1]}, "texts"),
        ({"images": np.array([None] * 20)}, "Python objects"),
    ],
)
def test_B22_arrays_that_will_not_do_are_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arrays: dict[str, object], named: str
) -> None:
    path = npz(tmp_path / "x.npz", **arrays)
    assert main(["vae-2", "--images", str(path), "--runs", str(tmp_path / "runs")]) == 1
    said = capsys.readouterr().err
    assert named in said
    assert said.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_B22_a_file_that_is_no_npz_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no file 'x\.npz'"):
        read_arrays(tmp_path / "x.npz")
    npz(tmp_path / "x.npz", images=numbered(20, 8, 8))
    whole = (tmp_path / "x.npz").read_bytes()
    for data in (b"", b"text", whole[:100], whole[:-40]):
        (tmp_path / "x.npz").write_bytes(data)
        with pytest.raises(UserError, match="Cannot read"):
            read_arrays(tmp_path / "x.npz")
    with (tmp_path / "x.npz").open("wb") as file:
        np.save(file, numbered(20, 8, 8))
    with pytest.raises(UserError, match="Cannot read"):
        read_arrays(tmp_path / "x.npz")


@pytest.mark.slow
def test_B22_a_run_on_arrays_packs_them(root: Path, tmp_path: Path) -> None:
    path = npz(tmp_path / "Leaves.npz", images=numbered(40, 9, 12), labels=np.arange(40) % 2)
    runs = tmp_path / "runs"
    assert main(["cvae-2", "--images", str(path), *TINY, "--runs", str(runs)]) == 0
    path.unlink()
    run = load_run(runs / "cvae-2-leaves")
    assert run.recipe.dataset == "images"
    assert run.model.image_shape == (1, 9, 12)
    assert load_dataset("images", runs / "cvae-2-leaves").class_names == ("0", "1")


# ——— folders ———


def test_B22_heic_files_are_named_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "photos", {"": 20})
    for number in range(25):  # more than are listed
        (folder / f"a{number}.txt").write_text("text")
    for name in ("z1.HEIC", "z2.jpg"):
        (folder / name).write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    reading = read_folder(folder)
    assert "convert it to JPEG or PNG" in reading.skipped["z2.jpg"]
    said = capsys.readouterr().out
    assert "2 of them are HEIC; convert these to JPEG or PNG first." in said
    (folder / "000.png").unlink()
    with pytest.raises(UserError, match="HEIC"):
        read_folder(folder)


def test_B22_a_tenth_of_many_small_classes_is_held_out(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    image = disc(0, 0, (8, 8))
    for label in range(50):
        (folder / str(label)).mkdir(parents=True)
        for number in range(2):
            image.save(folder / str(label) / f"{number}.bmp")
    dataset = read_folder(folder).dataset
    assert (len(dataset.train), len(dataset.test)) == (90, 10)
    assert len(dataset.train.labels.unique()) == 50


# ——— names and quick trials ———


@pytest.mark.slow
def test_B22_any_run_may_have_a_name(train: Train, tmp_path: Path) -> None:
    assert train("--name=trial", "--quick") == 0
    run = load_run(tmp_path / "runs" / "trial")
    assert run.recipe.id == run.report["recipe"] == "trial"
    assert run.recipe.dataset == "mnist"
    assert not (tmp_path / "runs" / "vae-2").exists()
    assert train("--name=trial", "--resume") == 0  # finished
    assert main(["evaluate", "trial", "--samples=2", "--runs", str(tmp_path / "runs")]) == 0
    assert load_run(tmp_path / "runs" / "trial").report["samples"] is not None


@pytest.mark.slow
def test_B22_a_quick_trial_trains_no_held_out_classifier(train: Train, tmp_path: Path) -> None:
    assert main(["vae-2", *(one for one in TINY if "samples" not in one), "--quick",
                 "--runs", str(tmp_path / "runs")]) == 0  # fmt: skip
    report = json.loads((tmp_path / "runs" / "vae-2" / "report.json").read_bytes())
    assert report["samples"] is None
    assert report["test"]["importance_samples"] == 50
    assert not (tmp_path / "runs" / "judges").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["vae-2", "--name=cvae-2"], "cvae-2"),
        (["vae-2", "--name=baselines"], "baselines"),
        (["vae-2", "--name=A b"], "--name consists"),
        (["vae-2", "ae-2", "--name=two"], "for one recipe"),
        (["study", "--quick"], "--quick"),
    ],
)
def test_B22_a_name_that_will_not_do_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    assert main([*arguments, "--runs", str(tmp_path / "runs")]) == 1
    assert named in capsys.readouterr().err


def test_B22_the_name_of_a_run_on_own_images_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "runs" / "trial"
    own.mkdir(parents=True)
    (own / "images.safetensors").write_bytes(b"")
    assert main(["vae-2", "--name=trial", "--runs", str(tmp_path / "runs")]) == 1
    assert "images of your own" in capsys.readouterr().err


@pytest.mark.slow
def test_B22_a_thousand_classes_are_trained(root: Path, tmp_path: Path) -> None:
    labels = np.repeat(np.arange(1000), 3)
    images = np.random.default_rng(0).integers(0, 256, (3000, 8, 8), dtype=np.uint8)
    path = npz(tmp_path / "many.npz", images=images, labels=labels)
    runs = tmp_path / "runs"
    tiny = [*TINY, "--epochs=1", "--quick", "--runs", str(runs), "--images", str(path)]
    assert main(["label-decoder-vae-2", *tiny]) == 0
    run = load_run(runs / "label-decoder-vae-2-many")
    assert run.model.classes == 1000
    packed = load_dataset("images", runs / "label-decoder-vae-2-many")
    assert int(packed.train.labels.max()) == 999
    assert packed.class_names[256] == "256"
    npz(path, images=images, labels=np.arange(3000) % 1001)
    assert main(["vae-2", *tiny]) == 1


def test_B22_the_held_out_classifier_says_how_long_it_takes(
    train: Train, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train("--epochs=1") == 0
    assert "min on two cores" in capsys.readouterr().out
