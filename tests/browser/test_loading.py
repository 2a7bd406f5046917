"""The first picture before anything has loaded, and a sentence for whatever does not come."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import OpenAtlas, Outlive, Watch
from tests.browser.test_draw import draw, show_pad
from tests.support.atlas import Atlas
from tests.support.faulty_proxy import FaultyProxy
from tests.support.reference import Reference
from tests.support.server import Server

SIZES = [(1280, 800), (390, 844)]


def colourful(picture: np.ndarray) -> float:
    """Share of pixels that are clearly coloured."""
    return float((np.ptp(picture.astype(int), axis=2) > 40).mean())


def boxes(atlas: Atlas) -> list[dict[str, float]]:
    """Return where the first section's map, its digit and the next section are."""
    targets = (atlas.map(), atlas.image("decoded"), atlas.page.locator("#draw h2"))
    found = [target.bounding_box() for target in targets]
    assert all(found)
    return [box for box in found if box]


def same(before: list[dict[str, float]], after: list[dict[str, float]]) -> bool:
    return all(a == pytest.approx(b, abs=1) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_B8_without_javascript_the_map_and_the_first_digit_are_there(
    new_page: Callable[..., Page],
    open_atlas: OpenAtlas,
    server: Server,
    reference: Reference,
    width: int,
    height: int,
) -> None:
    size = {"width": width, "height": height}
    atlas = Atlas(new_page(java_script_enabled=False, viewport=size), server.url).load()
    before, notice = boxes(atlas), atlas.page.locator("noscript").bounding_box()
    assert notice
    # A large picture may be decoded beside the painting, and be on the screen a frame later.
    atlas.until(lambda: colourful(atlas.shot(atlas.map())) > 0.05)
    digit = atlas.shot(atlas.image("decoded"))
    assert 0.03 < (digit.min(-1) > 128).mean() < 0.6
    assert "JavaScript" in atlas.page.locator("noscript").inner_text()
    assert "training digits" in atlas.page.locator("#hover").inner_text()
    # And with it nothing is anywhere else, but for the notice that it was off.
    with_script = open_atlas(viewport=size)
    shift = before[0]["y"] - boxes(with_script)[0]["y"]
    assert 0 < shift < notice["height"] + 20
    # Sections far below are laid out once the first is at peace.
    with_script.until(
        lambda: same(before, [box | {"y": box["y"] + shift} for box in boxes(with_script)])
    )
    prepared = reference.decode("vae-2", [reference.model("vae-2")["prepared"]["z"]])[0]
    live = with_script.shot(with_script.image("decoded"))
    assert np.abs(live.astype(int) - digit).mean() < 3
    assert live.max() > 200 * prepared.max()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_B8_while_the_model_loads_there_is_a_picture_and_progress_and_no_jump(
    new_page: Callable[..., Page],
    server: Server,
    reference: Reference,
    width: int,
    height: int,
    outlive: Outlive,
) -> None:
    decoder = reference.model("vae-2")["decoder"]["url"]
    proxy = outlive(FaultyProxy(server.address, decoder))
    page = new_page(viewport={"width": width, "height": height})
    atlas = Atlas(page, proxy.url).load()
    bar = page.locator("#hover progress:visible")
    page.locator("latent-map[model=vae-2] >> .surface >> nth=0").wait_for()
    # All of the runtime, which is the larger part, and half of the decoder.
    atlas.until(lambda: 0.8 < bar.evaluate("bar => bar.value") < 0.99)
    assert atlas.image("decoded").get_attribute("state") == "loading"
    assert page.locator("runtime-status").get_attribute("state") == "loading"
    assert page.locator("runtime-status [role=status]").inner_text()
    atlas.until(lambda: colourful(atlas.shot(atlas.map())) > 0.05)
    assert (atlas.shot(atlas.image("decoded")).min(-1) > 128).mean() > 0.03
    before = boxes(atlas)
    proxy.release()
    atlas.wait_live("hover")
    assert bar.count() == 0
    assert same(before[:2], boxes(atlas)[:2]), (before, boxes(atlas))
    page.mouse.move(*atlas.at(0.6, 0.5))
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])


_FIELDS = "main > section + section :is(select, input[type=text])"
# Once it is parsed, the browser asks where every field is that it could fill in.
_COUNT_WHEN_PARSED = f"""addEventListener("DOMContentLoaded", () => {{
  window.__parsed = document.querySelectorAll("{_FIELDS}").length;
}});"""


