"""The lattice file: what its tiles show, who has one, and how an older release comes by it."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from latent_atlas.export.__main__ import main
from latent_atlas.export.documents.decoded_lattice import (
    EXPONENT,
    RANGE,
    SIZE,
    lattice_axis,
    lattice_webp,
)
from tests.support.made_releases import Maths, TinyModel, make_release, object_path
from tests.support.reference import Reference
from tests.support.server import ROOT

MOST_BYTES = 135_000


def tiles_of(webp: bytes, described: dict[str, Any]) -> np.ndarray:
    """Return tiles as (row from the bottom, column, height, width) in 0…1."""
    n, tile = described["size"], described["tile"]
    with Image.open(io.BytesIO(webp)) as image:
        assert image.format == "WEBP"
        grey = np.asarray(image.convert("RGB"), np.float64)[:, :, 1] / 255
    assert grey.shape == (n * tile["height"], n * tile["width"])
    return grey.reshape(n, tile["height"], n, tile["width"]).transpose(0, 2, 1, 3)[::-1]


def test_b20_tiles_are_what_the_shipped_model_decodes() -> None:
    reference = Reference(ROOT / "static" / "models")
    decoder = reference.read(reference.model("vae-2")["decoder"])
    webp, described = lattice_webp(decoder)
    assert described == {
        "size": SIZE, "range": RANGE, "exponent": EXPONENT, "tile": {"width": 28, "height": 28},
    }  # fmt: skip
    assert len(webp) <= MOST_BYTES
    tiles = tiles_of(webp, described).reshape(-1, 784)
    axis = lattice_axis()
    z = np.stack([np.tile(axis, SIZE), np.repeat(axis, SIZE)], axis=1)
    error = ((tiles - reference.decode("vae-2", z.tolist())) ** 2).sum(axis=1)
    assert np.median(error) <= 0.6
    assert np.quantile(error, 0.99) < 3


def test_b20_the_axis_is_fine_in_the_middle_and_ends_at_the_range() -> None:
    axis = lattice_axis(5)
    assert axis.tolist() == pytest.approx([-3.5, -3.5 * 0.5**1.4, 0, 3.5 * 0.5**1.4, 3.5])
    assert (np.diff(lattice_axis()) > 0).all()


@pytest.mark.slow
def test_b20_a_refresh_adds_the_lattice_to_a_release_without_its_runs(tmp_path: Path) -> None:
    models, study = tmp_path / "models", tmp_path / "study.json"
    study.write_text('{"runs": []}')
    tiny = TinyModel(hidden=(8,))
    before = make_release(
        models, "r1", [tiny, TinyModel("vae-2-mlp256"), TinyModel("cvae-2", condition="both")]
    )
    assert main(["--refresh", "--out", str(models), "--study", str(study)]) == 0
    release = json.loads((models / "current.json").read_text())["release"]
    path = models / "releases" / release / "manifest.json"
    after = {model["id"]: model for model in json.loads(path.read_text())["models"]}
    lattice = after["vae-2"].pop("lattice")
    assert list(after.values()) == sorted(
        before["models"], key=lambda m: list(after).index(m["id"])
    )
    webp = object_path(models, lattice).read_bytes()
    assert (hashlib.sha256(webp).hexdigest(), len(webp)) == (lattice["sha256"], lattice["bytes"])
    tiles = tiles_of(webp, lattice)
    middle = [[float(lattice_axis()[30]), float(lattice_axis()[10])]]
    expected = Maths(tiny).decode(np.array(middle))[0, :, :, 0]
    # Noise is what WebP shrinks worst; of another place nothing would agree.
    assert np.corrcoef(tiles[10, 30].ravel(), expected.ravel())[0, 1] > 0.5


def test_b20_a_refresh_refuses_a_damaged_decoder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models, study = tmp_path / "models", tmp_path / "study.json"
    study.write_text('{"runs": []}')
    (entry,) = make_release(models, "r1")["models"]
    object_path(models, entry["decoder"]).write_bytes(b"no graph")
    assert main(["--refresh", "--out", str(models), "--study", str(study)]) == 1
    assert "is damaged; export its model again" in capsys.readouterr().err
    assert json.loads((models / "current.json").read_text()) == {"release": "r1"}
