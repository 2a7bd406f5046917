"""Figures on other people's pages: in a frame, with messages, and as the element <latent-atlas>."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Frame, Page

from tests.browser.conftest import OpenAtlas, Outlive, Watch
from tests.browser.test_lasso import columns
from tests.support.atlas import Atlas
from tests.support.lab import Lab
from tests.support.lasso import drag_lasso
from tests.support.plain_host import PlainHost
from tests.support.reference import Reference
from tests.support.server import Server

ICON = '<link rel="icon" href="data:,">'
FRAME_PAGE = """<!doctype html>
<title>A course page</title>
<link rel="icon" href="data:,">
<iframe src="{url}/embed/{path}" width="900" height="620"></iframe>
<script>
  window.heard = [];
  const frame = document.querySelector("iframe");
  addEventListener("message", ({{ source, data }}) => {{
    if (source === frame.contentWindow) heard.push(data);
  }});
  const say = message => frame.contentWindow.postMessage(message, "{url}");
</script>
"""
ELEMENT_PAGE = """<!doctype html>
<title>A course page</title>
<link rel="icon" href="data:,">
<script type="module" src="{url}/embed.js"></script>
<latent-atlas src="{url}/models/" model="{model}"></latent-atlas>
<script>
  window.heard = [];
  for (const type of ["z-change", "selection"])
    document.querySelector("latent-atlas").addEventListener(type, ({{ detail }}) =>
      heard.push({{ type, ...detail }}));
</script>
"""


class Host:
    """A plain page on another origin than the server's, with one figure in it."""

    def __init__(self, folder: Path, host: PlainHost, server: Server, page: Page) -> None:
        self.folder, self.host, self.server, self.page = folder, host, server, page
        self.atlas = Atlas(page, server.url)

    def frame(self, path: str) -> Frame:
        """Open a page with a frame, and wait until its figure is ready."""
        self._open(FRAME_PAGE.format(url=self.server.url, path=path))
        self.message("ready")
        frame = self.page.frames[1]
        frame.locator("image-view[state=ready]").first.wait_for()
        return frame

    def element(self, model: str) -> None:
        """Open a page with the element, and wait until it is ready."""
        self._open(ELEMENT_PAGE.format(url=self.server.url, model=model))
        self.page.locator("latent-atlas[state=ready]").wait_for()

    def _open(self, html: str) -> None:
        (self.folder / "page.html").write_text(html)
        # A name of its own: a page of the same second would pass for the one before.
        self.page.goto(f"{self.host.url}/page.html?{time.monotonic_ns()}")
        assert not self.page.evaluate("crossOriginIsolated")

    def heard(self, type_: str) -> list[dict[str, Any]]:
        """Return the messages of a type that the page has got."""
        heard: list[dict[str, Any]] = self.page.evaluate("heard")
        return [data for data in heard if data["type"].removeprefix("latent-atlas:") == type_]

    def message(self, type_: str) -> dict[str, Any]:
        """Wait for a message of a type; return the latest."""
        self.atlas.until(lambda: self.heard(type_), f"no message {type_}")
        return self.heard(type_)[-1]


@pytest.fixture
def host(
    new_page: Callable[..., Page], outlive: Outlive, tmp_path: Path, models_dir: Path
) -> Iterator[Host]:
    plain = outlive(PlainHost(tmp_path))
    server = outlive(Server(models_dir=models_dir, cors_origins=plain.url))
    return Host(tmp_path, plain, server, new_page())


def pixels(scope: Page | Frame, index: int = 0) -> np.ndarray:
    view = scope.locator("image-view").nth(index)
    return np.array(view.evaluate("view => [...view.pixels]"), np.float32)


def expect_picture(host: Host, scope: Page | Frame, expected: np.ndarray, index: int = 0) -> None:
    host.atlas.until(
        lambda: float(np.abs(pixels(scope, index) - expected).max()) < 1e-4, "another picture"
    )


def hover(host: Host, scope: Page | Frame, x: float, y: float) -> None:
    box = scope.locator("latent-map .surface").bounding_box()
    assert box is not None
    host.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=3)


def lasso(scope: Page | Frame) -> None:
    surface = scope.locator("latent-map .surface")
    drag_lasso(surface, [(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)])


