"""Section "lab": the files it saves are what they say, and its Python programs run."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from tests.browser.conftest import OpenAtlas
from tests.support.lab import Lab
from tests.support.reference import Reference


def grey(images: np.ndarray) -> np.ndarray:
    """Turn (N, 784) in 0…1 into (N, 28, 28) levels."""
    return np.rint(255 * images).astype(int).reshape(-1, 28, 28)


def test_B12_pictures_graphs_and_numbers_are_saved(
    open_atlas: OpenAtlas, reference: Reference, tmp_path: Path
) -> None:
    lab = Lab(open_atlas("#lab.z=0.42,-1.37", accept_downloads=True))
    bench = lab.bench()
    lab.expect(reference.decode("vae-2", [[0.42, -1.37]])[0])
    shown = lab.atlas.drawn("lab-first").reshape(28, 28)
    small = lab.saved(bench.get_by_role("button", name="PNG", exact=True), tmp_path)
    assert small.name == "vae-2-z_0.42_-1.37.png"
    assert np.array_equal(np.asarray(Image.open(small).convert("L")), shown)
    large = lab.saved(bench.get_by_role("button", name="PNG × 10"), tmp_path)
    assert large.name == "vae-2-z_0.42_-1.37-x10.png"
    crisp = np.asarray(Image.open(large).convert("L"))
    assert np.array_equal(crisp, np.kron(shown, np.ones((10, 10), np.uint8)))
    # The lattice is of what the map shows.
    lab.map().evaluate("map => map.viewBy({centre: [0.5, 0.25], scale: 4})")
    lattice = lab.saved(bench.get_by_role("button", name="Lattice PNG"), tmp_path)
    assert lattice.name == "vae-2-lattice-20x20.png"
    steps = (np.arange(20) + 0.5) / 20 * 4 - 2
    sites = [(0.5 + x, 0.25 - y) for y in steps for x in steps]
    tiles = np.asarray(Image.open(lattice).convert("L"), int)
    expected = grey(reference.decode("vae-2", sites)).reshape(20, 20, 28, 28)
    assert np.abs(tiles - expected.swapaxes(1, 2).reshape(560, 560)).max() <= 1
    model = reference.model("vae-2")
    for part in ("decoder", "encoder", "means"):
        name = f"{part.capitalize()} {'JSON' if part == 'means' else 'ONNX'}"
        file = lab.saved(bench.get_by_role("link", name=name), tmp_path)
        assert file.name == f"vae-2-{part}.{'json' if part == 'means' else 'onnx'}"
        assert hashlib.sha256(file.read_bytes()).hexdigest() == model[part]["sha256"]
    numbers = lab.saved(bench.get_by_role("button", name="Numbers JSON"), tmp_path)
    held = json.loads(numbers.read_text())
    assert held["metrics"] == model["metrics"]
    assert held["report"] == json.loads(reference.read(model["report"]))
    assert held["release"] == reference.manifest["release"]


def test_B12_the_path_is_saved_as_a_gif_of_both_models(
    open_atlas: OpenAtlas, reference: Reference, tmp_path: Path
) -> None:
    link = "#lab=vae-2&lab.beside=ae-2&lab.from=1,2&lab.to=-1,-1.5"
    lab = Lab(open_atlas(link, accept_downloads=True))
    button = lab.root.get_by_role("button", name="GIF")
    lab.root.locator("button[name=gif]:enabled").wait_for()
    file = lab.saved(button, tmp_path)
    assert file.name == "vae-2-and-ae-2-path.gif"
    with Image.open(file) as gif:
        assert gif.info["loop"] == 0
        frames = [
            (np.asarray(frame.convert("L"), int), frame.info["duration"])
            for frame in ImageSequence.Iterator(gif)
        ]
    assert len(frames) == 49
    assert [duration for _, duration in frames] == [80] * 48 + [800]
    for i in (0, 20, 48):
        z = np.array([1, 2]) + i / 48 * np.array([-2, -3.5])
        pair = [grey(reference.decode(model, [z]))[0] for model in ("vae-2", "ae-2")]
        expected = np.kron(np.hstack(pair), np.ones((8, 8), int))
        assert np.abs(frames[i][0] - expected).max() <= 1


@pytest.mark.parametrize(
    ("link", "label"),
    [
        ("#lab=vae-2&lab.z=0.42,-1.37", None),
        ("#lab=cvae-10&lab.label=7", 7),
        ("#lab=classifier-vae-2-w10&lab.z=1,1", None),
        ("#lab=ae-100", None),
    ],
    ids=["vae-2", "cvae-10", "classifier", "ae-100"],
)
def test_B12_the_program_runs_the_saved_model_and_draws_what_the_page_drew(
    open_atlas: OpenAtlas, reference: Reference, tmp_path: Path, link: str, label: int | None
) -> None:
    lab = Lab(open_atlas(link, accept_downloads=True))
    bench = lab.bench()
    bench.locator(".program summary").click()
    lab.atlas.until(lambda: (label is None) or f"[[{label}]]" in lab.program())
    (tmp_path / "decode.py").write_text(lab.program(), encoding="utf-8")
    for part in ("Decoder", "Encoder"):
        lab.saved(bench.get_by_role("link", name=f"{part} ONNX"), tmp_path)
    run = subprocess.run(
        [sys.executable, "decode.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    (picture,) = tmp_path.glob("*.png")
    ours = np.asarray(Image.open(picture), int)
    shown = lab.atlas.drawn("lab-first").reshape(28, 28).astype(int)
    assert np.abs(ours - shown).max() <= 1
    assert run.stdout.count("mu") == 1
    assert ("sigma" in run.stdout) == ("ae-100" not in link)
    assert ("class probabilities" in run.stdout) == ("classifier" in link)
    # It refuses a file that is not this release's.
    decoder = next(tmp_path.glob("*-decoder.onnx"))
    decoder.write_bytes(decoder.read_bytes()[:-1] + b"\0")
    again = subprocess.run(
        [sys.executable, "decode.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert again.returncode != 0
    assert "not the file of this release" in again.stderr


def test_B12_the_program_follows_z_and_a_refused_copy_has_a_sentence(
    open_atlas: OpenAtlas,
) -> None:
    lab = Lab(open_atlas())
    bench = lab.bench()
    bench.locator(".program summary").click()
    lab.move_to((0.25, 0.75))
    lab.atlas.until(lambda: "z = np.array([[0.25, 0.75]], np.float32)" in lab.program())
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bench.get_by_role("button", name="Copy", exact=True).click()
    bench.get_by_text("Copied.", exact=True).wait_for()
    assert lab.page.evaluate("navigator.clipboard.readText()") == lab.program()
    lab.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no')); }"
    )
    bench.get_by_role("button", name="Copy", exact=True).click()
    bench.get_by_text("does not let the page copy").wait_for()
    assert "import onnxruntime" in lab.page.evaluate("String(getSelection())")
    lab.page.get_by_role("button", name="Copy link to exactly this").click()
    lab.root.locator(".link output", has_text="does not let the page copy").wait_for()
    field = lab.root.locator(".link input")
    assert "lab.z=0.25,0.75" in field.input_value()
    selected = field.evaluate("f => f.value.slice(f.selectionStart, f.selectionEnd)")
    assert selected == field.input_value()
