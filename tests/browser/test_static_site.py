"""The page as a plain static site: on any host, under any path, with no server behind it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from latent_atlas.export.__main__ import main
from tests.browser.conftest import OpenAtlas, Outlive, Watch
from tests.browser.test_offline import MODELS, expect_digit, visit, wait_until_kept
from tests.browser.test_runtime import runtime, use_every_section, wasmless_browser  # noqa: F401
from tests.support.atlas import Atlas
from tests.support.made_releases import take_models
from tests.support.plain_host import PlainHost
from tests.support.reference import Reference

PATH = "some/where"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Path:
    """A release of a few of the shipped models, without what stands in for one."""
    models: Path = tmp_path_factory.mktemp("models")
    take_models(models_dir, models, "r1", MODELS, without=["lattice"])
    return models


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """A host's folder, with a site of that release deep in it."""
    folder: Path = tmp_path_factory.mktemp("www")
    site = folder / PATH
    site.parent.mkdir()
    assert main(["site", str(site), "--models", str(models)]) == 0
    return folder


def test_B14_a_static_site_works_under_any_path(
    open_atlas: OpenAtlas, folder: Path, models: Path, outlive: Outlive
) -> None:
    host = outlive(PlainHost(folder))
    atlas = open_atlas(url=f"{host.url}/{PATH}")
    use_every_section(atlas, Reference(models))
    assert runtime(atlas) == "browser"
    assert all(line.startswith(f"GET /{PATH}/") for line in host.asked)
    assert not any("/api/" in line for line in host.asked)


def test_B14_a_static_site_s_own_policy_holds(
    open_atlas: OpenAtlas, folder: Path, watch: Watch, outlive: Outlive
) -> None:
    watch.expect("Content Security Policy", "policy violation")
    host = outlive(PlainHost(folder))
    atlas = open_atlas(url=f"{host.url}/{PATH}")
    assert watch.faults == []
    injected = atlas.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.injected = true";
          document.body.append(script);
          return window.injected === true;
        }"""
    )
    assert not injected


def test_B14_without_webassembly_a_static_site_says_that_there_is_no_server(
    new_page: Callable[..., Page],
    wasmless_browser: Browser,  # noqa: F811
    folder: Path,
    outlive: Outlive,
) -> None:
    host = outlive(PlainHost(folder))
    atlas = Atlas(new_page(browser=wasmless_browser), f"{host.url}/{PATH}").load()
    sentence = atlas.image("decoded").locator("p")
    sentence.wait_for()
    told = sentence.inner_text()
    assert told == (
        "The model vae-2 cannot be shown: WebAssembly cannot run here, and this copy of the "
        "page has no server to fall back to."
    )
    assert runtime(atlas) == "none"
    assert atlas.page.locator("runtime-status").get_attribute("state") == "error"
    # What needs no model is there: the map, its points, what the pad makes of a drawing.
    atlas.page.locator("#hover latent-map[state=ready]").wait_for()
    assert atlas.map().evaluate("map => map.points.count") == 60_000
    assert not any("POST" in line or "/api/" in line for line in host.asked)


def test_B14_a_static_site_works_offline_after_a_visit(
    make_context: Callable[..., BrowserContext],
    watch: Watch,
    folder: Path,
    models: Path,
    outlive: Outlive,
) -> None:
    watch.expect("ERR_", "Failed to")
    context = make_context(service_workers="allow")
    host = outlive(PlainHost(folder))
    atlas = wait_until_kept(visit(context, f"{host.url}/{PATH}"))
    registration = atlas.page.evaluate(
        "navigator.serviceWorker.ready.then(registration => registration.scope)"
    )
    assert registration == f"{host.url}/{PATH}/"
    context.set_offline(True)
    atlas.page.reload()
    atlas.wait_live("hover")
    use_every_section(atlas, Reference(models))
    other = visit(context, f"{host.url}/{PATH}", "#map=vae-2-mlp256")
    expect_digit(other, Reference(models), "vae-2-mlp256")
