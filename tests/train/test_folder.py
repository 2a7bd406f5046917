"""Training on a folder of the user's own images, and what is said of those that will not do."""

import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from latent_atlas.train.__main__ import main
from latent_atlas.train.data.image_folder import Reading, read_folder
from latent_atlas.train.data.images import Dataset
from latent_atlas.train.runs.run_folder import load_dataset, load_run
from tests.support.disc_images import disc, make_folder
from tests.support.quick import quick_measurements

TINY = (
    "--epochs=2", "--encoder-layers=16", "--decoder-layers=16,16", "--fourier-features=4",
    "--warmup-steps=5", "--samples=4", "--precision=32-true",
)  # fmt: skip

Train = Callable[..., int]


@pytest.fixture
def train_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Train:
    """Run `python -m train` on a folder, tiny."""
    quick_measurements(monkeypatch)

    def run(folder: Path, *arguments: str, recipe: str = "vae-2") -> int:
        own = ["--images", str(folder), "--runs", str(tmp_path / "runs")]
        return main([recipe, *own, *TINY, *arguments])

    return run


def reasons(reading: Reading) -> dict[str, str]:
    return reading.skipped


def all_pixels(dataset: Dataset) -> set[bytes]:
    both = torch.cat([dataset.train.pixels, dataset.test.pixels])
    return {image.numpy().tobytes() for image in both}


# ——— what is read ———


def test_B13_a_class_is_a_folder_of_the_first_level(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "Blätter", {"10": 20, "9/old": 20, "Ahörn": 30, ".git": 5})
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / "Ahörn" / "000.png").rename(folder / "Ahörn" / "GRÖSSE.PNG")
    reading = read_folder(folder)
    dataset = reading.dataset
    assert dataset.class_names == ("9", "10", "Ahörn")  # by number, hidden ones not at all
    assert reading.skipped == {}
    assert dataset.train.shape == (3, 28, 28)
    assert (len(dataset.train), len(dataset.test)) == (63, 7)
    # A tenth of each class is held out, and nothing is in both parts.
    assert torch.bincount(dataset.test.labels).tolist() == [2, 2, 3]
    assert torch.bincount(dataset.train.labels).tolist() == [18, 18, 27]
    assert len(all_pixels(dataset)) == 70
    # The first images are a mixture, not the first class.
    assert len(dataset.train.labels[:12].unique()) == 3


def test_B13_images_without_folders_are_one_class_of_the_folder_s_name(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "leaves", {"": 24})
    dataset = read_folder(folder).dataset
    assert dataset.class_names == ("leaves",)
    assert (len(dataset.train), len(dataset.test), dataset.train.classes) == (22, 2, 1)


def test_B13_a_tenth_of_small_classes_is_held_out(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "few", {str(label): 5 for label in range(4)})
    dataset = read_folder(folder).dataset
    assert (len(dataset.train), len(dataset.test)) == (18, 2)


def test_B13_the_split_depends_on_paths_inside_the_folder_alone(tmp_path: Path) -> None:
    one = make_folder(tmp_path / "a", {"x": 20, "y": 20})
    other = tmp_path / "elsewhere" / "b"
    other.parent.mkdir()
    one.rename(other)
    first = make_folder(tmp_path / "a", {"x": 20, "y": 20})
    for part in ("train", "test"):
        read = [getattr(read_folder(folder).dataset, part) for folder in (first, other)]
        assert torch.equal(read[0].pixels, read[1].pixels)
        assert torch.equal(read[0].labels, read[1].labels)


def test_B13_one_image_in_colour_makes_all_of_them_three_channels(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "grey", {"": 24}, grey=True)
    Image.open(folder / "000.png").convert("RGB").save(folder / "000.png")  # grey in colour's form
    assert read_folder(folder).dataset.train.shape == (1, 28, 28)
    disc(0, 1).save(folder / "colour.png")
    dataset = read_folder(folder).dataset
    assert dataset.train.shape == (3, 28, 28)
    pixels = torch.cat([dataset.train.pixels, dataset.test.pixels])
    grey = (pixels == pixels[:, :1]).flatten(1).all(1)
    assert int(grey.sum()) == 24


