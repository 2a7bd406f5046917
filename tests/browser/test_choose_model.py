"""Section "hover": another model of the release is chosen, and everything there becomes its own."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenAtlas, Outlive, Watch
from tests.support.atlas import Atlas
from tests.support.made_releases import (
    TinyModel,
    make_release,
    point_to,
    write_manifest,
    write_object,
)
from tests.support.reference import Reference
from tests.support.server import Server

FIRST = TinyModel()
OWN = TinyModel("vae-2-leaves", height=32, width=32, channels=3, classes=3, seed=5)
OTHERS = (TinyModel("cvae-2", condition="both", seed=2), TinyModel("vae-5", latent_size=5, seed=3))
NAMES = ["oak", "field maple", "a tree whose name is far too long for any legend"]
Z = (0.75, -0.5)


def publish(models_dir: Path, *models: TinyModel) -> Reference:
    """Publish a release in which the own model's points, view and first z differ from vae-2's."""
    manifest = make_release(models_dir, "made-up", models, publish=False)
    for entry in manifest["models"]:
        if entry["id"] == OWN.id:
            rng = np.random.default_rng(9)
            points = rng.normal(5, 1, (90, 2)).round(3)
            means = {
                "count": 90, "split": "train", "labels": [k % 3 for k in range(90)],
                "x": points[:, 0].tolist(), "y": points[:, 1].tolist(),
                "statistics": [
                    {"label": k, "count": 30, "mean": [4.0 + k, 5.0],
                     "covariance": [[1.0, 0.0], [0.0, 1.0]]}
                    for k in range(3)
                ],
            }  # fmt: skip
            entry["means"] = write_object(models_dir, json.dumps(means).encode(), "json")
            entry["view"] = {"centre": [5.0, 5.0], "scale": 6.0}
            entry["prepared"]["z"] = [4.5, 5.5]
            entry["class_names"] = NAMES
            entry["title"] = "VAE, two latents: leaves"
            entry["metrics"]["train_images"] = 90
    write_manifest(models_dir, manifest)
    point_to(models_dir, "made-up")
    return Reference(models_dir)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return publish(tmp_path_factory.mktemp("models"), FIRST, *OTHERS, OWN)


@pytest.fixture(scope="module")
def own_server(own: Reference) -> Iterator[Server]:
    with Server(models_dir=own.models_dir) as running:
        yield running


@pytest.fixture
def open_own(open_atlas: OpenAtlas, own_server: Server) -> OpenAtlas:
    return lambda fragment="", **options: open_atlas(fragment, url=own_server.url, **options)


def choose(atlas: Atlas, model_id: str) -> None:
    atlas.page.locator("#map-model").select_option(model_id)
    atlas.page.locator(f"#hover latent-map[model={model_id}][state=ready]").wait_for()
    atlas.page.locator("#hover image-view[state=ready]").wait_for()


def expect_decoded(atlas: Atlas, reference: Reference, model_id: str) -> np.ndarray:
    """Wait for the picture of z, and check every colour that the canvas shows."""
    z = atlas.z()
    assert z is not None
    expected = reference.decode(model_id, [z])[0]

    def held() -> np.ndarray | None:
        pixels = atlas.pixels("decoded")
        close = pixels is not None and pixels.shape == expected.shape
        return pixels if close and np.abs(pixels - expected).max() < 1e-4 else None

    pixels = atlas.until(lambda: held() is not None) and held()
    image = reference.model(model_id)["image"]
    shown = canvas(atlas)
    assert shown.shape == (image["height"], image["width"], 3)
    colours = np.rint(255 * pixels.astype(np.float64)).reshape(*shown.shape[:2], -1)
    assert np.array_equal(shown, np.broadcast_to(colours, shown.shape))
    return expected


def canvas(atlas: Atlas) -> np.ndarray:
    """Return what the picture's canvas shows, (H, W, 3)."""
    width, height, text = atlas.image("decoded").evaluate(
        """view => {
          const canvas = view.shadowRoot.querySelector("canvas");
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          return [width, height, btoa(String.fromCharCode(...data))];
        }"""
    )
    bytes_ = np.frombuffer(base64.b64decode(text), np.uint8)
    return bytes_.reshape(height, width, 4)[..., :3]


