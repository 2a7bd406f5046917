"""The state in the address: a link reproduces the page, and a hostile one does no harm."""

import numpy as np
import pytest

from tests.browser.conftest import OpenAtlas
from tests.browser.test_draw import SEVEN, draw, on_pad, show_pad
from tests.support.atlas import Atlas
from tests.support.reference import Reference

NAMES = ("decoded", "input", "reconstruction", *(f"class-{label}" for label in range(10)))


def fragment(atlas: Atlas) -> str:
    text: str = atlas.page.evaluate("location.hash")
    return text


def pictures(atlas: Atlas) -> dict[str, np.ndarray | None]:
    """Enter every section; return what each image view holds."""
    for section in ("draw", "labels"):
        atlas.enter(section)
    if "draw=" in fragment(atlas):
        atlas.page.locator("image-view[name=reconstruction][state=ready]").wait_for()
    return {name: atlas.pixels(name) for name in NAMES}


def test_B6_a_link_reproduces_the_page(open_atlas: OpenAtlas) -> None:
    first = open_atlas()
    page = first.page
    page.mouse.move(*first.at(0.62, 0.4))
    for _ in range(4):
        page.mouse.wheel(0, -500)  # deep: the link must be exact there, too
    page.mouse.click(*first.at(0.55, 0.45))
    first.enter("draw")
    show_pad(first)
    draw(first, SEVEN)
    first.enter("labels")
    page.get_by_label("encoder and decoder", exact=True).check()
    page.locator("#labels latent-map[model=cvae-2][state=ready]").wait_for()
    page.mouse.click(*first.at(0.7, 0.35, "labels"))
    page.locator("#smooth").check()
    parts = ("z=", "pin=1", "view=", "labels=cvae-2", "lz=", "lpin=1", "draw=", "smooth=1")
    first.until(lambda: all(part in fragment(first) for part in parts))
    link = fragment(first)
    before = pictures(first)

    second = open_atlas(link)
    after = pictures(second)
    for name in NAMES:
        assert before[name] is not None, name
        assert np.allclose(before[name], after[name], atol=2e-3), name
    for section in ("hover", "labels"):
        assert second.z(section) == pytest.approx(first.z(section), abs=1e-5)
        assert second.map(section).evaluate("map => map.pinned")
    view, again = first.view(), second.view()
    assert view["scale"] < 1
    assert again["scale"] == pytest.approx(view["scale"], rel=1e-4)
    assert again["centre"] == pytest.approx(view["centre"], abs=1e-4 * view["scale"])
    assert second.page.get_by_label("encoder and decoder", exact=True).is_checked()
    assert second.page.locator("#smooth").is_checked()
    rendering = "view => getComputedStyle(view.shadowRoot.querySelector('canvas')).imageRendering"
    assert second.image("decoded").evaluate(rendering) == "auto"
    assert second.page.locator("#notice").is_hidden()
    # The points lie where they lay.
    places = [atlas.shot(atlas.map().locator(".surface")) for atlas in (first, second)]
    assert (np.abs(places[0].astype(int) - places[1]).max(-1) > 40).mean() < 0.01


def test_B6_a_link_opened_in_the_same_page_is_shown(atlas: Atlas, reference: Reference) -> None:
    with atlas.page.expect_event("load"):
        atlas.page.evaluate("location.hash = '#z=1.25,-0.5'")
    atlas.wait_live("hover")
    assert atlas.z() == (1.25, -0.5)
    atlas.expect_image("decoded", reference.decode("vae-2", [[1.25, -0.5]])[0])


def test_B6_an_anchor_is_no_state(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas("#draw")
    assert atlas.page.locator("#notice").is_hidden()
    assert atlas.page.evaluate("scrollY") > 0


HOSTILE = (
    "#z=1e999,2&view=0,0,0&labels=__proto__&lz=<script>&draw=%25%25&pin=yes&smooth=2&lpin=",
    "#z=NaN,0&view=0,0,-3&labels=../../etc/passwd&lz=1,2,3&draw=" + "A" * 30_000,
    "#__proto__=1&constructor=2&z=99999,0&view=1,2&" + "x" * 5_000 + "=1&draw=AAAA.BBBBB",
)


@pytest.mark.parametrize("link", HOSTILE, ids=["values", "ranges", "names"])
def test_B6_a_hostile_link_is_ignored_with_a_note(
    open_atlas: OpenAtlas, reference: Reference, link: str
) -> None:
    atlas = open_atlas(link)
    model = reference.model("vae-2")
    note = atlas.page.locator("#notice")
    assert "not understood" in note.inner_text()
    assert len(note.inner_text()) < 400
    atlas.expect_image("decoded", reference.decode("vae-2", [model["prepared"]["z"]])[0])
    assert atlas.view() == {key: pytest.approx(model["view"][key]) for key in ("centre", "scale")}
    atlas.enter("draw")
    assert atlas.page.locator("drawing-pad").evaluate("pad => pad.strokes.length") == 0
    atlas.enter("labels")
    assert atlas.map("labels").get_attribute("model") == "label-decoder-vae-2"
    assert atlas.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # It goes on as any page does.
    atlas.show("hover")
    atlas.page.mouse.move(*atlas.at(0.6, 0.6))
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])


def test_B6_an_extreme_link_draws_what_it_says(open_atlas: OpenAtlas, reference: Reference) -> None:
    dot = "AAAAA"
    atlas = open_atlas(f"#z=1000,-1000&view=900,900,0.000001&labels=no-such-model&draw={dot}")
    atlas.expect_image("decoded", reference.decode("vae-2", [[1000, -1000]])[0])
    found = pictures(atlas)
    assert all(pixels is not None and np.isfinite(pixels).all() for pixels in found.values())
    assert atlas.view()["scale"] > 0.001
    places = on_pad(show_pad(atlas), SEVEN)
    atlas.page.mouse.move(*places[0])