def test_B13_an_image_is_turned_cut_to_its_middle_and_resized(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "some", {"": 20})
    # Left half dark, right half light; turned by EXIF, the dark half is at the top.
    wide = np.zeros((60, 60, 3), np.uint8)
    wide[:, 30:] = (250, 240, 230)
    turn = Image.Exif()
    turn[0x0112] = 6
    Image.fromarray(wide).save(folder / "turned.jpg", exif=turn, quality=95)
    # The middle square of a long image, without what is left and right of it.
    long = np.zeros((40, 160, 3), np.uint8)
    long[:, 60:100] = (10, 200, 10)
    Image.fromarray(long).save(folder / "long.bmp")
    # Transparency becomes white, 16 bits become 8.
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(folder / "clear.png")
    deep = np.full((30, 30), 0x80FF, np.uint16)
    Image.fromarray(deep).save(folder / "deep.png")
    reading = read_folder(folder, 32)
    assert reading.skipped == {}
    both = torch.cat([reading.dataset.train.pixels, reading.dataset.test.pixels]).float()
    assert both.shape[1:] == (3, 32, 32)

    def has(expected: torch.Tensor) -> bool:
        return bool(((both - expected).abs().flatten(1).amax(1) < 12).any())

    halves = torch.zeros(3, 32, 32)
    halves[:, 16:] = torch.tensor([250.0, 240, 230]).view(3, 1, 1)
    rows = torch.cat([torch.arange(15), torch.arange(17, 32)])  # the edge itself is blurred
    both, halves = both[:, :, rows], halves[:, rows]
    assert has(halves)
    assert has(torch.tensor([10.0, 200, 10]).view(3, 1, 1).expand_as(halves))
    assert has(torch.full_like(halves, 255))
    assert has(torch.full_like(halves, 0x80))


def test_B13_a_photograph_with_a_second_picture_inside_is_no_animation(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "phone", {"": 20})
    second = [disc(1, 1)]
    disc(0, 0).save(folder / "photo.jpg", format="MPO", save_all=True, append_images=second)
    with Image.open(folder / "photo.jpg") as photo:
        assert photo.format == "MPO"
    assert read_folder(folder).skipped == {}


def test_B13_a_folder_that_is_split_already_keeps_its_split(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "leaves", {"Train/oak": 12, "Train/ash": 12, "val/oak": 3})
    make_folder(folder, {"val/ash": 3, "test/oak": 4, "test/ash": 2})
    reading = read_folder(folder)
    dataset = reading.dataset
    assert dataset.class_names == ("ash", "oak")
    assert torch.bincount(dataset.train.labels).tolist() == [12, 12]
    assert torch.bincount(dataset.test.labels).tolist() == [2, 4]
    assert reading.skipped == {}
    assert capsys.readouterr().out == (
        "leaves: split already; 24 images are of train, 6 of test are held out, and the 6 of "
        "validation are not used.\n"
    )
    # Without a test set the validation set is held out; what has no class to learn is not used.
    (folder / "test").rename(tmp_path / "elsewhere")
    make_folder(folder, {"val/elm": 1, "val": 1})
    reading = read_folder(folder)
    assert torch.bincount(reading.dataset.test.labels).tolist() == [3, 3]
    assert reading.skipped == {
        "val/000.png": "lies beside the folders of the classes",
        "val/elm/000.png": "is of a class without images to train on",
    }
    assert "6 of validation are held out." in capsys.readouterr().out
    # A test set without labels, as of a competition, holds nothing out.
    (folder / "val").rename(tmp_path / "elsewhere-too")
    make_folder(folder, {"test": 5})
    assert len(read_folder(folder).dataset.test) == 2
    assert "a tenth is held out." in capsys.readouterr().out


