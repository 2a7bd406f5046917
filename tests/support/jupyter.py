"""A real JupyterLab on a free port, with one notebook, and its cells run in a real browser."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from tests.support.server import ROOT

PATIENCE = 120.0
# What is run before the kernel has told of itself is lost without a word.
_KERNEL_IS_READY = """async () => {
  const { sessionContext } = jupyterapp.shell.currentWidget;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
}"""
# A widget holds its last change back until the one before is answered.
_KERNEL_HAS_HEARD = """async () => {
  const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
  await kernel.requestKernelInfo();
  await kernel.requestKernelInfo();
}"""


class Lab:
    """An open notebook, whose cells are run one after the other."""

    def __init__(self, page: Page, cells: int) -> None:
        self.page = page
        page.locator(".jp-CodeCell").nth(cells - 1).wait_for()
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
        """Run the cell of this index and return the JSON that it prints.

        The kernel knows by then what its widgets were told before.
        """
        self.page.evaluate(_KERNEL_HAS_HEARD)
        output = self.run(index).locator(".jp-OutputArea-output pre")
        return json.loads(output.inner_text())


@contextmanager
def open_notebook(
    browser: Browser, cells: Sequence[str], folder: Path, script: str = ""
) -> Iterator[Lab]:
    """Start JupyterLab in an empty folder and open a notebook of these cells, none of them run.

    `script` is evaluated in the page before any of its own.
    """
    notebook = {
        "cells": [_cell(source) for source in cells],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    (folder / "walk.ipynb").write_text(json.dumps(notebook))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = folder / "home"
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home),
        "JUPYTER_DATA_DIR": str(home), "JUPYTER_RUNTIME_DIR": str(home / "run"),
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    home.mkdir()
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}",
        "--IdentityProvider.token=", "--ServerApp.port_retries=0", f"--notebook-dir={folder}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    log = folder / "jupyter.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=output, stderr=output
        )
    context = browser.new_context(viewport={"width": 1280, "height": 1100})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    if script:
        page.add_init_script(script)
    try:
        _wait_for_answer(port, process, log)
        page.goto(f"http://127.0.0.1:{port}/lab/tree/walk.ipynb?reset")
        yield Lab(page, len(cells))
    finally:
        context.close()
        process.terminate()
        process.wait(60)


def _cell(source: str) -> dict[str, object]:
    return {
        "cell_type": "code", "source": source, "metadata": {}, "outputs": [],
        "id": str(hash(source)), "execution_count": None,
    }  # fmt: skip


def _wait_for_answer(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, log.read_text()
        try:
            with socket.create_connection(("127.0.0.1", port), 5):
                return
        except OSError:
            assert time.monotonic() < deadline, "JupyterLab does not answer"
            time.sleep(0.1)
