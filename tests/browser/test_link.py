"""The state in the address: a link reproduces the page, and a hostile one does no harm."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator

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
        assert after[name] is not None, name
        # Read anew: the last of several answers may still have been on its way.
        second.until(
            lambda name=name: np.allclose(first.pixels(name), second.pixels(name), atol=2e-3), name
        )
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
    places = [atlas.points_shot(atlas.map()) for atlas in (first, second)]
    assert (np.abs(places[0] - places[1]).max(-1) > 40).mean() < 0.01


def test_B6_a_link_opened_in_the_same_page_is_shown(atlas: Atlas, reference: Reference) -> None:
    atlas.page.evaluate("window.same = true; location.hash = '#z=1.25,-0.5&smooth=1'")
    atlas.until(lambda: atlas.z() == (1.25, -0.5))
    atlas.expect_image("decoded", reference.decode("vae-2", [[1.25, -0.5]])[0])
    assert atlas.page.locator("#smooth").is_checked()
    assert atlas.page.evaluate("window.same")


def test_B6_back_and_forward_move_through_states(atlas: Atlas, reference: Reference) -> None:
    page = atlas.page
    page.evaluate("window.same = true")
    page.mouse.click(*atlas.at(0.3, 0.4))
    first = atlas.z()
    assert first is not None
    atlas.until(lambda: "pin=1" in fragment(atlas))
    page.locator("nav a[href='#draw']").click()
    atlas.until(lambda: "at=draw" in fragment(atlas))
    atlas.wait_live("draw")
    show_pad(atlas)
    draw(atlas, SEVEN)
    atlas.map().evaluate("map => { map.pin(false); map.moveTo([1.25, -0.5], 'pointer'); }")
    atlas.until(lambda: "draw=" in fragment(atlas) and "z=1.25" in fragment(atlas))
    link, pad = fragment(atlas), page.locator("drawing-pad").first

    page.go_back()
    atlas.until(lambda: atlas.z() == pytest.approx(first, abs=1e-5))
    assert atlas.map().evaluate("map => map.pinned")
    atlas.expect_image("decoded", reference.decode("vae-2", [first])[0], 1e-3)
    assert pad.evaluate("pad => pad.drawing.isEmpty")
    atlas.until(lambda: page.evaluate("scrollY") < 100)

    page.go_forward()
    page.locator("image-view[name=reconstruction][state=ready]").wait_for(state="attached")
    assert pad.evaluate("pad => pad.strokes.length") == 1
    # Nothing that ended has written into the link, and a stroke is drawn once.
    atlas.timers(1200)
    assert fragment(atlas) == link
    show_pad(atlas)
    draw(atlas, SEVEN)
    assert pad.evaluate("pad => pad.strokes.length") == 2
    # A section begins again when it comes near.
    atlas.enter("hover")
    assert atlas.z() == (1.25, -0.5)
    assert not atlas.map().evaluate("map => map.pinned")
    atlas.expect_image("decoded", reference.decode("vae-2", [[1.25, -0.5]])[0])
    assert page.evaluate("window.same")


def test_B6_an_anchor_is_no_state(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas("#draw")
    assert atlas.page.locator("#notice").is_hidden()
    atlas.until(lambda: atlas.page.evaluate("scrollY") > 0)


VIEWS = {
    "labels": "lview", "control": "control.view", "classify": "classify.view",
    "shape": "shape.view", "draw": "draw.view", "dimensions": "dims.view",
    "training": "training.view",
}  # fmt: skip
_VIEW = "map => [...map.view.centre, map.view.scale]"


def arrive(atlas: Atlas, section: str) -> Locator:
    """Scroll to a section's map; return it once its points are there."""
    there = atlas.page.locator(f"#{section} latent-map").first
    there.evaluate("map => map.scrollIntoView({behavior: 'instant', block: 'center'})")
    atlas.page.locator(f"#{section} latent-map[state=ready]").first.wait_for()
    return there


