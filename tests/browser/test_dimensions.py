"""Section "dimensions": sliders, tiles, a drawing and a map that share one z of many latents."""

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import OpenAtlas, Watch
from tests.support.atlas import Atlas
from tests.support.axe import SCHEMES, violations
from tests.support.layers import expect_switches
from tests.support.mnist import mnist_or_skip
from tests.support.reference import Reference
from tests.support.server import Server

MODEL = "vae-10"
DECODED = "dimensions-decoded"
SIZES = (2, 5, 10, 20, 50, 100)
SLOW = 60.0
"""Seconds for whatever loads models."""


def enter(atlas: Atlas, model_id: str = MODEL) -> Atlas:
    """Scroll to the sliders and wait until they, the tiles and the map are live."""
    atlas.page.locator("#dimensions").evaluate(
        "section => section.scrollIntoView({behavior: 'instant'})"
    )
    atlas.page.locator(f"#dimensions latent-map[model={model_id}][state=ready]").wait_for(
        state="attached", timeout=1000 * SLOW
    )
    tile = 'image-view[name="dimensions-tile-9"][state=ready]'
    atlas.page.locator(tile).wait_for(state="attached", timeout=1000 * SLOW)
    return atlas


def sliders(atlas: Atlas) -> Locator:
    return atlas.page.locator("latent-sliders")


def z(atlas: Atlas) -> list[float]:
    answer: list[float] = sliders(atlas).evaluate("sliders => sliders.z")
    return answer


def texts(atlas: Atlas) -> list[str]:
    """Return the values that are written beside the sliders, in the order of the latents."""
    return [
        text.replace("−", "-")
        for text in sliders(atlas).locator(".row:not(.unused) .value").all_inner_texts()
    ]


def document(reference: Reference, model_id: str, name: str) -> Any:
    return json.loads(reference.read(reference.model(model_id)[name]))


def on_plane(reference: Reference, point: list[float], model_id: str = MODEL) -> np.ndarray:
    plane = document(reference, model_id, "statistics")["plane"]
    place: np.ndarray = np.array(plane["axes"]) @ (np.array(point) - plane["origin"])
    return place


def expect_shown(atlas: Atlas, reference: Reference) -> None:
    """The picture, the numbers and the mark on the map are those of the sliders' z."""
    now = z(atlas)
    atlas.expect_image(DECODED, reference.decode(MODEL, [now])[0], tolerance=2e-4)
    # Numbers and mark come after the picture.
    atlas.until(lambda: [float(text) for text in texts(atlas)] == pytest.approx(now, abs=0.0051))
    mark = on_plane(reference, now)
    atlas.until(lambda: atlas.z("dimensions") == pytest.approx(mark, abs=1e-3))


def tile(atlas: Atlas, index: int) -> Locator:
    return atlas.page.locator("#dimensions button.sample").nth(index)