def test_B13_a_split_one_folder_deeper_is_said_with_the_flag_that_uses_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "unpacked", {"leaves/train": 20, "leaves/test": 5})
    assert len(read_folder(folder).dataset.class_names) == 1
    assert "'leaves' in it is split already; to train on its split" in capsys.readouterr().out
    assert len(read_folder(folder / "leaves").dataset.test) == 5


@pytest.mark.parametrize(
    ("dtype", "ending", "white"),
    [
        (np.uint16, "png", 4095),
        (np.uint16, "png", 1023),
        (np.uint16, "tif", 65535),
        (np.uint16, "png", 3),
        (np.int32, "tif", 2**20 - 1),
        (np.float32, "tif", 1),
        (np.float32, "tif", 255),
        (np.uint8, "png", 1),
        (np.uint8, "png", 31),
    ],
)
def test_B13_bit_depth_is_taken_from_the_data(
    tmp_path: Path, dtype: type, ending: str, white: int
) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    for index in range(20):
        values = np.zeros((40, 40), dtype)
        values[:, 20:] = white if index else (white + 1) // 2  # one darker image stays darker
        Image.fromarray(values).save(folder / f"{index:02}.{ending}")
    reading = read_folder(folder)
    assert reading.skipped == {}
    both = torch.cat([reading.dataset.train.pixels, reading.dataset.test.pixels])
    right = both[:, 0, :, 20:].float().mean((1, 2)).sort().values
    assert both[:, 0, :, :8].max() < 12
    assert right[1:].min() > 245
    half = 255 * ((white + 1) // 2) / white
    assert right[0] == pytest.approx(half, abs=8)


def test_B13_negative_values_run_from_black_to_white(tmp_path: Path) -> None:
    folder = tmp_path / "heights"
    folder.mkdir()
    for index in range(20):
        values = np.linspace(-50, 200, 1600, dtype=np.float32).reshape(40, 40)
        Image.fromarray(values).save(folder / f"{index:02}.tif")
    pixels = read_folder(folder).dataset.train.pixels
    assert pixels[0, 0].float().mean(1).tolist() == pytest.approx(
        np.linspace(4.5, 250.5, 28).tolist(), abs=3
    )


@pytest.mark.parametrize(("ink", "ground"), [("white", 0), ("black", 255), ("red", 255)])
def test_B13_the_ground_of_transparency_keeps_the_drawing_visible(
    tmp_path: Path, ink: str, ground: int
) -> None:
    folder = tmp_path / "icons"
    folder.mkdir()
    for index in range(20):
        icon = Image.new("RGBA", (60, 60), (255, 255, 255, 0))
        icon.paste(Image.new("RGBA", (12, 30), ink), (10 + index, 15))
        icon.save(folder / f"{index:02}.png")
    pixels = read_folder(folder).dataset.train.pixels
    assert (pixels[:, :, 0, 0] == ground).all()
    assert pixels.float().flatten(2).std(2).amax(1).min() > 40


# ——— what is not ———


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("<html>not found</html>")


def cut_short(path: Path) -> None:
    disc(0, 0, (80, 80)).save(path, "JPEG")
    path.write_bytes(path.read_bytes()[:-400])


def damaged(path: Path) -> None:
    disc(0, 0).save(path, "PNG")
    data = bytearray(path.read_bytes())
    middle = data.index(b"IDAT") + 40
    data[middle : middle + 60] = bytes(60)
    path.write_bytes(data)


def tiny(path: Path) -> None:
    Image.new("RGB", (100, 7)).save(path, "PNG")


def animated_gif(path: Path) -> None:
    disc(0, 0).save(path, "GIF", save_all=True, append_images=[disc(1, 1), disc(2, 2)])


def animated_png(path: Path) -> None:
    disc(0, 0).save(path, "PNG", save_all=True, append_images=[disc(1, 1)])


def animated_webp(path: Path) -> None:
    disc(0, 0).save(path, "WEBP", save_all=True, append_images=[disc(1, 1)])


def pages(path: Path) -> None:
    disc(0, 0).save(path, "TIFF", save_all=True, append_images=[disc(1, 1)])


def _claiming(path: Path, width: int, height: int) -> None:
    """A small file whose header says that it is huge: decoding it would show that it is cut."""
    Image.new("1", (64, 64)).save(path, "BMP")
    data = bytearray(path.read_bytes())
    data[18:26] = width.to_bytes(4, "little") + height.to_bytes(4, "little")
    path.write_bytes(data)


def huge(path: Path) -> None:
    _claiming(path, 10_000, 5_001)


def bomb(path: Path) -> None:
    _claiming(path, 60_000, 60_000)


def dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere.png")


def circle(path: Path) -> None:
    path.symlink_to(path)


def loop(path: Path) -> None:
    path.symlink_to(path.parent.parent)


def outer_loop(path: Path) -> None:
    path.symlink_to(path.parent.parent.parent)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def postscript(path: Path) -> None:
    disc(0, 0).save(path, "EPS")


BAD = {
    empty: "empty",
    text: "not an image",
    postscript: "not an image",
    cut_short: "cut short",
    damaged: "damaged",
    tiny: "tiny: 100×7 pixels",
    animated_gif: "animated",
    animated_png: "animated",
    animated_webp: "animated",
    pages: "several pages",
    huge: "huge: above 50 megapixels",
    bomb: "huge: above 50 megapixels",
    dangling: "leads nowhere",
    circle: "leads in a circle",
    loop: "a folder read elsewhere",
    outer_loop: "a folder read elsewhere",
    pipe: "not a file",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_B13_what_cannot_be_used_is_named_with_the_reason_and_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None]
) -> None:
    folder = make_folder(tmp_path / "outer" / "leaves", {"a": 15, "b": 15})
    whole = all_pixels(read_folder(folder).dataset)
    spoil(folder / "b" / "böse.PNG")
    capsys.readouterr()
    limit = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reading = read_folder(folder)
    assert limit == Image.MAX_IMAGE_PIXELS
    assert list(reasons(reading)) == ["b/böse.PNG"]
    assert BAD[spoil] in reasons(reading)["b/böse.PNG"]
    assert all_pixels(reading.dataset) == whole
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "leaves: 1 file is skipped:"
    assert out[1] == f"  b/böse.PNG: {reasons(reading)['b/böse.PNG']}"
    assert len(out) == 2


