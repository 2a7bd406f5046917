"""The classroom: tasks that the page checks, presentation, reset, symbols, parts left out."""

import math

import numpy as np
from playwright.sync_api import expect

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.reference import Reference

RADIUS_99 = math.sqrt(-2 * math.log(0.01))
TASKS = ["pure", "border", "outside", "faithful", "strange", "best"]


def done(atlas: Atlas) -> list[str | None]:
    tasks = atlas.page.locator("#classroom [data-done]")
    return [task.get_attribute("data-task") for task in tasks.all()]


def _mixed(places: np.ndarray, labels: np.ndarray, place: np.ndarray) -> int:
    """Return how many of the 15 nearest are of the rarer of 4 and 9."""
    near = labels[((places - place) ** 2).sum(1).argsort()[:15]]
    return int(min((near == 4).sum(), (near == 9).sum()))


def opened(open_atlas: OpenAtlas) -> Atlas:
    atlas = open_atlas("?classroom")
    expect(atlas.page.locator("#classroom [data-task]")).to_have_count(len(TASKS))
    return atlas


def test_B27_a_task_is_done_when_the_reader_has_found_the_place(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = opened(open_atlas)
    columns = reference.read_json(reference.model("vae-2")["means"])
    places, labels = np.column_stack([columns["x"], columns["y"]]), np.array(columns["labels"])
    middle = np.median(places[labels == 0], axis=0)
    atlas.move_to((0, 0))
    atlas.frames()
    assert done(atlas) == []
    atlas.move_to((middle[0], middle[1]))
    atlas.until(lambda: done(atlas) == ["pure"])
    both = max(places[labels == 4][:300], key=lambda place: _mixed(places, labels, place))
    atlas.move_to((both[0], both[1]))
    atlas.until(lambda: done(atlas) == ["pure", "border"])
    view = atlas.view()
    atlas.page.mouse.move(*atlas.at(0.02, 0.02))
    assert atlas.view() == view
    z = atlas.z()
    assert z is not None
    assert math.hypot(*z) > RADIUS_99
    atlas.until(lambda: done(atlas) == ["pure", "border", "outside"])


def test_B27_a_drawing_does_the_task_of_its_error(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = opened(open_atlas)
    atlas.show("draw")
    atlas.wait_live("draw")
    atlas.page.locator("#draw [data-example=star]").click()
    atlas.until(lambda: atlas.pixels("reconstruction") is not None)
    drawn, decoded = atlas.pixels("input"), atlas.pixels("reconstruction")
    assert drawn is not None
    assert decoded is not None
    error = float(((drawn - decoded) ** 2).sum())
    expected = ["faithful"] * (error < 15) + ["strange"] * (error > 60)
    assert expected, f"the star's error, {error}, does no task"
    atlas.until(lambda: done(atlas) == expected)


def test_B27_a_section_is_presented_alone_and_the_arrows_turn(open_atlas: OpenAtlas) -> None:
    atlas = opened(open_atlas)
    atlas.page.get_by_role("button", name="Present this section").click()
    sections = atlas.page.locator("main > section:visible")
    expect(sections).to_have_count(1)
    first = sections.get_attribute("id")
    expect(atlas.page.locator("nav")).to_be_hidden()
    size = atlas.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert size > 16
    atlas.page.keyboard.press("ArrowRight")
    assert sections.get_attribute("id") != first
    atlas.page.keyboard.press("ArrowLeft")
    assert sections.get_attribute("id") == first
    atlas.page.keyboard.press("Escape")
    expect(atlas.page.locator("nav")).to_be_visible()
    assert atlas.page.locator("main > section[data-aside]").count() == 0


def test_B27_a_section_is_reset_and_the_others_stay(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas("?classroom#z=1,1&pin=1&layers=points&draw.view=0,0,0.5")
    atlas.page.get_by_role("button", name="Reset this section").click()
    atlas.until(lambda: "z=1,1" not in atlas.page.url)
    atlas.wait_live("hover")
    assert "layers" not in atlas.page.url.replace("draw.", "")
    assert "draw.view" in atlas.page.url


def test_B27_a_symbol_says_what_it_means(open_atlas: OpenAtlas) -> None:
    atlas = opened(open_atlas)
    note = atlas.page.locator("#symbol")
    expect(note).to_be_hidden()
    atlas.page.locator("#hover .prose i", has_text="z").first.hover()
    expect(note).to_contain_text("latent")
    # By the keyboard, too, and Escape puts it away.
    symbol = atlas.page.locator("#hover .prose i[tabindex]", has_text="z")
    symbol.focus()
    expect(note).to_be_visible()
    expect(symbol).to_have_attribute("aria-describedby", "symbol")
    atlas.page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    terms = atlas.page.locator("#classroom dt").all_inner_texts()
    assert {"x", "z", "μ", "σ", "ε", "ELBO"} <= {*terms}


def test_B27_a_link_leaves_parts_out(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas("?hide=nav,prose,controls,foot")
    for hidden in ("nav", ".foot", "#hover .prose > p >> nth=0", "#hover layer-switches"):
        expect(atlas.page.locator(hidden)).to_be_hidden()
    expect(atlas.map()).to_be_visible()
