"""The first second: a digit answers from the lattice before the model can, or where none will."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from latent_atlas.export.__main__ import main
from latent_atlas.export.documents.decoded_lattice import lattice_webp
from tests.browser.conftest import OpenAtlas, Outlive, Watch
from tests.browser.test_runtime import runtime, wasmless_browser  # noqa: F401
from tests.support.atlas import Atlas
from tests.support.faulty_proxy import FaultyProxy
from tests.support.made_releases import take_models, write_manifest, write_object
from tests.support.plain_host import PlainHost
from tests.support.reference import Reference
from tests.support.server import Server

PLACES = [(0.3, 0.3), (0.7, 0.4), (0.52, 0.63)]
# Two decoders of WebP differ by a step or two; blending evens that out.
A_BYTE_OR_TWO = 2 / 255
HALF_A_BYTE = 0.5 / 255 + 1e-3


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Reference:
    """A release of the first map's model alone, with its lattice."""
    models: Path = tmp_path_factory.mktemp("models")
    take_models(models_dir, models, "r1", ["vae-2"])
    reference = Reference(models)
    entry = reference.model("vae-2")
    webp, described = lattice_webp(reference.read(entry["decoder"]))
    entry["lattice"] = write_object(models, webp, "webp") | described
    write_manifest(models, reference.manifest)
    return reference


@pytest.fixture(scope="module")
def lattice_server(reference: Reference) -> Any:
    with Server(models_dir=reference.models_dir) as running:
        yield running


class Blend:
    """What the page is to draw at z, from the same file."""

    def __init__(self, reference: Reference) -> None:
        self.lattice = lattice = reference.model("vae-2")["lattice"]
        n = lattice["size"]
        with Image.open(io.BytesIO(reference.read(lattice))) as image:
            sheet = np.asarray(image.convert("RGB"), np.float64)[:, :, 0] / 255
        self.tiles = sheet.reshape(n, 28, n, 28).transpose(0, 2, 1, 3)[::-1].reshape(n, n, 784)

    def __call__(self, z: tuple[float, float]) -> np.ndarray:
        n = self.lattice["size"]
        t = np.sign(z) * (np.abs(z) / self.lattice["range"]) ** (1 / self.lattice["exponent"])
        x, y = (np.clip(t, -1, 1) + 1) * (n - 1) / 2
        i, j = min(int(x), n - 2), min(int(y), n - 2)
        low = (1 - x + i) * self.tiles[j, i] + (x - i) * self.tiles[j, i + 1]
        high = (1 - x + i) * self.tiles[j + 1, i] + (x - i) * self.tiles[j + 1, i + 1]
        image: np.ndarray = (1 - y + j) * low + (y - j) * high
        return image


def wait_for_the_map(atlas: Atlas) -> None:
    """Wait until the map follows a pointer: long before its points and its model are there."""
    atlas.map().locator(".surface").wait_for()
    atlas.until(lambda: atlas.z() is not None)


def note(atlas: Atlas) -> str:
    """Return what is said below the digit."""
    return atlas.page.locator("#hover .stand-in").inner_text().strip()


def expect_blended(atlas: Atlas, blend: Blend, place: tuple[float, float]) -> None:
    z = atlas.hover(*place)
    atlas.page.locator("image-view[name=decoded][approximate]").wait_for()
    atlas.expect_image("decoded", blend(z), A_BYTE_OR_TWO)


# Notes whatever would be seen as a flash: a picture taken away, a canvas replaced or resized.
_WATCH_FOR_A_JUMP = """view => {
  const canvas = view.shadowRoot.querySelector("canvas");
  const before = JSON.stringify(canvas.getBoundingClientRect());
  window.__jumps = [];
  const look = () => {
    if (!view.drawn || view.state !== "ready") window.__jumps.push("taken away");
    if (view.shadowRoot.querySelector("canvas") !== canvas) window.__jumps.push("replaced");
    if (JSON.stringify(canvas.getBoundingClientRect()) !== before) window.__jumps.push("moved");
  };
  new MutationObserver(look).observe(view, { attributes: true });
  const everyFrame = () => { look(); requestAnimationFrame(everyFrame); };
  everyFrame();
}"""


