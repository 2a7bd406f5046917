"""The page in a stock Firefox."""

import io
import os
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.browser.conftest import Watch
from tests.browser.test_runtime import use_every_section
from tests.support import firefox
from tests.support.atlas import Atlas
from tests.support.face_page import Faces
from tests.support.lab import Lab
from tests.support.reference import Reference
from tests.support.server import Server

pytestmark = pytest.mark.skipif(
    firefox.find() is None and "CI" not in os.environ, reason="no Firefox on this machine"
)


@pytest.fixture(scope="module")
def firefox_browser(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    running = firefox.launch(playwright, tmp_path_factory.mktemp("firefox"))
    yield running
    running.close()


@pytest.fixture
def in_firefox(
    firefox_browser: Browser,
    make_context: Callable[..., BrowserContext],
    server: Server,
    watch: Watch,
) -> Atlas:
    # Playwright adds a style element of its own when it takes a screenshot of Firefox.
    watch.expect("style-src")
    page = make_context(browser=firefox_browser).new_page()
    return Atlas(page, server.url).open()


def inked(atlas: Atlas) -> float:
    """Return the share of the window, without the navigation, that is not of its commonest grey."""
    window = Image.open(io.BytesIO(atlas.page.screenshot(caret="initial"))).convert("L")
    grey = np.asarray(window)[80:].ravel()
    return float(1 - np.bincount(grey).max() / grey.size)


def test_B28_hovering_decodes_in_firefox(in_firefox: Atlas, reference: Reference) -> None:
    for share in ((0.3, 0.6), (0.55, 0.4)):
        # Firefox gives a pointer whole pixels.
        x, y = (round(place) for place in in_firefox.at(*share))
        in_firefox.page.mouse.move(x, y)
        z = in_firefox.data_at((x, y))
        in_firefox.until(lambda z=z: np.allclose(in_firefox.z() or (9, 9), z, 0, 1e-5))
        in_firefox.expect_image("decoded", reference.decode("vae-2", [z])[0])


def test_B28_every_section_is_painted_in_firefox(in_firefox: Atlas) -> None:
    assert len(in_firefox.sections) > 10
    for section in in_firefox.sections:
        root = in_firefox.page.locator(f"#{section}")
        root.evaluate("section => section.scrollIntoView({behavior: 'instant'})")
        in_firefox.until(lambda: inked(in_firefox) > 0.02, f"{section} is blank")
        heading = root.locator("h1, h2").first.bounding_box()
        assert heading is not None
        assert heading["height"] > 20, section


def test_B28_hovering_drawing_and_ten_digits_in_firefox(
    in_firefox: Atlas, reference: Reference
) -> None:
    use_every_section(in_firefox, reference, 1e-3)


def test_B28_keys_move_and_zoom_the_map_in_firefox(in_firefox: Atlas, reference: Reference) -> None:
    map_, keyboard = in_firefox.map(), in_firefox.page.keyboard
    in_firefox.move_to((0.5, 0.5))
    map_.evaluate("map => map.shadowRoot.querySelector('[tabindex]').focus()")
    scale = in_firefox.view()["scale"]
    keyboard.press("ArrowRight")
    z = in_firefox.until(lambda: (in_firefox.z() or (0, 0))[0] > 0.5 and in_firefox.z())
    in_firefox.expect_image("decoded", reference.decode("vae-2", [z])[0], 1e-3)
    keyboard.press("+")
    in_firefox.until(lambda: in_firefox.view()["scale"] < scale)


def test_B28_faces_and_the_lab_in_firefox(in_firefox: Atlas, reference: Reference) -> None:
    faces = Faces(in_firefox, reference, "faces-vae").enter()
    faces.section.locator("#faces-examples canvas").first.click()
    faces.expect("faces-decoded", faces.mu[0])
    lab = Lab(in_firefox)
    lab.choose("vae-2-mlp256", "lattice-2")
    lab.move_to((0.3, -0.4))
    for view, model in (("lab-first", "vae-2-mlp256"), ("lab-second", "lattice-2")):
        in_firefox.expect_image(view, reference.decode(model, [(0.3, -0.4)])[0], 1e-3)
