"""CelebA's own files: what is read of them, the cache, and what is said of bad ones."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.datasets import CelebA
from torchvision.transforms.v2 import functional as transforms

from latent_atlas.train.data import datasets
from latent_atlas.train.errors import UserError
from tests.support.invented_celeba import COUNT, HAIR, NAMES, make_celeba, name

Damage = Callable[[Path], None]
Attributes = "list_attr_celeba.txt"
Partition = "list_eval_partition.txt"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA_ROOT", str(tmp_path / "data"))
    monkeypatch.setenv("ATLAS_CACHE", str(tmp_path / "cache"))
    return make_celeba(tmp_path / "data")


def cached(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "celeba").glob("*.npy"))


# ——— what is read ———


def test_the_files_are_read_as_torchvision_reads_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tables that are of no use here, and that torchvision wants to see.
    for table in ("identity_CelebA", "list_bbox_celeba", "list_landmarks_align_celeba"):
        head = "" if table.startswith("identity") else "1\nx\n"
        (folder / f"{table}.txt").write_text(head + "".join(f"{name(i)} 1\n" for i in range(COUNT)))
    monkeypatch.setattr(CelebA, "_check_integrity", lambda _: True)
    dataset = datasets.load_dataset("celeba")
    for split, images in (("train", dataset.train), ("test", dataset.test)):
        theirs = CelebA(folder.parent, split)
        assert images.attributes is not None
        assert torch.equal(images.attributes.long(), theirs.attr)
        for (photo, _), pixels in zip(theirs, images.pixels, strict=True):
            middle = transforms.center_crop(transforms.pil_to_tensor(photo), [148, 148])
            small = transforms.resize(middle, [64, 64], antialias=True)
            assert (small.int() - pixels.int()).abs().max() <= 4  # they resize with another filter


def test_a_dataset_has_both_splits_attributes_and_classes_of_hair(folder: Path) -> None:
    dataset = datasets.load_dataset("celeba")
    assert (len(dataset.train), len(dataset.test)) == (24, 8)
    assert dataset.train.shape == (3, 64, 64)
    assert dataset.train.pixels.dtype == torch.uint8
    assert dataset.attribute_names[:2] == ("5 o clock shadow", "arched eyebrows")
    assert len(dataset.attribute_names) == 40
    assert dataset.attribute_groups == (
        ("black hair", "blond hair", "brown hair", "gray hair", "bald"),
    )
    assert dataset.class_names == ("black", "blond", "brown", "gray", "other")
    assert dataset.train.labels[:6].tolist() == [0, 1, 2, 3, 4, 0]
    for images in (dataset.train, dataset.test):
        assert images.attributes is not None
        assert images.attributes.dtype == torch.uint8
        hair = images.attributes[:, [NAMES.index(one) for one in HAIR]]
        assert hair.argmax(1).tolist() == images.labels.tolist()
        # The white border of the pictures is cut away, and the gradients remain.
        assert images.pixels[:, :2].max() < 200
        assert images.pixels[:, 0, 63].float().mean() > images.pixels[:, 0, 0].float().mean() + 120
    assert torch.equal(datasets.load("celeba", "test").pixels, dataset.test.pixels)


def test_some_of_the_images_are_enough_and_the_missing_ones_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = datasets.load_dataset("celeba")
    for index in (1, 2, 3, 9, 18):
        (folder / "img_align_celeba" / name(index)).unlink()
    capsys.readouterr()
    part = datasets.load_dataset("celeba")
    said = capsys.readouterr().out
    assert "5 of 40 images are missing: 000002.jpg, 000003.jpg, 000004.jpg and 2 more" in said
    assert (len(part.train), len(part.test)) == (21, 6)
    kept = [0, *range(4, 24)]
    assert torch.equal(part.train.pixels, whole.train.pixels[kept])
    assert torch.equal(part.train.labels, whole.train.labels[kept])
    assert part.train.attributes is not None
    assert whole.train.attributes is not None
    assert torch.equal(part.train.attributes, whole.train.attributes[kept])


def test_where_no_test_image_is_there_a_tenth_of_the_others_is_taken(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for index in range(COUNT):
        if index % 10 > 7:
            (folder / "img_align_celeba" / name(index)).unlink()
    dataset = datasets.load_dataset("celeba")
    assert (len(dataset.train), len(dataset.test)) == (22, 2)
    assert "no image of the test partition" in capsys.readouterr().out


def test_what_is_made_of_it_and_exported_into_private_is_not_for_git() -> None:
    where = Path(__file__).parents[2]
    for path in ("private/models/current.json", "runs/faces-vae-celeba/report.json"):
        ignored = subprocess.run(["git", "check-ignore", "-q", path], cwd=where, check=False)
        assert ignored.returncode == 0, path


# ——— the cache ———


def test_the_array_is_made_once_and_mapped(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = datasets.load_dataset("celeba")
    (path,) = cached(tmp_path)
    assert np.load(path, mmap_mode="r").shape == (32, 3, 64, 64)
    assert not list(path.parent.glob(".*.tmp"))

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("an image was read again")

    monkeypatch.setattr(Image, "open", opened)
    again = datasets.load_dataset("celeba")
    assert torch.equal(first.train.pixels, again.train.pixels)
    assert torch.equal(first.test.pixels, again.test.pixels)
    # Both splits are parts of one map of the file, and nothing was copied.
    train, test = again.train.pixels, again.test.pixels
    assert test.data_ptr() - train.data_ptr() == train.numel()


def replace(folder: Path) -> None:
    Image.new("RGB", (178, 218), "red").save(folder / "img_align_celeba" / name(0))


def remove(folder: Path) -> None:
    (folder / "img_align_celeba" / name(0)).unlink()


@pytest.mark.parametrize("change", [replace, remove])
def test_other_files_make_another_array(folder: Path, tmp_path: Path, change: Damage) -> None:
    before = datasets.load_dataset("celeba")
    (path,) = cached(tmp_path)
    change(folder)
    after = datasets.load_dataset("celeba")
    assert cached(tmp_path) != [path]
    assert len(cached(tmp_path)) == 1  # the outdated one is gone
    assert not torch.equal(before.train.pixels[0], after.train.pixels[0])


def test_an_array_cut_short_is_made_again(folder: Path, tmp_path: Path) -> None:
    before = datasets.load_dataset("celeba").train.pixels.clone()
    (path,) = cached(tmp_path)
    path.write_bytes(path.read_bytes()[:-1000])
    assert torch.equal(datasets.load_dataset("celeba").train.pixels, before)


# ——— bad files ———


def edit(file: str, change: Callable[[list[str]], None]) -> Damage:
    def damage(folder: Path) -> None:
        lines = (folder / file).read_text().splitlines()
        change(lines)
        (folder / file).write_text("\n".join(lines) + "\n")

    return damage


def drop(path: str) -> Damage:
    def damage(folder: Path) -> None:
        target = folder / path
        if target.is_dir():
            target.rename(folder / "elsewhere")
        else:
            target.unlink()

    return damage


def nothing(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def not_unpacked(folder: Path) -> None:
    drop("img_align_celeba")(folder)
    (folder / "img_align_celeba.zip").write_bytes(b"PK")


def web_page_as_zip(folder: Path) -> None:
    drop("img_align_celeba")(folder)
    page = "\n<!DOCTYPE html><html><title>Google Drive - Quota exceeded</title></html>"
    (folder / "img_align_celeba.zip").write_text(page)


def web_page_as_table(folder: Path) -> None:
    (folder / Partition).write_text("<html>Quota exceeded</html>")


def one_folder_deeper(folder: Path) -> None:
    (folder / "img_align_celeba").rename(folder / "inner")
    (folder / "img_align_celeba").mkdir()
    (folder / "inner").rename(folder / "img_align_celeba" / "img_align_celeba")


def as_png(folder: Path) -> None:
    for path in (folder / "img_align_celeba").iterdir():
        path.rename(path.with_suffix(".png"))


def as_png_in_its_own_folder(folder: Path) -> None:
    as_png(folder)
    (folder / "img_align_celeba").rename(folder / "img_align_celeba_png")


def as_csv(folder: Path) -> None:
    for table in (Attributes, Partition):
        (folder / table).rename((folder / table).with_suffix(".csv"))


def truncated(folder: Path) -> None:
    for index in (0, 4, 8, 9, 13):
        path = folder / "img_align_celeba" / name(index)
        path.write_bytes(path.read_bytes()[:-400])


def empty_image(folder: Path) -> None:
    (folder / "img_align_celeba" / name(0)).write_bytes(b"")


def web_page(folder: Path) -> None:
    (folder / "img_align_celeba" / name(0)).write_text("<html>quota exceeded</html>")


def other_size(folder: Path) -> None:
    Image.new("RGB", (64, 64)).save(folder / "img_align_celeba" / name(0))


def too_few(folder: Path) -> None:
    for index in range(10, COUNT):
        (folder / "img_align_celeba" / name(index)).unlink()


def bytes_of_another_kind(folder: Path) -> None:
    (folder / Attributes).write_bytes(b"\xff\xfe\x00\x01" * 100)


def cut_in_a_row(folder: Path) -> None:
    text = (folder / Attributes).read_text()
    (folder / Attributes).write_text(text[: len(text) * 2 // 3])


def set_row(number: int, row: str) -> Callable[[list[str]], None]:
    def change(lines: list[str]) -> None:
        lines[number - 1] = row

    return change


ROW = f"{name(1)} {' '.join(['1'] * 40)}"
BAD = {
    "nothing there": (nothing, "mmlab"),
    "no images": (drop("img_align_celeba"), "lacks img_align_celeba"),
    "not unpacked": (not_unpacked, "unzip"),
    "web page as zip": (web_page_as_zip, "img_align_celeba.zip .* web page .* download .* again"),
    "web page as table": (web_page_as_table, f"{Partition} .* web page .* download .* again"),
    "one folder deeper": (
        one_folder_deeper, "move those in .*celeba/img_align_celeba/img_align_celeba up into",
    ),
    "PNG": (as_png, "are PNG.*unpack img_align_celeba.zip"),
    "PNG in its own folder": (as_png_in_its_own_folder, "are PNG.*unpack img_align_celeba.zip"),
    "csv": (as_csv, f"are .csv.*get the original {Attributes} and {Partition} from"),
    "no attributes": (drop(Attributes), f"lacks {Attributes}"),
    "no partition": (drop(Partition), f"lacks {Partition}"),
    "truncated": (truncated, "000001.jpg, 000005.jpg, 000014.jpg and 2 more .* cut short"),
    "empty image": (empty_image, "000001.jpg"),
    "web page": (web_page, "000001.jpg"),
    "other size": (other_size, "178×218"),
    "too few": (too_few, "6 training images and 2 test images"),
    "no text": (bytes_of_another_kind, "not text"),
    "cut in a row": (cut_in_a_row, "announces 40 images"),
    "cut at a row": (edit(Attributes, lambda lines: lines.pop()), "has 39 rows"),
    "empty table": (edit(Attributes, lambda lines: lines.clear()), "must begin"),
    "no count": (edit(Attributes, lambda lines: lines.pop(0)), "must begin"),
    "no names": (edit(Attributes, lambda lines: lines.pop(1)), "must name 40"),
    "other names": (
        edit(Attributes, lambda lines: set_row(2, lines[1].replace("Bald", "Bold"))(lines)),
        "no column for bald",
    ),
    "39 values": (edit(Attributes, set_row(4, ROW[:-2])), "row 4 has 39 values"),
    "41 values": (edit(Attributes, set_row(4, f"{ROW} -1")), "row 4 has 41 values"),
    "empty row": (edit(Attributes, set_row(4, "")), "row 4 has 0 values"),
    "a zero": (edit(Attributes, set_row(4, f"{ROW[:-1]}0")), "row 4 has values other"),
    "named twice": (
        edit(Attributes, set_row(5, ROW)), "row 5 names 000002.jpg, which an earlier row has",
    ),
    "no number": (edit(Partition, set_row(2, name(1))), "row 2 is not a file and 0, 1 or 2"),
    "partition 3": (edit(Partition, set_row(2, f"{name(1)} 3")), "row 2 is not"),
    "in two partitions": (edit(Partition, set_row(3, f"{name(1)} 2")), "row 3 names 000002.jpg"),
    "of others": (edit(Partition, set_row(3, "x.jpg 2")), "names 000003.jpg, x.jpg"),
    "partition cut": (edit(Partition, lambda lines: lines.pop()), "names 000040.jpg"),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "said"), BAD.values(), ids=BAD)
def test_bad_files_are_refused_in_one_sentence(
    folder: Path, tmp_path: Path, damage: Damage, said: str
) -> None:
    damage(folder)
    with pytest.raises(UserError, match=said) as refused:
        datasets.load_dataset("celeba")
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert "CelebA" in sentence
    assert not cached(tmp_path)  # and nothing half made stays
    assert not list(tmp_path.glob("cache/celeba/.*.tmp"))
