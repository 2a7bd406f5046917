"""The Tab key reaches every control of the page, in the order of the page, and one sees where."""

from tests.browser.conftest import OpenAtlas
from tests.support.keyboard import Way, tab_through


def check(way: Way, name: str) -> None:
    assert way.missed == [], name
    assert way.visited == sorted(way.visited), name
    assert way.unseen == [], name


def test_tab_reaches_every_control_of_every_section_from_the_top(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas().read_through()
    first, rest = atlas.sections[:3], atlas.sections[3:]
    atlas.page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    roots = ", ".join(["body > .skip", "header", *(f"#{section}" for section in first)])
    way = tab_through(atlas.page, atlas.page.locator(roots), from_top=True)
    check(way, "top")
    # The first stop leads past all that is not the article.
    assert "kip" in way.stops[0]
    # Where the focus is, the reader is.
    middle = """() => document.elementFromPoint(innerWidth / 2, innerHeight / 2)
      .closest("main > section")?.id"""
    atlas.until(lambda: atlas.page.evaluate(middle) in atlas.sections[2:4])
    for section in rest:
        check(tab_through(atlas.page, atlas.page.locator(f"#{section}")), section)
