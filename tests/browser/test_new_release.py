"""A new release while a page of the old one is open: neither ever sees the other's files."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from latent_atlas.export.publish import ReleaseFolder
from tests.browser.conftest import OpenAtlas, Outlive, Watch
from tests.support.made_releases import TinyModel, make_release, point_to, write_manifest
from tests.support.reference import Reference
from tests.support.server import ROOT, Server

OTHER = TinyModel(hidden=(24,), seed=5)


def publish_other_weights(models_dir: Path) -> Reference:
    """Publish a release whose vae-2 has other graphs; all else stays."""
    manifest = Reference(models_dir).manifest
    tiny = make_release(models_dir, "tiny", [OTHER], publish=False)
    for entry in manifest["models"]:
        if entry["id"] == "vae-2":
            entry |= {part: tiny["models"][0][part] for part in ("decoder", "encoder", "golden")}
    write_manifest(models_dir, manifest | {"release": "renewed"})
    point_to(models_dir, "renewed")
    return Reference(models_dir)


def test_an_open_page_keeps_its_release_and_a_reload_shows_the_new_one(
    open_atlas: OpenAtlas, models_dir: Path, tmp_path: Path, outlive: Outlive
) -> None:
    own = tmp_path / "models"
    shutil.copytree(models_dir, own)
    old = Reference(own)
    server = outlive(Server(models_dir=own))
    atlas = open_atlas(url=server.url)
    new = publish_other_weights(own)

    def released() -> bool:
        status, body = server.get("/readyz")
        return status == 200 and json.loads(body)["release"] == "renewed"

    atlas.until(released, "the server never took the new release")
    atlas.page.mouse.move(*atlas.at(0.7, 0.4))
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", old.decode("vae-2", [z])[0])
    # What this page had not loaded yet comes from its own release, too.
    atlas.enter("draw")
    line = [[{"x": 0.3, "y": 0.2, "pressure": 0.5}, {"x": 0.6, "y": 0.8, "pressure": 0.5}]]
    atlas.page.locator("drawing-pad").evaluate("(pad, line) => { pad.strokes = line; }", line)
    atlas.page.locator("image-view[name=reconstruction][state=ready]").wait_for()
    pixels = atlas.pixels("input")
    assert pixels is not None
    mu, _ = old.encode("vae-2", pixels)
    atlas.expect_image("reconstruction", old.decode("vae-2", mu)[0], 5e-4)

    atlas.page.goto("about:blank")
    atlas.open()
    atlas.page.mouse.move(*atlas.at(0.7, 0.4))
    atlas.page.mouse.move(*atlas.at(0.6, 0.4))
    z = atlas.z()
    assert z is not None
    assert np.abs(new.decode("vae-2", [z]) - old.decode("vae-2", [z])).max() > 0.1
    atlas.expect_image("decoded", new.decode("vae-2", [z])[0])
    assert "renewed" in atlas.page.locator("footer").inner_text()


def replace_points(models_dir: Path, model_id: str) -> None:
    """Publish a release with another file of the model's points, and collect the old one."""
    folder = ReleaseFolder(models_dir)
    manifest = Reference(models_dir).manifest
    model = next(model for model in manifest["models"] if model["id"] == model_id)
    points = (models_dir.parent / model["means"]["url"]).read_bytes()
    model["means"] = folder.add_object(points + b"\n", "json")
    folder.publish({k: v for k, v in manifest.items() if k not in ("release", "created")})
    folder.prune(1, grace=0)


def replace_script(dist: Path, section: str) -> None:
    """Build the page anew, as it were, with another name for a section's script."""
    (script,) = (dist / "assets").glob(f"{section}-????????.js")
    for path in [*dist.glob("assets/*.js"), dist / ".vite" / "manifest.json"]:
        path.write_text(path.read_text().replace(script.name, f"{section}-anewname.js"))
    script.rename(script.with_name(f"{section}-anewname.js"))


@pytest.mark.parametrize("gone", ["points", "script"])
def test_a_page_that_is_out_of_date_says_so_and_reloads_with_the_readers_state(
    open_atlas: OpenAtlas,
    models_dir: Path,
    tmp_path: Path,
    outlive: Outlive,
    watch: Watch,
    gone: str,
) -> None:
    watch.expect("404", "Failed to load resource", "dynamically imported module")
    models, dist = tmp_path / "models", tmp_path / "dist"
    shutil.copytree(models_dir, models)
    built = shutil.ignore_patterns("*.br", "*.gz")
    shutil.copytree(ROOT / "static" / "dist", dist, ignore=built)
    server = outlive(Server(models_dir=models, dist_dir=dist))
    atlas = open_atlas(url=server.url)
    model = atlas.map("labels").get_attribute("model")
    page = server.get("/")[1]
    if gone == "points":
        replace_points(models, str(model))
    else:
        replace_script(dist, "labels")
    atlas.until(lambda: server.get("/")[1] != page, "the server never took the new page")
    atlas.page.locator("#smooth").evaluate("box => box.click()")
    atlas.show("labels")
    said = atlas.page.locator("#labels [role=status]", has_text="out of date")
    said.wait_for()
    reload = said.get_by_role("button", name="Reload the page")
    shown = reload.evaluate(
        "button => { const { top, bottom } = button.getBoundingClientRect();"
        " return top >= 0 && bottom <= innerHeight; }"
    )
    assert shown
    with atlas.page.expect_navigation():
        reload.click()
    atlas.wait_live("labels")
    assert atlas.page.locator("#smooth").is_checked()
    assert "at=labels" in atlas.page.url
    assert atlas.page.locator("#labels [role=status]", has_text="out of date").count() == 0
