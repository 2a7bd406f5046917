"""Section "draw": mouse, pen and finger; what the encoder sees; where it puts the drawing."""

import numpy as np
import pytest

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.fingers import Fingers, Pen, Place
from tests.support.reference import Reference

SEVEN = ((0.25, 0.2), (0.5, 0.19), (0.75, 0.22), (0.62, 0.5), (0.5, 0.85))
BAR = ((0.42, 0.55), (0.55, 0.54), (0.7, 0.56))


@pytest.fixture
def pad(atlas: Atlas) -> Atlas:
    atlas.enter("draw")
    return show_pad(atlas)


def show_pad(atlas: Atlas) -> Atlas:
    atlas.page.locator("drawing-pad").evaluate(
        "pad => pad.scrollIntoView({behavior: 'instant', block: 'center'})"
    )
    return atlas


def on_pad(atlas: Atlas, path: tuple[Place, ...]) -> list[Place]:
    box = atlas.page.locator("drawing-pad canvas").bounding_box()
    assert box
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path]


def draw(atlas: Atlas, path: tuple[Place, ...] = SEVEN) -> None:
    places = on_pad(atlas, path)
    atlas.page.mouse.move(*places[0])
    atlas.page.mouse.down()
    for place in places[1:]:
        atlas.page.mouse.move(*place, steps=6)
    atlas.page.mouse.up()


def expect_what_the_model_makes_of_it(atlas: Atlas, reference: Reference) -> None:
    """Input, reconstruction, μ and σ are those of the drawing that is on the pad."""
    normalised = np.array(
        atlas.page.locator("drawing-pad").evaluate("pad => Array.from(pad.pixels)"), np.float32
    )
    atlas.expect_image("input", normalised, 0)
    mu, logvar = reference.encode("vae-2", normalised)
    atlas.expect_image("reconstruction", reference.decode("vae-2", mu)[0], 5e-4)
    sigma = np.exp(logvar[0] / 2)
    assert atlas.z("draw") == pytest.approx(mu[0], abs=1e-3)
    # The ellipses on the map, in pixels: one and two σ, to scale.
    drawn = atlas.map("draw").evaluate(
        """async map => {
          await map.updateComplete;
          const box = node => { const b = node.getBBox(); return [b.x, b.y, b.width, b.height]; };
          const root = map.shadowRoot;
          return {
            one: box(root.querySelector(".sigma-1 ellipse")),
            two: box(root.querySelector(".sigma-2 ellipse")),
            units: map.view.scale / Math.min(map.size.width, map.size.height),
            middle: [map.size.width / 2, map.size.height / 2],
            centre: [...map.view.centre],
          };
        }"""
    )
    units = drawn["units"]
    for times, name in ((1, "one"), (2, "two")):
        x, y, width, height = drawn[name]
        assert [width * units, height * units] == pytest.approx(2 * times * sigma, rel=0.01)
        middle = (
            drawn["centre"][0] + (x + width / 2 - drawn["middle"][0]) * units,
            drawn["centre"][1] - (y + height / 2 - drawn["middle"][1]) * units,
        )
        assert middle == pytest.approx(mu[0], abs=1e-3)
    written = ", ".join(f"{value:.2f}".replace("-", "−") for value in mu[0])
    assert f"μ = ({written})" in atlas.page.locator("#draw output").inner_text()


def test_S3_3_the_drawing_is_encoded_and_decoded_while_the_pen_moves(
    pad: Atlas, reference: Reference
) -> None:
    places = on_pad(pad, SEVEN)
    pad.page.mouse.move(*places[0])
    pad.page.mouse.down()
    for place in places[1:]:
        pad.page.mouse.move(*place, steps=4)
        expect_what_the_model_makes_of_it(pad, reference)
    pad.page.mouse.up()
    expect_what_the_model_makes_of_it(pad, reference)


