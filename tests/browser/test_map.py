"""The map under mouse, fingers and keys: zoom, pan, cursor, pin, read-out."""

import json
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.fingers import Fingers
from tests.support.reference import Reference

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "device_scale_factor": 2}


def near(z: tuple[float, float] | None, expected: tuple[float, float], atlas: Atlas) -> bool:
    """Whether two latent points are the same within a tenth of a pixel."""
    units = atlas.view()["scale"] / atlas.surface()["width"]
    return z is not None and math.dist(z, expected) < 0.1 * units


def coordinates(atlas: Atlas) -> str:
    return atlas.map().locator(".coordinates").text_content() or ""


def test_B1_the_wheel_zooms_about_the_pointer(atlas: Atlas) -> None:
    # Wheel events tell whole pixels only.
    x, y = atlas.at(0.7, 0.3)
    place = (round(x), round(y))
    atlas.page.mouse.move(*place)
    before, under, picture = atlas.view(), atlas.data_at(place), atlas.shot()
    for direction, sign in ((-240, 1), (480, -1)):
        scale = atlas.view()["scale"]
        atlas.page.mouse.wheel(0, direction)
        atlas.until(lambda scale=scale, sign=sign: sign * (scale - atlas.view()["scale"]) > 0.2)
        assert near(atlas.data_at(place), under, atlas)
        assert near(atlas.z(), under, atlas)
    assert atlas.view()["scale"] > before["scale"]
    atlas.until(lambda: (np.abs(atlas.shot().astype(int) - picture).max(-1) > 60).mean() > 0.02)
    assert atlas.page.evaluate("scrollY") == 0


def test_B1_dragging_pans_and_neither_moves_z_nor_pins(atlas: Atlas) -> None:
    start = atlas.at(0.4, 0.4)
    atlas.page.mouse.move(*start)
    held, z = atlas.data_at(start), atlas.z()
    atlas.page.mouse.down()
    end = (start[0] + 90, start[1] + 60)
    atlas.page.mouse.move(*end, steps=5)
    assert near(atlas.data_at(end), held, atlas)
    assert atlas.z() == z
    atlas.page.mouse.up()
    assert not atlas.map().evaluate("map => map.pinned")
    atlas.page.mouse.move(end[0] + 20, end[1])
    assert near(atlas.z(), atlas.data_at((end[0] + 20, end[1])), atlas)


def test_B1_a_double_click_returns_to_the_first_view(atlas: Atlas) -> None:
    home = atlas.view()
    atlas.page.mouse.move(*atlas.at(0.7, 0.3))
    atlas.page.mouse.wheel(0, -600)
    atlas.until(lambda: atlas.view()["scale"] < home["scale"] / 1.5)
    atlas.page.mouse.dblclick(*atlas.at(0.7, 0.3))
    atlas.until(lambda: atlas.view() == home)
    assert not atlas.map().evaluate("map => map.pinned")


def test_B1_a_click_pins_z_and_the_next_lets_it_go(atlas: Atlas, reference: Reference) -> None:
    place = atlas.at(0.35, 0.6)
    atlas.page.mouse.click(*place)
    pinned = atlas.z()
    assert pinned == pytest.approx(atlas.data_at(place), abs=1e-6)
    assert pinned is not None
    assert coordinates(atlas).endswith(" pinned")
    atlas.page.mouse.move(*atlas.at(0.8, 0.2), steps=5)
    assert atlas.z() == pinned
    atlas.expect_image("decoded", reference.decode("vae-2", [pinned])[0])
    elsewhere = atlas.at(0.6, 0.5)
    atlas.page.mouse.click(*elsewhere)
    assert atlas.z() == pytest.approx(atlas.data_at(elsewhere), abs=1e-6)
    atlas.page.mouse.move(*atlas.at(0.8, 0.2))
    assert near(atlas.z(), atlas.data_at(atlas.at(0.8, 0.2)), atlas)
    assert "pinned" not in coordinates(atlas)


def written(atlas: Atlas) -> list[float]:
    """Return the coordinates beside the cursor as numbers."""
    numbers = re.fullmatch(r"z = \((−?\d+\.\d+), (−?\d+\.\d+)\)", coordinates(atlas))
    assert numbers
    return [float(text.replace("−", "-")) for text in numbers.groups()]


