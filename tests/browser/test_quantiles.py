"""The plane in quantiles: what lies at (Φ(z₁), Φ(z₂)) is that z's own, and the prior is even."""

import json
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.lab import Lab
from tests.support.reference import Reference
from tests.support.scatter_pixels import POINTS_ALONE, counts

NORMAL = NormalDist()
PLACES = ((0.5, 0.5), (0.7, 0.3), (0.2, 0.4), (0.87, 0.9))
SEEN_AT_FIRST = {"centre": [0.5, 0.5], "scale": 1.1}


def switch(atlas: Atlas, layer: str) -> None:
    """Press a switch of the first map, not by the mouse: on its way it might move z."""
    atlas.page.locator(f"#hover layer-switches input[name={layer}]").press("Space")


def z_at(atlas: Atlas, place: tuple[float, float]) -> list[float]:
    """Return Φ⁻¹ of what the map shows at a place of the screen."""
    return [NORMAL.inv_cdf(share) for share in atlas.data_at(place)]


def quantiles(z: Any) -> np.ndarray:
    """Map z (…, 2) to (Φ(z₁), Φ(z₂))."""
    return np.vectorize(NORMAL.cdf)(z)


def numbers(path: Locator) -> np.ndarray:
    """Return the corners (N, 2) of a polyline, in pixels of its map."""
    d = (path.get_attribute("d") or "").strip("MZ")
    return np.array([[float(value) for value in pair.split(",")] for pair in d.split("L")])