def test_B13_an_image_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path / "leaves", {"": 21})
    original = Image.open

    def guarded(path: Path, *arguments: object, **options: object) -> Image.Image:
        if path.name == "003.png":  # a test may run as root, whom no mode keeps out
            raise PermissionError(13, "Permission denied")
        return original(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Image, "open", guarded)
    assert reasons(read_folder(folder)) == {"003.png": "may not be read"}


def test_B13_of_many_bad_files_twenty_are_named_and_the_others_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "leaves", {"": 20})
    for number in range(1234):
        (folder / f"note-{number:04}.txt").write_text("no image")
    (folder / "line\nbreak\x1b.txt").write_text("no image")
    read_folder(folder)
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "leaves: 1,235 files are skipped:"
    assert len(out) == 22
    assert out[1].startswith("  line\ufffdbreak\ufffd.txt: ")
    assert out[-1] == "  and 1,215 more"


def test_B13_a_name_that_is_no_text_is_read_all_the_same(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "leaves", {"x": 20})
    os.rename(os.fsencode(folder / "x"), os.fsencode(folder) + b"/caf\xe9")  # noqa: PTH104
    assert read_folder(folder).dataset.class_names == ("caf\ufffd",)


def test_B13_a_link_to_a_folder_is_a_folder(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "leaves", {"oak": 20})
    make_folder(tmp_path / "store", {"": 20})
    (folder / "ash").symlink_to(tmp_path / "store")
    (folder / "again").symlink_to(folder / "oak")
    reading = read_folder(folder)
    assert reading.dataset.class_names == ("ash", "oak")
    assert reasons(reading) == {"again": "a link to a folder read elsewhere"}