def test_B6_what_every_map_shows_is_in_the_link(open_atlas: OpenAtlas) -> None:
    first = open_atlas()
    first.map().locator(".swatch[data-label='3']").click()
    first.map().locator(".swatch[data-label='8']").click()
    for section in VIEWS:
        arrive(first, section).evaluate(
            """map => {
              const { centre: [x, y], scale } = map.view;
              map.viewBy({ centre: [x + scale / 8, y - scale / 16], scale: scale / 2 });
            }"""
        )
    arrive(first, "shape").evaluate("map => map.pin(true)")
    first.map("shape").locator(".swatch[data-label='4']").click()
    noise = first.page.locator("#inside reparameterization-diagram")
    noise.scroll_into_view_if_needed()
    noise.locator("input[type=range]").first.fill("1.25")
    parts = [
        f"{name}=" for name in (*VIEWS.values(), "only", "shape.pin", "shape.only", "inside.e")
    ]
    first.until(lambda: all(part in fragment(first) for part in parts), fragment(first))

    second = open_atlas(fragment(first))
    assert second.map().evaluate("map => [...map.isolated]") == [3, 8]
    for section in VIEWS:
        expected = first.page.locator(f"#{section} latent-map").first.evaluate(_VIEW)
        assert arrive(second, section).evaluate(_VIEW) == pytest.approx(expected, rel=1e-4), section
    assert arrive(second, "shape").evaluate("map => map.pinned")
    assert second.map("shape").evaluate("map => [...map.isolated]") == [4]
    again = second.page.locator("#inside reparameterization-diagram")
    again.scroll_into_view_if_needed()
    second.until(lambda: again.evaluate("diagram => diagram.epsilon[0]") == 1.25)
    read = "section => section.querySelector('output').value"
    told = first.page.locator("#inside").evaluate(read)
    second.until(lambda: second.page.locator("#inside").evaluate(read) == told, told)
    assert second.page.locator("#notice").is_hidden()


