"""The page in a WebKit: every kind of interaction, with the pixels that ONNX Runtime gives."""

import os
from collections.abc import Iterator

import numpy as np
import pytest

from tests.support import webkit
from tests.support.reference import Reference
from tests.support.server import Server
from tests.support.webkit import WebKit

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        webkit.find() is None and "CI" not in os.environ, reason="no WebKit on this machine"
    ),
]

TOLERANCE = 1e-3
RIGHT = "\ue014"
_READY = "return document.querySelector(arguments[0])?.getAttribute('state') === 'ready'"
_CENTRE = """document.querySelector(arguments[0])
  .scrollIntoView({behavior: 'instant', block: 'center'})"""
_BOX = """const {left, top, width, height} =
  document.querySelector(arguments[0]).getBoundingClientRect();
return [left, top, width, height];"""
# A seven, in shares of the pad.
SEVEN = ((0.3, 0.25), (0.7, 0.25), (0.6, 0.45), (0.45, 0.8))


@pytest.fixture(scope="module")
def page(server: Server) -> Iterator[WebKit]:
    with WebKit() as page:
        page.open(f"{server.url}/")
        show(page, "#hover latent-map", "#hover image-view")
        yield page


def show(page: WebKit, figure: str, *ready: str) -> list[float]:
    """Scroll to a figure, wait until all these are ready; return where it is in the window."""
    page.run(_CENTRE, figure)
    for selector in ready or [figure]:
        page.until(lambda selector=selector: page.run(_READY, selector))
    page.run(_CENTRE, figure)
    box: list[float] = page.run(_BOX, figure)
    return box


def z_of(page: WebKit, section: str) -> list[float]:
    found: list[float] = page.run(f"return document.querySelector('#{section} latent-map').z")
    return found


def move(page: WebKit, box: list[float], x: float, y: float) -> None:
    """Move the pointer over a figure, through another place of it."""
    left, top, width, height = box
    places = [(0.5 + 0.5 * (x - 0.5), y), (x, y)]
    page.stroke([(left + u * width, top + v * height) for u, v in places], pressed=False)


def test_B28_hovering_decodes_in_webkit(page: WebKit, reference: Reference) -> None:
    box = show(page, "#hover latent-map")
    seen = set()
    for x, y in ((0.3, 0.6), (0.55, 0.4), (0.7, 0.5)):
        move(page, box, x, y)
        z = z_of(page, "hover")
        seen.add(tuple(z))
        page.expect_image("[name=decoded]", reference.decode("vae-2", [z])[0], TOLERANCE)
    assert len(seen) == 3


def test_B28_keys_move_the_map_in_webkit(page: WebKit, reference: Reference) -> None:
    show(page, "#hover latent-map")
    page.run(
        "const map = document.querySelector('#hover latent-map');"
        "map.moveTo([0.5, 0.5], 'pointer');"
        "map.shadowRoot.querySelector('[tabindex]').focus()"
    )
    page.press(RIGHT)
    page.until(lambda: z_of(page, "hover")[0] > 0.5)
    z = z_of(page, "hover")
    page.expect_image("[name=decoded]", reference.decode("vae-2", [z])[0], TOLERANCE)


def test_B28_a_drawing_is_reconstructed_in_webkit(page: WebKit, reference: Reference) -> None:
    show(page, "#draw latent-map")
    left, top, width, height = show(page, "drawing-pad", "#draw latent-map")
    page.run("document.querySelector('drawing-pad').clear()")
    page.stroke([(left + x * width, top + y * height) for x, y in SEVEN], pressed=True)
    drawn = page.until(lambda: page.pixels("[name=input]") is not None)
    assert drawn
    pixels = page.pixels("[name=input]")
    assert pixels is not None
    assert pixels.sum() > 30
    mu, _ = reference.encode("vae-2", pixels)
    page.expect_image("[name=reconstruction]", reference.decode("vae-2", mu)[0], TOLERANCE)


def test_B28_ten_digits_of_one_z_in_webkit(page: WebKit, reference: Reference) -> None:
    box = show(page, "#labels latent-map", "#labels latent-map", "[name=class-9]")
    move(page, box, 0.35, 0.55)
    z = z_of(page, "labels")
    expected = reference.decode("label-decoder-vae-2", [z] * 10, range(10))
    for label in range(10):
        page.expect_image(f"[name=class-{label}]", expected[label], TOLERANCE)


def test_B28_a_face_changes_with_its_slider_in_webkit(page: WebKit, reference: Reference) -> None:
    show(page, "#faces attribute-sliders", "#faces attribute-sliders", "[name=faces-decoded]")
    before = page.pixels("[name=faces-decoded]")
    assert before is not None
    page.run(
        "const range = document.querySelector('#faces attribute-sliders').shadowRoot"
        ".querySelector('input[type=range]'); range.value = range.max;"
        "range.dispatchEvent(new Event('input', {bubbles: true, composed: true}))"
    )
    page.until(lambda: np.abs(page.pixels("[name=faces-decoded]") - before).max() > 0.05)


def test_B28_any_model_stands_in_the_lab_in_webkit(page: WebKit, reference: Reference) -> None:
    show(page, "#lab [data-bench=first] latent-map")
    page.run(
        "const choice = document.querySelector('#lab-model'); choice.value = 'lattice-2';"
        "choice.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    page.until(
        lambda: page.run(
            "const map = document.querySelector('#lab [data-bench=first] latent-map');"
            "return map.model === 'lattice-2' && map.getAttribute('state') === 'ready'"
        )
    )
    page.run(
        "document.querySelector('#lab [data-bench=first] latent-map')"
        ".moveTo([0.3, -0.4], 'pointer')"
    )
    expected = reference.decode("lattice-2", [(0.3, -0.4)])[0]
    page.expect_image("[name=lab-first]", expected, TOLERANCE)


def test_B28_every_section_is_painted_in_webkit(page: WebKit) -> None:
    sections = page.run("return [...document.querySelectorAll('main > section')].map(s => s.id)")
    assert len(sections) > 10
    for section in sections:
        page.run("document.getElementById(arguments[0]).scrollIntoView()", section)
        page.until(lambda: _inked(page.shot()) > 0.02)


def _inked(window: np.ndarray) -> float:
    """Return the share of the window, without the navigation, that is not of its commonest grey."""
    grey = window[80:].ravel()
    return float(1 - np.bincount(grey).max() / grey.size)
