"""Where the reader is: a link opens at its figure, back returns, and early input is not lost."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.reference import Reference
from tests.support.server import Server

_TOP = "section => section.getBoundingClientRect().top"
_IN_THE_MIDDLE = """figure => {
  const { top, bottom } = figure.getBoundingClientRect();
  return top <= innerHeight / 2 && bottom >= innerHeight / 2;
}"""


def place(atlas: Atlas, section: str) -> float:
    top: float = atlas.page.locator(f"#{section}").evaluate(_TOP)
    return top


def still(atlas: Atlas, section: str) -> float:
    """Wait until a section is live and where it stays; return its top."""
    atlas.page.locator(f"#{section}.waits").wait_for(state="detached")
    tops: list[float] = []

    def rests() -> bool:
        tops.append(place(atlas, section))
        atlas.frames()
        return len(tops) > 5 and len(set(tops[-5:])) == 1

    atlas.until(rests, seconds=60)
    return tops[-1]


def test_a_link_opens_at_its_figure_and_does_not_wait_for_the_first_model(
    new_page: Callable[..., Page], server: Server, reference: Reference
) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    held: list[Any] = []
    decoder = reference.model("vae-2")["decoder"]["url"]
    page.route(f"**/{decoder}", lambda route: held.append(route))
    atlas = Atlas(page, server.url)
    page.goto(f"{server.url}/#at=control&control.from=3")
    # The section's own model is another; that of the first section never comes.
    page.locator("image-view[name=control-decoded][state=ready]").wait_for(timeout=60_000)
    still(atlas, "control")
    assert page.locator("#control .figure").first.evaluate(_IN_THE_MIDDLE)
    for route in held:
        route.abort()


def test_a_link_names_the_figure_on_the_screen(open_atlas: OpenAtlas) -> None:
    first = open_atlas().wait_laid_out()
    parts = "#numbers .figure.anomaly"
    first.page.locator(parts).evaluate(
        "figure => figure.scrollIntoView({behavior: 'instant', block: 'center'})"
    )
    first.until(lambda: "at=numbers" in first.page.url and "fig=" in first.page.url)
    second = open_atlas(first.page.evaluate("location.hash"))
    still(second, "numbers")
    assert second.page.locator(parts).evaluate(_IN_THE_MIDDLE)


def test_the_margin_leads_to_the_neighbours_and_copies_the_figure_s_link(
    open_atlas: OpenAtlas,
) -> None:
    size = {"width": 1440, "height": 900}
    atlas = open_atlas(viewport=size, permissions=["clipboard-read", "clipboard-write"])
    margin = atlas.wait_laid_out().page.locator("#margin")
    before, after = (margin.get_by_role("link", name=name) for name in ("Up to", "Down to"))
    for link, here in ((after, 1), (after, 2), (before, 1)):
        section = atlas.sections[here]
        title = atlas.page.locator(f"nav a[href='#{section}']").inner_text()
        atlas.until(
            lambda link=link, title=title: (link.get_attribute("title") or "").endswith(
                f": {title}"
            )
        )
        link.click()
        assert still(atlas, section) == pytest.approx(0, abs=1)
    figure = "#numbers .figure.anomaly"
    atlas.page.locator(figure).evaluate(
        "figure => figure.scrollIntoView({behavior: 'instant', block: 'center'})"
    )
    atlas.until(lambda: "at=numbers" in atlas.page.url and "fig=" in atlas.page.url)
    margin.get_by_role("button", name="Copy a link to this figure").click()
    margin.get_by_role("status").get_by_text("Copied: the link opens at this figure").wait_for()
    copied = atlas.page.evaluate("navigator.clipboard.readText()")
    other = open_atlas(copied[copied.index("#") :], viewport=size)
    still(other, "numbers")
    assert other.page.locator(figure).evaluate(_IN_THE_MIDDLE)
    margin.get_by_role("button", name="Sections").click()
    atlas.page.get_by_role("navigation", name="Contents").get_by_text("Draw", exact=True).click()
    assert still(atlas, "draw") == pytest.approx(0, abs=1)
    # It lies beside the text and the figures, not over them; a narrow window has no such margin.
    edge = atlas.page.locator("#numbers").bounding_box()
    box = margin.bounding_box()
    assert edge
    assert box
    assert box["x"] >= edge["x"] + edge["width"]
    atlas.resize(1000, 900)
    atlas.until(lambda: not before.is_visible())


def test_on_a_phone_a_scroll_up_calls_the_list_of_sections(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = atlas.wait_laid_out().page
    page.locator("nav a[href='#faces']").click()
    still(atlas, "faces")
    button = page.get_by_role("button", name="Sections")

    def scrolled(by: int) -> None:
        page.evaluate("by => scrollBy({top: by, behavior: 'instant'})", by)
        atlas.frames()

    scrolled(300)
    atlas.until(lambda: not button.is_visible())
    scrolled(-100)
    atlas.until(button.is_visible)
    box = button.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    button.click()
    contents = page.get_by_role("navigation", name="Contents")
    titles = page.locator("nav a").all_inner_texts()
    assert contents.locator("a").all_inner_texts() == titles
    contents.get_by_text("Draw", exact=True).click()
    assert still(atlas, "draw") == pytest.approx(0, abs=1)
    assert not contents.is_visible()
    # The line of names above shows the one that the reader is at.
    link = page.locator("nav a[href='#draw']")
    assert link.evaluate("link => link.ariaCurrent") == "true"
    assert link.evaluate(
        """link => {
          const [own, line] = [link, link.parentElement].map(e => e.getBoundingClientRect());
          return own.left >= line.left && own.right <= line.right;
        }"""
    )
    page.go_back()
    atlas.until(lambda: "at=faces" in page.url)
    assert abs(still(atlas, "faces") + 200) < 2


def test_back_returns_to_where_one_was(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas().wait_laid_out()
    page = atlas.page
    page.evaluate("window.same = true")
    page.locator("#shape .samples").evaluate("it => it.scrollIntoView({behavior: 'instant'})")
    before = still(atlas, "shape")
    # By the navigation, by a link in the text, and from another document.
    for leave in ("nav a[href='#lab']", "main a[href='#draw']"):
        page.locator(leave).first.evaluate("link => link.click()")
        atlas.until(lambda: abs(place(atlas, "shape")) > 1000)
        page.go_back()
        atlas.until(lambda: place(atlas, "shape") == pytest.approx(before, abs=2))
        assert still(atlas, "shape") == pytest.approx(before, abs=2)
    assert page.evaluate("window.same")
    page.goto("about:blank")
    page.go_back()
    page.locator("html[data-started]").wait_for()
    atlas.until(lambda: place(atlas, "shape") == pytest.approx(before, abs=2), seconds=60)
    assert still(atlas, "shape") == pytest.approx(before, abs=2)


def test_what_is_pointed_at_and_drawn_before_the_scripts_is_answered(
    new_page: Callable[..., Page], server: Server, reference: Reference
) -> None:
    page = new_page()
    held: list[Any] = []
    page.route("**/assets/control-*.js", lambda route: held.append(route))
    atlas = Atlas(page, server.url)
    page.goto(f"{server.url}/#at=control")
    atlas.until(lambda: len(held) > 0, seconds=60)
    page.locator("#control.waits").wait_for(state="detached")
    page.mouse.click(*atlas.at(0.3, 0.6, "control"))
    z = atlas.z("control")
    assert z is not None
    # The pad has the reader's drawing before its section has begun, and shows its answer then.
    page.locator("#draw drawing-pad").evaluate(
        """pad => {
          const stroke = pad.drawing.begin({ x: 0.5, y: 0.2, pressure: 0.5 });
          pad.drawing.extend(stroke, [{ x: 0.5, y: 0.8, pressure: 0.5 }]);
          pad.drawing.end();
        }"""
    )
    for route in held:
        route.continue_()
    atlas.wait_live("control")
    assert atlas.z("control") == pytest.approx(z, abs=1e-6)
    assert atlas.map("control").evaluate("map => map.pinned")
    expected = reference.decode("target-means-vae-2", [z])[0]
    atlas.expect_image("control-decoded", expected, 1e-3)
    atlas.until(lambda: "control.pin=1" in page.url)
    atlas.enter("draw")
    page.locator("image-view[name=reconstruction][state=ready]").wait_for()
    x = atlas.pixels("input")
    assert x is not None
    assert x.max() > 0.5


def test_on_paper_points_axes_and_numerals_stay_together(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas()
    before = atlas.map().locator(".surface").bounding_box()
    atlas.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    atlas.page.emulate_media(media="print")
    atlas.page.set_viewport_size({"width": 718, "height": 1000})
    boxes = atlas.map().evaluate(
        """map => [".surface", ".points canvas", ".overlay"].map(part => {
          const box = map.shadowRoot.querySelector(part).getBoundingClientRect();
          return [box.x, box.y, box.width, box.height];
        })"""
    )
    assert before is not None
    assert boxes[0] == pytest.approx(boxes[1], abs=0.6)
    assert boxes[0] == pytest.approx(boxes[2], abs=0.6)
    assert boxes[0][2] == pytest.approx(325, abs=1)
    # The marks lie where they lay, in shares of the map.
    assert atlas.map().evaluate("map => map.size.width") == pytest.approx(before["width"], abs=1)
    # No section is left out, nor any of its figures.
    heights = atlas.page.locator("main > section .figure:visible").evaluate_all(
        "all => all.map(figure => figure.getBoundingClientRect().height)"
    )
    assert min(heights) > 0
