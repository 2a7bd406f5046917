"""Large models run on several threads where the page is isolated, and on one where it is not."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Route

from tests.browser.test_runtime import runtime
from tests.support.atlas import Atlas
from tests.support.face_release import make_face_release
from tests.support.reference import Reference
from tests.support.server import Server

# How many threads each worker that runs models is to use.
COUNT_THREADS = r"""
{
  const counts = (window.__threads = []);
  window.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options);
      if (/\/worker-.{8}\.js/.test(url)) counts.push(Number(options.name));
    }
  };
}
"""
CORES = "Object.defineProperty(navigator, 'hardwareConcurrency', {{ value: {} }})"


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("faces") / "models"
    make_face_release(models)
    return models


@pytest.fixture(scope="module")
def face_server(faces: Path) -> Iterator[Server]:
    with Server(models_dir=faces) as server:
        yield server


@pytest.fixture
def visit(make_context: Callable[..., BrowserContext], face_server: Server) -> Callable[..., Atlas]:
    """Open the page of faces on a machine of so many cores, isolated or not."""

    def visit(cores: int, *, isolated: bool = True) -> Atlas:
        context = make_context()
        context.add_init_script(COUNT_THREADS + CORES.format(cores))
        page = context.new_page()
        if not isolated:
            page.route(re.compile(r"/(#.*)?$"), embeddable)
        return Atlas(page, face_server.url).open()

    return visit


def embeddable(route: Route) -> None:
    """Answer as a server does that does not isolate its pages."""
    response = route.fetch()
    isolating = ("cross-origin-opener-policy", "cross-origin-embedder-policy")
    headers = {name: value for name, value in response.headers.items() if name not in isolating}
    route.fulfill(response=response, headers=headers)


def expect_face(atlas: Atlas, reference: Reference) -> None:
    """Hover; the view must get the pixels of onnxruntime's own decoding."""
    atlas.page.mouse.move(*atlas.at(0.5, 0.5))
    atlas.page.mouse.move(*atlas.at(0.3, 0.6))
    z = atlas.z()
    assert z is not None
    expected = reference.decode("vae-2", [z])[0]
    assert expected.std() > 0.05  # it is not all grey

    def is_drawn() -> bool:
        pixels = atlas.pixels("decoded")
        return pixels is not None and bool(np.abs(pixels - expected).max() < 1e-3)

    atlas.until(is_drawn, "another face is drawn")


def test_B7_with_cores_to_spare_faces_are_drawn_by_threads(
    visit: Callable[..., Atlas], faces: Path
) -> None:
    atlas = visit(3)
    assert atlas.page.evaluate("crossOriginIsolated")
    expect_face(atlas, Reference(faces))
    assert atlas.page.evaluate("__threads") == [1, 2]
    assert runtime(atlas) == "browser"


def test_B7_without_a_core_to_spare_one_thread_draws_faces(
    visit: Callable[..., Atlas], faces: Path
) -> None:
    atlas = visit(2)
    expect_face(atlas, Reference(faces))
    assert atlas.page.evaluate("__threads") == [1]


def test_B7_nothing_needs_isolation(visit: Callable[..., Atlas], faces: Path) -> None:
    atlas = visit(8, isolated=False)
    assert not atlas.page.evaluate("crossOriginIsolated")
    expect_face(atlas, Reference(faces))
    assert atlas.page.evaluate("__threads") == [1]
    assert runtime(atlas) == "browser"
