"""Mouse, pen and fingers on every surface that they work on: one set of rules for all of them."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.fingers import Fingers, Pen, Place

# Puts one of each element on an otherwise empty page, and its surface and what it holds in `bench`.
_SET_UP = """async () => {
  const names = ["latent-map", "drawing-pad", "latent-sliders", "image-loupe", "face-photo",
    "play-bar", "line-chart"];
  // Those of sections that are far away come with a script of theirs.
  const built = JSON.parse(document.getElementById("built").textContent);
  for (const script of ["play-bar", "numbers"]) {
    const { url } = built.find(({ url }) => url.startsWith(`assets/${script}-`));
    await import(new URL(url, document.baseURI));
  }
  await Promise.all(names.map(name => customElements.whenDefined(name)));
  for (const child of document.body.children) child.hidden = true;
  const place = document.createElement("div");
  place.style = `display: grid; grid-template-columns: repeat(3, 220px); gap: 30px; padding: 20px;
    transform-origin: 0 0`;
  document.body.append(place);
  scrollTo(0, 0);
  const [map, pad, sliders, loupe, photo, bar, chart] = names.map(name => {
    const element = document.createElement(name);
    place.append(element);
    return element;
  });
  sliders.latents = Array.from({ length: 2 }, () =>
    ({ low: -3, high: 3, rest: 0, active: true, kl: null }));
  loupe.style.setProperty("--columns", "1");
  loupe.pictures = [{ name: "", note: "", pixels: new Float32Array(64 * 64 * 3), message: "" }];
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [300, 200];
  canvas.getContext("2d").fillRect(0, 0, 300, 200);
  await photo.open(await new Promise(done => canvas.toBlob(done)));
  photo.setCrop({ x: 100, y: 50, side: 100 }, true);
  bar.value = 0.5;
  const x = Array.from({ length: 101 }, (_, i) => i);
  chart.lines = [{ name: "", colour: "red", x, y: x }];
  map.view = { centre: [1, 1], scale: 4 };
  map.z = [0, 0];
  const elements = [map, pad, sliders, loupe, photo, bar, chart];
  await Promise.all(elements.map(element => element.updateComplete));
  const inside = (element, selector) => element.shadowRoot.querySelector(selector);
  window.bench = {
    map: [inside(map, ".surface"), () => [...map.z, ...map.view.centre, map.view.scale]],
    pad: [inside(pad, "canvas"), () => pad.strokes.flat().flatMap(({ x, y }) => [x, y])],
    sliders: [inside(sliders, ".rail"), () => sliders.z],
    loupe: [inside(loupe, ".whole canvas"), () => [...loupe.centre]],
    crop: [inside(photo, "canvas"), () => Object.values(photo.crop)],
    bar: [inside(bar, ".rail"), () => [bar.value]],
    chart: [inside(chart, ".u-over"), () => [chart.index ?? -1]],
  };
}"""
SURFACES = ("map", "pad", "sliders", "loupe", "crop", "bar", "chart")


@pytest.fixture
def bench(open_atlas: OpenAtlas) -> Atlas:
    atlas = open_atlas("#at=faces", viewport={"width": 1280, "height": 1600})
    atlas.page.evaluate(_SET_UP)
    atlas.frames()
    return atlas


def held(bench: Atlas, surface: str) -> list[float]:
    """Return what an element holds: what pointers change."""
    values: list[float] = bench.page.evaluate(f"bench.{surface}[1]()")
    return values


def at(bench: Atlas, surface: str, u: float, v: float = 0.5) -> Place:
    """Map a place on a surface, in shares of it, to the screen."""
    x, y, width, height = bench.page.evaluate(
        f"""(({{ x, y, width, height }}) => [x, y, width, height])(
          bench.{surface}[0].getBoundingClientRect())"""
    )
    return x + u * width, y + v * height


Read = Callable[[list[float]], list[float]]
# What each surface holds once a mouse was dragged to (0.3, 0.5) from (0.5, 0.5), if it read well.
DRAGGED: dict[str, tuple[Read, list[float]]] = {
    "map": (lambda held: held[2:4], [1 + 0.2 * 4, 1]),
    "pad": (lambda held: held[-2:], [0.3, 0.5]),
    "sliders": (lambda held: held[:1], [-3 + 6 * 0.3]),
    "bar": (lambda held: held, [0.3]),
    "chart": (lambda held: held, [30]),
    "loupe": (lambda held: held, [0.3, 0.5]),
    "crop": (lambda held: held[:2], [100 + 0.2 * 100, 50]),
}


@pytest.mark.parametrize(
    "style",
    [
        "document.documentElement.style.zoom = 1.25",
        "document.body.style.zoom = 0.8",
        "document.querySelector('body > :last-child').style.transform = 'scale(1.2)'",
    ],
)
def test_B1_every_surface_reads_places_under_zoom_and_scale(bench: Atlas, style: str) -> None:
    bench.page.evaluate(style)
    bench.timers(150)  # longer than a surface's box is trusted
    mouse = bench.page.mouse
    mouse.move(*at(bench, "map", 0.3, 0.6))
    assert held(bench, "map")[:2] == pytest.approx([1 - 0.2 * 4, 1 - 0.1 * 4], abs=0.02)
    for surface, (read, expected) in DRAGGED.items():
        mouse.move(*at(bench, surface, 0.5))
        mouse.down()
        mouse.move(*at(bench, surface, 0.3), steps=4)
        mouse.up()
        # A slider's thumb has a width of its own, and a chart's cursor stops at values.
        tolerance = {"sliders": 0.3, "bar": 0.05, "crop": 1, "chart": 1}.get(surface, 0.02)
        assert read(held(bench, surface)) == pytest.approx(expected, abs=tolerance), surface
    # The wheel zooms about the place under it.
    place = at(bench, "map", 0.2, 0.2)
    mouse.move(round(place[0]), round(place[1]))
    z = held(bench, "map")[:2]
    mouse.wheel(0, -300)
    bench.until(lambda: held(bench, "map")[4] < 3)
    mouse.move(round(place[0]) + 1, round(place[1]))
    assert held(bench, "map")[:2] == pytest.approx(z, abs=0.04)


def test_B1_a_pen_takes_over_from_a_palm(bench: Atlas) -> None:
    fingers, pen = Fingers(bench.page), Pen(bench.page)
    for surface in SURFACES:
        before = held(bench, surface)
        fingers.down(at(bench, surface, 0.7))
        fingers.move(at(bench, surface, 0.8))
        bench.until(lambda surface=surface, before=before: held(bench, surface) != before)
        with pen.pressed(at(bench, surface, 0.4)):
            drawn = held(bench, surface)
            # What the palm goes on to do is not seen.
            fingers.move(at(bench, surface, 0.9))
            assert held(bench, surface) == drawn, surface
        fingers.up()
        if surface == "pad":
            assert drawn == pytest.approx([0.4, 0.5], abs=0.01)
        elif surface == "crop":
            assert drawn == before
        else:
            assert drawn != before
            assert drawn[2:] == before[2:]


def test_B1_a_press_that_is_cancelled_is_taken_back(bench: Atlas) -> None:
    fingers = Fingers(bench.page)
    for surface in SURFACES:
        before = held(bench, surface)
        fingers.down(at(bench, surface, 0.7))
        fingers.move(at(bench, surface, 0.8))
        bench.until(lambda surface=surface, before=before: held(bench, surface) != before)
        fingers.cancel()
        bench.until(lambda surface=surface, before=before: held(bench, surface) == before, surface)


def test_B1_a_swipe_that_scrolls_the_page_leaves_a_slider_alone(bench: Atlas) -> None:
    fingers = Fingers(bench.page)
    bench.page.evaluate("document.body.style.minHeight = '4000px'")
    for surface in ("sliders", "bar"):
        bench.page.evaluate("scrollTo(0, 0)")
        bench.timers(150)  # longer than a surface's box is trusted
        bench.page.evaluate(
            """surface => {
              window.told = 0;
              bench[surface][0].addEventListener("input", () => { window.told++; });
            }""",
            surface,
        )
        before, (x, y) = held(bench, surface), at(bench, surface, 0.8)
        fingers.down((x, y))
        for step in range(1, 9):
            fingers.move((x + step / 2, y - 20 * step))
        fingers.up()
        bench.until(lambda: bench.page.evaluate("scrollY") > 50)
        # A touch while the page still glides would only stop it.
        seen = [0.0]

        def rests(seen: list[float] = seen) -> bool:
            bench.frames()
            seen.append(bench.page.evaluate("scrollY"))
            return len(set(seen[-3:])) == 1

        bench.until(rests)
        assert held(bench, surface) == before
        assert bench.page.evaluate("told") == 0
        # Lifted where it was put down, a finger chooses that place.
        bench.page.evaluate("scrollTo(0, 0)")
        bench.timers(150)
        fingers.down(at(bench, surface, 0.8))
        fingers.up()
        bench.until(lambda surface=surface, before=before: held(bench, surface) != before)


@pytest.mark.parametrize(
    "lose",
    [
        "surface.releasePointerCapture(1)",
        """surface.dispatchEvent(new PointerEvent("pointermove",
          { pointerId: 1, pointerType: "mouse", buttons: 0, clientX: 1, clientY: 1 }))""",
    ],
    ids=["capture", "release"],
)
def test_B1_a_release_that_went_missing_ends_the_press(bench: Atlas, lose: str) -> None:
    mouse = bench.page.mouse
    for surface in SURFACES:
        if surface == "chart":  # its cursor follows a mouse that presses nothing, too
            continue
        mouse.move(*at(bench, surface, 0.5))
        mouse.down()
        mouse.move(*at(bench, surface, 0.6), steps=3)
        bench.page.evaluate(f"(([surface]) => {{ {lose} }})(bench.{surface})")
        mouse.move(*at(bench, surface, 0.61))  # in which a capture that was released is lost
        before = held(bench, surface)
        mouse.move(*at(bench, surface, 0.3), steps=3)
        assert held(bench, surface) == before, surface
        mouse.up()
        # The next one is one as ever.
        mouse.move(*at(bench, surface, 0.5))
        mouse.down()
        mouse.move(*at(bench, surface, 0.4), steps=3)
        mouse.up()
        assert held(bench, surface) != before, surface


def test_B1_a_second_finger_zooms_the_map_and_the_crop_and_else_does_nothing(
    bench: Atlas,
) -> None:
    fingers = Fingers(bench.page)
    for surface in ("map", "crop", "pad", "loupe", "sliders", "bar", "chart"):
        first, second = at(bench, surface, 0.4), at(bench, surface, 0.6)
        fingers.down(at(bench, surface, 0.3))
        fingers.move(first)  # by now a slider is sure that it is meant
        bench.frames()
        before = held(bench, surface)
        fingers.down(first, second)
        fingers.move(first, at(bench, surface, 0.8))
        if surface in ("map", "crop"):
            # Twice as far apart, about a middle that is a tenth further on.
            bench.until(lambda s=surface, b=before: np.isclose(held(bench, s)[-1], b[-1] / 2, 0.02))
        fingers.up(first)
        if surface not in ("map", "crop"):
            assert held(bench, surface) == before
        fingers.up()
