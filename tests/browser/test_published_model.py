"""A model published from Python: its map answers the pointer with the model's own images."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Page

from tests.browser.conftest import Outlive
from tests.support.atlas import Atlas
from tests.support.foreign_models import plane_vae
from tests.support.lab import Lab
from tests.support.server import ROOT

# What a person types; the port is free, so that tests can run side by side.
PROMPT = """
import latent_atlas as atlas
from tests.support.foreign_models import made_images, plane_vae
release = atlas.publish("mine", decoder=plane_vae(), images=made_images(80, (12, 12)), out={out!r})
atlas.serve(release, port=0)
"""


@contextlib.contextmanager
def typed(text: str) -> Iterator[str]:
    """Run Python that serves; give the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-c", text],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Latent Atlas is at http://"), line
        yield line.split()[-1].rstrip("/")
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # the server is a process of its own
        process.communicate()


@pytest.mark.slow
def test_B21_hovering_over_a_published_model_draws_what_it_decodes(
    new_page: Callable[..., Page], outlive: Outlive, tmp_path: Path
) -> None:
    url = outlive(typed(PROMPT.format(out=str(tmp_path))))
    atlas = Atlas(new_page(), url).load()
    lab = Lab(atlas)
    vae = plane_vae().eval()
    box = lab.map().bounding_box()
    assert box is not None
    seen = set()
    for across, down in ((0.5, 0.5), (0.3, 0.7), (0.8, 0.4)):
        before = lab.mark()
        place = {"x": across * box["width"], "y": down * box["height"]}
        lab.map().hover(position=place)
        atlas.until(lambda before=before: lab.mark() != before)
        z = lab.mark()
        seen.add(z)
        with torch.no_grad():
            image = vae.decode(torch.tensor([z]))[0]
        lab.expect(image.numpy().astype(np.float32).ravel())
    assert len(seen) == 3