def test_B6_what_is_chosen_among_the_numbers_and_walked_to_from_a_drawing_is_in_the_link(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    def part(atlas: Atlas, name: str) -> Locator:
        there = atlas.page.locator(f"#numbers [data-part={name}]")
        there.scroll_into_view_if_needed()
        there.locator(":is(input, select):enabled").first.wait_for()
        return there

    first = open_atlas()
    curves = part(first, "curves")
    curves.locator("input[value=study-ae-2]").check()
    curves.locator("input[value=study-vae-10]").uncheck()
    curves.locator("input[value=reconstruction]").check()
    samples = part(first, "samples")
    for _ in range(2):
        samples.locator("button").click()
    samples.locator("select").select_option("7")
    part(first, "projections").locator("select").select_option("4")
    part(first, "roc").locator("input[value=noise]").check()
    first.enter("draw")
    show_pad(first)
    draw(first, SEVEN)
    # An answer of the drawing's that came after the walk would put the mark back to it.
    mu, _ = reference.encode("vae-2", first.pixels("input"))
    first.until(lambda: first.z("draw") == pytest.approx(mu[0], abs=1e-3))
    first.until(lambda: "draw=" in fragment(first))
    # A click holds the place: the mouse leaves the map when the page scrolls.
    first.page.mouse.click(*first.at(0.3, 0.6, "draw"))
    chosen = {
        "runs=study-ae-2,study-ae-10,study-cvae-10", "curve=reconstruction", "draws=2",
        "draws.digit=7", "layout.digit=4", "strangers=noise",
    }  # fmt: skip
    first.until(
        lambda: chosen < {*re.split("[#&]", fragment(first))} and "draw.z=" in first.page.url
    )

    def shown(atlas: Atlas) -> tuple[list[str], list[str], str]:
        lines = "chart => chart.lines.map(line => line.name)"
        return (
            part(atlas, "curves").locator("line-chart[state=ready]").evaluate(lines),
            part(atlas, "roc")
            .locator("input:checked")
            .evaluate_all("all => all.map(i => i.value)"),
            part(atlas, "projections").locator("select").input_value(),
        )

    second = open_atlas(fragment(first))
    assert shown(second) == shown(first)
    for name in ("prior-vae", "prior-cvae", "reconstruction"):
        for atlas in (first, second):
            atlas.image(name).scroll_into_view_if_needed()
            atlas.page.locator(f"image-view[name={name}][state=ready]").wait_for()
        second.until(
            lambda name=name: np.allclose(second.pixels(name), first.pixels(name), atol=2e-3), name
        )
    assert second.z("draw") == pytest.approx(first.z("draw"), abs=1e-5)
    assert second.page.locator("#notice").is_hidden()
    # Another drawing is looked at from its own place.
    second.enter("draw")
    show_pad(second)
    draw(second, SEVEN)
    second.until(lambda: "draw.z=" not in second.page.url and second.z("draw") != first.z("draw"))


def test_B6_what_the_release_does_not_have_is_left_out_of_a_link_with_a_note(
    open_atlas: OpenAtlas,
) -> None:
    told = {
        "hover": {"map": "vae-3", "layers": "density.nonsense", "only": "77"},
        "inside": {"inside": "200", "inside.e": "1,2,3"},
        "training": {"frame": "199"},
        "shape": {"shape.digit": "200", "shape.model": "vae-2x", "shape.only": "77"},
        "labels": {"labels": "vae-2", "ldigit": "200", "lonly": "77"},
        "control": {"control.from": "99"},
        "classify": {"classify": "vae-2"},
        "dimensions": {"dims": "vae-3", "dims.digit": "200"},
        "numbers": {
            "runs": "study-ae-2,study-ae-3",
            "strangers": "cats",
            "layout.d": "3",
            "layout.digit": "200",
            "draws.digit": "77",
        },
    }
    link = "&".join(f"{name}={value}" for parts in told.values() for name, value in parts.items())
    atlas = open_atlas(f"#{link}")
    note = atlas.page.locator("#notice")
    for section, parts in told.items():
        if section != "hover":
            atlas.page.locator(f"#{section}").evaluate(
                "section => section.scrollIntoView({behavior: 'instant'})"
            )
        for name in parts:
            # A name within a list of names, and the whole of it.
            whole = re.compile(rf"(: |, ){re.escape(name)}[,.]( |$)")
            places = atlas.page.locator(f"#{section} :is(.asked, .samples, [data-part])")
            for place in places.all():
                place.scroll_into_view_if_needed()
            atlas.until(lambda whole=whole: whole.search(note.inner_text()), f"nothing of {name}")
    assert atlas.page.locator(".section-error").count() == 0
    atlas.until(lambda: not any(f"{name}=" in fragment(atlas) for name in ("map", "frame", "dims")))
    # Of the layers those that there are stay.
    assert "layers=density" in re.split("[#&]", fragment(atlas))
    assert atlas.map().evaluate("map => map.layers.density")


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
    assert atlas.page.locator("drawing-pad").evaluate("pad => pad.drawing.isEmpty")
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


def test_B6_the_link_keeps_up_with_a_film_that_plays(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas("#at=training")
    bar = atlas.page.locator("#training play-bar")
    bar.evaluate("bar => { bar.duration = 120; }")
    atlas.until(lambda: not bar.evaluate("bar => bar.disabled"), seconds=60)
    atlas.until(lambda: bar.evaluate("bar => bar.playing"))  # by itself, which no link tells
    for _ in ("pause", "play"):
        bar.get_by_role("button").click()
    seen = {atlas.until(lambda: re.search(r"frame=\d+", fragment(atlas)))[0]}

    def another() -> bool:
        seen.update(re.findall(r"frame=\d+", fragment(atlas)))
        return len(seen) > 1

    atlas.until(another)
    assert bar.evaluate("bar => bar.playing")


def test_B6_a_zoom_that_is_taken_back_leaves_no_view_in_the_link(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas()
    atlas.page.mouse.move(*atlas.at(0.5, 0.5))
    atlas.page.mouse.wheel(0, -500)
    atlas.until(lambda: "view=" in fragment(atlas))
    atlas.page.mouse.dblclick(*atlas.at(0.5, 0.5))
    atlas.until(lambda: "view=" not in fragment(atlas))


def test_B6_the_note_names_only_what_the_link_said(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas("#at=training&training=foo&frame=2")
    told = atlas.page.locator("#notice").inner_text
    atlas.until(lambda: "training" in told(), seconds=60)
    assert told().endswith("left out: training, frame.")