def test_B24_a_map_in_a_frame_tells_z_and_selection_and_takes_them(
    host: Host, reference: Reference
) -> None:
    frame = host.frame("map?model=vae-2#z=0.4,-1.3")
    ready = host.message("ready")
    assert ready == {
        "type": "latent-atlas:ready", "figure": "map", "model": "vae-2", "latentSize": 2,
        "z": [0.4, -1.3],
    }  # fmt: skip
    expect_picture(host, frame, reference.decode("vae-2", [[0.4, -1.3]])[0])
    hover(host, frame, 0.7, 0.3)
    z = host.message("z")["z"]
    assert z != [0.4, -1.3]
    host.atlas.until(lambda: frame.locator("latent-map").evaluate("m => m.z") == z)
    expect_picture(host, frame, reference.decode("vae-2", [z])[0])

    told = len(host.heard("z"))
    host.page.evaluate("say({type: 'latent-atlas:z', z: [1, 0.5]})")
    expect_picture(host, frame, reference.decode("vae-2", [[1, 0.5]])[0])
    assert frame.locator("latent-map").evaluate("m => m.z") == [1, 0.5]
    assert len(host.heard("z")) == told
    host.page.evaluate("say({type: 'latent-atlas:z', z: [1, 2, 3]})")
    assert host.message("error")["message"] == "z has to be 2 numbers."

    frame.locator("latent-map[state=ready]").wait_for()
    lasso(frame)
    rows = host.message("selection")["rows"]
    labels = columns(reference)[1][rows]
    assert len(rows) > 100
    said = frame.locator(".selection p")
    said.get_by_text(f"{len(rows):,} points selected").wait_for()
    assert f"{int(np.bincount(labels).max()):,}" in said.inner_text()
    host.page.evaluate("say({type: 'latent-atlas:selection', rows: [0, 7]})")
    said.get_by_text("2 points selected").wait_for()


def test_B24_a_frame_hears_no_other_window(host: Host) -> None:
    frame = host.frame("map?model=vae-2#z=0.4,-1.3")
    frame.evaluate("postMessage({type: 'latent-atlas:z', z: [2, 2]}, '*')")
    host.page.evaluate("say({type: 'something else', z: [2, 2]})")
    host.page.evaluate("say(null)")
    host.page.evaluate("say({type: 'latent-atlas:ready'})")
    host.atlas.until(lambda: len(host.heard("ready")) == 2)
    assert host.message("ready")["z"] == [0.4, -1.3]


def test_B24_a_map_of_many_latents_moves_in_its_plane(host: Host, reference: Reference) -> None:
    frame = host.frame("map?model=vae-10")
    frame.locator("latent-map[state=ready]").wait_for()
    host.atlas.until(lambda: frame.locator("latent-map").evaluate("m => m.z !== null"))
    hover(host, frame, 0.7, 0.3)
    z = host.message("z")["z"]
    assert len(z) == 10
    expect_picture(host, frame, reference.decode("vae-10", [z])[0])