def test_b20_a_digit_answers_before_the_runtime_has_arrived_and_the_model_takes_over(
    new_page: Callable[..., Page], lattice_server: Server, reference: Reference, outlive: Outlive
) -> None:
    proxy = outlive(FaultyProxy(lattice_server.address, r"\.wasm$"))
    atlas = Atlas(new_page(), proxy.url).load()
    wait_for_the_map(atlas)
    assert note(atlas) == ""  # what the page came with was decoded by the model
    blend = Blend(reference)
    for place in PLACES:
        expect_blended(atlas, blend, place)
    told = re.fullmatch(r"Approximate until the model has loaded: (\d+) %", note(atlas))
    assert told
    # Half of the runtime, which is most of what is loading, and all of the decoder.
    percent = atlas.until(lambda: int((re.search(r"\d+", note(atlas)) or [0])[0]) > 40)
    assert percent
    assert int(re.search(r"\d+", note(atlas))[0]) < 80  # type: ignore[index]
    assert atlas.page.locator("runtime-status").get_attribute("state") == "loading"
    assert proxy.asked

    z = atlas.z()
    assert z is not None
    atlas.image("decoded").evaluate(_WATCH_FOR_A_JUMP)
    proxy.release()
    atlas.page.locator("image-view[name=decoded]:not([approximate])").wait_for()
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
    assert note(atlas) == ""
    atlas.wait_live("hover")
    z = atlas.hover(*PLACES[0])
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
    assert atlas.page.evaluate("window.__jumps") == []


def test_b20_a_place_in_the_link_is_shown_before_the_model_is_there(
    new_page: Callable[..., Page], lattice_server: Server, reference: Reference, outlive: Outlive
) -> None:
    proxy = outlive(FaultyProxy(lattice_server.address, r"\.wasm$"))
    atlas = Atlas(new_page(), proxy.url)
    atlas.page.goto(f"{proxy.url}/#z=1.2,-0.8")
    atlas.expect_image("decoded", Blend(reference)((1.2, -0.8)), A_BYTE_OR_TWO)
    assert note(atlas).startswith("Approximate until the model has loaded")
    proxy.release()
    atlas.expect_image("decoded", reference.decode("vae-2", [(1.2, -0.8)])[0])


@pytest.mark.parametrize("fault", ["stalled", "404", "wrong bytes"])
def test_b20_a_lattice_that_does_not_come_holds_nothing_up(
    new_page: Callable[..., Page],
    lattice_server: Server,
    reference: Reference,
    watch: Watch,
    outlive: Outlive,
    fault: Any,
) -> None:
    watch.expect("404")
    proxy = outlive(FaultyProxy(lattice_server.address, r"\.webp$", fault))
    # The page counts as loaded only with what it preloads.
    page = new_page()
    page.goto(proxy.url, wait_until="commit")
    atlas = Atlas(page, proxy.url)
    wait_for_the_map(atlas)
    z = atlas.hover(*PLACES[1])
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
    assert note(atlas) == ""
    assert proxy.asked
    proxy.release()


def test_b20_where_nothing_can_run_the_model_the_lattice_stays_until_the_server_can(
    new_page: Callable[..., Page], reference: Reference, watch: Watch, outlive: Outlive
) -> None:
    watch.expect("WebAssembly", "wasm", "falling back to ArrayBuffer", "503")
    server = outlive(Server(models_dir=reference.models_dir, wasm_blocked=True))
    proxy = outlive(FaultyProxy(server.address, "/decode$", "503"))
    atlas = Atlas(new_page(), proxy.url).load()
    wait_for_the_map(atlas)
    sentence = "Approximate, blended from 1,600 prepared pictures: the server cannot run it now."
    atlas.until(lambda: note(atlas) == sentence, "it is not said why")
    blend = Blend(reference)
    for place in PLACES:
        expect_blended(atlas, blend, place)
    assert note(atlas) == sentence
    assert atlas.page.locator("#hover progress").is_hidden()
    assert proxy.asked
    atlas.page.locator("#hover latent-map[state=ready]").wait_for()  # the points come all the same
    z = atlas.hover(*PLACES[1])
    proxy.heal()
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0], HALF_A_BYTE)
    assert (note(atlas), runtime(atlas)) == ("", "server")


def test_b20_a_static_site_without_webassembly_goes_on_with_its_lattice(
    new_page: Callable[..., Page],
    wasmless_browser: Browser,  # noqa: F811
    reference: Reference,
    tmp_path: Path,
    outlive: Outlive,
) -> None:
    assert main(["site", str(tmp_path / "www"), "--models", str(reference.models_dir)]) == 0
    host = outlive(PlainHost(tmp_path / "www"))
    atlas = Atlas(new_page(browser=wasmless_browser), host.url).load()
    wait_for_the_map(atlas)
    sentence = (
        "Approximate, blended from 1,600 prepared pictures: WebAssembly cannot run here, and this "
        "copy of the page has no server to fall back to."
    )
    atlas.until(lambda: note(atlas) == sentence, "it is not said why")
    assert runtime(atlas) == "none"
    expect_blended(atlas, Blend(reference), PLACES[0])
    assert atlas.image("decoded").locator("p").count() == 0


