"""B29: a fault that passes leaves nothing broken, whatever kind of file it met."""

import itertools
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page

from tests.browser.conftest import Outlive, Watch
from tests.support.atlas import Atlas
from tests.support.faulty_proxy import FAULTS, Fault, FaultyProxy
from tests.support.reference import Reference
from tests.support.server import Server
from tests.support.thorough import THOROUGH

KINDS = [
    "document", "main script", "section script", "worker script", "wasm", "model", "points",
    "JSON", "image",
]  # fmt: skip
# Each kind with one fault; when thorough, every kind with every fault.
SOME = [(kind, FAULTS[i % len(FAULTS)]) for i, kind in enumerate(KINDS, start=1)]
ALL = [(kind, fault) for kind in KINDS for fault in FAULTS]


def pattern(kind: str, reference: Reference) -> str:
    """Return what the paths of such files match."""
    model = reference.model("vae-2")
    return {
        "document": "^/$",
        "main script": r"/assets/main-[^.]*\.js$",
        "section script": r"/assets/shape-[^.]*\.js$",
        "worker script": r"/assets/worker-[^.]*\.js$",
        "wasm": r"\.wasm$",
        "model": re.escape(model["decoder"]["url"]),
        "points": re.escape(model["means"]["url"]),
        "JSON": re.escape(model["statistics"]["url"]),
        "image": re.escape(model["prepared"]["image"]["url"]),
    }[kind]


@pytest.mark.parametrize(("kind", "fault"), ALL if THOROUGH else SOME)
def test_B29_after_a_fault_has_passed_the_page_works_without_a_reload(
    new_page: Callable[..., Page],
    server: Server,
    reference: Reference,
    watch: Watch,
    outlive: Outlive,
    kind: str,
    fault: Fault,
) -> None:
    watch.expect(".*")  # the browser logs every request that failed
    proxy = outlive(FaultyProxy(server.address, pattern(kind, reference), fault))
    atlas = Atlas(new_page(), proxy.url)
    try:
        atlas.page.goto(f"{proxy.url}/", wait_until="commit", timeout=10_000)
    except Error:
        assert kind == "document"
    if kind in ("section script", "JSON"):
        atlas.wait_live("hover")
        atlas.show("shape")
    atlas.until(lambda: proxy.asked, "nothing of this kind was asked for")
    atlas.page.wait_for_timeout(500)  # let it suffer
    if fault == "offline":
        atlas.page.context.set_offline(True)
    proxy.heal()
    if fault == "offline":
        atlas.page.context.set_offline(False)
    if kind == "document":
        # The browser's own error page offers nothing else. One that came with another's bytes and
        # its own ETag is revalidated by a plain reload, and stays: the reader's hard reload helps.
        session = atlas.page.context.new_cdp_session(atlas.page)
        session.send("Page.reload", {"ignoreCache": True})
    elif kind == "main script":
        atlas.page.locator("#restart").click()
    expect_whole(atlas, reference)


def test_B29_two_things_that_one_map_lacks_both_come_back(
    new_page: Callable[..., Page], server: Server, reference: Reference, watch: Watch
) -> None:
    watch.expect("Failed to load resource")
    atlas = Atlas(new_page(), server.url)
    model = reference.model("classifier-vae-2-w1")
    lost = [f"**/{model[name]['url']}" for name in ("means", "regions")]
    for url in lost:
        atlas.page.route(url, lambda route: route.fulfill(status=503))
    atlas.open()
    atlas.show("classify")
    plane = atlas.map("classify")
    note = plane.locator(".note.error")
    note.filter(has_text="class regions").wait_for()
    for url in lost:
        atlas.page.unroute(url)
    note.locator("button").click()
    atlas.until(
        lambda: plane.evaluate("map => map.points?.count === 60000 && map.regions !== null")
    )
    note.wait_for(state="detached")


def expect_whole(atlas: Atlas, reference: Reference) -> None:
    """Everything that a fault could have met is there: a digit, points, a grid, a picture."""
    atlas.wait_live("hover")
    atlas.show("hover")
    # Until the browser's own runtime is tried again the server answers, in bytes.
    status = atlas.page.locator("runtime-status")
    places = itertools.cycle([(0.4, 0.5), (0.6, 0.5)])
    atlas.until(lambda: atlas.hover(*next(places)) and status.get_attribute("runtime") == "browser")
    z = atlas.hover(0.5, 0.6)
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
    assert atlas.map().evaluate("map => map.points.count") == 60_000
    atlas.until(lambda: atlas.page.locator("#hover img.lost").count() == 0)
    atlas.show("shape")
    atlas.page.locator("#shape-grid[state=ready]").wait_for()
    assert atlas.page.locator("#shape .section-error").count() == 0