def test_B19_a_place_in_quantiles_is_the_z_of_that_share_of_the_prior(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas("#view=0.5,0.5,4")
    switch(atlas, "quantiles")
    atlas.until(lambda: atlas.view() == SEEN_AT_FIRST)
    for share in PLACES:
        x, y = atlas.at(*share)
        place = round(x), round(y)  # the wheel tells no more
        atlas.page.mouse.move(*place)
        z = atlas.z()
        assert z == pytest.approx(z_at(atlas, place), abs=1e-6)
        assert z is not None
        atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
    # The read-out stays in z, and the pin where the pointer was.
    said = atlas.map().locator(".coordinates").text_content() or ""
    assert f"{z[0]:.3f}" in said.replace("−", "-")
    atlas.page.mouse.click(*place)
    atlas.page.mouse.wheel(0, -240)
    atlas.until(lambda: atlas.view()["scale"] < 0.9)
    assert z_at(atlas, place) == pytest.approx(z, abs=1e-6)  # it still is under the pointer
    view = atlas.view()
    atlas.until(lambda: "layers=quantiles" in atlas.page.url and "view=" in atlas.page.url)

    again = open_atlas(atlas.page.evaluate("location.hash"))
    assert again.view()["centre"] == pytest.approx(view["centre"], abs=1e-5)
    assert again.view()["scale"] == pytest.approx(view["scale"], abs=1e-5)
    assert again.z() == pytest.approx(z, abs=1e-6)
    assert again.map().evaluate("map => map.pinned")
    again.expect_image("decoded", reference.decode("vae-2", [again.z() or z])[0])
    switch(again, "quantiles")
    home = reference.model("vae-2")["view"]
    again.until(lambda: again.view() == home)
    again.until(lambda: "layers=" not in again.page.url and "view=" not in again.page.url)


def test_B19_arrows_go_by_shares_of_the_prior_and_end_at_its_edge(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas("#layers=quantiles&z=0.25,-1")
    surface = atlas.map().locator(".surface")
    surface.press("ArrowRight")
    expected = [NORMAL.inv_cdf(NORMAL.cdf(0.25) + 1.1 / 200), -1]
    assert atlas.z() == pytest.approx(expected, abs=1e-6)
    for _ in range(9):
        surface.press("Shift+ArrowDown")
    z = atlas.z()
    assert z is not None
    assert z == pytest.approx([expected[0], -5], abs=1e-3)
    surface.press("0")
    atlas.page.mouse.move(*atlas.at(0.5, 0.01))  # in the margin
    assert atlas.z() == pytest.approx([0, 5], abs=0.01)


def test_B19_points_lattice_and_contours_lie_where_their_quantiles_are(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas("#layers=quantiles.prior.lattice.ellipses")
    map_ = atlas.map()
    # A contour that holds half of the prior has the radius √(2 ln 2).
    box = atlas.surface()
    size = np.array([box["width"], box["height"]])
    first, last = (
        np.array(atlas.data_at((box["x"] + x, box["y"] + y))) for x, y in (np.zeros(2), size)
    )

    def outline(selector: str) -> np.ndarray:
        shares = numbers(map_.locator(selector).first) / size
        return np.vectorize(NORMAL.inv_cdf)(first + shares * (last - first))

    assert np.hypot(*outline("path.prior").T) == pytest.approx(np.sqrt(2 * np.log(2)), abs=0.01)
    statistics = reference.read_json(reference.model("vae-2")["statistics"])
    row = statistics["splits"]["train"][3]
    spread = np.array(row["covariance"]) + np.diag(row["posterior_variance"])
    map_.locator("g.ellipse").first.wait_for(state="attached")
    off = outline(f"g.ellipse.class-{row['label']} path.sd-1") - row["mean"]
    form = np.einsum("ni,ij,nj->n", off, np.linalg.inv(spread), off)
    assert form == pytest.approx(1, abs=0.05)
    # The lattice's tiles are as probable as each other.
    held = "map => map.lattice && Array.from(map.lattice.images)"
    tiles = np.reshape(atlas.until(lambda: map_.evaluate(held)), (400, -1))
    z = (NORMAL.inv_cdf(7.5 / 20), NORMAL.inv_cdf(1 - 12.5 / 20))
    assert np.abs(tiles[12 * 20 + 7] - reference.decode("vae-2", [z])[0]).max() < 1e-4

    for layer in ("lattice", "prior", "ellipses"):
        switch(atlas, layer)
    map_.evaluate("(map, off) => { map.layers = {...map.layers, ...off}; }", POINTS_ALONE)
    map_.evaluate("map => map.scrollIntoView({behavior: 'instant', block: 'end'})")
    picture = atlas.still_shot(map_.locator(".surface"))
    means = json.loads(reference.read(reference.model("vae-2")["means"]))
    xy = quantiles(np.column_stack([means["x"], means["y"]]))
    blank = np.abs(picture - 255).max(-1) < 8
    total = counts(xy, atlas.view(), blank.shape)
    assert blank[total >= 3].mean() < 0.01
    near = np.lib.stride_tricks.sliding_window_view(np.pad(total, 4), (9, 9)).sum((2, 3))
    inner = np.s_[2:-2, 2:-2]  # inside the frame's line
    assert blank[inner][near[inner] == 0].mean() > 0.999


def test_B19_only_a_plane_with_that_prior_is_shown_in_quantiles(open_atlas: OpenAtlas) -> None:
    lab = Lab(open_atlas("#lab=vae-2&lab.beside=ae-2&lab.layers=quantiles"))
    views = [lab.map(name).evaluate("map => map.view.scale") for name in ("first", "second")]
    assert views[0] == pytest.approx(1.1)
    assert views[1] > 5
    # They share z, and no view: their maps are laid out in different units.
    lab.move_to((0.5, -0.25))
    assert lab.mark("second") == pytest.approx((0.5, -0.25))
    lab.choose("ae-2", "")
    assert "quantiles" not in lab.layers()
    assert "prior" not in lab.layers()


def test_B19_the_density_is_the_aggregate_posterior_beside_the_prior(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    # Its kernel, of 5 cells of 256, is wider than σ: what the title says of every such map.
    models = [reference.model(model_id) for model_id in reference.ids]
    for model in models:
        latents = reference.read_json(model["statistics"])["latents"]
        if model["latent_size"] == 2 and "posterior_variance" in latents:
            kernel = 5 / 256 * model["view"]["scale"]
            assert np.sqrt(latents["posterior_variance"]).max() < 0.6 * kernel, model["id"]
    atlas = open_atlas("#layers=density.prior")
    title = atlas.page.locator("#hover layer-switches label").filter(has_text="density")
    assert "aggregate posterior" in (title.get_attribute("title") or "")
    units = atlas.view()["scale"] / atlas.surface()["width"]
    contours = atlas.map().locator("ellipse.prior")
    radii = [float(one.get_attribute("rx") or "") * units for one in contours.all()]
    assert 1 - np.exp(-np.square(radii) / 2) == pytest.approx([0.5, 0.9, 0.99], abs=1e-3)
    # Most of q(z) lies where the prior does: the lowest contour is within the 99 % of it.
    lowest, half = (atlas.map().locator(one).first for one in (".density path", "ellipse.prior"))
    widths = [float((one.bounding_box() or {})["width"]) for one in (lowest, half)]
    assert 1 < widths[0] / widths[1] < radii[2] / radii[0]