def test_b20_a_damaged_model_is_told_and_hovering_goes_on(
    new_page: Callable[..., Page], lattice_server: Server, reference: Reference, outlive: Outlive
) -> None:
    decoder = reference.model("vae-2")["decoder"]["url"]
    proxy = outlive(FaultyProxy(lattice_server.address, decoder, "wrong bytes"))
    atlas = Atlas(new_page(), proxy.url).load()
    atlas.page.locator("image-view[name=decoded][state=error]").wait_for()
    assert "arrives damaged" in atlas.image("decoded").locator("p").inner_text()
    expect_blended(atlas, Blend(reference), PLACES[2])
    assert note(atlas).endswith("its file arrives damaged.")
    proxy.heal()
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
    assert note(atlas) == ""


def test_b20_pictures_are_asked_for_before_the_lattice_and_scripts_come_last(
    lattice_server: Server, reference: Reference, server: Server
) -> None:
    entry = reference.model("vae-2")
    head = lattice_server.get("/")[1].decode().partition("</head>")[0]
    images = re.findall(r'<link rel="preload" as="image" href="([^"]+)"( fetchpriority.*?)?>', head)
    high = ' fetchpriority="high"'
    assert images == [
        (entry["prepared"]["image"]["url"], high),
        (entry["picture"]["url"], high),
        (entry["lattice"]["url"], ""),
    ]
    scripts = re.findall(r'<link rel="modulepreload" href=".+?"(.*?)>', head)
    assert len(scripts) > 2
    assert set(scripts) == {' fetchpriority="low"'}


def test_b20_no_picture_is_preloaded_in_vain_where_the_model_comes_first(
    new_page: Callable[..., Page], lattice_server: Server
) -> None:
    page, said = new_page(), []
    page.on("console", lambda message: said.append(message.text))
    Atlas(page, lattice_server.url).open()  # and nothing is pointed at
    # Chromium tells of a preload that nobody used three seconds after the page has loaded.
    page.wait_for_timeout(4000)
    assert [text for text in said if "preload" in text] == []


# In which order things come, up to the frame in which they are seen.
_ORDER = """() => {
  window.__order = [];
  const note = what => () => window.__order.push(what);
  const options = { capture: true };
  addEventListener("pointerrawupdate", note("raw"), options);
  addEventListener("latent-change", note("change"), options);
  addEventListener("pointermove", note("move"), options);
}"""
_WITHOUT_RAW = """addEventListener("pointerrawupdate",
  event => event.stopImmediatePropagation(), { capture: true })"""


@pytest.mark.parametrize("has_raw", [True, False])
def test_b20_a_move_is_answered_once_and_before_the_frame_where_the_browser_tells_of_it(
    open_atlas: OpenAtlas,
    new_page: Callable[..., Page],
    lattice_server: Server,
    reference: Reference,
    has_raw: bool,
) -> None:
    page = new_page()
    if not has_raw:
        page.add_init_script(_WITHOUT_RAW)
    atlas = Atlas(page, lattice_server.url).open()
    atlas.hover(*PLACES[0])
    page.evaluate(_ORDER)
    z = atlas.hover(*PLACES[1])
    atlas.frames()
    order = page.evaluate("window.__order")
    # Browsers may tell of one move several times; z changes once.
    assert order.count("change") == 1, order
    before = "raw" if has_raw else "move"
    assert order[order.index("change") - 1] == before, order
    assert "move" in order
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])


def test_b20_without_a_lattice_the_page_is_as_before(
    tmp_path: Path, models_dir: Path, new_page: Callable[..., Page], outlive: Outlive
) -> None:
    take_models(models_dir, tmp_path, "r1", ["vae-2"], without=["lattice"])
    server = outlive(Server(models_dir=tmp_path))
    assert b".webp" not in server.get("/")[1]
    assert "lattice" not in json.loads(server.get("/api/manifest")[1])["models"][0]
    atlas = Atlas(new_page(), server.url).open()
    z = atlas.hover(*PLACES[0])
    atlas.expect_image("decoded", Reference(tmp_path).decode("vae-2", [z])[0])
    assert atlas.page.locator(".stand-in").count() == 0
