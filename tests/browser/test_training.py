"""Section "training": the points of a map, epoch by epoch."""

import json
from typing import Any

import numpy as np
import pytest

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.reference import Reference
from tests.support.trace_file import Trace

SLOW = 60.0
"""Seconds for whatever loads files or plays to its end."""


@pytest.fixture(scope="module")
def traced(reference: Reference) -> dict[str, Any]:
    """The model whose training the page opens on."""
    found = [
        model
        for model in reference.manifest["models"]
        if "trace" in model and model["latent_size"] == 2
    ]
    return next((model for model in found if model["id"] == "vae-2"), found[0])


@pytest.fixture(scope="module")
def trace(reference: Reference, traced: dict[str, Any]) -> Trace:
    return Trace(json.loads(reference.read(traced["trace"])))


def enter(atlas: Atlas) -> Atlas:
    section = atlas.page.locator("#training")
    section.evaluate("section => section.scrollIntoView({behavior: 'instant'})")
    section.locator("play-bar:not([disabled])").wait_for(timeout=1000 * SLOW)
    section.locator("latent-map[state=ready]").wait_for(timeout=1000 * SLOW)
    return atlas


def scrub(atlas: Atlas, frame: int, frames: int) -> None:
    """Move the scrubber to a frame, as the reader's hand does."""
    atlas.page.locator("#training play-bar").evaluate(
        """(bar, value) => {
          const input = bar.shadowRoot.querySelector("input");
          input.value = value;
          input.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        str(frame / (frames - 1)),
    )


def points(atlas: Atlas) -> np.ndarray:
    """Return where the map's points are now, (N, 2)."""
    xy = atlas.map("training").evaluate("map => [...map.points.xy]")
    return np.array(xy).reshape(-1, 2)


def number(atlas: Atlas, name: str) -> str:
    text = atlas.page.locator(f"#training [data-number={name}]").inner_text()
    return text.replace("−", "-")


def test_B9_the_slider_moves_the_points_through_the_epochs(
    open_atlas: OpenAtlas, reference: Reference, traced: dict[str, Any], trace: Trace
) -> None:
    atlas = enter(open_atlas(reduced_motion="reduce"))  # it would play by itself
    last = len(trace.epochs) - 1
    curves = json.loads(reference.read(traced["curves"]))
    surface = atlas.map("training").locator(".surface")
    chart = atlas.page.locator("#training line-chart[state=ready]")

    def expect_frame(frame: int) -> None:
        np.testing.assert_allclose(points(atlas), trace.frames[frame].T, atol=1e-4)
        epoch = trace.epochs[frame]
        assert number(atlas, "epoch") == str(epoch)
        assert chart.evaluate("chart => chart.mark") == epoch
        bar = atlas.page.locator("#training play-bar")
        assert bar.evaluate("bar => bar.text") == f"epoch {epoch} of {trace.epochs[-1]}"
        assert number(atlas, "sorted") == f"{100 * trace.sorted(frame):.0f} %"
        for term in ("elbo", "reconstruction", "kl"):
            if epoch in curves["epoch"]:
                value = curves["curves"][f"held_out_{term}"][curves["epoch"].index(epoch)]
                assert number(atlas, term) == f"{value:.1f}"
            else:
                assert number(atlas, term) == "–"

    expect_frame(0)
    # Before the first epoch all points are in one small spot, which the map magnifies.
    spread = trace.frames[0].std(1).max()
    assert spread < 0.2 * trace.frames[last].std(1).max()
    atlas.map("training").evaluate(
        "map => { map.layers = { axes: false, names: false, cursor: false }; }"
    )

    def coloured() -> np.ndarray:
        shot = atlas.shot(surface).astype(int)
        return np.argwhere(shot.max(-1) - shot.min(-1) > 40)

    atlas.until(lambda: len(found := coloured()) and np.ptp(found, 0).min() > 25, seconds=SLOW)
    scale = "map => map.view.scale / map.home.scale"
    assert atlas.map("training").evaluate(scale) < 0.2
    for frame in (3, last):
        scrub(atlas, frame, last + 1)
        expect_frame(frame)
    assert atlas.map("training").evaluate(scale) == 1
    atlas.until(lambda: len(found := coloured()) and np.ptp(found, 0).min() > 300, seconds=SLOW)
    # The names of the classes stand where the classes are.
    scrub(atlas, 3, last + 1)
    means = atlas.map("training").evaluate("map => map.statistics.map(({ mean }) => [...mean])")
    expected = [trace.frames[3].T[trace.labels == label].mean(0) for label in range(10)]
    np.testing.assert_allclose(means, expected, atol=1e-3)
    # The point on the map is decoded by the trained model.
    atlas.map("training").evaluate("map => map.moveTo([1.25, -0.5], 'pointer')")
    expected = reference.decode(traced["id"], [[1.25, -0.5]])[0]
    atlas.expect_image("training-decoded", expected, 1e-3)
    # The link keeps the frame.
    atlas.until(lambda: "frame=3" in atlas.page.url)
    atlas.page.reload()
    enter(atlas)
    np.testing.assert_allclose(points(atlas), trace.frames[3].T, atol=1e-4)
    assert number(atlas, "epoch") == str(trace.epochs[3])


def test_B9_playing_moves_smoothly_between_recorded_epochs(
    open_atlas: OpenAtlas, trace: Trace
) -> None:
    atlas = enter(open_atlas())
    bar = atlas.page.locator("#training play-bar")
    # By itself it plays once, when its map comes into view.
    atlas.until(lambda: bar.evaluate("bar => bar.value > 0"), seconds=SLOW)
    bar.evaluate("bar => { bar.duration = 1; }")
    over = "bar => bar.value >= 1 && !bar.playing"
    atlas.until(lambda: bar.evaluate(over), seconds=SLOW)
    assert "frame=" not in atlas.page.evaluate("location.hash")  # nobody asked for it
    atlas.page.evaluate("scrollTo(0, 0)")
    atlas.frames()
    enter(atlas)
    atlas.frames()
    assert bar.evaluate(over)
    first = int(np.abs(trace.frames[1, 0] - trace.frames[0, 0]).argmax())
    # Notes where one point is whenever the map is given points, and how far the bar is.
    atlas.page.evaluate(
        """point => {
          const bar = document.querySelector("#training play-bar");
          const map = document.querySelector("#training latent-map");
          window.seen = [];
          bar.addEventListener("value-change", event =>
            window.seen.push([event.detail.value, map.points.xy[2 * point]]));
          bar.duration = 4;
        }""",
        first,
    )
    bar.get_by_role("button").click()
    atlas.until(lambda: bar.evaluate("bar => bar.value >= 1 && !bar.playing"), seconds=SLOW)
    atlas.until(lambda: "frame=" in atlas.page.evaluate("location.hash"))
    seen = np.array(atlas.page.evaluate("window.seen"))
    position = seen[:, 0] * (len(trace.epochs) - 1)
    way = np.interp(position, np.arange(len(trace.epochs)), trace.frames[:, 0, first])
    np.testing.assert_allclose(seen[:, 1], way, atol=1e-3)
    assert (np.abs(position - position.round()) > 0.05).sum() >= 3
    np.testing.assert_allclose(points(atlas), trace.frames[-1].T, atol=1e-4)


def test_B9_with_less_motion_it_jumps_from_epoch_to_epoch(
    open_atlas: OpenAtlas, trace: Trace
) -> None:
    atlas = enter(open_atlas(reduced_motion="reduce"))
    bar = atlas.page.locator("#training play-bar")
    atlas.page.evaluate(
        """() => {
          const bar = document.querySelector("#training play-bar");
          const map = document.querySelector("#training latent-map");
          window.seen = [];
          bar.addEventListener("value-change", () => window.seen.push(map.points.xy[0]));
          bar.duration = 1;
        }"""
    )
    bar.get_by_role("button").click()
    atlas.until(lambda: bar.evaluate("bar => bar.value >= 1 && !bar.playing"), seconds=SLOW)
    recorded = trace.frames[:, 0, 0]
    for place in atlas.page.evaluate("window.seen"):
        assert np.abs(recorded - place).min() < 1e-4
