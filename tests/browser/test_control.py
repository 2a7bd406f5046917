"""Section "control": a target for every digit, hovering, interpolation between two targets."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import OpenAtlas, Watch
from tests.support.atlas import Atlas
from tests.support.layers import expect_switches
from tests.support.reference import Reference

MODEL = "target-means-vae-2"
STATIONS = 9


@pytest.fixture(scope="module")
def targets(reference: Reference) -> np.ndarray:
    """Where each digit was sent, (10, 2)."""
    return np.array(json.loads(reference.read(reference.model(MODEL)["statistics"]))["targets"])


def expect_strip(atlas: Atlas, reference: Reference, start: np.ndarray, end: np.ndarray) -> None:
    places = [start + (end - start) * i / (STATIONS - 1) for i in range(STATIONS)]
    expected = reference.decode(MODEL, places)
    for i in range(STATIONS):
        atlas.expect_image(f"station-{i}", expected[i])
        said = atlas.page.locator("#control .strip figcaption").nth(i).text_content() or ""
        numbers = [float(text) for text in re.findall(r"-?\d+\.\d", said.replace("−", "-"))]
        assert numbers == pytest.approx(places[i], abs=0.0501)


def test_S0_5_the_targets_are_marked_and_hovering_draws(
    atlas: Atlas, reference: Reference, targets: np.ndarray
) -> None:
    atlas.enter("control")
    assert atlas.map("control").evaluate("map => map.points.count") == 60_000
    crosses = atlas.map("control").locator("path.target").all()
    assert len(crosses) == len(targets)
    for cross, target in zip(crosses, targets, strict=True):

        def is_there(cross: Locator = cross, target: np.ndarray = target) -> bool:
            box = cross.bounding_box()
            assert box
            middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            return middle == pytest.approx(atlas.place_of(tuple(target), "control"), abs=1)

        # More than once where a section above has just moved the map.
        atlas.until(is_there, f"no cross at {target}")
    for x, y in ((0.5, 0.4), (0.25, 0.14), (0.7, 0.6)):
        z = atlas.hover(x, y, "control")
        atlas.expect_image("control-decoded", reference.decode(MODEL, [z])[0])
    # Every digit's cloud lies around its own cross: the colours there are its own.
    atlas.page.mouse.move(*atlas.at(0.02, 0.98, "control"))
    images = reference.decode(MODEL, targets)
    for digit, target in enumerate(targets):
        atlas.move_to(tuple(target), "control")
        atlas.expect_image("control-decoded", images[digit])


def test_S0_5_S0_9_the_numbers_are_what_the_points_and_the_release_show(
    atlas: Atlas, reference: Reference, targets: np.ndarray
) -> None:
    atlas.enter("control")
    means = json.loads(reference.read(reference.model(MODEL)["means"]))
    points, labels = np.column_stack([means["x"], means["y"]]), np.array(means["labels"])
    nearest = ((points[:, None] - targets) ** 2).sum(-1).argmin(1)
    share = f"{100 * (nearest == labels).mean():.1f} %"
    places = atlas.page.locator("#control [data-share]")
    atlas.until(lambda: places.first.text_content() == share, share)
    assert places.all_text_contents() == [share]
    assert (nearest == labels).mean() > 0.9
    told = atlas.page.locator("#control").inner_text()
    for model_id in (MODEL, "vae-2"):
        model = reference.model(model_id)
        samples = json.loads(reference.read(model["report"]))["samples"]
        assert f"{100 * samples['prior']['confident']:.1f} %" in told
        assert f"{model['metrics']['test_elbo']:.1f}".replace("-", "−") in told
    own = reference.model("vae-2")["metrics"]["nearest_mean_accuracy"]
    assert f"{100 * own:.1f} %" in told


def test_B5_interpolation_between_two_targets_is_played_and_scrubbed(
    atlas: Atlas, reference: Reference, targets: np.ndarray
) -> None:
    atlas.enter("control")
    page = atlas.page
    expect_strip(atlas, reference, targets[2], targets[7])
    page.locator("input[name=control-from][value='1']").check()
    page.locator("input[name=control-to][value='8']").check()
    expect_strip(atlas, reference, targets[1], targets[8])
    assert atlas.z("control") == pytest.approx(targets[1])

    bar = page.locator("#control play-bar")
    bar.get_by_role("slider").fill("0.5")
    middle = (targets[1] + targets[8]) / 2
    assert atlas.z("control") == pytest.approx(middle)
    atlas.expect_image("control-decoded", reference.decode(MODEL, [middle])[0])
    marker = atlas.map("control").locator("circle.marker")

    def on_the_way() -> bool:
        box = marker.bounding_box()
        assert box
        at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        place = atlas.place_of(tuple(middle), "control")
        return bool(np.hypot(*np.subtract(at, place)) < 1)

    atlas.until(on_the_way)
    here = page.locator("#control .strip .tile.here image-view")
    assert here.get_attribute("name") == f"station-{STATIONS // 2}"
    # By the keyboard, on from there.
    bar.get_by_role("slider").press("End")
    assert atlas.z("control") == pytest.approx(targets[8])

    # Played, it passes places of the way one after the other, and ends at the target.
    bar.evaluate(
        """bar => {
          bar.duration = 4;  // a busy machine draws few frames a second
          window.way = [];
          const map = document.querySelector("#control latent-map");
          bar.addEventListener("value-change", () => way.push([...map.z]));
        }"""
    )
    bar.get_by_role("button", name="Play").click()
    atlas.until(lambda: bar.evaluate("bar => bar.value === 1 && !bar.playing"))
    way = np.array(page.evaluate("way"))
    along = (way - targets[1]) @ (targets[8] - targets[1]) / np.sum((targets[8] - targets[1]) ** 2)
    assert len(way) > 3
    assert (np.diff(along) >= 0).all()
    assert np.abs(way - (targets[1] + along[:, None] * (targets[8] - targets[1]))).max() < 1e-6
    atlas.expect_image("control-decoded", reference.decode(MODEL, [targets[8]])[0])

    # The reader's pointer takes over from the bar.
    bar.evaluate("bar => { bar.duration = 60; bar.play(); }")
    atlas.show("control")
    page.mouse.move(*atlas.at(0.3, 0.3, "control"))
    page.mouse.move(*atlas.at(0.31, 0.3, "control"))
    atlas.until(lambda: not bar.evaluate("bar => bar.playing"))
    z = atlas.z("control")
    assert z is not None
    atlas.expect_image("control-decoded", reference.decode(MODEL, [z])[0])

    # A path to where it starts is turned round instead.
    page.locator("input[name=control-to][value='1']").check()
    assert page.locator("input[name=control-from]:checked").input_value() == "8"
    expect_strip(atlas, reference, targets[8], targets[1])


def test_B5_B6_a_link_opens_within_the_interpolation(
    open_atlas: OpenAtlas, reference: Reference, targets: np.ndarray
) -> None:
    atlas = open_atlas("#control.z=5,10&control.pin=1&control.from=3&control.to=2")
    atlas.enter("control")
    assert atlas.z("control") == (5, 10)
    assert atlas.map("control").evaluate("map => map.pinned")
    assert atlas.page.locator("#control play-bar").evaluate("bar => bar.value") == pytest.approx(
        0.5
    )
    expect_strip(atlas, reference, targets[3], targets[2])
    atlas.expect_image("control-decoded", reference.decode(MODEL, [[5, 10]])[0])
    atlas.page.mouse.click(*atlas.at(0.6, 0.6, "control"))
    atlas.page.locator("input[name=control-to][value='4']").check()
    atlas.until(lambda: "control.to=4" in atlas.page.evaluate("location.hash"))
    assert "control.from=3" in atlas.page.evaluate("location.hash")


def test_B6_the_layers_of_the_map_of_targets_are_switches_that_the_link_keeps(
    open_atlas: OpenAtlas, reference: Reference, targets: np.ndarray
) -> None:
    first = {"points": True, "density": False, "names": False, "targets": True, "path": True}
    layers = expect_switches(
        open_atlas,
        lambda atlas: atlas.enter("control"),
        "control",
        "control.layers",
        first | {"circle": False},
    )
    map_ = layers.atlas.map("control")
    assert map_.locator("g.ellipse").count() == 0  # they would lie over the targets
    shapes = {"targets": "path.target", "path": "circle.marker", "names": "text.name"}
    for name, selector in shapes.items():
        shown = map_.locator(selector).count()
        assert (shown > 0) == first[name]
        layers.flip(name)
        assert (map_.locator(selector).count() > 0) != first[name]
    # The bar moves z where the path is not shown.
    layers.atlas.page.locator("#control play-bar").get_by_role("slider").press("End")
    assert layers.atlas.z("control") == pytest.approx(targets[7])


def test_B5_a_decoder_that_was_lost_brings_the_interpolation_when_it_comes(
    open_atlas: OpenAtlas, reference: Reference, watch: Watch
) -> None:
    watch.expect("Failed to load resource")
    atlas = open_atlas()
    decoder = reference.model(MODEL)["decoder"]["url"]
    atlas.page.route(f"**/{decoder}", lambda route: route.abort())
    atlas.page.locator("#control").evaluate("s => s.scrollIntoView({behavior: 'instant'})")
    atlas.page.locator("image-view[name=control-decoded][state=error]").wait_for(timeout=60_000)
    atlas.page.locator("image-view[name=station-1][state=error]").wait_for()
    bar = atlas.page.locator("#control play-bar")
    assert bar.evaluate("bar => bar.disabled")
    atlas.page.unroute(f"**/{decoder}")
    atlas.move_to((0.5, -0.5), "control")
    atlas.expect_image("control-decoded", reference.decode(MODEL, [[0.5, -0.5]])[0])
    atlas.until(lambda: not bar.evaluate("bar => bar.disabled"))
    atlas.page.locator("image-view[name=station-1][state=ready]").wait_for()


def test_B8_a_picture_that_cannot_be_fetched_shows_no_broken_icon(
    open_atlas: OpenAtlas, reference: Reference, watch: Watch
) -> None:
    watch.expect("Failed to load resource")
    atlas = open_atlas()
    model = reference.model(MODEL)
    for url in (model["picture"]["url"], model["prepared"]["image"]["url"]):
        atlas.page.route(f"**/{url}", lambda route: route.abort())
    atlas.enter("control")
    lost = atlas.page.locator("#control img")
    assert lost.count() == 2
    atlas.until(
        lambda: lost.evaluate_all("all => all.every(i => i.complete && i.naturalWidth === 0)")
    )
    seen = "all => all.map(image => getComputedStyle(image).visibility)"
    assert lost.evaluate_all(seen) == ["hidden", "hidden"]