def test_B13_a_model_is_chosen_and_everything_is_its_own(
    open_own: OpenAtlas, own: Reference
) -> None:
    atlas = open_own()
    options = atlas.page.locator("#hover option")
    assert options.evaluate_all("all => all.map(one => one.value)") == [FIRST.id, OWN.id]
    atlas.move_to(Z)
    expect_decoded(atlas, own, FIRST.id)
    before = atlas.shot(atlas.map().locator(".surface"))
    assert atlas.page.get_by_text("200 training digits").is_visible()

    choose(atlas, OWN.id)
    assert atlas.z() == (4.5, 5.5)  # where its own first picture is
    expect_decoded(atlas, own, OWN.id)
    assert atlas.view() == {"centre": [5, 5], "scale": 6}
    assert atlas.map().evaluate("map => map.points.count") == 90
    legend = atlas.page.locator("#hover latent-map .legend button")
    assert [text.strip() for text in legend.all_inner_texts()] == [*NAMES, "all"]
    names = atlas.map().locator("svg text.name").all_text_contents()
    assert names == NAMES
    assert "leaves" in (atlas.map().locator(".surface").get_attribute("aria-label") or "")
    assert (np.abs(before.astype(int) - atlas.shot(atlas.map().locator(".surface"))) > 60).any()
    assert atlas.page.get_by_text("encoded means of the training images, coloured").is_visible()
    assert atlas.page.get_by_text("200 training digits").is_hidden()
    # Hovering and isolating classes work as ever.
    atlas.page.mouse.move(*atlas.at(0.3, 0.6))
    expect_decoded(atlas, own, OWN.id)
    legend.first.click()
    assert atlas.map().evaluate("map => map.isolated") == [0]

    choose(atlas, FIRST.id)
    assert atlas.map().evaluate("map => map.isolated") == []
    assert atlas.map().evaluate("map => map.points.count") == 200
    assert len(legend.all()) == 11
    atlas.move_to(Z)
    expect_decoded(atlas, own, FIRST.id)
    atlas.until(lambda: "z=0.75" in atlas.page.url)
    assert "map=" not in atlas.page.url


def test_B13_a_link_reproduces_the_chosen_model(open_own: OpenAtlas, own: Reference) -> None:
    first = open_own()
    choose(first, OWN.id)
    first.page.mouse.click(*first.at(0.4, 0.3))
    z = first.z()
    picture = expect_decoded(first, own, OWN.id)
    first.page.mouse.move(*first.at(0.6, 0.6))
    first.page.mouse.wheel(0, -300)
    first.until(lambda: all(part in first.page.url for part in ("map=", "z=", "pin=1", "view=")))
    link = first.page.evaluate("location.hash")
    assert f"map={OWN.id}" in link

    second = open_own(link)
    assert second.page.locator("#map-model").input_value() == OWN.id
    assert second.z() == pytest.approx(z, abs=1e-5)
    np.testing.assert_allclose(expect_decoded(second, own, OWN.id), picture, atol=1e-3)
    assert second.view()["scale"] == pytest.approx(first.view()["scale"], rel=1e-4)
    assert second.map().evaluate("map => map.pinned")
    assert second.page.locator("#notice").is_hidden()


@pytest.mark.parametrize("unknown", ["vae-3", "cvae-2", "vae-5", "constructor"])
def test_B13_an_unknown_model_in_a_link_is_the_first_one(
    open_own: OpenAtlas, own: Reference, unknown: str
) -> None:
    atlas = open_own(f"#map={unknown}&z=0.5,0.25")
    assert atlas.z() == (0.5, 0.25)
    expect_decoded(atlas, own, FIRST.id)
    assert atlas.page.locator("#map-model").input_value() == FIRST.id
    assert atlas.page.locator("#hover .section-error").count() == 0