def test_B1_the_cursor_stands_at_z_and_says_its_coordinates(atlas: Atlas) -> None:
    for x, y in ((0.5, 0.5), (0.98, 0.01), (0.01, 0.98), (0.97, 0.97)):
        place = atlas.at(x, y)
        atlas.page.mouse.move(*place)
        # The mark comes after the digit.
        atlas.until(lambda: written(atlas) == pytest.approx(atlas.z(), abs=0.006))
        ring = atlas.map().locator(".ring").bounding_box()
        label, box = atlas.map().locator(".coordinates").bounding_box(), atlas.surface()
        assert ring
        assert label
        assert (ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2) == pytest.approx(
            place, abs=1
        )
        # The label is whole inside the map, and beside the ring.
        assert label["x"] >= box["x"]
        assert label["x"] + label["width"] <= box["x"] + box["width"]
        assert label["y"] >= box["y"]
        assert label["y"] + label["height"] <= box["y"] + box["height"]
        gap = max(label["x"] - place[0], place[0] - label["x"] - label["width"], 0)
        assert gap < 30


def test_a_moving_mark_and_a_moving_thumb_are_painted_without_ordering_the_layers(
    atlas: Atlas, browser: Browser
) -> None:
    def orderings(move: Callable[[float], Any]) -> int:
        """How often Chromium put all layers of the page in order again, in ten frames."""
        browser.start_tracing(page=atlas.page, categories=["blink", "cc"])
        for i in range(10):
            move(0.3 + 0.04 * i)
            atlas.frames()
        events = json.loads(browser.stop_tracing())["traceEvents"]
        assert any(event["name"] == "Blink.Paint.UpdateTime" for event in events)
        return sum(event["name"] == "PaintArtifactCompositor::Update" for event in events)

    def turn(share: float) -> None:
        atlas.page.locator("#hover h2").evaluate(
            "(head, share) => { head.style.transform = `rotate(${share}deg)`; }", share
        )

    def drag(share: float) -> None:
        atlas.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)

    atlas.hover(0.3, 0.3)
    assert orderings(turn) >= 8  # what costs it, and that it is seen here
    # More than once where sections come to life meanwhile: they are ordered, too.
    atlas.until(lambda: orderings(lambda share: atlas.hover(share, share)) <= 3)
    atlas.read_through("dimensions")
    thumb = atlas.page.locator("#dimensions latent-sliders[state=ready] input").first
    thumb.scroll_into_view_if_needed()
    box = thumb.bounding_box()
    assert box
    drag(0.5)
    atlas.page.mouse.down()
    before = thumb.input_value()
    atlas.until(lambda: orderings(drag) <= 3)
    assert thumb.input_value() != before
    atlas.page.mouse.up()


