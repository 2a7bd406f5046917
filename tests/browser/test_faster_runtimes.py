"""Large models move to another runtime of this browser where it decodes faster, and only there."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.browser.test_runtime import status
from tests.support.atlas import Atlas
from tests.support.chromium import launch
from tests.support.faces import make_face_release
from tests.support.reference import Reference
from tests.support.server import Server

# WebGPU computed by the processor: slow, and all that a machine without graphics has.
SOFTWARE_WEBGPU = (
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
)
PRETEND_HARDWARE = """
if ("GPUAdapterInfo" in window)
  Object.defineProperty(GPUAdapterInfo.prototype, "isFallbackAdapter", { get: () => false });
"""
# Holds back what the first worker that is asked to decode is asked: another is faster.
SLOW_FIRST_WORKER = """
{
  const post = Worker.prototype.postMessage;
  let first;
  Worker.prototype.postMessage = function (message, ...rest) {
    if (message.kind === "decode") first ??= this;  // every model starts there
    const send = () => post.call(this, message, ...rest);
    if (message.kind === "decode" && this === first) setTimeout(send, MILLISECONDS);
    else send();
  };
}
"""
# The same the other way round.
SLOW_OTHER_WORKERS = SLOW_FIRST_WORKER.replace("this === first", "this !== first").replace(
    "MILLISECONDS", "200"
)
# Which workers were made and have ended, and how often one was told to let a model go.
COUNT_WORKERS = """
{
  const counted = (window.__workers = { made: [], ended: [], released: 0 });
  window.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options);
      this.name = String(url).split("/").pop();
      counted.made.push(this.name);
    }
    postMessage(message, ...rest) {
      super.postMessage(message, ...rest);
      if (message.kind === "release") counted.released++;
    }
    terminate() {
      super.terminate();
      counted.ended.push(this.name);
    }
  };
}
"""


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
def webgpu_browser(playwright: Playwright) -> Iterator[Browser]:
    running = launch(playwright, *SOFTWARE_WEBGPU)
    yield running
    running.close()


@pytest.fixture
def visit(
    make_context: Callable[..., BrowserContext], face_server: Server, faces: Path
) -> Callable[..., "Visit"]:
    """Open the page of faces after scripts that change what the browser is like."""

    def visit(*scripts: str, **options: object) -> Visit:
        context = make_context(**options)
        for script in (COUNT_WORKERS, *scripts):
            context.add_init_script(script)
        atlas = Atlas(context.new_page(), face_server.url)
        made = Visit(atlas, Reference(faces))
        atlas.open()
        return made

    return visit


class Visit:
    """The page of faces, and what it fetched."""

    def __init__(self, atlas: Atlas, reference: Reference) -> None:
        self.atlas = atlas
        self._reference = reference
        self.asked: list[str] = []
        atlas.page.on("request", lambda request: self.asked.append(request.url))

    def workers(self, which: str) -> list[str]:
        """Return the scripts of the workers that were `made`, or have `ended`."""
        names: list[str] = self.atlas.page.evaluate(f"__workers.{which}")
        # A name, a dash, and a hash of eight characters, which may have dashes of its own.
        return [re.sub(r"-.{8}\.js$", "", name) for name in names if name.startswith("worker")]

    def has_fetched(self, name: str) -> bool:
        return any(name in url for url in self.asked)

    def wait_until_ended(self, worker: str) -> None:
        self.atlas.until(lambda: worker in self.workers("ended"), f"{worker} goes on", 90)

    def expect_face(self, place: tuple[float, float]) -> None:
        """Hover; the view must get the pixels of onnxruntime's own decoding."""
        atlas = self.atlas
        atlas.page.mouse.move(*atlas.at(0.5, 0.5))
        atlas.page.mouse.move(*atlas.at(*place))
        z = atlas.z()
        assert z is not None
        expected = self._reference.decode("vae-2", [z])[0]

        def drawn() -> bool:
            pixels = atlas.pixels("decoded")
            return pixels is not None and np.abs(pixels - expected).max() < 1e-3

        atlas.until(drawn, "another face is drawn")
        assert expected.std() > 0.05  # it is not all grey


def test_B7_without_webgpu_and_a_core_to_spare_one_runtime_draws_faces(
    visit: Callable[..., Visit],
) -> None:
    page = visit(
        "delete Navigator.prototype.gpu",
        "Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 })",
    )
    page.expect_face((0.3, 0.6))
    assert page.workers("made") == ["worker"]
    assert not page.has_fetched("webgpu")
    assert not page.has_fetched("jspi")
    assert status(page.atlas) == "Models run in your browser."


def test_B7_threads_draw_faces_where_they_are_faster(visit: Callable[..., Visit]) -> None:
    page = visit(
        "delete Navigator.prototype.gpu",
        "Object.defineProperty(navigator, 'hardwareConcurrency', { value: 3 })",
        # Threads on a busy machine may wait for each other for a good while.
        SLOW_FIRST_WORKER.replace("MILLISECONDS", "1000"),
    )
    assert page.atlas.page.evaluate("crossOriginIsolated")
    page.atlas.until(lambda: page.atlas.page.evaluate("__workers.released") == 1, "no winner", 90)
    page.expect_face((0.3, 0.6))
    assert page.workers("made") == ["worker", "worker"]
    assert page.workers("ended") == []


def test_B7_threads_that_are_no_faster_end(visit: Callable[..., Visit]) -> None:
    page = visit(
        "delete Navigator.prototype.gpu",
        "Object.defineProperty(navigator, 'hardwareConcurrency', { value: 3 })",
        SLOW_OTHER_WORKERS,
    )
    page.wait_until_ended("worker")
    page.expect_face((0.3, 0.6))


def test_B7_webgpu_computed_by_the_processor_is_not_even_fetched(
    visit: Callable[..., Visit], webgpu_browser: Browser
) -> None:
    page = visit(browser=webgpu_browser)
    fallback = "async () => (await navigator.gpu?.requestAdapter())?.info.isFallbackAdapter"
    assert page.atlas.page.evaluate(fallback), "this Chromium has no software WebGPU"
    page.expect_face((0.3, 0.6))
    assert page.workers("made") == ["worker"]
    assert not page.has_fetched("jspi")


def test_B7_webgpu_that_measures_slower_is_let_go(
    visit: Callable[..., Visit], webgpu_browser: Browser
) -> None:
    page = visit(PRETEND_HARDWARE, browser=webgpu_browser)
    page.wait_until_ended("worker-webgpu")
    assert page.has_fetched("jspi")  # it did start, under the page's policy
    page.expect_face((0.3, 0.6))
    assert status(page.atlas) == "Models run in your browser."


def test_B7_webgpu_draws_faces_where_it_measures_faster(
    visit: Callable[..., Visit], webgpu_browser: Browser
) -> None:
    slow = SLOW_FIRST_WORKER.replace("MILLISECONDS", "4000")
    page = visit(PRETEND_HARDWARE, slow, browser=webgpu_browser)
    page.atlas.until(lambda: page.atlas.page.evaluate("__workers.released") == 1, "no winner", 90)
    page.expect_face((0.3, 0.6))
    assert page.workers("ended") == []
    assert "graphics processor" in status(page.atlas)