def test_B3_a_mouse_drawing_is_normalised_as_mnist_was(pad: Atlas) -> None:
    # Small and in a corner: the box and the centre of mass must not care.
    small = tuple((0.05 + 0.3 * x, 0.6 + 0.3 * y) for x, y in SEVEN)
    images = []
    for path in (SEVEN, small):
        pad.page.locator("drawing-pad").evaluate("pad => pad.clear()")
        draw(pad, path)
        pixels = pad.pixels("input")
        assert pixels is not None
        image = pixels.reshape(28, 28).astype(float)
        rows, columns = np.nonzero(image > 0.25)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20, 21)
        mass = [(image.sum(1 - axis) @ (np.arange(28) + 0.5)) / image.sum() for axis in (0, 1)]
        assert mass == pytest.approx([14, 14], abs=0.15)
        assert image.max() == 1
        assert ((image > 0.05) & (image < 0.95)).sum() > 30  # anti-aliased
        images.append(image)
    assert np.abs(images[0] - images[1]).mean() < 0.02


def test_B2_a_pen_draws_and_its_pressure_widens(pad: Atlas, reference: Reference) -> None:
    pen, canvas = Pen(pad.page), pad.page.locator("drawing-pad canvas")
    ink, white = [], []
    for force in (0.1, 0.5, 1.0):
        pad.page.locator("drawing-pad").evaluate("pad => pad.clear()")
        for path in (SEVEN, BAR):
            pen.stroke(on_pad(pad, path), force)
        strokes = pad.page.locator("drawing-pad").evaluate("pad => pad.strokes")
        assert [len(stroke) for stroke in strokes] == [len(SEVEN), len(BAR)]
        pressures = [point["pressure"] for stroke in strokes for point in stroke]
        assert pressures == pytest.approx([force] * len(pressures), abs=0.01)
        expect_what_the_model_makes_of_it(pad, reference)
        pixels = pad.pixels("input")
        assert pixels is not None
        ink.append(pixels.sum())
        white.append((pad.shot(canvas).min(-1) > 128).sum())
    assert ink[0] < 0.95 * ink[1] < 0.9 * ink[2]
    assert white[0] < 0.95 * white[1] < 0.9 * white[2]


def test_S3_3_a_finger_draws_and_the_page_does_not_scroll(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas(viewport={"width": 390, "height": 844}, has_touch=True)
    atlas.enter("draw")
    show_pad(atlas)
    scrolled = atlas.page.evaluate("scrollY")
    fingers, places = Fingers(atlas.page), on_pad(atlas, SEVEN)
    fingers.down(places[0])
    for place in places[1:]:
        fingers.move(place)
    fingers.up()
    pad = atlas.page.locator("drawing-pad")
    atlas.until(lambda: pad.evaluate("pad => pad.strokes.flat().length") >= 4)
    expect_what_the_model_makes_of_it(atlas, reference)
    assert atlas.page.evaluate("scrollY") == scrolled


def test_S3_3_undo_takes_back_a_stroke_and_clear_all_of_them(
    pad: Atlas, reference: Reference
) -> None:
    page = pad.page
    draw(pad, SEVEN)
    first = pad.pixels("input")
    for undo in (
        lambda: page.get_by_role("button", name="Undo").click(),
        lambda: page.locator("drawing-pad canvas").press("Backspace"),
    ):
        draw(pad, BAR)
        both = pad.pixels("input")
        assert first is not None
        assert both is not None
        assert not np.array_equal(first, both)
        undo()
        expect_what_the_model_makes_of_it(pad, reference)
        restored = pad.pixels("input")
        assert restored is not None
        assert np.array_equal(restored, first)
    for clear in (
        lambda: page.get_by_role("button", name="Clear").click(),
        lambda: page.locator("drawing-pad canvas").press("Delete"),
    ):
        clear()
        page.locator("image-view[name=reconstruction][state=empty]").wait_for()
        assert pad.pixels("input") is None
        assert pad.pixels("reconstruction") is None
        assert pad.map("draw").locator("ellipse").count() == 0
        assert page.locator("#draw output").inner_text() == ""
        assert (pad.shot(page.locator("drawing-pad canvas")).min(-1) > 200).mean() < 0.01
        assert page.get_by_role("button", name="Undo").is_disabled()
        draw(pad, BAR)
        expect_what_the_model_makes_of_it(pad, reference)


def test_B2_walking_on_the_drawings_map_shows_the_decoder(pad: Atlas, reference: Reference) -> None:
    draw(pad)
    expect_what_the_model_makes_of_it(pad, reference)
    pad.enter("draw")
    pad.page.mouse.move(*pad.at(0.7, 0.3, "draw"))
    z = pad.z("draw")
    assert z is not None
    pad.expect_image("reconstruction", reference.decode("vae-2", [z])[0])