def test_B1_one_finger_moves_z_and_the_page_does_not_scroll(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas(**PHONE)
    fingers = Fingers(atlas.page)
    view = atlas.view()
    fingers.down(atlas.at(0.4, 0.2))
    for share in (0.4, 0.6, 0.8, 0.9):
        place = atlas.at(0.5, share)
        fingers.move(place)
        atlas.until(lambda place=place: near(atlas.z(), atlas.data_at(place), atlas))
    fingers.up()
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
    assert atlas.view() == view
    assert atlas.page.evaluate("scrollY") == 0
    # The same movement beside the map does scroll the page.
    x, y = atlas.at(0.5, 1)
    fingers.down((x, y + 80))
    for step in range(1, 9):
        fingers.move((x, y + 80 - 40 * step))
    fingers.up()
    atlas.until(lambda: atlas.page.evaluate("scrollY") > 50)


def test_B1_two_fingers_zoom_and_pan(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas(**PHONE)
    fingers = Fingers(atlas.page)
    before, z = atlas.view(), atlas.z()
    middle = atlas.data_at(atlas.at(0.5, 0.5))
    # One after the other, at the same moment: later than 300 ms the first would be meant for z.
    fingers.down(atlas.at(0.4, 0.5), atlas.at(0.6, 0.5))
    for reach in (0.14, 0.18, 0.22, 0.26, 0.3):
        fingers.move(atlas.at(0.5 - reach, 0.5), atlas.at(0.5 + reach, 0.5))
    atlas.until(lambda: atlas.view()["scale"] == pytest.approx(before["scale"] / 3, rel=0.02))
    assert near(atlas.data_at(atlas.at(0.5, 0.5)), middle, atlas)
    fingers.move(atlas.at(0.2, 0.7), atlas.at(0.8, 0.7))
    atlas.until(lambda: near(atlas.data_at(atlas.at(0.5, 0.7)), middle, atlas))
    fingers.up()
    # What the first finger did before the second came is taken back.
    assert atlas.z() == pytest.approx(z)
    assert atlas.page.evaluate("[scrollY, visualViewport.scale]") == [0, 1]


def test_B1_the_coordinates_are_inside_the_map_on_a_phone(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas(viewport={"width": 360, "height": 800})
    label, surface = atlas.map().locator(".coordinates"), atlas.surface()
    for x in (0.02, 0.3, 0.47, 0.7, 0.98):
        atlas.page.mouse.click(*atlas.at(x, 0.5))  # pinned: then the label is longest
        atlas.until(lambda: "pinned" in (label.text_content() or ""))
        box = label.bounding_box()
        assert box
        assert surface["x"] <= box["x"], x
        assert box["x"] + box["width"] <= surface["x"] + surface["width"], x
        atlas.page.keyboard.press("Escape")
        atlas.until(lambda: "pinned" not in (label.text_content() or ""))


def test_B1_the_keyboard_alone_moves_zooms_and_pins(atlas: Atlas, reference: Reference) -> None:
    page, map_ = atlas.page, atlas.map()
    # The first stop skips the navigation, however many links that has; the next is the map.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the map"
    page.keyboard.press("Enter")
    top = "Math.abs(document.querySelector('#hover').getBoundingClientRect().top) < 1"
    atlas.until(lambda: page.evaluate(top))
    page.keyboard.press("Tab")
    assert map_.evaluate("map => map.shadowRoot.activeElement?.matches('.surface') ?? false")
    home, z, scrolled = atlas.view(), atlas.z(), page.evaluate("scrollY")
    assert z is not None
    # About a two-hundredth of the map, in round numbers, from one round place to the next.
    step = 0.05
    assert home["scale"] / 300 < step < home["scale"] / 130
    for key, dx, dy in (
        ("ArrowRight", 1, 0),
        ("ArrowUp", 0, 1),
        ("Shift+ArrowLeft", -10, 0),
        ("Shift+ArrowDown", 0, -10),
    ):
        page.keyboard.press(key)
        z = (
            step * (round(z[0] / step) + dx) if dx else z[0],
            step * (round(z[1] / step) + dy) if dy else z[1],
        )
        assert atlas.z() == pytest.approx(z, abs=1e-9)
    atlas.until(lambda: written(atlas) == pytest.approx(z, abs=1e-9))
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
    place = atlas.place_of(z)
    for key, scale in (("+", 1 / 1.25), ("+", 1 / 1.25**2), ("-", 1 / 1.25)):
        page.keyboard.press(key)
        assert atlas.view()["scale"] == pytest.approx(home["scale"] * scale)
        assert near(atlas.data_at(place), z, atlas)
    page.keyboard.press("0")
    assert atlas.view() == home
    page.keyboard.press("Enter")
    assert map_.evaluate("map => map.pinned")
    page.mouse.move(*atlas.at(0.9, 0.1))
    assert atlas.z() == pytest.approx(z)
    page.keyboard.press("ArrowRight")
    assert atlas.z() == pytest.approx((z[0] + step, z[1]))
    page.keyboard.press("Escape")
    assert not map_.evaluate("map => map.pinned")
    assert page.evaluate("scrollY") == scrolled


def test_B1_z_stays_in_sight_when_keys_take_it_over_the_edge(atlas: Atlas) -> None:
    atlas.map().locator(".surface").focus()
    for _ in range(30):
        atlas.page.keyboard.press("Shift+ArrowRight")
    z = atlas.z()
    assert z is not None
    box, place = atlas.surface(), atlas.place_of(z)
    assert box["x"] <= place[0] <= box["x"] + box["width"]


def test_B1_a_screen_reader_hears_where_z_rests(atlas: Atlas, reference: Reference) -> None:
    model = reference.model("vae-2")
    columns = json.loads(reference.read(model["means"]))
    xy = np.column_stack([columns["x"], columns["y"]])
    labels = np.array(columns["labels"])
    spoken = atlas.map().locator("[aria-live=polite]")
    for label in (0, 1):
        # In the thick of a class: where most of a point's neighbours are of it.
        centre = np.median(xy[labels == label], axis=0)
        nearest = labels[np.argsort(((xy - centre) ** 2).sum(1))[:200]]
        assert (nearest == label).mean() > 0.9
        place = atlas.place_of((float(centre[0]), float(centre[1])))
        atlas.page.mouse.move(*place)
        atlas.until(lambda label=label: f"nearest class {label}" in spoken.inner_text())
        assert coordinates(atlas) in spoken.inner_text()
    atlas.page.mouse.click(*place)
    atlas.until(lambda: spoken.inner_text().endswith("pinned"))


_NAMES = """map => Array.from(map.shadowRoot.querySelectorAll("text.name"), text => {
  const { left, top, right, bottom } = text.getBoundingClientRect();
  // Ascent and descent of the type are no ink.
  return [left, top + 3, right, bottom - 3];
})"""


def covers(one: list[float], other: list[float]) -> bool:
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > 1
        and min(one[3], other[3]) - max(one[1], other[1]) > 1
    )


def test_B1_numerals_lie_over_nothing_and_under_nothing(atlas: Atlas) -> None:
    map_ = atlas.map()
    home = atlas.view()
    for zoom in (1, 3, 1 / 2.5):
        map_.evaluate(
            "(map, [{centre, scale}, zoom]) => map.viewBy({centre, scale: scale / zoom})",
            [home, zoom],
        )
        atlas.frames()
        names = map_.evaluate(_NAMES)
        assert len(names) >= 8
        pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
        assert not [pair for pair in pairs if covers(*pair)], zoom
        # Left of and below each name, where the label would stand on it.
        box = atlas.surface()
        for left, top, right, bottom in names:
            place = ((left + right) / 2 - 40, (top + bottom) / 2 + 17)
            inside = (
                box["x"] + 140 < place[0] < box["x"] + box["width"] - 140
                and box["y"] + 40 < place[1] < box["y"] + box["height"] - 40
            )
            if zoom < 1 or not inside:
                continue  # ten names in a thumbnail leave no corner free
            atlas.page.mouse.move(*place)
            atlas.until(lambda: written(atlas) == pytest.approx(atlas.z(), abs=0.006))
            atlas.frames()
            label = map_.locator(".coordinates").bounding_box()
            assert label
            over = [label["x"], label["y"], label["x"] + label["width"], label["y"] + 18]
            near = [name for name in names if covers(over, name)]
            assert near == [], (zoom, place)


def test_a_pinned_mark_outside_the_view_is_an_arrow_at_the_edge(atlas: Atlas) -> None:
    map_ = atlas.map()
    arrow, ring = map_.locator(".cursor .edge"), map_.locator(".cursor .ring")
    atlas.page.mouse.click(*atlas.at(0.9, 0.5))
    assert arrow.is_hidden()
    z, view = atlas.z(), atlas.view()
    assert z is not None
    map_.evaluate(
        "(map, view) => map.viewBy(view)",
        {"centre": [z[0] - view["scale"] / 2, z[1]], "scale": view["scale"] / 4},
    )
    arrow.wait_for()
    assert ring.is_hidden()
    box, there = atlas.surface(), arrow.bounding_box()
    assert there
    assert box["x"] + box["width"] - there["x"] - there["width"] < 12
    assert there["y"] + there["height"] / 2 == pytest.approx(box["y"] + box["height"] / 2, abs=2)
    assert coordinates(atlas).endswith(" pinned")


def test_S2_2_ellipses_have_the_colour_of_their_class_and_decoded_digits_hide_no_point(
    atlas: Atlas, reference: Reference
) -> None:
    for layer in ("ellipses", "lattice"):
        atlas.page.locator(f"#hover layer-switches input[name={layer}]").check()
    map_ = atlas.map()
    map_.locator("g.ellipse").nth(9).wait_for(state="attached")
    strokes = map_.evaluate(
        """map => Array.from(map.shadowRoot.querySelectorAll("g.ellipse"), group =>
          getComputedStyle(group.querySelector(".sd-1")).stroke)"""
    )
    assert len(set(strokes)) == 10
    atlas.until(lambda: map_.evaluate("map => map.lattice !== null"))
    atlas.page.mouse.move(1, 1)
    shown = atlas.still_shot(map_.locator(".surface"))
    map_.evaluate("map => { map.layers = { ...map.layers, points: false }; }")
    atlas.frames()
    without = atlas.still_shot(map_.locator(".surface"))
    # Points are seen on the tiles, and the tiles between the points.
    assert (np.abs(shown - without).max(-1) > 40).mean() > 0.05
    assert (np.abs(shown - without).max(-1) < 8).mean() > 0.05


def test_the_legend_is_one_tab_stop_with_arrows_inside(atlas: Atlas) -> None:
    page, map_ = atlas.page, atlas.map()
    legend = map_.locator(".legend button")
    assert [legend.nth(i).get_attribute("tabindex") for i in range(3)] == ["0", "-1", "-1"]
    focused = "map => map.shadowRoot.activeElement?.getAttribute('aria-label') ?? ''"
    map_.locator(".surface").focus()
    page.keyboard.press("Tab")
    assert map_.evaluate(focused) == "Class 0"
    for key, name in (("ArrowRight", "Class 1"), ("End", "All classes"), ("ArrowLeft", "Class 9")):
        page.keyboard.press(key)
        assert map_.evaluate(focused) == name
    page.keyboard.press("Enter")
    assert map_.evaluate("map => map.isolated") == [9]
    page.keyboard.press("Tab")
    assert map_.evaluate(focused) == ""
    page.keyboard.press("Shift+Tab")
    assert map_.evaluate(focused) == "Class 9"
