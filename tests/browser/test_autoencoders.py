"""Section "autoencoders": a plain autoencoder beside a VAE, one z for both."""

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import OpenAtlas, Watch
from tests.support.atlas import Atlas
from tests.support.reference import Reference
from tests.support.server import Server

SIDES = ("ae", "vae")

_IMAGES = """element => element.images === null ? null :
  Array.from({length: element.images.length / 784}, (_, i) =>
    Array.from(element.images.slice(784 * i, 784 * (i + 1))))"""
_LATTICE = """map => map.lattice === null ? null : ({
  columns: map.lattice.columns, rows: map.lattice.rows, bounds: map.lattice.bounds,
  images: Array.from(map.lattice.images)})"""


def map_of(atlas: Atlas, side: str) -> Locator:
    return atlas.page.locator(f"#autoencoders [data-side={side}] latent-map")


def enter(atlas: Atlas, size: int = 2) -> Atlas:
    """Scroll to the section; return once both maps and the samples are there."""
    atlas.page.locator("#autoencoders").evaluate(
        "section => section.scrollIntoView({behavior: 'instant'})"
    )
    for side in SIDES:
        atlas.page.locator(f"#autoencoders latent-map[model={side}-{size}][state=ready]").wait_for(
            timeout=60_000
        )
        atlas.page.locator(f"digit-grid[data-prior={side}][state=ready]").wait_for(timeout=60_000)
    if size == 2:
        for side in SIDES:
            atlas.page.locator(f"digit-grid[data-places={side}][state=ready]").wait_for()
    return atlas


def statistics(reference: Reference, model_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reference.read(reference.model(model_id)["statistics"]))
    return found


def points(reference: Reference, model_id: str) -> np.ndarray:
    columns = json.loads(reference.read(reference.model(model_id)["means"]))
    return np.stack([columns["x"], columns["y"]], 1)


def z_of(atlas: Atlas, side: str) -> list[float]:
    z: list[float] = map_of(atlas, side).evaluate("map => map.z")
    return z


def sites(bounds: dict[str, Any], count: int) -> np.ndarray:
    """The middles of a lattice's tiles, row by row from the top left, (count², 2)."""
    (left, bottom), (right, top) = bounds["min"], bounds["max"]
    steps = (np.arange(count) + 0.5) / count
    x, y = np.meshgrid(left + steps * (right - left), top - steps * (top - bottom))
    return np.stack([x.ravel(), y.ravel()], 1)


def expect_lattice(atlas: Atlas, side: str, count: int) -> tuple[dict[str, Any], np.ndarray]:
    """Wait for a map's lattice; return its bounds and its images, (count², 784)."""
    lattice = atlas.until(
        lambda: (
            (found := map_of(atlas, side).evaluate(_LATTICE))
            and found["columns"] == count
            and found
        ),
        "no lattice came",
        60,
    )
    assert lattice["rows"] == count
    return lattice["bounds"], np.array(lattice["images"], np.float32).reshape(count**2, -1)


@pytest.fixture
def section(open_atlas: OpenAtlas) -> Atlas:
    return enter(open_atlas())


def test_S1_1_one_z_is_decoded_by_both_models_of_two_latents(
    section: Atlas, reference: Reference
) -> None:
    for side, (x, y) in (("ae", (0.3, 0.6)), ("vae", (0.7, 0.35))):
        surface = map_of(section, side).locator(".surface")
        surface.scroll_into_view_if_needed()
        box = surface.bounding_box()
        assert box is not None
        section.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        section.until(lambda side=side: z_of(section, side) != [0, 0])
        section.until(lambda: z_of(section, "ae") == z_of(section, "vae"))
        z = z_of(section, side)
        for each in SIDES:
            section.expect_image(f"{each}-decoded", reference.decode(f"{each}-2", [z])[0])
            readout = section.page.locator(f"[data-readout={each}]").inner_text()
            circle = statistics(reference, f"{each}-2")["circle"]
            out = np.hypot(*(np.array(z) - circle["centre"])) / circle["radius"]
            assert float(re.findall(r"([\d.]+) radii", readout)[0]) == pytest.approx(out, abs=0.006)
    # The same place in the two spaces is another digit.
    assert np.abs(section.drawn("ae-decoded").astype(int) - section.drawn("vae-decoded")).max() > 60