def test_a_field_far_down_waits_so_that_its_section_is_not_laid_out_at_once(
    new_page: Callable[..., Page], server: Server, reference: Reference, outlive: Outlive
) -> None:
    still = Atlas(new_page(java_script_enabled=False), server.url).load()
    fields = still.page.locator(_FIELDS).count()
    page = new_page()
    page.add_init_script(_COUNT_WHEN_PARSED)
    atlas = Atlas(page, server.url).open()
    assert (fields > 10, page.evaluate("window.__parsed")) == (True, 0)
    atlas.show("labels")
    atlas.until(lambda: page.locator(_FIELDS).count() == fields)
    # A reader who does not wait for the first model finds them, too.
    decoder = reference.model("vae-2")["decoder"]["url"]
    proxy = outlive(FaultyProxy(server.address, decoder))
    early = Atlas(new_page(), proxy.url).load()
    early.page.locator("#labels h2").scroll_into_view_if_needed()
    early.until(lambda: early.page.locator("#labels select").count() == 1)
    proxy.release()
    early.wait_live("hover")
    # A link into the middle of the page has them at once.
    linked = Atlas(new_page(), server.url).open("#at=lab")
    assert linked.page.locator(_FIELDS).count() == fields


_WHEN_LIVE = """addEventListener("DOMContentLoaded", () => {
  const view = document.querySelector("image-view[name=decoded]");
  new MutationObserver(() => {
    if (view.getAttribute("state") === "ready") window.__live ??= performance.now();
  }).observe(view, { attributeFilter: ["state"] });
});"""
# Nobody's patience ends: what begins then was begun by the reader.
_NO_PATIENCE = """const real = setTimeout;
window.setTimeout = (run, ms, ...rest) => real(run, ms > 2000 ? 1e8 : ms, ...rest);"""
_WHEN_NEXT = """() => performance.getEntriesByType("resource")
  .find(({ name }) => name.includes("assets/draw-"))?.startTime"""


@pytest.mark.parametrize("reader", ["only looks", "scrolls"])
def test_the_next_section_begins_when_the_reader_goes_on_or_has_looked_for_a_while(
    new_page: Callable[..., Page], server: Server, reader: str
) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(_WHEN_LIVE)
    if reader == "scrolls":
        page.add_init_script(_NO_PATIENCE)
    atlas = Atlas(page, server.url).open()
    live = page.evaluate("window.__live")
    if reader == "scrolls":
        scrolled = page.evaluate("() => { scrollBy(0, 10); return performance.now(); }")
    begun = atlas.until(lambda: page.evaluate(_WHEN_NEXT))
    if reader == "only looks":
        assert 2400 < begun - live < 10_000
    else:
        assert live < scrolled < begun < scrolled + 10_000


FAULTS = {
    "missing": (404, lambda _: b"", "the server does not have its file"),
    "cut short": (200, lambda data: data[: len(data) // 2], "arrives damaged"),
    "one flipped bit": (
        200,
        lambda data: data[:200_000] + bytes([data[200_000] ^ 4]) + data[200_001:],
        "arrives damaged",
    ),
    "too long": (200, lambda data: data + b"\0", "arrives damaged"),
}


def spoil(page: Page, reference: Reference, model_id: str, part: str, fault: str) -> None:
    """Let a file of the release arrive as it should not."""
    file = reference.model(model_id)[part]
    status, change, _ = FAULTS[fault]

    def answer(route: Route) -> None:
        route.fulfill(status=status, body=change(reference.read(file)))

    page.route(f"**/{file['url']}", answer)


def expect_hover(atlas: Atlas, reference: Reference) -> None:
    atlas.show("hover")
    atlas.page.mouse.move(*atlas.at(0.3, 0.3))
    atlas.page.mouse.move(*atlas.at(0.6, 0.5))
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])


def expect_ten_digits(atlas: Atlas, reference: Reference) -> None:
    atlas.enter("labels")
    atlas.page.mouse.move(*atlas.at(0.35, 0.55, "labels"))
    z = atlas.z("labels")
    assert z is not None
    expected = reference.decode("label-decoder-vae-2", [z] * 10, range(10))
    for label in (0, 9):
        atlas.expect_image(f"class-{label}", expected[label])


def sentence(atlas: Atlas, name: str) -> str:
    atlas.page.locator(f'image-view[name="{name}"][state=error]').wait_for(state="attached")
    place = atlas.image(name).locator("p")
    assert place.is_visible()
    return place.inner_text()


@pytest.mark.parametrize("fault", FAULTS)
def test_B8_a_broken_decoder_is_told_in_place_and_the_rest_works(
    new_page: Callable[..., Page], server: Server, watch: Watch, reference: Reference, fault: str
) -> None:
    watch.expect("404")
    atlas = Atlas(new_page(), server.url)
    spoil(atlas.page, reference, "vae-2", "decoder", fault)
    atlas.load()
    told = sentence(atlas, "decoded")
    assert told.startswith("The model vae-2 cannot be shown: ")
    assert FAULTS[fault][2] in told
    # Its map is there all the same; so is the section of the other model.
    atlas.page.locator("#hover latent-map[state=ready]").wait_for()
    assert atlas.map().evaluate("map => map.points.count") == 60_000
    expect_ten_digits(atlas, reference)
    # The file comes back: the next movement shows a digit.
    atlas.page.unroute_all()
    expect_hover(atlas, reference)
    assert atlas.image("decoded").locator("p").count() == 0


