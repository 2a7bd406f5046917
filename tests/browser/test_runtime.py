"""Who runs the models: this browser, or the server where WebAssembly cannot run; and losing it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.conftest import OpenAtlas, Outlive, Watch
from tests.browser.test_draw import draw, show_pad
from tests.support.atlas import Atlas
from tests.support.chromium import launch
from tests.support.reference import Reference
from tests.support.server import Server

# The server answers in bytes.
HALF_A_BYTE = 0.5 / 255 + 1e-3


# Without a compiler V8 has no WebAssembly either, in the page and in its workers.
@pytest.fixture
def wasmless_browser(playwright: Playwright) -> Iterator[Browser]:
    running = launch(playwright, "--js-flags=--jitless")
    yield running
    running.close()


def runtime(atlas: Atlas) -> str:
    """Return what runs the models, as the page has it; it says so to the reader in a sentence."""
    status = atlas.page.locator("runtime-status")
    assert status.locator("[role=status]").inner_text()
    return status.get_attribute("runtime") or ""


def use_every_section(atlas: Atlas, reference: Reference, tolerance: float = 1e-4) -> None:
    """Hover, draw, and ask for ten digits; each answer is checked."""
    atlas.show("hover")
    atlas.page.mouse.move(*atlas.at(0.3, 0.3))
    atlas.page.mouse.move(*atlas.at(0.7, 0.4))
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0], tolerance)

    # What moves over a map before its section has begun is moved back when it does.
    atlas.enter("draw")
    show_pad(atlas).page.locator("drawing-pad").evaluate("pad => pad.clear()")
    draw(atlas)
    pixels = atlas.pixels("input")
    assert pixels is not None
    seen = np.rint(255 * pixels) / 255 if tolerance >= HALF_A_BYTE else pixels
    mu, _ = reference.encode("vae-2", seen)
    atlas.expect_image("reconstruction", reference.decode("vae-2", mu)[0], tolerance + 5e-4)
    # The mark comes after the picture.
    atlas.until(lambda: atlas.z("draw") == pytest.approx(mu[0], abs=1e-3))

    atlas.enter("labels")
    atlas.page.mouse.move(*atlas.at(0.35, 0.55, "labels"))
    z = atlas.z("labels")
    assert z is not None
    expected = reference.decode("label-decoder-vae-2", [z] * 10, range(10))
    for label in range(10):
        atlas.expect_image(f"class-{label}", expected[label], tolerance)


def test_B7_the_page_says_that_the_browser_runs_the_models(
    atlas: Atlas, reference: Reference
) -> None:
    asked: list[str] = []
    atlas.page.on("request", lambda request: asked.append(request.url))
    use_every_section(atlas, reference)
    assert runtime(atlas) == "browser"
    assert not any("/api/models/" in url for url in asked)


def test_B7_where_the_policy_forbids_webassembly_the_server_runs_the_models(
    open_atlas: OpenAtlas, watch: Watch, models_dir: Path, reference: Reference, outlive: Outlive
) -> None:
    watch.expect("WebAssembly", "wasm", "falling back to ArrayBuffer")
    server = outlive(Server(models_dir=models_dir, wasm_blocked=True))
    atlas = open_atlas(url=server.url)
    assert runtime(atlas) == "server"
    assert atlas.map().evaluate("map => map.points.count") == 60_000
    use_every_section(atlas, reference, HALF_A_BYTE)


def test_B7_where_webassembly_is_missing_the_server_runs_the_models(
    open_atlas: OpenAtlas, wasmless_browser: Browser, reference: Reference
) -> None:
    atlas = open_atlas(browser=wasmless_browser)
    assert atlas.page.evaluate("typeof WebAssembly") == "undefined"
    assert runtime(atlas) == "server"
    assert atlas.map().evaluate("map => map.points.count") == 60_000
    use_every_section(atlas, reference, HALF_A_BYTE)


def test_B7_a_page_that_is_loaded_goes_on_without_the_server(
    open_atlas: OpenAtlas, watch: Watch, models_dir: Path, reference: Reference, outlive: Outlive
) -> None:
    watch.expect("/api/datasets/")  # the nearest training images are the server's
    server = outlive(Server(models_dir=models_dir))
    atlas = open_atlas(url=server.url)
    # The section after the first comes by itself, once a reader has looked for a while.
    assert atlas.page.locator("#draw latent-map").count() > 0
    atlas.page.locator("#draw latent-map[state=ready]").wait_for()
    # So do those that are near the sections in use.
    atlas.read_through("draw", "inside", "autoencoders", "labels", "control")
    server.stop()
    use_every_section(atlas, reference)


def test_B7_a_section_that_comes_too_late_says_that_the_server_is_gone(
    open_atlas: OpenAtlas, watch: Watch, models_dir: Path, reference: Reference, outlive: Outlive
) -> None:
    watch.expect("ERR_")
    server = outlive(Server(models_dir=models_dir))
    atlas = open_atlas(url=server.url, viewport={"width": 1000, "height": 500})
    server.stop()
    atlas.show("labels")
    sentence = atlas.page.locator("#labels .section-error")
    sentence.wait_for()
    assert "labels” cannot be shown" in sentence.inner_text()
    assert "is the network gone?" in sentence.inner_text()
    atlas.show("hover")
    atlas.page.mouse.move(*atlas.at(0.4, 0.6))
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])


def test_B7_a_lost_server_is_told_and_its_return_noticed(
    open_atlas: OpenAtlas, watch: Watch, models_dir: Path, reference: Reference
) -> None:
    # The page asks again by itself, and a server that has just started has no release yet: 503.
    watch.expect("WebAssembly", "wasm", "falling back to ArrayBuffer", "ERR_", "503")
    with Server(models_dir=models_dir, wasm_blocked=True) as server:
        # So low that no other section is near, which would ask for something, too.
        atlas = open_atlas(url=server.url, viewport={"width": 1000, "height": 500})
        server.stop()
        port = server.address[1]
    atlas.page.mouse.move(*atlas.at(0.4, 0.6))
    sentence = atlas.image("decoded").locator("p")
    sentence.wait_for()
    assert "the server does not answer" in sentence.inner_text()
    with Server(models_dir=models_dir, wasm_blocked=True, port=port):
        atlas.page.mouse.move(*atlas.at(0.6, 0.4))
        z = atlas.z()
        assert z is not None
        atlas.expect_image("decoded", reference.decode("vae-2", [z])[0], HALF_A_BYTE)
        assert atlas.image("decoded").get_attribute("state") == "ready"
        assert sentence.count() == 0