def test_S1_2_the_diagrams_carry_the_sizes_of_the_released_models(
    section: Atlas, reference: Reference
) -> None:
    for index, model_id in enumerate(("ae-2", "vae-2")):
        model = reference.model(model_id)
        texts = section.page.locator("#autoencoders svg.architecture").nth(index).inner_html()
        for part in ("encoder", "decoder"):
            assert f">{model['metrics']['parameters'][part]:,}<" in texts
        assert texts.count(f">{model['image']['height'] * model['image']['width']}<") == 2
        assert f">{model['latent_size']}<" in texts
        assert ("ε" in texts) == (model_id == "vae-2")
    # They are drawn: lines on the ground, in the diagram of either.
    for index in range(2):
        shot = section.shot(section.page.locator("#autoencoders svg.architecture").nth(index))
        assert 0.02 < (np.abs(shot.astype(int) - shot[0, 0]).max(-1) > 20).mean() < 0.6


def test_S1_3_S1_4_every_encoding_and_the_circle_around_99_percent_of_them(
    section: Atlas, reference: Reference
) -> None:
    for side in SIDES:
        held = map_of(section, side).evaluate(
            "map => ({count: map.points.count, circle: map.circle, xy: [...map.points.xy]})"
        )
        places = np.array(held["xy"]).reshape(-1, 2)
        assert held["count"] == reference.model(f"{side}-2")["metrics"]["train_images"]
        inside = np.hypot(*(places - held["circle"]["centre"]).T) <= held["circle"]["radius"]
        assert inside.mean() == pytest.approx(0.99, abs=5e-4)
        # The circle is on the screen where its numbers say, and goes with its switch.
        drawn = map_of(section, side).locator("svg.overlay ellipse.circle")
        units = map_of(section, side).evaluate("map => map.view.scale / map.size.width")
        box = drawn.bounding_box()
        assert box is not None
        assert box["width"] * units / 2 == pytest.approx(held["circle"]["radius"], rel=0.02)
    section.page.locator("#autoencoders layer-switches").get_by_label("99 % circle").uncheck()
    for side in SIDES:
        map_of(section, side).locator("svg.overlay ellipse.circle").wait_for(state="detached")


def test_S1_5_the_square_in_the_circle_is_decoded_site_by_site(
    section: Atlas, reference: Reference
) -> None:
    before = section.points_shot(map_of(section, "ae"))
    section.page.locator("#autoencoders layer-switches").get_by_label("decoded lattice").check()
    for side in SIDES:
        bounds, images = expect_lattice(section, side, 20)
        circle = statistics(reference, f"{side}-2")["circle"]
        half = circle["radius"] / np.sqrt(2)
        for corner, sign in (("min", -1), ("max", 1)):
            expected = np.array(circle["centre"]) + sign * half
            assert bounds[corner] == pytest.approx(expected, abs=1e-6)
        expected = reference.decode(f"{side}-2", sites(bounds, 20).tolist())
        assert np.abs(images - expected).max() < 1e-3
    surface = map_of(section, "ae").locator(".surface")
    section.until(lambda: (np.abs(section.shot(surface) - before).max(-1) > 60).mean() > 0.2)