def test_B13_loose_images_beside_class_folders_have_no_class(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "leaves", {"a": 20, "": 1})
    reading = read_folder(folder)
    assert reading.dataset.class_names == ("a",)
    assert reasons(reading) == {"000.png": "lies beside the folders of the classes"}


# ——— runs ———


@pytest.mark.slow
def test_B13_a_run_on_a_folder_is_a_whole_run(train_on: Train, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "Blätter 2", {"eins": 30, "zwei": 30})
    assert train_on(folder, "--image-size=32") == 0
    own = tmp_path / "runs" / "vae-2-blatter-2"
    run = load_run(own)
    assert run.recipe.id == "vae-2-blatter-2"
    assert run.recipe.dataset == run.report["dataset"] == "images"
    assert "Blätter 2" in run.recipe.title
    assert run.recipe.goal.elbo is None
    assert run.model.image_shape == (3, 32, 32)
    assert run.report["train_images"] == 54
    packed = load_dataset("images", own)
    assert packed.class_names == ("eins", "zwei")
    assert all_pixels(packed) == all_pixels(read_folder(folder, 32).dataset)
    # Nothing of this machine is in any file.
    for path in (tmp_path / "runs").rglob("*"):
        assert path.is_dir() or str(tmp_path).encode() not in path.read_bytes(), path
    assert not list(own.rglob("*.tmp"))
    assert main(["evaluate", "vae-2-blatter-2", "--runs", str(own.parent), "--samples=4"]) == 0


def test_B13_a_contact_sheet_shows_what_is_trained_on_and_constant_images_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("latent_atlas.train.training.session.train", lambda *_, **__: None)
    folder = make_folder(tmp_path / "x", {"a": 30, "b": 5})
    own = ["vae-2", "--images", str(folder), "--runs", str(tmp_path / "runs")]
    assert main(own) == 0
    assert "nearly constant" not in capsys.readouterr().out
    sheet = tmp_path / "runs" / "vae-2-x" / "contact-sheet.png"
    with Image.open(sheet) as image:
        assert image.size == (16 * 30 + 2, 3 * 30 + 2)  # two rows of a, one of b
        shown = np.asarray(image)
    first = load_dataset("images", sheet.parent).train
    expected = first.pixels[(first.labels == 0).nonzero()[0, 0]].permute(1, 2, 0).numpy()
    assert np.array_equal(shown[2:30, 2:30], expected)
    for index in range(4):
        Image.new("RGB", (40, 40), (200, 10 * index, 30)).save(folder / "a" / f"c{index}.png")
    assert main(own) == 0
    said = capsys.readouterr().out
    assert f"4 of 39 images came out nearly constant; look at {sheet}" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "classes"),
    [("ae-2", 1), ("vae-5", 1), ("cvae-2", 2), ("classifier-vae-2-w10", 3), ("vae-2-mlp256", 3)],
)
def test_B13_any_recipe_trains_on_any_classes(
    train_on: Train, tmp_path: Path, recipe: str, classes: int
) -> None:
    folder = make_folder(tmp_path / "x", {f"c{label}": 20 for label in range(classes)}, grey=True)
    # A batch larger than all the data.
    assert train_on(folder, "--batch-size=4096", recipe=recipe) == 0
    run = load_run(tmp_path / "runs" / f"{recipe}-x")
    assert run.recipe.batch_size == 4096
    assert run.model.classes == classes
    assert run.model.image_shape == (1, 28, 28)
    assert np.isfinite(run.report["errors"]["squared_error"])


