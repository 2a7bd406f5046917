"""Offline use: what a visit keeps, one whole release at a time, and how it is kept whole."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Outlive, Watch
from tests.browser.test_new_release import OTHER, publish_other_weights
from tests.browser.test_runtime import use_every_section
from tests.support.atlas import Atlas
from tests.support.faulty_proxy import FaultyProxy
from tests.support.made_releases import file_entries, make_release, take_models
from tests.support.reference import Reference
from tests.support.server import ROOT, Server

KEPT = "Kept for offline use."
MODELS = ("vae-2", "vae-2-mlp256", "label-decoder-vae-2", "cvae-2")

_FILES_KEPT = """async () => {
  const urls = [];
  for (const name of await caches.keys())
    if (name.includes("files"))
      urls.push(...(await (await caches.open(name)).keys()).map(request => request.url));
  return urls.map(url => url.slice(document.baseURI.split("#")[0].length)).sort();
}"""

# Notes in which state the first digit is when the service worker is registered.
_WHEN_REGISTERED = """
if (navigator.serviceWorker) {  // not so in the blank page before
  const register = navigator.serviceWorker.register;
  navigator.serviceWorker.register = function (...args) {
    window.__digitWhenRegistered ??=
      document.querySelector("image-view[name=decoded]").getAttribute("state");
    return register.apply(this, args);
  };
}"""

# The first section holds the rest up for a quarter of a minute at most; here, until it has come.
_HELD_FOR_GOOD = """
const later = window.setTimeout;
window.setTimeout = (call, ms, ...args) => ms === 15_000 ? 0 : later(call, ms, ...args);"""


@pytest.fixture
def context(make_context: Callable[..., BrowserContext], watch: Watch) -> BrowserContext:
    """A browser that allows service workers. What is not there offline is told in its console."""
    watch.expect("ERR_", "Failed to fetch", "Failed to update a ServiceWorker")
    return make_context(service_workers="allow")


@pytest.fixture
def models(tmp_path: Path, models_dir: Path) -> Path:
    """A release "r1" of a few of the shipped models."""
    take_models(models_dir, tmp_path / "models", "r1", MODELS)
    return tmp_path / "models"


@pytest.fixture
def small(models: Path, outlive: Outlive) -> Server:
    return outlive(Server(models_dir=models))


def visit(context: BrowserContext, url: str, fragment: str = "") -> Atlas:
    return Atlas(context.new_page(), url).open(fragment)


def told(atlas: Atlas) -> str:
    return atlas.page.locator("#offline").inner_text()


def wait_until_kept(atlas: Atlas, seconds: float = 60) -> Atlas:
    atlas.until(lambda: told(atlas) == KEPT, f"told at last: {told(atlas)}", seconds)
    return atlas


def files_kept(atlas: Atlas) -> set[str]:
    return set(atlas.page.evaluate(_FILES_KEPT))


def files_needed(manifest: dict[str, Any]) -> set[str]:
    """Return every file that a page of this release needs."""
    found = {
        f"assets/{path.name}"
        for path in (ROOT / "static" / "dist" / "assets").iterdir()
        if path.suffix not in (".br", ".gz")
    }
    return found | {file["url"] for file in file_entries(manifest)}


def wait_until_there_is_a_page(atlas: Atlas) -> None:
    """Wait until a page is kept that can be shown offline."""
    there = """async () => {
      for (const name of await caches.keys())
        if (name.includes("pages"))
          for (const { url } of await (await caches.open(name)).keys())
            if (url.endsWith("?shown")) return true;
      return false;
    }"""
    atlas.until(lambda: atlas.page.evaluate(there), "no page is kept")


def publish(server: Server, models: Path, atlas: Atlas) -> Reference:
    """Publish the release "renewed"; return when it is served."""
    new = publish_other_weights(models)
    atlas.until(lambda: json.loads(server.get("/readyz")[1])["release"] == "renewed")
    return new


def expect_digit(
    atlas: Atlas,
    reference: Reference,
    model: str = "vae-2",
    place: tuple[float, float] = (0.7, 0.4),
) -> None:
    atlas.show("hover")
    atlas.page.mouse.move(*atlas.at(0.3, 0.3))
    atlas.page.mouse.move(*atlas.at(*place))
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", reference.decode(model, [z])[0])


def test_B14_after_one_visit_the_whole_page_works_without_a_network(
    context: BrowserContext, models: Path
) -> None:
    reference = Reference(models)
    with Server(models_dir=models) as server:
        atlas = wait_until_kept(visit(context, server.url))
        assert files_kept(atlas) == files_needed(reference.manifest)
    context.set_offline(True)
    atlas.page.reload()
    atlas.wait_live("hover")
    use_every_section(atlas, reference)
    assert atlas.page.evaluate("crossOriginIsolated")  # its headers are kept with it
    wait_until_kept(atlas)
    # A link to what was never looked at, in a tab of its own.
    linked = visit(context, server.url, "#map=vae-2-mlp256&z=0.5,-0.5")
    assert linked.z() == pytest.approx((0.5, -0.5))
    linked.expect_image("decoded", reference.decode("vae-2-mlp256", [(0.5, -0.5)])[0])


def test_B14_nothing_of_it_comes_before_the_first_digit(
    context: BrowserContext, small: Server, models: Path, outlive: Outlive
) -> None:
    reference = Reference(models)
    proxy = outlive(FaultyProxy(small.address, reference.model("vae-2")["decoder"]["url"]))
    context.add_init_script(_WHEN_REGISTERED)
    context.add_init_script(_HELD_FOR_GOOD)
    atlas = Atlas(context.new_page(), proxy.url).load()
    bar = atlas.page.locator("#hover progress:visible")
    # Half of the model has come, and some of the runtime or all of it.
    atlas.until(lambda: 0.3 < bar.evaluate("bar => bar.value") < 1)
    assert atlas.page.evaluate("caches.keys()") == []
    assert not atlas.page.evaluate("navigator.serviceWorker.getRegistration().then(Boolean)")
    assert told(atlas) == ""
    proxy.release()
    wait_until_kept(atlas)
    assert atlas.page.evaluate("__digitWhenRegistered") == "ready"
    place = atlas.page.locator("#offline")
    assert place.get_attribute("role") == "status"  # read out, when nothing else is
    expect_digit(atlas, reference)


def test_B14_a_new_release_takes_the_old_one_s_place_whole(
    context: BrowserContext, small: Server, models: Path
) -> None:
    old = Reference(models)
    atlas = wait_until_kept(visit(context, small.url))
    new = publish(small, models, atlas)

    # The open page goes on with its own release while another tab brings the new one in.
    second = wait_until_kept(visit(context, small.url))
    assert files_kept(second) == files_needed(old.manifest) | files_needed(new.manifest)
    expect_digit(atlas, old)
    atlas.page.close()

    second.page.reload()
    second.wait_live("hover")
    needed = files_needed(new.manifest)
    second.until(lambda: files_kept(second) == needed, "the old files are still there")
    small.stop()
    context.set_offline(True)
    second.page.reload()
    second.wait_live("hover")
    assert "renewed" in second.page.locator("footer").inner_text()
    use_every_section(second, new)
    assert np.abs(new.decode("vae-2", [(1, 1)]) - old.decode("vae-2", [(1, 1)])).max() > 0.1


def test_B14_a_release_that_came_half_is_not_shown_offline(
    context: BrowserContext, small: Server, models: Path, tmp_path: Path, outlive: Outlive
) -> None:
    old = Reference(models)
    # Known beforehand, because what is made up is the same each time.
    tiny = make_release(tmp_path / "tiny", "tiny", [OTHER])["models"][0]
    held = tiny["encoder"]["url"]
    proxy = outlive(FaultyProxy(small.address, held))
    atlas = wait_until_kept(visit(context, proxy.url))
    new = publish(small, models, atlas)
    atlas.page.reload()
    atlas.wait_live("hover")
    assert "renewed" in atlas.page.locator("footer").inner_text()
    atlas.until(lambda: tiny["decoder"]["url"] in files_kept(atlas))
    small.stop()
    proxy.release()  # the half that is missing, but nothing after it
    atlas.page.reload()
    atlas.wait_live("hover")
    assert "Release r1" in atlas.page.locator("footer").inner_text()
    assert files_needed(old.manifest) <= files_kept(atlas)
    use_every_section(atlas, old)
    # The server is back: what is missing is fetched, and then the new one is shown.
    outlive(Server(models_dir=models, port=small.address[1]))
    atlas.page.reload()
    atlas.wait_live("hover")
    wait_until_kept(atlas)
    atlas.until(lambda: files_kept(atlas) == files_needed(new.manifest))


def test_B14_half_a_file_is_not_kept_and_the_next_visit_goes_on(
    context: BrowserContext, small: Server, models: Path, outlive: Outlive
) -> None:
    reference = Reference(models)
    held = reference.model("cvae-2")["decoder"]["url"]
    proxy = outlive(FaultyProxy(small.address, held))
    atlas = visit(context, proxy.url)
    atlas.until(lambda: reference.model("vae-2-mlp256")["means"]["url"] in files_kept(atlas))
    assert held not in files_kept(atlas)
    small.stop()
    proxy.release()
    # What of it is there becomes the page to show once the worker has found that no more comes.
    wait_until_there_is_a_page(atlas)
    atlas.page.close()
    atlas = visit(context, proxy.url)
    expect_digit(atlas, reference)
    atlas.until(lambda: "the rest when the network is back" in told(atlas))
    before = files_kept(atlas)
    atlas.page.close()
    outlive(Server(models_dir=models, port=small.address[1]))
    atlas = wait_until_kept(visit(context, proxy.url))
    assert before < files_kept(atlas) == files_needed(reference.manifest)


def test_B14_a_damaged_file_is_taken_out_and_fetched_again(
    context: BrowserContext, small: Server, models: Path
) -> None:
    reference = Reference(models)
    atlas = wait_until_kept(visit(context, small.url))
    file = reference.model("vae-2")["decoder"]
    atlas.page.evaluate(
        """async url => {
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            const kept = await cache.match(url);
            if (kept === undefined) continue;
            const bytes = new Uint8Array(await kept.arrayBuffer());
            bytes[bytes.length >> 1] ^= 4;
            await cache.put(url, new Response(bytes, { headers: kept.headers }));
          }
        }""",
        file["url"],
    )
    atlas.page.reload()
    atlas.wait_live("hover")
    expect_digit(atlas, reference)
    atlas.until(lambda: file["url"] in files_kept(atlas))
    digest = atlas.page.evaluate(
        """async url => {
          const kept = await (await caches.match(url)).arrayBuffer();
          const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", kept));
          return Array.from(digest);
        }""",
        file["url"],
    )
    assert bytes(digest) == hashlib.sha256(reference.read(file)).digest()


def test_B14_to_save_data_only_what_was_seen_is_kept(
    context: BrowserContext, small: Server, models: Path
) -> None:
    reference = Reference(models)
    context.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    )
    atlas = visit(context, small.url)
    atlas.until(lambda: told(atlas).startswith("To save data, only what you have seen"))
    atlas.enter("labels")
    seen = [
        reference.model(name)[file]["url"]
        for name in ("vae-2", "label-decoder-vae-2")
        for file in ("decoder", "means")
    ]
    atlas.until(lambda: files_kept(atlas) >= set(seen))
    never = reference.model("vae-2-mlp256")["decoder"]["url"]
    assert never not in files_kept(atlas)
    wait_until_there_is_a_page(atlas)
    small.stop()
    context.set_offline(True)
    atlas.page.reload()
    atlas.wait_live("hover")
    expect_digit(atlas, reference)
    atlas.enter("labels")
    other = Atlas(context.new_page(), small.url)
    other.page.goto(f"{small.url}/#map=vae-2-mlp256")
    sentence = other.image("decoded").locator("p")
    sentence.wait_for()
    assert "the server cannot be reached" in sentence.inner_text()


def test_B14_without_a_service_worker_the_page_is_as_ever_and_says_so(
    context: BrowserContext, models: Path, tmp_path: Path, watch: Watch, outlive: Outlive
) -> None:
    watch.expect("404", "sw.js", "ServiceWorker")
    dist = tmp_path / "dist"
    dist.mkdir()
    for name in ("assets", ".vite"):
        (dist / name).symlink_to(ROOT / "static" / "dist" / name)
    server = outlive(Server(models_dir=models, dist_dir=dist))
    atlas = visit(context, server.url)
    atlas.until(lambda: told(atlas) == "This browser does not keep the page for offline use.")
    use_every_section(atlas, Reference(models))


def test_B14_the_server_s_answers_are_never_the_worker_s(
    context: BrowserContext, small: Server
) -> None:
    atlas = wait_until_kept(visit(context, small.url))
    page: Page = atlas.page
    page.reload()
    atlas.wait_live("hover")
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    for path in ("api/manifest", "readyz", "models/current.json"):
        assert page.evaluate("path => fetch(path).then(answer => answer.status)", path) == 200
    small.stop()
    for path in ("api/manifest", "readyz", "models/current.json"):
        assert page.evaluate("path => fetch(path).then(() => true, () => false)", path) is False
    assert all(name.startswith(("assets/", "models/objects/")) for name in files_kept(atlas))
