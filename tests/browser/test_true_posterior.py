"""The true posterior in the plane: its numbers and its picture, against sums over a fine grid."""

from pathlib import Path

import numpy as np
import pytest

from tests.browser.conftest import OpenAtlas, Outlive, Watch
from tests.browser.test_draw import SEVEN, number, on_pad, reading, show_pad, squared_error, take
from tests.support.atlas import Atlas
from tests.support.plane_truth import LogJoint, best_elbo, elbo_of, log_joint_of, plane_truth
from tests.support.reference import Reference
from tests.support.server import Server

PARTS = ("bound", "gap", "encoder", "upright", "rest")
# The letter's gap is several nats; the three's posterior lies where the encoder says.
EXAMPLES = ("three", "letter")

_HEAT = """map => {
  const canvas = map.shadowRoot.querySelector("canvas.heat");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const opacity = [...data].filter((_, i) => i % 4 === 3);
  const box = canvas.getBoundingClientRect();
  return { width, height, opacity, left: box.left, top: box.top, hidden: canvas.hidden };
}"""


@pytest.fixture
def pad(atlas: Atlas) -> Atlas:
    atlas.enter("draw")
    return show_pad(atlas)


def wait_explained(atlas: Atlas) -> dict[str, float]:
    """Wait until the posterior is refined; return its numbers."""
    atlas.until(lambda: reading(atlas, "rest") != "–", "the posterior was not refined")
    return {name: number(reading(atlas, name)) for name in ("exact", *PARTS)}


def joint_of(reference: Reference, x: np.ndarray) -> LogJoint:
    return log_joint_of(reference, "vae-2", x)


@pytest.mark.parametrize("example", EXAMPLES)
def test_B17_B18_the_numbers_are_the_integral_and_its_gap(
    pad: Atlas, reference: Reference, example: str
) -> None:
    x = take(pad, example)
    shown = wait_explained(pad)
    joint = joint_of(reference, x)
    truth = plane_truth(joint)
    assert shown["exact"] == pytest.approx(truth.log_likelihood, abs=0.12)
    mu, logvar = reference.encode("vae-2", x)
    elbo = elbo_of(joint, mu[0].astype(np.float64), np.diag(np.exp(logvar[0].astype(np.float64))))
    assert shown["bound"] == pytest.approx(elbo, abs=0.12)
    assert shown["gap"] == pytest.approx(truth.log_likelihood - elbo, abs=0.15)
    diagonal, full = (best_elbo(joint, truth, upright) for upright in (True, False))
    assert shown["encoder"] == pytest.approx(diagonal - elbo, abs=0.2)
    assert shown["upright"] == pytest.approx(full - diagonal, abs=0.2)
    assert shown["rest"] == pytest.approx(truth.log_likelihood - full, abs=0.2)
    assert min(shown[name] for name in PARTS[1:]) >= 0


def test_B17_the_heat_map_is_the_posterior(pad: Atlas, reference: Reference) -> None:
    x = take(pad, "letter")
    wait_explained(pad)
    pad.page.locator("#draw button.zoom").click()
    pad.enter("draw")
    map_ = pad.map("draw")
    pad.frames()
    heat = map_.evaluate(_HEAT)
    assert not heat["hidden"]
    opacity = np.array(heat["opacity"], float).reshape(heat["height"], heat["width"])
    assert (opacity > 20).sum() > 40
    truth = plane_truth(joint_of(reference, x))
    # The darkest pixel is the best z, and the centre of its mass that of the posterior.
    row, column = np.unravel_index(opacity.argmax(), opacity.shape)
    darkest = pad.data_at((heat["left"] + column + 0.5, heat["top"] + row + 0.5), "draw")
    assert darkest == pytest.approx(truth.best, abs=0.02)
    share = opacity**2 / (opacity**2).sum()
    rows, columns = np.indices(opacity.shape)
    centre = pad.data_at(
        (
            heat["left"] + float((share * columns).sum()) + 0.5,
            heat["top"] + float((share * rows).sum()) + 0.5,
        ),
        "draw",
    )
    mass = np.exp(truth.log_joint - truth.log_joint.max())
    assert centre == pytest.approx(mass @ truth.fine / mass.sum(), abs=0.02)
    # It is gone with the drawing.
    pad.page.get_by_role("button", name="Clear").click()
    pad.until(lambda: map_.evaluate(_HEAT)["hidden"])
    assert {reading(pad, name) for name in ("exact", *PARTS)} == {"–"}
    assert pad.page.locator("#draw button.best").is_disabled()


def test_B18_a_button_leads_to_the_best_z_and_says_what_it_gained(
    pad: Atlas, reference: Reference
) -> None:
    x = take(pad, "letter")
    wait_explained(pad)
    truth = plane_truth(joint_of(reference, x))
    pad.page.locator("#draw button.best").click()
    z = pad.z("draw")
    assert z == pytest.approx(truth.best, abs=0.005)
    assert z is not None
    best = reference.decode("vae-2", [z])[0]
    pad.expect_image("reconstruction", best, 5e-4)
    gain = pad.page.locator("#draw .gain")
    pad.until(gain.inner_text)
    mu, _ = reference.encode("vae-2", x)
    before = squared_error(x, reference.decode("vae-2", mu)[0])
    errors = gain.inner_text().split("squared error ")[1].split(",")[0].split(" → ")
    assert [number(part) for part in errors] == pytest.approx(
        [before, squared_error(x, best)], abs=0.06
    )
    # Nothing is said of it elsewhere on the map, nor back at the drawing.
    pad.move_to((0.5, 0.5), "draw")
    pad.until(lambda: gain.inner_text() == "")
    pad.page.get_by_role("button", name="Show the reconstruction").click()
    pad.until(lambda: pad.z("draw") == pytest.approx(mu[0], abs=1e-3))
    assert gain.inner_text() == ""
    assert reading(pad, "rest") != "–"


def test_B17_the_estimate_follows_the_pen(pad: Atlas, reference: Reference) -> None:
    take(pad, "three")
    wait_explained(pad)
    pad.page.locator("drawing-pad").evaluate("pad => pad.clear()")
    places = on_pad(pad, SEVEN)
    pad.page.evaluate(
        """() => {
          window.__said = new Set();
          const cell = document.querySelector("#draw [data-reading=exact]");
          new MutationObserver(() => __said.add(cell.textContent)).observe(cell, {childList: true});
        }"""
    )
    pad.page.mouse.move(*places[0])
    pad.page.mouse.down()
    for place in places[1:]:
        pad.page.mouse.move(*place, steps=8)
    pad.until(lambda: pad.page.evaluate("[...__said].filter(text => text[0] === '≈').length > 1"))
    pad.page.mouse.up()
    shown = wait_explained(pad)
    x = pad.pixels("input")
    assert x is not None
    truth = plane_truth(joint_of(reference, x))
    assert shown["exact"] == pytest.approx(truth.log_likelihood, abs=0.12)


def test_B17_without_webassembly_the_page_says_why_there_is_no_posterior(
    open_atlas: OpenAtlas, watch: Watch, models_dir: Path, outlive: Outlive
) -> None:
    watch.expect("WebAssembly", "wasm", "falling back to ArrayBuffer")
    server = outlive(Server(models_dir=models_dir, wasm_blocked=True))
    atlas = open_atlas(url=server.url)
    atlas.enter("draw")
    take(atlas, "three")
    said = atlas.page.locator("#draw .gain")
    atlas.until(lambda: "The true posterior cannot be shown" in said.inner_text())
    assert "can run the model" in said.inner_text()
    assert reading(atlas, "exact") == "–"
