"""The widget in a real JupyterLab: hover, read z in the next cell, set it, select points."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

import latent_atlas
from latent_atlas.train.errors import UserError
from tests.support.atlas import Atlas
from tests.support.jupyter import Lab, open_notebook
from tests.support.lasso import drag_lasso
from tests.support.reference import Reference

pytest.importorskip("jupyterlab")


@pytest.fixture
def lab(browser: Browser, models_dir: Path, tmp_path: Path) -> Iterator[Lab]:
    cells = [
        "import json, latent_atlas\n"
        f"widget = latent_atlas.Widget({str(models_dir)!r}, 'vae-2')\nwidget",
        "print(json.dumps({'z': widget.z, 'image': widget.image.ravel().tolist()}))",
        "widget.z = [1.0, 0.5]\nprint(1)",
        "print(json.dumps(widget.selection))",
        "widget",
    ]
    with open_notebook(browser, cells, tmp_path) as lab:
        yield lab


def test_B23_the_widget_reads_and_sets_z_and_the_selection_in_jupyterlab(
    lab: Lab, reference: Reference
) -> None:
    widget = lab.run(0).locator("latent-atlas")
    widget.locator("xpath=self::*[@state='ready']").wait_for()
    surface = widget.locator("latent-map .surface")
    surface.scroll_into_view_if_needed()
    corners = drag_lasso(surface, [(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)])
    rows = widget.evaluate("atlas => [...atlas.selection]")
    assert len(rows) > 100
    lab.page.mouse.move(corners[1][0] + 20, corners[1][1] - 30, steps=3)
    z = widget.evaluate("atlas => atlas.z")

    read = lab.read(1)
    assert isinstance(read, dict)
    assert np.allclose(read["z"], z, atol=1e-9)
    expected = reference.decode("vae-2", [z])[0]
    assert np.allclose(read["image"], expected, atol=1e-5)
    assert np.allclose(widget.evaluate("atlas => [...atlas.pixels]"), expected, atol=1e-4)

    lab.run(2)
    atlas = Atlas(lab.page, "")
    atlas.until(lambda: widget.evaluate("atlas => atlas.z") == [1.0, 0.5])
    moved = reference.decode("vae-2", [[1.0, 0.5]])[0]

    def drawn() -> bool:
        return np.allclose(widget.evaluate("atlas => [...atlas.pixels]"), moved, atol=1e-4)

    atlas.until(drawn)
    assert lab.read(3) == rows
    # A second view of the same widget shows the same.
    second = lab.run(4).locator("latent-atlas")
    second.locator("xpath=self::*[@state='ready']").wait_for()
    assert second.evaluate("atlas => atlas.z") == [1.0, 0.5]


def test_B23_a_wrong_release_model_or_z_is_one_sentence(models_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no release in"):
        latent_atlas.Widget(tmp_path)
    with pytest.raises(UserError, match="has no model 'vae-3'; it has vae-2, "):
        latent_atlas.Widget(models_dir, "vae-3")
    widget = latent_atlas.Widget(models_dir, "cvae-2", condition=3)
    with pytest.raises(Exception, match="z has to be 2 finite numbers"):
        widget.z = [1.0]
    with pytest.raises(Exception, match="condition has to be a class from 0 to 9"):
        widget.condition = 10
    widget.z = np.array([0.5, 1])
    assert widget.z == [0.5, 1]


def test_B23_the_picture_in_python_is_the_decoder_s(models_dir: Path, reference: Reference) -> None:
    widget = latent_atlas.Widget(models_dir, "cvae-2", condition=3)
    assert widget.image.shape == (28, 28, 1)
    expected = reference.decode("cvae-2", [widget.z], [3])[0]
    assert np.allclose(widget.image.ravel(), expected, atol=1e-6)