def test_S3_1_every_latent_has_a_slider_and_z_is_decoded_live(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = enter(open_atlas())
    latents = document(reference, MODEL, "statistics")["latents"]
    inputs = sliders(atlas).locator("input")
    assert inputs.count() == 10
    mean = np.array(latents["mean"])
    reach = 3 * np.sqrt(np.array(latents["variance"]) + latents["posterior_variance"])
    ranges = inputs.evaluate_all("all => all.map(one => [Number(one.min), Number(one.max)])")
    np.testing.assert_allclose(ranges, np.stack([mean - reach, mean + reach], 1), atol=1e-6)
    assert sliders(atlas).locator(".kl").all_inner_texts() == [
        f"{kl:.2f} nats" for kl in latents["kl"]
    ]
    # It opens on the picture that was prepared.
    assert z(atlas) == pytest.approx(reference.model(MODEL)["prepared"]["z"])
    expect_shown(atlas, reference)

    # The mouse: the thumb goes where it is pressed, and is drawn along.
    atlas.page.mouse.move(0, 0)
    inputs.nth(3).scroll_into_view_if_needed()
    box = inputs.nth(3).bounding_box()
    assert box is not None
    before = z(atlas)
    for share in (0.25, 0.4, 0.7):
        atlas.page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        atlas.page.mouse.down()
        wanted = mean[3] + (2 * share - 1) * reach[3]
        assert z(atlas)[3] == pytest.approx(wanted, abs=0.15 * reach[3])
        expect_shown(atlas, reference)
    atlas.page.mouse.up()
    assert [a == b for a, b in zip(before, z(atlas), strict=True)] == [i != 3 for i in range(10)]

    # The keys: a hundredth of the range, ten times that with Shift, the ends, the mean.
    step = 2 * reach[0] / 100
    inputs.nth(0).focus()
    inputs.nth(0).press("0")
    for key, wanted in (
        ("ArrowRight", mean[0] + step),
        ("Shift+ArrowRight", mean[0] + 11 * step),
        ("PageDown", mean[0] + step),
        ("ArrowDown", mean[0]),
        ("End", mean[0] + reach[0]),
        ("ArrowUp", mean[0] + reach[0]),
        ("Home", mean[0] - reach[0]),
        ("0", mean[0]),
    ):
        inputs.nth(0).press(key)
        assert z(atlas)[0] == pytest.approx(wanted), key
    expect_shown(atlas, reference)
    assert inputs.nth(0).get_attribute("aria-valuetext") == texts(atlas)[0].replace("-", "−")

    # Back: one by a double click on its row, all by a button.
    sliders(atlas).locator(".row").nth(3).dblclick(position={"x": 4, "y": 8})
    assert z(atlas)[3] == pytest.approx(mean[3])
    sliders(atlas).get_by_role("button", name="Reset all").click()
    assert z(atlas) == pytest.approx(mean)
    expect_shown(atlas, reference)

    # The prior: another draw of it each time, and a link that reproduces it.
    atlas.page.get_by_role("button", name="Sample the prior").click()
    first = z(atlas)
    atlas.page.get_by_role("button", name="Sample the prior").click()
    second = z(atlas)
    assert np.abs(np.subtract(first, second)).max() > 0.1
    expect_shown(atlas, reference)

    def is_linked() -> bool:
        found = re.search(r"dims\.z=([-\d.,]+)", atlas.page.url)
        return found is not None and [float(text) for text in found[1].split(",")] == pytest.approx(
            second, abs=0.00051
        )

    atlas.until(is_linked)
    atlas.page.reload()
    enter(atlas)
    assert z(atlas) == pytest.approx(second, abs=0.00051)
    expect_shown(atlas, reference)


def test_S3_2_a_click_on_a_tile_draws_another_z_from_its_posterior(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = enter(open_atlas())
    tiles = document(reference, MODEL, "tiles")
    images = reference.decode(MODEL, tiles["mu"])
    for index in range(10):
        atlas.expect_image(f"dimensions-tile-{index}", images[index], tolerance=2e-4)
        name = reference.model(MODEL)["class_names"][tiles["labels"][index]]
        assert tile(atlas, index).inner_text() == name
    mu, sigma = np.array(tiles["mu"][3]), np.array(tiles["sigma"][3])

    tile(atlas, 3).click(modifiers=["Shift"])
    assert z(atlas) == pytest.approx(mu)
    assert "z = μ." in atlas.page.locator("#dimensions output").inner_text()
    expect_shown(atlas, reference)
    epsilon = []
    for variation in range(1, 16):
        if variation % 2:
            tile(atlas, 3).click()
        else:
            tile(atlas, 3).press("Enter")
        epsilon.append((z(atlas) - mu) / sigma)
        said = atlas.page.locator("#dimensions output").inner_text()
        assert f"variation {variation}:" in said
        length = re.search(r"‖ε‖ = ([\d.]+)\.", said)
        assert length
        assert float(length[1]) == pytest.approx(np.linalg.norm(epsilon[-1]), abs=0.051)
    expect_shown(atlas, reference)
    drawn = np.array(epsilon)
    # 150 draws of N(0, 1): four standard errors.
    assert abs(drawn.mean()) < 4 / np.sqrt(drawn.size)
    assert abs(drawn.std() - 1) < 4 / np.sqrt(2 * drawn.size)
    # No latent takes its ε from another, no draw from the one before; two of 150 may be alike,
    # since z is read with few digits.
    assert len(np.unique(drawn.round(6))) >= drawn.size - 5

    # The bands behind the sliders are μ ± σ.
    latents = document(reference, MODEL, "statistics")["latents"]
    total = np.add(latents["variance"], latents["posterior_variance"])
    shares = (
        sliders(atlas)
        .locator(".band")
        .evaluate_all("bands => bands.map(band => Number(band.style.getPropertyValue('--share')))")
    )
    low, high = (np.clip((mu + s * sigma - latents["mean"]) / (6 * np.sqrt(total)) + 0.5, 0, 1)
                 for s in (-1, 1))  # fmt: skip
    np.testing.assert_allclose(shares, high - low, atol=1e-3)

    atlas.page.get_by_role("button", name="Show μ").click()
    assert z(atlas) == pytest.approx(mu)
    assert tile(atlas, 3).get_attribute("aria-pressed") == "true"
    tile(atlas, 7).click()
    assert tile(atlas, 3).get_attribute("aria-pressed") == "false"
    expect_shown(atlas, reference)
    # Tile, draw and band are in the link.
    atlas.until(lambda: "dims.tile=7&dims.draw=1" in atlas.page.url)
    output = "#dimensions output"
    said, drawn_z = atlas.page.locator(output).first.inner_text(), z(atlas)
    atlas.page.reload()
    enter(atlas)
    atlas.until(lambda: tile(atlas, 7).get_attribute("aria-pressed") == "true")
    assert atlas.page.locator(output).first.inner_text() == said
    assert z(atlas) == pytest.approx(drawn_z, abs=0.00051)
    assert sliders(atlas).locator(".band").count() == 10
    tile(atlas, 7).click()
    assert "variation 2:" in atlas.page.locator(output).first.inner_text()

    # A click on the map moves z in its plane alone.
    before = np.array(z(atlas))
    atlas.map("dimensions").scroll_into_view_if_needed()

    def click() -> bool:
        place = atlas.at(0.3, 0.35, "dimensions")
        atlas.page.mouse.click(*place)
        atlas.page.mouse.click(*place)  # pinned again
        target = np.array(atlas.data_at(place, "dimensions"))
        return on_plane(reference, z(atlas)) == pytest.approx(target, abs=2e-3)

    # More than once where a section above has just moved the map.
    atlas.until(click)
    after = np.array(z(atlas))
    axes = np.array(document(reference, MODEL, "statistics")["plane"]["axes"])
    moved = after - before
    assert moved - axes.T @ (axes @ moved) == pytest.approx(np.zeros(10), abs=2e-3)
    expect_shown(atlas, reference)


def test_S3_3_the_sliders_follow_the_pen(open_atlas: OpenAtlas, reference: Reference) -> None:
    atlas = enter(open_atlas())
    drawn = atlas.page.locator("#dimensions button.drawn")
    assert drawn.inner_text() == "draw"
    drawn.click()
    pad = atlas.page.locator("#dimensions drawing-pad")
    pad.evaluate("pad => pad.scrollIntoView({ behavior: 'instant', block: 'end' })")
    box = pad.locator("canvas").bounding_box()
    assert box is not None
    middle = None
    said = atlas.page.locator("#dimensions output")
    atlas.page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.2 * box["height"])
    atlas.page.mouse.down()
    for step in range(1, 21):
        x, y = (0.25 + 0.045 * step, 0.2) if step <= 10 else (0.7 - 0.025 * (step - 10), 0.2)
        y += 0 if step <= 10 else 0.06 * (step - 10)
        atlas.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if step == 12:
            atlas.until(lambda: "Your drawing" in said.inner_text(), seconds=SLOW)
            middle = z(atlas)
    atlas.page.mouse.up()

    def follows(of: Atlas) -> bool:
        pixels = of.page.evaluate("[...document.querySelector('#draw drawing-pad').pixels]")
        mu, _ = reference.encode(MODEL, np.array([pixels]))
        return z(of) == pytest.approx(mu[0], abs=2e-3)

    # The pad of section "draw" has the same drawing.
    atlas.until(lambda: follows(atlas), seconds=SLOW)
    assert middle is not None
    assert np.abs(np.subtract(middle, z(atlas))).max() > 0.05
    assert drawn.inner_text() == "yours"
    expect_shown(atlas, reference)
    atlas.expect_image("dimensions-drawing", reference.decode(MODEL, [z(atlas)])[0], 2e-3)

    # Its posterior can be drawn from, as a tile's can; and the other pad moves the sliders, too.
    mu = z(atlas)

    def draw_from_it() -> bool:
        drawn.click()
        return bool(np.abs(np.subtract(mu, z(atlas))).max() > 0.01)

    # More than once where what the pen did last, the same drawing, is only now encoded.
    atlas.until(draw_from_it)
    line = [[{"x": x, "y": y, "pressure": 0.5} for x, y in ((0.5, 0.15), (0.48, 0.85))]]
    atlas.page.locator("#draw drawing-pad").evaluate(
        "(pad, strokes) => { pad.strokes = strokes; }", line
    )
    atlas.until(lambda: follows(atlas), seconds=SLOW)
    expect_shown(atlas, reference)
    pad.get_by_role("button", name="Clear").click()
    assert drawn.inner_text() == "draw"
    assert atlas.page.locator("#draw drawing-pad").evaluate("pad => pad.strokes.length") == 0


def test_S4_4_ten_test_digits_by_latent_size_and_by_kind(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas()
    asked: list[str] = []
    atlas.page.on("request", lambda request: asked.append(request.url))
    late = [reference.model(f"{kind}-50")["decoder"]["url"] for kind in ("ae", "vae", "cvae")]
    enter(atlas)
    figure = atlas.page.locator("#dimensions .sizes")

    def expect_rows(names: dict[str, str]) -> None:
        for name, model_id in names.items():
            view = atlas.page.locator(f'image-view[name="{name}"][state=ready]')
            view.wait_for(timeout=1000 * SLOW)
            tiles = document(reference, model_id, "tiles")
            told = reference.model(model_id)["condition"] == "both"
            images = reference.decode(model_id, tiles["mu"], tiles["labels"] if told else None)
            strip = images.reshape(10, 28, 28).transpose(1, 0, 2).reshape(-1)
            atlas.expect_image(name, strip, tolerance=2e-4)
            error = reference.model(model_id)["metrics"]["squared_error"]
            row = figure.locator(".strip", has=view)
            assert f"{error:.1f}" in row.inner_text()

    for kind, name in (("vae", "VAE"), ("ae", "AE"), ("cvae", "CVAE")):
        figure.get_by_label(name, exact=True).check()
        figure.scroll_into_view_if_needed()
        expect_rows({f"dimensions-row-{kind}-{size}": f"{kind}-{size}" for size in SIZES})
        assert figure.locator(".strips:visible").count() == 1
        # Whatever the reader has not asked for was not fetched.
        loaded = [any(url in one for one in asked) for url in late]
        assert loaded == {"vae": [0, 1, 0], "ae": [1, 1, 0], "cvae": [1, 1, 1]}[kind]
    figure.get_by_label("all three, ten latents").check()
    expect_rows({f"dimensions-kinds-{kind}-10": f"{kind}-10" for kind in ("ae", "vae", "cvae")})
    # Beside the originals, where the server's machine has them.
    index = document(reference, "vae-10", "tiles")["index"]
    originals = np.asarray(mnist_or_skip("test").pixels)[index] / np.float32(255)
    strip = originals.reshape(10, 28, 28).transpose(1, 0, 2).reshape(-1)
    atlas.expect_image("dimensions-originals-kinds", strip)


def test_S4_2_what_more_latents_buy_is_what_the_study_measured(
    atlas: Atlas, reference: Reference
) -> None:
    section = atlas.page.locator("#dimensions")
    study = json.loads(reference.read(reference.manifest["study"]))
    numbers = {row["id"].removeprefix("study-"): row["numbers"] for row in study["models"]}
    verdicts = {claim["id"]: claim["verdict"] for claim in study.get("claims", [])}
    text = section.text_content() or ""
    for size in (2, 20):
        error = numbers[f"vae-{size}"]["squared_error"]
        is_told = f"{error['mean']:.2f} ± {error['std']:.2f}" in text
        assert is_told == (verdicts.get("vae-error-falls-with-size") == "shown")
    for model_id in ("vae-2", "vae-10"):
        metrics = reference.model(model_id)["metrics"]
        assert f"{metrics['squared_error']:.1f}" in text
    for model_id in ("vae-10", "ae-10"):
        share = document(reference, model_id, "report")["samples"]["prior"]["confident"]
        assert f"{100 * share:.0f} %" in text


def test_S3_1_other_models_unused_latents_and_the_label(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = enter(open_atlas("#dims=vae-20"), "vae-20")
    active = document(reference, "vae-20", "statistics")["latents"]["active"]
    unused = sliders(atlas).locator(".row.unused label").all_inner_texts()
    assert unused == [f"z{i + 1}" for i, used in enumerate(active) if not used]
    assert f"{len(unused)} unused" in sliders(atlas).locator("summary").inner_text()

    chooser, told = (atlas.page.locator(f"#dimensions-{name}") for name in ("model", "label"))
    assert not told.is_visible()
    chooser.select_option("cvae-10")
    enter(atlas, "cvae-10")
    tiles = document(reference, "cvae-10", "tiles")
    tile(atlas, 4).click(modifiers=["Shift"])
    assert told.input_value() == str(tiles["labels"][4])
    for label in (tiles["labels"][4], 7):
        told.select_option(str(label))
        expected = reference.decode("cvae-10", [z(atlas)], [label])[0]
        atlas.expect_image(DECODED, expected, tolerance=2e-4)
    atlas.until(lambda: "dims=cvae-10" in atlas.page.url and "dims.digit=7" in atlas.page.url)

    # An autoencoder has no posterior to draw from, and says so.
    chooser.select_option("ae-10")
    enter(atlas, "ae-10")
    mu = document(reference, "ae-10", "tiles")["mu"][4]
    for _ in range(2):
        tile(atlas, 4).click()
        assert z(atlas) == pytest.approx(mu)
    assert "without a spread" in atlas.page.locator("#dimensions output").inner_text()
    assert atlas.page.get_by_role("button", name="Show μ").is_disabled()
    atlas.expect_image(DECODED, reference.decode("ae-10", [mu])[0], tolerance=2e-4)


def test_files_that_cannot_be_had_are_said_and_cost_only_their_figure(
    new_page: Callable[..., Page], server: Server, reference: Reference, watch: Watch
) -> None:
    watch.expect("404")
    atlas = Atlas(new_page(), server.url)
    traced = [model for model in reference.manifest["models"] if "trace" in model]
    missing = [reference.model(MODEL)["statistics"], *(model["trace"] for model in traced)]
    for file in missing:
        atlas.page.route(f"**/{file['url']}", lambda route: route.fulfill(status=404, body=""))
    atlas.open()
    atlas.page.locator("#dimensions").evaluate(
        "section => section.scrollIntoView({behavior: 'instant'})"
    )
    wait = {"timeout": 1000 * SLOW}
    atlas.page.locator("latent-sliders[state=error]").wait_for(**wait)
    assert (
        f"The latents of {MODEL} cannot be shown"
        in sliders(atlas).locator("[role=status]").inner_text()
    )
    atlas.page.locator("#dimensions latent-map[state=ready]").wait_for(**wait)
    # The next model has all it needs.
    atlas.page.locator("#dimensions-model").select_option("vae-5")
    enter(atlas, "vae-5")
    assert len(z(atlas)) == 5
    training = atlas.page.locator("#training")
    training.evaluate("section => section.scrollIntoView({behavior: 'instant'})")
    training.locator("latent-map[state=error]").wait_for(**wait)
    assert "cannot be shown" in training.locator("latent-map .note").inner_text()
    assert training.locator("play-bar").get_attribute("state") == "empty"


def test_B15_axe_finds_nothing_in_dimensions_and_training(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas(bypass_csp=True)
    enter(atlas)
    tile(atlas, 3).click()
    atlas.page.locator("#dimensions button.drawn").click()
    training = atlas.page.locator("#training")
    training.evaluate("section => section.scrollIntoView({behavior: 'instant'})")
    training.locator("latent-map[state=ready]").wait_for(timeout=1000 * SLOW)
    for scheme in SCHEMES:
        atlas.page.emulate_media(color_scheme=scheme)
        assert violations(atlas.page, "#dimensions", "#training") == [], scheme


def test_B6_the_layers_of_the_map_of_many_latents_are_switches_that_the_link_keeps(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    first = {"points": True, "density": False, "names": True, "ellipses": False}
    layers = expect_switches(open_atlas, enter, "dimensions", "dims.layers", first)
    # The classes' ellipses lie beside that of the image at hand, which needs no switch.
    ellipses = layers.atlas.map("dimensions").locator("g.ellipse")
    tile(layers.atlas, 3).click()
    layers.atlas.until(lambda: ellipses.count() == 1)
    layers.flip("ellipses")
    assert ellipses.count() == 11
    tile(layers.atlas, 4).click()
    rows = document(reference, MODEL, "statistics")["splits"]["train"]
    held = layers.atlas.map("dimensions").evaluate("map => map.ellipses.map(one => one.mean)")
    np.testing.assert_allclose(held[:10], [row["plane"]["mean"] for row in rows], atol=1e-6)
    mu = document(reference, MODEL, "tiles")["mu"][4]
    assert held[10] == pytest.approx(on_plane(reference, mu), abs=1e-4)
    # Another model has others.
    layers.atlas.page.locator("#dimensions-model").select_option("vae-5")
    enter(layers.atlas, "vae-5")
    assert ellipses.count() == 10


def test_S3_1_without_the_tiles_sliders_samples_and_map_work(
    open_atlas: OpenAtlas, reference: Reference, watch: Watch
) -> None:
    watch.expect("Failed to load resource")
    atlas = open_atlas()
    lost = reference.model(MODEL)["tiles"]["url"]
    atlas.page.route(f"**/{lost}", lambda route: route.fulfill(status=503, body=""))
    atlas.page.locator("#dimensions").evaluate("s => s.scrollIntoView({behavior: 'instant'})")
    said = atlas.page.locator("#dimensions .seen output")
    atlas.until(lambda: "The tiles cannot be shown" in said.inner_text(), seconds=SLOW)
    atlas.page.locator(f"image-view[name={DECODED}][state=ready]").wait_for(timeout=1000 * SLOW)
    expect_shown(atlas, reference)
    atlas.page.get_by_role("button", name="Sample the prior").click()
    expect_shown(atlas, reference)
    assert tile(atlas, 0).is_disabled()


def test_S3_3_a_drawing_that_is_wiped_takes_its_posterior_along(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas("#draw=Mz3CggAHrgzM3Cg.T1mZgsKmZg")
    enter(atlas)
    drawn = atlas.page.locator("#dimensions button.drawn")
    posterior = "sliders => sliders.posterior !== null"
    mean = atlas.page.get_by_role("button", name="Show μ")

    def take() -> bool:
        drawn.click()
        return bool(sliders(atlas).evaluate(posterior))

    atlas.until(take, seconds=SLOW)
    assert drawn.get_attribute("aria-pressed") == "true"
    assert mean.is_enabled()
    here = z(atlas)
    atlas.page.locator("#dimensions .pad").get_by_role("button", name="Clear").click()
    atlas.until(lambda: not sliders(atlas).evaluate(posterior))
    assert drawn.get_attribute("aria-pressed") == "false"
    assert mean.is_disabled()
    assert "cleared" in atlas.page.locator("#dimensions .seen output").inner_text()
    assert atlas.map("dimensions").evaluate("map => map.ellipses.length") == 0
    assert z(atlas) == here
