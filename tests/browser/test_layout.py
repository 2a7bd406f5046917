"""Nothing on the page moves when its scripts come to life: every section keeps its height."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenAtlas, Watch
from tests.support.atlas import Atlas
from tests.support.server import Server

# A line of text is 20 px high and more; less than this is the rounding of one.
TOLERANCE = 3
# Pairs of frames in which a section's script, and those of its neighbours, start.
STARTING = 20

# A section far from the screen is not laid out, and has no height of its own, unless asked to.
_HEIGHTS = """() => {
  const parts = Array.from(document.querySelectorAll("header, main > section, footer"));
  for (const part of parts) part.style.contentVisibility = "visible";
  const heights = parts.map(part =>
    [part.id || part.localName, part.getBoundingClientRect().height]);
  for (const part of parts) part.style.contentVisibility = "";
  return Object.fromEntries(heights);
}"""
_WATCH_SHIFTS = """
window.__shifts = [];
new PerformanceObserver(list => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    if (!hadRecentInput)
      window.__shifts.push([value, sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_no_section_grows_or_shrinks_when_its_script_starts(
    new_page: Callable[..., Page], open_atlas: OpenAtlas, server: Server, width: int
) -> None:
    size = {"width": width, "height": 900}
    still = Atlas(new_page(java_script_enabled=False, viewport=size), server.url).load()
    before = still.page.evaluate(_HEIGHTS)
    page = new_page(viewport=size)
    page.add_init_script(_WATCH_SHIFTS)
    atlas = Atlas(page, server.url).open()
    atlas.read_through()
    assert page.evaluate(_HEIGHTS) == pytest.approx(before, abs=TOLERANCE)
    shifts = page.evaluate("window.__shifts")
    assert sum(value for value, _ in shifts) < 0.05, shifts


@pytest.mark.parametrize("section", ["control", "numbers", "lab"])
@pytest.mark.parametrize("how", ["jump", "link"])
def test_who_goes_to_a_far_section_at_once_stays_there(
    open_atlas: OpenAtlas, section: str, how: str
) -> None:
    # At once: most of what lies between has no more than a supposed height yet.
    atlas = open_atlas()
    if how == "jump":
        atlas.page.locator(f"#{section}").evaluate("it => it.scrollIntoView({behavior: 'instant'})")
    else:
        atlas.page.locator(f'nav a[href="#{section}"]').click()
    atlas.wait_laid_out()
    top = atlas.page.locator(f"#{section}")
    atlas.until(lambda: abs(top.evaluate("it => it.getBoundingClientRect().top")) <= 2)
    atlas.page.locator(f"#{section}.waits").wait_for(state="detached")
    for _ in range(STARTING):
        atlas.frames()
    assert top.evaluate("it => it.getBoundingClientRect().top") == pytest.approx(0, abs=2)


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_what_is_not_laid_out_yet_is_supposed_about_as_high_as_it_is(
    new_page: Callable[..., Page], server: Server, watch: Watch, width: int
) -> None:
    watch.expect("Failed to load resource")
    page = new_page(viewport={"width": width, "height": 800})
    # Nothing comes to life: the style sheet's heights stay.
    page.route("**/*.js", lambda route: route.abort())
    Atlas(page, server.url).load()
    supposed, true = (
        page.locator("main > section + section").evaluate_all(
            """(all, laid) => Object.fromEntries(all.map(section => {
              if (laid) section.style.contentVisibility = "visible";
              return [section.id, section.getBoundingClientRect().height];
            }))""",
            laid,
        )
        for laid in (False, True)
    )
    for section, height in true.items():
        assert supposed[section] == pytest.approx(height, rel=0.1), section


@pytest.mark.parametrize("part", ["projections", "roc", "samples"])
def test_who_looks_for_a_far_part_at_once_finds_it(open_atlas: OpenAtlas, part: str) -> None:
    atlas = open_atlas()
    # As a search in the page goes there: to where it will be, past what has no height yet.
    there = atlas.page.locator(f"#numbers [data-part={part}]")
    there.scroll_into_view_if_needed()
    atlas.wait_laid_out()
    atlas.page.locator("#numbers.waits").wait_for(state="detached")
    for _ in range(STARTING):
        atlas.frames()
    top, bottom, height = there.evaluate(
        "it => [it.getBoundingClientRect().top, it.getBoundingClientRect().bottom, innerHeight]"
    )
    assert top < height / 2 < bottom