def test_S1_6_ten_latents_in_their_first_two_and_in_the_plane_of_their_pca(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = enter(open_atlas("#ae.d=10&ae.plane=first"), 10)
    for side in SIDES:
        bounds, images = expect_lattice(atlas, side, 20)
        known = statistics(reference, f"{side}-10")
        half = known["circle"]["radius"] / np.sqrt(2)
        assert bounds["min"] == pytest.approx(np.array(known["circle"]["centre"]) - half, abs=1e-6)
        z = np.tile(known["latents"]["mean"], (400, 1))
        z[:, :2] = sites(bounds, 20)
        assert np.abs(images - reference.decode(f"{side}-10", z.tolist())).max() < 1e-3
        assert map_of(atlas, side).evaluate("map => map.points") is None

    atlas.page.get_by_label("of greatest spread (PCA)").check()
    enter(atlas, 10)
    for side in SIDES:
        atlas.until(lambda side=side: map_of(atlas, side).evaluate("map => map.points !== null"))
        map_of(atlas, side).evaluate("map => map.moveTo([1.5, -0.75], 'pointer')")
        plane = statistics(reference, f"{side}-10")["plane"]
        z = np.array(plane["origin"]) + np.array([1.5, -0.75]) @ np.array(plane["axes"])
        atlas.expect_image(f"{side}-decoded", reference.decode(f"{side}-10", [z.tolist()])[0], 1e-3)
    atlas.until(lambda: "ae.plane" not in atlas.page.url)


def test_S1_7_a_good_z_and_bad_ones_beside_each_other(section: Atlas, reference: Reference) -> None:
    for side in SIDES:
        grid = section.page.locator(f"digit-grid[data-places={side}]")
        held = np.array(grid.evaluate(_IMAGES), np.float32)
        circle = statistics(reference, f"{side}-2")["circle"]
        cloud = points(reference, f"{side}-2")
        visited = []
        for index in range(3):
            grid.locator("button").nth(index).click()
            section.until(
                lambda grid=grid, index=index: grid.evaluate("grid => grid.marked") == index
            )
            assert z_of(section, "ae") == z_of(section, "vae")
            visited.append(z_of(section, side))
            # The picture to pick is what the decoder then draws large.
            section.expect_image(f"{side}-decoded", held[index], 1e-4)
            # On both maps the place is in sight.
            for each in SIDES:
                seen = map_of(section, each).evaluate(
                    "map => [map.view.centre[0], map.view.centre[1], map.view.scale]"
                )
                off = np.abs(np.array(visited[-1]) - seen[:2]).max()
                assert off <= seen[2] / 2 + 1e-6
        assert np.abs(held - reference.decode(f"{side}-2", visited)).max() < 1e-4
        near = [(np.hypot(*(cloud - z).T) < 0.1).sum() for z in visited]
        assert near[0] > 100
        assert near[1:] == [0, 0]
        out = np.hypot(*(np.array(visited[2]) - circle["centre"])) / circle["radius"]
        assert out == pytest.approx(1.5, abs=1e-3)
        text = section.page.locator(f"[data-readout={side}]").inner_text()
        assert "outside the 99 % circle" in text


def test_S4_8_a_pocket_of_the_autoencoder_is_zoomed_in_and_decoded(
    section: Atlas, reference: Reference
) -> None:
    grid = section.page.locator("digit-grid[data-places=ae]")
    start = z_of(section, "ae")
    tile = grid.locator("button").nth(0)
    tile.focus()
    section.page.keyboard.press("ArrowRight")
    section.page.keyboard.press("Enter")
    bounds, images = expect_lattice(section, "ae", 12)
    cloud = points(reference, "ae-2")
    low, high = np.array(bounds["min"]), np.array(bounds["max"])
    # Not one of all the encodings lies where the lattice does, and it is amid them.
    assert not ((cloud > low) & (cloud < high)).all(1).any()
    circle = statistics(reference, "ae-2")["circle"]
    assert np.hypot(*((low + high) / 2 - circle["centre"])) < circle["radius"] / 2
    expected = reference.decode("ae-2", sites(bounds, 12).tolist())
    assert np.abs(images - expected).max() < 1e-3
    scale = map_of(section, "ae").evaluate("map => map.view.scale")
    assert scale < circle["radius"] / 4
    assert "in the pocket" in section.page.locator("[data-readout=ae]").inner_text()
    shares = [float(s) for s in re.findall(r"([\d.]+) %", section.page.inner_text("#ae-pockets"))]
    assert shares[0] == pytest.approx(
        100 * (high - low).mean() / np.sqrt(2) / circle["radius"], abs=0.06
    )
    # Picked again, it leads back to z, view and layers as they were; all within one screen.
    tiles, there = grid.bounding_box(), map_of(section, "ae").bounding_box()
    assert tiles is not None
    assert there is not None
    assert max(tiles["y"] + tiles["height"], there["y"] + there["height"]) - there["y"] < 900
    section.page.keyboard.press("Enter")
    section.until(lambda: z_of(section, "ae") == z_of(section, "vae") == start)
    assert map_of(section, "ae").evaluate("map => map.view.scale === map.home.scale")
    assert not map_of(section, "ae").evaluate("map => map.layers.lattice")
    section.page.keyboard.press("Enter")
    expect_lattice(section, "ae", 12)
    # The whole map back, the whole lattice back; and the link leads to all of this.
    section.until(lambda: "ae.view" in section.page.url and "lattice" in section.page.url)
    map_of(section, "ae").evaluate("map => map.viewBy(map.home)")
    expect_lattice(section, "ae", 20)
    section.until(lambda: "ae.view" not in section.page.url)
    # Since the reader has zoomed there is no way back: the marked place is picked anew.
    section.page.keyboard.press("Enter")
    expect_lattice(section, "ae", 12)


def test_S1_7_the_same_draws_of_the_prior_and_the_numbers_that_judge_them(
    section: Atlas, reference: Reference
) -> None:
    for size in (2, 10):
        if size == 10:
            section.page.locator("#autoencoders").get_by_label("ten", exact=True).check()
            enter(section, 10)
        draws = json.loads(reference.read(reference.model(f"vae-{size}")["prior"]))["z"][:12]
        for side in SIDES:
            model_id = f"{side}-{size}"
            expected = reference.decode(model_id, draws)
            grid = section.page.locator(f"digit-grid[data-prior={side}]")
            section.until(
                lambda grid=grid, expected=expected: (
                    np.abs(np.array(grid.evaluate(_IMAGES), np.float32) - expected).max() < 1e-3
                ),
                f"the samples of {model_id} are others",
            )
            report = json.loads(reference.read(reference.model(model_id)["report"]))
            share = f"{100 * report['samples']['prior']['confident']:.1f} %"
            figure = section.page.locator("#autoencoders .priors figure", has=grid)
            assert share in figure.locator("figcaption:visible").inner_text()
    study = {
        row["id"]: row["numbers"]["confident"]["mean"]
        for row in json.loads(reference.read(reference.manifest["study"]))["models"]
    }
    prose = section.page.locator("#autoencoders").inner_text()
    for name in ("study-ae-2", "study-vae-2", "study-ae-10", "study-vae-10"):
        assert f"{100 * study[name]:.1f} ±" in prose


def test_B6_a_link_leads_to_the_same_z_views_and_layers(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    link = "#ae.z=1.25,-0.5&ae.pin=1&ae.view=0.5,0.5,3&vae.view=1,-1,4&ae.layers=-points.density"
    atlas = enter(open_atlas(link))
    for side, view in (("ae", [0.5, 0.5, 3]), ("vae", [1, -1, 4])):
        held = map_of(atlas, side).evaluate(
            """map => ({view: [...map.view.centre, map.view.scale], pinned: map.pinned,
                        points: map.layers.points, density: map.layers.density})"""
        )
        assert held["view"] == pytest.approx(view)
        assert (held["pinned"], held["points"], held["density"]) == (True, False, True)
        assert z_of(atlas, side) == [1.25, -0.5]
        atlas.expect_image(f"{side}-decoded", reference.decode(f"{side}-2", [[1.25, -0.5]])[0])


def test_S1_4_planes_switched_quickly_show_the_last_one(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas("#at=autoencoders&ae.d=10&ae.plane=first")
    held: list[Any] = []
    is_late = True

    def hold(route: Any) -> None:
        if is_late:
            held.append(route)
        else:
            route.continue_()

    for side in SIDES:
        atlas.page.route(f"**/{reference.model(f'{side}-10')['statistics']['url']}", hold)
    atlas.page.reload()
    atlas.wait_live("hover")
    atlas.until(lambda: len(held) >= 2, seconds=60)
    atlas.page.locator("input[name=ae-plane]:not([value=first])").check()
    is_late = False  # what is asked for from now on is held by nobody
    for route in held:
        route.continue_()
    enter(atlas, 10)
    for side in SIDES:
        shown = map_of(atlas, side).evaluate(
            "map => [map.axisNames, map.ellipses.length, map.home.centre, map.circle.centre]"
        )
        assert shown[0] == ["first component", "second component"]
        assert shown[1] == 0
        assert shown[2] == pytest.approx(reference.model(f"{side}-10")["view"]["centre"])
        assert shown[3] == pytest.approx([0, 0], abs=0.05)


def test_S1_7_a_decoder_that_is_lost_is_said_everywhere_and_comes_back_with_the_next_move(
    new_page: Callable[..., Page], server: Server, reference: Reference, watch: Watch
) -> None:
    watch.expect("Failed to load resource")
    atlas = Atlas(new_page(), server.url)
    decoder = reference.model("ae-2")["decoder"]["url"]
    # Before the page is open: a section nearby asks for its models early.
    atlas.page.route(f"**/{decoder}", lambda route: route.abort())
    atlas.open()
    atlas.page.locator("#autoencoders").evaluate("s => s.scrollIntoView({behavior: 'instant'})")
    places = atlas.page.locator("digit-grid[data-places=ae]")
    for what in ("image-view[name=ae-decoded]", "digit-grid[data-places=ae]"):
        lost = atlas.page.locator(f"{what}[state=error]")
        lost.wait_for(timeout=60_000)
        told = lost.evaluate("element => element.message")
        assert told.endswith("is the network gone?")
    atlas.page.locator("digit-grid[data-places=vae][state=ready]").wait_for(timeout=60_000)
    atlas.page.unroute(f"**/{decoder}")
    map_of(atlas, "ae").evaluate("map => map.moveTo([0.5, -0.5], 'pointer')")
    atlas.expect_image("ae-decoded", reference.decode("ae-2", [[0.5, -0.5]])[0])
    places.and_(atlas.page.locator("[state=ready]")).wait_for()
