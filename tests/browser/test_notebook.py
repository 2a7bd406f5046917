"""The widget in a real JupyterLab: hover, read z in the next cell, set it, select points."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page

import latent_atlas
from latent_atlas.train.errors import UserError
from tests.support.atlas import Atlas
from tests.support.lasso import drag_lasso
from tests.support.reference import Reference
from tests.support.server import ROOT

pytest.importorskip("jupyterlab")
PATIENCE_MS = 120_000
# What is run before the kernel has told of itself is lost without a word.
_KERNEL_IS_READY = """async () => {
  const { sessionContext } = jupyterapp.shell.currentWidget;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
}"""


def cell(source: str) -> dict[str, object]:
    return {
        "cell_type": "code", "source": source, "metadata": {}, "outputs": [],
        "id": str(hash(source)), "execution_count": None,
    }  # fmt: skip


class Lab:
    """An open notebook, whose cells are run one after the other."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.atlas = Atlas(page, "")
        page.locator(".jp-CodeCell").nth(4).wait_for()
        page.evaluate(_KERNEL_IS_READY)

    def run(self, index: int) -> Locator:
        """Run the cell of this index; return it once it is done."""
        chosen = self.page.locator(".jp-CodeCell").nth(index)
        chosen.locator(".cm-content").click()
        chosen.locator(".cm-focused").wait_for()
        self.page.keyboard.press("Shift+Enter")
        chosen.locator(".jp-InputPrompt").get_by_text(f"[{index + 1}]:").wait_for()
        return chosen

    def read(self, index: int) -> object:
        """Run the cell of this index and return the JSON that it prints."""
        output = self.run(index).locator(".jp-OutputArea-output pre")
        return json.loads(output.inner_text())


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
    notebook = {
        "cells": [cell(source) for source in cells],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    (tmp_path / "walk.ipynb").write_text(json.dumps(notebook))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = tmp_path / "home"
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home),
        "JUPYTER_DATA_DIR": str(home), "JUPYTER_RUNTIME_DIR": str(home / "run"),
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    home.mkdir()
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}",
        "--IdentityProvider.token=", "--ServerApp.port_retries=0", f"--notebook-dir={tmp_path}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    with (tmp_path / "jupyter.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log)
    context = browser.new_context(viewport={"width": 1280, "height": 1100})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, (tmp_path / "jupyter.log").read_text()
        try:
            with socket.create_connection(("127.0.0.1", port), 5):
                return True
        except OSError:
            return False

    try:
        Atlas(page, url).until(answers, "JupyterLab does not answer", PATIENCE_MS / 1000)
        page.goto(f"{url}/lab/tree/walk.ipynb?reset")
        yield Lab(page)
    finally:
        context.close()
        process.terminate()
        process.wait(60)


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
    lab.atlas.until(lambda: widget.evaluate("atlas => atlas.z") == [1.0, 0.5])
    moved = reference.decode("vae-2", [[1.0, 0.5]])[0]

    def drawn() -> bool:
        return np.allclose(widget.evaluate("atlas => [...atlas.pixels]"), moved, atol=1e-4)

    lab.atlas.until(drawn)
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