def test_B13_a_small_folder_is_given_more_rounds_of_smaller_batches(
    train_on: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []
    monkeypatch.setattr(
        "latent_atlas.train.training.session.train",
        lambda recipe, *_, **__: trained.append(recipe),
    )
    folder = make_folder(tmp_path / "x", {"": 200})
    own = ["vae-2", "--images", str(folder), "--runs", str(tmp_path / "runs")]
    assert main(own) == 0
    assert main([*own, "--epochs=7", "--batch-size=64", "--warmup-steps=3"]) == 0
    free, told = trained
    steps = 180 // free.batch_size
    assert free.batch_size < 32
    assert free.epochs * steps >= 2500
    assert free.warmup_steps <= free.epochs * steps / 10
    assert (told.epochs, told.batch_size, told.warmup_steps) == (7, 64, 3)


@pytest.mark.slow
def test_B13_a_resumed_run_needs_no_folder_and_ends_the_same(
    train_on: Train,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from latent_atlas.train.training import trainer

    folder = make_folder(tmp_path / "x", {"a": 20, "b": 20})
    assert train_on(folder, "--name=whole") == 0
    whole = load_run(tmp_path / "runs" / "whole").model.state_dict()
    train_epoch = trainer.Trainer.train_epoch

    def stop_in_second(self: trainer.Trainer, epoch: int, *rest: object) -> object:
        if epoch == 1:
            raise KeyboardInterrupt
        return train_epoch(self, epoch, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(trainer.Trainer, "train_epoch", stop_in_second)
        assert train_on(folder, "--name=cut") == 130
    folder.rename(tmp_path / "y")
    make_folder(tmp_path / "y", {"c": 50})  # and what it holds is another matter now
    capsys.readouterr()
    assert train_on(folder, "--name=cut", "--resume") == 0
    assert "images that were packed" in capsys.readouterr().out
    resumed = load_run(tmp_path / "runs" / "cut").model.state_dict()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    # Finished: nothing is done again.
    assert train_on(folder, "--name=cut", "--resume") == 0
    assert "trained already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("one", "other", "run"),
    [("猫", "犬", "vae-2-images"), ("2023/leaves", "2024/leaves", "vae-2-leaves")],
)
def test_B13_a_folder_whose_name_makes_the_same_id_is_refused(
    train_on: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, one: str, other: str, run: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("latent_atlas.train.training.session.train", lambda *_, **__: None)
    assert train_on(make_folder(tmp_path / one, {"a": 20})) == 0
    packed = tmp_path / "runs" / run / "images.safetensors"
    before = packed.read_bytes()
    second = make_folder(tmp_path / other, {"b": 30})
    for arguments in ((), ("--resume",)):
        assert train_on(second, *arguments) == 1
        assert "--name" in capsys.readouterr().err
    assert packed.read_bytes() == before
    assert train_on(second, "--name=another") == 0
    assert train_on(tmp_path / one / ".." / Path(one).name) == 0  # the same folder


def test_B13_a_folder_called_like_a_dataset_leaves_its_run_alone(
    train_on: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "runs" / "vae-2-avatars").mkdir(parents=True)
    (tmp_path / "runs" / "vae-2-avatars" / "recipe.json").write_text("{}")
    assert train_on(make_folder(tmp_path / "avatars", {"a": 20})) == 1
    assert "--name" in capsys.readouterr().err


def test_B13_other_images_end_the_run_that_was_trained_before(
    train_on: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path / "x", {"a": 20, "b": 20})
    assert train_on(folder) == 0
    own = tmp_path / "runs" / "vae-2-x"
    make_folder(folder, {"c": 20})

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("latent_atlas.train.training.session.fit", killed)
    assert train_on(folder) == 130
    # Old weights beside new images would be exported as if they belonged together.
    assert not (own / "report.json").exists()
    assert not list((own / "state").glob("*.safetensors"))
    assert load_dataset("images", own).class_names == ("a", "b", "c")


# ——— sentences ———


def refused(
    train_on: Train,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    *arguments: str,
    **options: str,
) -> str:
    runs = folder.parent / "runs"
    assert train_on(folder, *arguments, **options) == 1
    assert not list(runs.rglob("*.safetensors"))
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.endswith(".")
    assert "Traceback" not in error
    return error


def test_B13_too_few_images_are_said(
    train_on: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "leaves"
    error = refused(train_on, capsys, folder)
    assert "no folder 'leaves'" in error
    folder.mkdir()
    error = refused(train_on, capsys, folder)
    assert "Nothing can be trained on 'leaves'" in error
    make_folder(folder, {"": 19})
    for number in range(30):
        text(folder / f"{number}.txt")
    error = refused(train_on, capsys, folder)
    assert "19 of its 49 files can be used" in error
    disc(5, 2).save(folder / "one-more.png")
    assert len(read_folder(folder).dataset.train) == 18
    assert "is a file" in refused(train_on, capsys, folder / "one-more.png")


def test_B13_too_many_classes_are_said(
    train_on: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "leaves"
    image = disc(0, 0, (8, 8))
    for label in range(1001):
        (folder / str(label)).mkdir(parents=True)
        image.save(folder / str(label) / "a.bmp")
    error = refused(train_on, capsys, folder)
    assert "1,001 classes" in error
    (folder / "1000" / "a.bmp").unlink()
    assert len(read_folder(folder).dataset.class_names) == 1000


@pytest.mark.parametrize("recipe", ["cvae-2", "label-decoder-vae-2", "classifier-vae-2-w1"])
def test_B13_a_recipe_that_needs_classes_says_so(
    train_on: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str], recipe: str
) -> None:
    folder = make_folder(tmp_path / "leaves", {"": 20})
    assert f"{recipe} needs" in refused(train_on, capsys, folder, recipe=recipe)


def test_B13_target_means_need_as_many_classes(
    train_on: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "leaves", {"a": 10, "b": 10})
    error = refused(train_on, capsys, folder, recipe="target-means-vae-2")
    assert "10 classes" in error
    assert "2" in error


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--image-size=7"], "--image-size"),
        (["--image-size=129"], "--image-size"),
        (["--name=../x"], "--name"),
        (["--name=-x"], "--name"),
        (["--name="], "--name"),
        (["--name=cvae-2"], "cvae-2"),
        (["--name=judges"], "judges"),
        (["--dataset=mnist"], "--dataset"),
    ],
)
def test_B13_a_mistake_is_answered_by_a_sentence_that_names_it(
    train_on: Train,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    named: str,
) -> None:
    folder = make_folder(tmp_path / "leaves", {"": 20})
    assert named in refused(train_on, capsys, folder, *arguments)


def test_B13_a_name_is_for_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_folder(tmp_path / "leaves", {"": 20})
    assert main(["vae-2", "ae-2", "--images", str(folder), "--name=two"]) == 1
    assert "--name is for one recipe" in capsys.readouterr().err


def test_B13_a_folder_whose_name_would_make_a_published_id_needs_another(
    train_on: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "MLP256", {"": 20})
    assert "'vae-2-mlp256' is taken" in refused(train_on, capsys, folder)


def test_B13_another_image_size_cannot_be_resumed(
    train_on: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "x", {"": 20})
    assert train_on(folder) == 0
    assert train_on(folder, "--resume", "--image-size=16") == 1
    assert "--image-size" in capsys.readouterr().err.splitlines()[-1]


def test_B13_damaged_packed_images_are_said(
    train_on: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "x", {"": 20})
    assert train_on(folder) == 0
    packed = tmp_path / "runs" / "vae-2-x" / "images.safetensors"
    packed.write_bytes(packed.read_bytes()[:100])
    assert train_on(folder, "--resume", "--epochs=3") == 1
    assert "damaged" in capsys.readouterr().err.splitlines()[-1]
    assert json.loads((packed.parent / "recipe.json").read_text())["dataset"] == "images"
    assert train_on(folder) == 0


def test_B13_options_of_own_images_need_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vae-2", "--image-size=32"]) == 1
    assert "--images" in capsys.readouterr().err