def test_B8_a_broken_encoder_leaves_hovering_alone(
    new_page: Callable[..., Page], server: Server, watch: Watch, reference: Reference
) -> None:
    watch.expect("404")
    atlas = Atlas(new_page(), server.url)
    spoil(atlas.page, reference, "vae-2", "encoder", "missing")
    atlas.open()
    show_pad(atlas)
    assert "the server does not have its file" in sentence(atlas, "reconstruction")
    draw(show_pad(atlas))  # sections above that came to life with it may have moved it
    pixels = atlas.pixels("input")
    assert pixels is not None
    atlas.expect_image("input", pixels)  # what the pad itself does goes on
    assert "the server does not have its file" in sentence(atlas, "reconstruction")
    expect_hover(atlas, reference)
    expect_ten_digits(atlas, reference)


def test_B8_a_broken_labels_model_leaves_the_other_choice(
    new_page: Callable[..., Page], server: Server, watch: Watch, reference: Reference
) -> None:
    watch.expect("404")
    atlas = Atlas(new_page(), server.url)
    spoil(atlas.page, reference, "label-decoder-vae-2", "decoder", "missing")
    atlas.open()
    atlas.show("labels")
    for label in range(10):
        assert "label-decoder-vae-2 cannot be shown" in sentence(atlas, f"class-{label}")
    atlas.page.get_by_label("encoder and decoder", exact=True).check()
    atlas.page.locator("#labels latent-map[model=cvae-2][state=ready]").wait_for()
    z = atlas.z("labels")
    assert z is not None
    atlas.expect_image("class-3", reference.decode("cvae-2", [z], [3])[0])
    expect_hover(atlas, reference)


@pytest.mark.parametrize(
    ("section", "model", "document", "place", "told"),
    [
        ("shape", "vae-2", "statistics", "#shape-grid p", "The means of vae-2 cannot be shown"),
        ("classify", "classifier-vae-2-w1", "regions", ".note", "class regions cannot be shown"),
    ],
)
def test_B8_a_missing_document_is_told_where_it_is_missed(
    new_page: Callable[..., Page],
    server: Server,
    watch: Watch,
    reference: Reference,
    section: str,
    model: str,
    document: str,
    place: str,
    told: str,
) -> None:
    watch.expect("404")
    atlas = Atlas(new_page(), server.url)
    spoil(atlas.page, reference, model, document, "missing")
    atlas.open()
    there = atlas.page.locator(f"#{section}")
    there.evaluate("section => section.scrollIntoView({behavior: 'instant'})")
    sentence = there.locator(place).filter(has_text=told).first
    sentence.wait_for()
    assert "the server does not have its file" in sentence.inner_text()
    assert there.locator(".section-error").count() == 0
    for plane in there.locator("latent-map").all():  # its points are there all the same
        atlas.until(lambda plane=plane: plane.evaluate("map => map.points?.count") == 60_000)
    assert sentence.evaluate("p => p.getRootNode().host.state") == "error"


def test_B8_missing_points_are_told_on_the_map_and_hovering_works(
    new_page: Callable[..., Page], server: Server, watch: Watch, reference: Reference
) -> None:
    watch.expect("404")
    atlas = Atlas(new_page(), server.url)
    spoil(atlas.page, reference, "vae-2", "means", "missing")
    atlas.load()
    atlas.page.locator("#hover latent-map[state=error]").wait_for()
    told = atlas.map().locator("p.note.error")
    assert told.is_visible()
    assert (
        "The points of vae-2 cannot be shown: the server does not have its file"
        in told.inner_text()
    )
    assert colourful(atlas.shot(atlas.map())) > 0.05  # the prepared picture
    expect_hover(atlas, reference)
    expect_ten_digits(atlas, reference)


def test_B8_without_the_models_worker_the_server_answers_and_the_map_says_what_it_lacks(
    new_page: Callable[..., Page], server: Server, watch: Watch, reference: Reference
) -> None:
    watch.expect("404")
    atlas = Atlas(new_page(), server.url)
    atlas.page.route("**/assets/worker-*.js", lambda route: route.fulfill(status=404))
    atlas.load()
    atlas.page.locator("image-view[name=decoded][state=ready]").wait_for()
    assert atlas.page.locator("runtime-status").get_attribute("runtime") == "server"
    atlas.page.mouse.move(*atlas.at(0.6, 0.5))
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0], 0.5 / 255 + 1e-3)
    atlas.page.locator("#hover latent-map[state=error]").wait_for()
    assert "The points of vae-2 cannot be shown" in atlas.map().locator("p.note.error").inner_text()
    assert colourful(atlas.shot(atlas.map())) > 0.05


def test_B8_without_the_points_worker_the_page_draws_the_points_itself(
    new_page: Callable[..., Page], server: Server, watch: Watch
) -> None:
    watch.expect("404")
    atlas = Atlas(new_page(), server.url)
    atlas.page.route("**/assets/points-worker-*.js", lambda route: route.fulfill(status=404))
    atlas.open()
    atlas.until(lambda: atlas.map().locator(".picture.replaced").count() == 1)
    assert colourful(atlas.shot(atlas.map())) > 0.05