def test_B13_only_the_first_model_is_fetched_until_another_is_chosen(
    new_page: Callable[..., Page], own: Reference, own_server: Server
) -> None:
    page = new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    atlas = Atlas(page, own_server.url).open()
    theirs = own.model(OWN.id)
    files = {name: theirs[name]["url"] for name in ("decoder", "means", "picture")}
    ours = {own.model(FIRST.id)[name]["url"] for name in files}
    only_theirs = set(files.values()) - ours

    def of_them() -> set[str]:
        return {url for url in only_theirs if any(one.endswith(url) for one in fetched)}

    assert {files["decoder"], files["means"]} <= only_theirs
    assert of_them() == set()
    choose(atlas, OWN.id)
    atlas.until(lambda: of_them() == only_theirs)
    assert not any(one.endswith(theirs["encoder"]["url"]) for one in fetched)


def test_B13_a_choice_that_is_taken_back_at_once_leaves_nothing_behind(
    open_own: OpenAtlas, own: Reference
) -> None:
    atlas = open_own()
    atlas.page.locator("#hover select").evaluate(
        """(select, ids) => {
          for (const id of ids) {
            select.value = id;
            select.dispatchEvent(new Event("change", { bubbles: true }));
          }
        }""",
        [OWN.id, FIRST.id, OWN.id, FIRST.id],
    )
    atlas.page.locator(f"#hover latent-map[model={FIRST.id}][state=ready]").wait_for()
    atlas.move_to(Z)
    expect_decoded(atlas, own, FIRST.id)
    atlas.page.wait_for_load_state("networkidle")  # what is still on its way comes too late
    expect_decoded(atlas, own, FIRST.id)
    assert atlas.map().evaluate("map => map.points.count") == 200
    assert atlas.page.locator("#hover progress:visible").count() == 0


def test_B13_a_broken_model_is_told_in_place_and_the_first_comes_back(
    open_own: OpenAtlas, own: Reference, watch: Watch
) -> None:
    watch.expect("404")
    atlas = open_own()
    decoder = own.model(OWN.id)["decoder"]["url"]
    atlas.page.route(f"**/{decoder}", lambda route: route.fulfill(status=404, body=""))
    atlas.page.locator("#map-model").select_option(OWN.id)
    atlas.page.locator("#hover image-view[state=error]").wait_for()
    assert f"The model {OWN.id} cannot be shown" in atlas.image("decoded").locator("p").inner_text()
    atlas.page.locator(f"#hover latent-map[model={OWN.id}][state=ready]").wait_for()
    choose(atlas, FIRST.id)
    atlas.move_to(Z)
    expect_decoded(atlas, own, FIRST.id)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_B13_the_choice_and_long_names_fit_the_screen(
    open_own: OpenAtlas, scheme: str, width: int, height: int
) -> None:
    atlas = open_own(color_scheme=scheme, viewport={"width": width, "height": height})
    choose(atlas, OWN.id)
    assert atlas.page.evaluate("document.documentElement.scrollWidth") <= width
    for place in (
        atlas.page.locator("#hover select"),
        *atlas.page.locator("#hover latent-map .legend button").all(),
    ):
        box = place.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] >= 34  # a finger finds it
    ink, ground = atlas.page.locator("#hover select").evaluate(
        """select => [getComputedStyle(select).color, getComputedStyle(select).backgroundColor]
          .map(colour => colour.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + +part, 0))"""
    )
    assert abs(ink - ground) > 400
    assert (ground < 200) == (scheme == "dark")


def test_B13_with_a_single_model_there_is_nothing_to_choose(
    open_atlas: OpenAtlas, tmp_path: Path, outlive: Outlive
) -> None:
    reference = publish(tmp_path, FIRST, *OTHERS)
    server = outlive(Server(models_dir=tmp_path))
    atlas = open_atlas(url=server.url)
    assert atlas.page.locator("#hover select").count() == 0
    atlas.move_to(Z)
    expect_decoded(atlas, reference, FIRST.id)
