"""Damaged dataset files: one clear sentence, and nothing is trained."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from latent_atlas.train.data import datasets
from latent_atlas.train.data.images import Images, hold_out
from latent_atlas.train.errors import UserError
from tests.support.tiny_dataset import write_idx

IMAGE_FILE = "train-images-idx3-ubyte"
LABEL_FILE = "train-labels-idx1-ubyte"


def truncate(folder: Path) -> None:
    path = folder / IMAGE_FILE
    path.write_bytes(path.read_bytes()[:-1000])


def empty(folder: Path) -> None:
    (folder / IMAGE_FILE).write_bytes(b"")


def garbage(folder: Path) -> None:
    (folder / LABEL_FILE).write_bytes(b"<html>not found</html>")


def too_few_labels(folder: Path) -> None:
    write_idx(folder / LABEL_FILE, np.zeros(7, np.uint8))


def label_out_of_range(folder: Path) -> None:
    write_idx(folder / LABEL_FILE, np.full(320, 11, np.uint8))


def swapped(folder: Path) -> None:
    (folder / LABEL_FILE).write_bytes((folder / IMAGE_FILE).read_bytes())


def wrong_shape(folder: Path) -> None:
    write_idx(folder / IMAGE_FILE, np.zeros((320, 14, 14), np.uint8))


def no_images(folder: Path) -> None:
    write_idx(folder / IMAGE_FILE, np.zeros((0, 28, 28), np.uint8))
    write_idx(folder / LABEL_FILE, np.zeros(0, np.uint8))


DAMAGES = (
    truncate, empty, garbage, too_few_labels, label_out_of_range, swapped, wrong_shape, no_images,
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_are_refused_in_one_sentence(
    data_root: Path,
    train: Callable[..., int],
    damage: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    damage(data_root / "MNIST" / "raw")
    assert train() == 1
    error = capsys.readouterr().err
    assert error.startswith("Cannot ")
    assert error.count("\n") == 1
    assert "train files of mnist" in error
    # Nothing is left but the lock of the run that did not begin.
    assert {path.name for path in (tmp_path / "runs").rglob("*") if path.is_file()} <= {".lock"}


def test_a_dataset_that_cannot_be_downloaded_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> None:
        raise RuntimeError("Error downloading train-images-idx3-ubyte.gz")

    monkeypatch.setattr("torchvision.datasets.MNIST.download", offline)
    with pytest.raises(UserError, match="DATA_ROOT"):
        datasets.load("mnist", "train", tmp_path)


def test_pixels_and_labels_come_as_whole_tensors(data_root: Path) -> None:
    images = datasets.load("mnist", "train")
    assert images.pixels.shape == (320, 1, 28, 28)
    assert images.pixels.dtype == torch.uint8
    assert images.labels.tolist()[:11] == [*range(10), 0]


def test_held_out_images_are_a_fixed_part(data_root: Path) -> None:
    images = datasets.load("mnist", "train")
    kept, held = hold_out(images, 0.1, seed=3)
    again = hold_out(images, 0.1, seed=3)[1]
    assert (len(kept), len(held)) == (288, 32)
    assert torch.equal(held.pixels, again.pixels)


def test_attributes_go_where_their_images_go() -> None:
    numbers = torch.arange(40)
    pixels = numbers.to(torch.uint8)[:, None, None, None].expand(40, 3, 2, 2)
    attributes = torch.stack([numbers % 2, numbers % 3 % 2], 1).to(torch.uint8)
    images = Images(pixels, numbers % 5, 5, attributes)
    parts = [images.to(torch.device("cpu")), images.select(numbers[7:12]), images.select(slice(3))]
    for part in (*parts, *hold_out(images, 0.25, seed=3)):
        assert part.attributes is not None
        which = part.pixels[:, 0, 0, 0].long()
        assert torch.equal(part.labels, which % 5)
        assert torch.equal(part.attributes, attributes[which])
    without = Images(pixels, numbers % 5, 5)
    assert without.to(torch.device("cpu")).attributes is None
    assert hold_out(without, 0.25, seed=3)[1].attributes is None


def test_an_unknown_dataset_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UserError, match="avatars, celeba, fashion-mnist, mnist"):
        datasets.load_dataset("faces")