def test_B24_digits_sliders_and_a_drawing_in_frames(host: Host, reference: Reference) -> None:
    frame = host.frame("digits?model=cvae-2")
    frame.locator("latent-map[state=ready]").wait_for()
    hover(host, frame, 0.6, 0.4)
    z = host.message("z")["z"]
    for digit in (0, 9):
        expect_picture(host, frame, reference.decode("cvae-2", [z], [digit])[0], digit)

    frame = host.frame("sliders?model=vae-10")
    frame.locator("latent-sliders[state=ready]").wait_for()
    frame.locator("input").first.focus()
    host.page.keyboard.press("ArrowRight")
    z = host.message("z")["z"]
    expect_picture(host, frame, reference.decode("vae-10", [z])[0])
    host.page.evaluate("say({type: 'latent-atlas:z', z: Array(10).fill(0.5)})")
    expect_picture(host, frame, reference.decode("vae-10", [[0.5] * 10])[0])
    host.atlas.until(lambda: frame.locator("latent-sliders").evaluate("s => s.z[9]") == 0.5)

    frame = host.frame("draw?model=vae-2")
    frame.locator("latent-map[state=ready]").wait_for()
    box = frame.locator("drawing-pad canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 4
    host.page.mouse.move(x, y)
    host.page.mouse.down()
    host.page.mouse.move(x, y + box["height"] / 2, steps=8)
    host.page.mouse.up()
    host.message("z")

    def settled() -> bool:
        drawn = frame.locator("drawing-pad").evaluate("pad => [...pad.pixels]")
        mu, _ = reference.encode("vae-2", np.array([drawn], np.float32))
        return bool(np.allclose(host.message("z")["z"], mu[0], atol=1e-3))

    host.atlas.until(settled, "z is not where the drawing lies")
    expect_picture(host, frame, reference.decode("vae-2", [host.message("z")["z"]])[0])


def test_B24_what_a_frame_cannot_show_it_says(host: Host, watch: Watch) -> None:
    for path, sentence in {
        "map?model=none-such": "This release has no model “none-such”.",
        "digits?model=vae-2": "The model vae-2 cannot be shown here",
    }.items():
        host._open(FRAME_PAGE.format(url=host.server.url, path=path))
        assert sentence in host.message("error")["message"]
        host.page.frames[1].get_by_text(sentence).wait_for()


def test_B24_the_page_itself_and_a_closed_setting_refuse_foreign_frames(
    new_page: Callable[..., Page], outlive: Outlive, tmp_path: Path, watch: Watch, models_dir: Path
) -> None:
    watch.expect("frame-ancestors", "ERR_BLOCKED", "X-Frame-Options", "Refused to display")
    plain = outlive(PlainHost(tmp_path))
    server = outlive(Server(models_dir=models_dir, frame_ancestors="none"))
    page = new_page()
    for path in ("", "embed/map"):
        (tmp_path / "page.html").write_text(f"{ICON}<iframe src='{server.url}/{path}'></iframe>")
        page.goto(f"{plain.url}/page.html")
        page.wait_for_function("frames.length === 1")
        page.wait_for_load_state("load")
        assert page.frames[1].url.startswith("chrome-error:")


def test_B24_the_element_works_on_another_host_s_page(host: Host, reference: Reference) -> None:
    host.element("vae-2")
    hover(host, host.page, 0.7, 0.3)
    z = host.message("z-change")["z"]
    host.atlas.until(lambda: host.page.locator("latent-atlas").evaluate("a => a.z") == z)
    expect_picture(host, host.page, reference.decode("vae-2", [z])[0])
    told = len(host.heard("z-change"))
    host.page.locator("latent-atlas").evaluate("a => { a.z = [1, 0.5]; }")
    expect_picture(host, host.page, reference.decode("vae-2", [[1, 0.5]])[0])
    assert len(host.heard("z-change")) == told
    lasso(host.page)
    rows = host.message("selection")["rows"]
    assert len(rows) > 100
    assert host.page.locator("latent-atlas").evaluate("a => [...a.selection]") == rows
    # Its points are drawn, and its script can come a second time.
    host.page.locator("latent-map .picture.replaced").wait_for(state="attached")
    host.page.evaluate("url => import(`${url}/embed.js?again`)", host.server.url)

    host.page.locator("latent-atlas").evaluate("a => { a.model = 'cvae-10'; a.condition = 3; }")
    host.page.locator("latent-map[model=cvae-10]").wait_for()
    host.page.locator("latent-atlas[state=ready]").wait_for()
    z = host.page.locator("latent-atlas").evaluate("a => a.z")
    assert len(z) == 10
    expect_picture(host, host.page, reference.decode("cvae-10", [z], [3])[0])


def test_B24_without_the_setting_no_other_origin_reads_a_release(
    new_page: Callable[..., Page], outlive: Outlive, tmp_path: Path, watch: Watch, models_dir: Path
) -> None:
    watch.expect("CORS", "ERR_FAILED", "ERR_BLOCKED")
    plain = outlive(PlainHost(tmp_path))
    server = outlive(Server(models_dir=models_dir))
    (tmp_path / "page.html").write_text(ICON)
    page = new_page()
    page.goto(f"{plain.url}/page.html")
    for path in ("embed.js", "models/current.json"):
        read = page.evaluate(
            "url => fetch(url).then(() => true, () => false)", f"{server.url}/{path}"
        )
        assert not read


def test_B24_the_lab_copies_code_that_shows_its_map_in_a_frame(
    open_atlas: OpenAtlas, host: Host, reference: Reference
) -> None:
    atlas = open_atlas("#at=lab&lab.z=0.4,-1.3", permissions=["clipboard-read", "clipboard-write"])
    Lab(atlas)
    atlas.page.get_by_role("button", name="Copy embed code").click()
    atlas.page.get_by_text("Copied: put it into").wait_for()
    code = atlas.page.evaluate("navigator.clipboard.readText()")
    path = code.split("/embed/")[1].split('"')[0]
    frame = host.frame(path)
    assert host.message("ready")["model"] == "vae-2"
    expect_picture(host, frame, reference.decode("vae-2", [[0.4, -1.3]])[0])
