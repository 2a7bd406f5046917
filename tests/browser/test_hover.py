"""Section "hover": the scatter of all training digits, and the digit under the pointer."""

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.reference import Reference
from tests.support.scatter_pixels import POINTS_ALONE, classify, colour, counts

PLACES = ((0.5, 0.5), (0.72, 0.31), (0.2, 0.4), (0.66, 0.78), (0.05, 0.95), (0.98, 0.02))


def means(reference: Reference, model_id: str = "vae-2") -> dict[str, Any]:
    result: dict[str, Any] = json.loads(reference.read(reference.model(model_id)["means"]))
    return result


def positions(columns: dict[str, Any]) -> np.ndarray:
    return np.column_stack([columns["x"], columns["y"]])


def show_points_alone(atlas: Atlas) -> None:
    atlas.map().evaluate("(map, layers) => { map.layers = layers; }", POINTS_ALONE)


def test_S0_1_every_training_image_is_a_point_on_the_map(
    atlas: Atlas, reference: Reference
) -> None:
    points = atlas.map().evaluate(
        "map => ({count: map.points.count, labels: Array.from(map.points.labels),"
        " xy: Array.from(map.points.xy)})"
    )
    expected = means(reference)
    assert points["count"] == 60_000
    assert points["labels"] == expected["labels"]
    assert np.allclose(np.reshape(points["xy"], (-1, 2)), positions(expected), atol=1e-4)


def test_S0_1_the_points_are_drawn_where_the_encoder_put_them_in_their_class_colour(
    atlas: Atlas, reference: Reference
) -> None:
    show_points_alone(atlas)
    picture = atlas.points_shot(atlas.map())
    ground = np.array([255.0, 255, 255])
    columns = means(reference)
    found = classify(picture, reference.manifest["palette"], ground)
    blank = np.abs(picture - ground).max(-1) < 8
    xy, labels = positions(columns), np.array(columns["labels"])
    per_class = [counts(xy[labels == k], atlas.view(), blank.shape) for k in range(10)]
    total = sum(per_class)
    # Where several points fall into a pixel there is ink, and far from any there is none.
    assert blank[total >= 3].mean() < 0.01
    box = np.lib.stride_tricks.sliding_window_view(np.pad(total, 4), (9, 9)).sum((2, 3))
    inner = np.s_[2:-2, 2:-2]  # inside the frame's line
    assert blank[inner][box[inner] == 0].mean() > 0.999
    for label, own in enumerate(per_class):
        pure = (own >= 3) & (own == total)
        assert pure.sum() > 20, label
        assert (found[pure] == label).mean() > 0.5, label


def test_S0_1_the_legend_isolates_classes(atlas: Atlas, reference: Reference) -> None:
    show_points_alone(atlas)
    palette, ground = reference.manifest["palette"], np.array([255.0, 255, 255])
    surface = atlas.map().locator(".surface")

    def count_by_class(picture: np.ndarray) -> np.ndarray:
        found = classify(picture, palette, ground)
        return np.bincount(found[found >= 0], minlength=10)

    def pixels_by_class() -> np.ndarray:
        return count_by_class(atlas.shot(surface))

    # The colours of 8 and 9 are greys, as dimmed points are: they cannot bear witness.
    vivid = [k for k in range(10) if np.ptp(colour(palette[k])) > 60]
    assert len(vivid) >= 6
    before = count_by_class(atlas.points_shot(atlas.map()))
    assert (before > 300).all(), before
    atlas.page.get_by_role("button", name="Class 1", exact=True).first.click()
    others = [k for k in vivid if k != 1]
    atlas.until(lambda: pixels_by_class()[others].sum() < 0.05 * before[others].sum())
    alone = pixels_by_class()
    assert alone[1] > 0.8 * before[1]
    # Another is added to it, and "all" brings the rest back.
    atlas.page.get_by_role("button", name="Class 0", exact=True).first.click()
    atlas.until(lambda: pixels_by_class()[0] > 0.8 * before[0])
    assert pixels_by_class()[[k for k in others if k != 0]].sum() < 0.05 * before[others].sum()
    atlas.page.get_by_role("button", name="All classes").first.click()
    atlas.until(lambda: (pixels_by_class()[vivid] > 0.9 * before[vivid]).all())


def test_S0_2_the_drawn_digit_is_the_models_own_answer(atlas: Atlas, reference: Reference) -> None:
    seen = []
    for x, y in PLACES:
        place = atlas.at(x, y)
        atlas.page.mouse.move(*place)
        z = atlas.z()
        assert z == pytest.approx(atlas.data_at(place), abs=1e-6)
        assert z is not None
        atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
        seen.append(atlas.drawn("decoded"))
    assert all(np.abs(a - b.astype(int)).max() > 50 for a, b in pairwise(seen))


def test_S0_2_a_swift_pointer_ends_at_the_newest_digit(atlas: Atlas, reference: Reference) -> None:
    for _ in range(3):
        atlas.page.mouse.move(*atlas.at(0.1, 0.2))
        atlas.page.mouse.move(*atlas.at(0.9, 0.7), steps=60)
        z = atlas.z()
        assert z is not None
        atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])


def test_S0_2_the_first_digit_is_that_of_the_first_z(atlas: Atlas, reference: Reference) -> None:
    prepared = reference.model("vae-2")["prepared"]["z"]
    assert atlas.z() == pytest.approx(prepared)
    atlas.expect_image("decoded", reference.decode("vae-2", [prepared])[0])


def test_S0_2_the_golden_pairs_are_replayed_by_hovering(atlas: Atlas, reference: Reference) -> None:
    golden = reference.golden("vae-2")
    for pair in golden["decode"]:
        atlas.move_to(tuple(pair["z"]))
        expected = np.array(pair["image"], np.float32)
        atlas.expect_image("decoded", expected, golden["tolerance"])


def test_B7_the_engine_replays_the_golden_pairs_of_every_model(
    atlas: Atlas, reference: Reference
) -> None:
    for model_id in reference.ids:
        model, golden = reference.model(model_id), reference.golden(model_id)
        tolerance = golden["tolerance"]
        assert golden["decode"]
        assert golden["encode"]
        labels = [pair["label"] for pair in golden["decode"]]
        images = ask_engine(
            atlas.page,
            kind="decode",
            model=model,
            z=[value for pair in golden["decode"] for value in pair["z"]],
            labels=None if model["condition"] == "none" else labels,
        )["images"]
        expected = np.concatenate([pair["image"] for pair in golden["decode"]])
        assert np.abs(np.array(images) - expected).max() <= tolerance, model_id
        for pair in golden["encode"]:
            posterior = ask_engine(
                atlas.page,
                kind="encode",
                model=model,
                pixels=[value / 255 for value in pair["image"]],
                label=pair.get("label"),
            )
            for name in ("mu", "logvar"):
                assert np.allclose(posterior[name], pair.get(name, []), atol=tolerance), model_id


def ask_engine(page: Page, **request: Any) -> dict[str, list[float]]:
    """Ask the page's own engine: a worker of its script, in its words (engine/protocol.ts)."""
    script = next(worker.url for worker in page.workers if "points" not in worker.url)
    answer: dict[str, list[float]] = page.evaluate(
        """async ([script, request]) => {
          window.engine ??= new Worker(script, { type: "module" });
          for (const name of ["z", "pixels"])
            if (request[name]) request[name] = Float32Array.from(request[name]);
          for (const name of ["labels", "label"])
            if (request[name] === null) delete request[name];
          const reply = await new Promise((resolve, reject) => {
            window.engine.onerror = reject;
            window.engine.onmessage = ({ data }) => data.kind !== "progress" && resolve(data);
            const { model } = request;
            window.engine.postMessage({ ...request, model: model.id, introduced: model, call: 1 });
          });
          if (reply.kind !== "done") throw new Error(reply.message);
          return Object.fromEntries(
            Object.entries(reply.result).map(([name, values]) => [name, Array.from(values ?? [])]),
          );
        }""",
        [script, request],
    )
    return answer


def test_S2_4_the_layers_of_the_first_map_are_switches_that_the_link_keeps(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    model = reference.model("vae-2")
    asked: list[str] = []
    # No higher: the next section, which needs the statistics from the start, is far away.
    atlas = open_atlas(viewport={"width": 1280, "height": 500})
    atlas.page.on("request", lambda request: asked.append(request.url))
    atlas.wait_live("hover")

    def switch(name: str) -> Locator:
        return atlas.page.locator(f"#hover layer-switches input[name={name}]")

    assert not [url for url in asked if model["statistics"]["url"] in url]
    switch("ellipses").check()
    shapes = json.loads(reference.read(model["statistics"]))
    row = shapes["splits"]["train"][3]
    spread = np.array(row["covariance"]) + np.diag(row["posterior_variance"])
    ellipse = atlas.map().locator(f"g.ellipse.class-{row['label']} ellipse.sd-1")
    units = model["view"]["scale"] / atlas.surface()["width"]
    longer = np.sqrt(np.linalg.eigvalsh(spread)[-1]) / units
    assert float(ellipse.get_attribute("rx") or "") == pytest.approx(longer, rel=0.01)
    switch("circle").check()
    radius = atlas.map().locator("ellipse.circle").get_attribute("rx")
    assert float(radius or "") == pytest.approx(shapes["circle"]["radius"] / units, rel=0.01)
    # The lattice is decoded in place, and again for another view.
    switch("lattice").check()
    atlas.map().evaluate("map => map.viewBy({centre: [0.5, 0.5], scale: 4})")
    held = "map => map.lattice?.bounds.max[0] === 2.5 ? Array.from(map.lattice.images) : null"
    images = atlas.until(lambda: atlas.map().evaluate(held))
    place = [(0.5 - 2 + 4 * (7 + 0.5) / 20, 0.5 + 2 - 4 * (12 + 0.5) / 20)]
    tile = np.reshape(images, (400, -1))[12 * 20 + 7]
    assert np.abs(tile - reference.decode("vae-2", place)[0]).max() < 1e-4
    switch("points").uncheck()
    atlas.until(lambda: "-points" in atlas.page.evaluate("location.hash"))
    again = open_atlas(atlas.page.evaluate("location.hash"))
    assert again.page.locator("#hover layer-switches input[name=lattice]").is_checked()
    again.until(lambda: again.map().evaluate(held))
    assert not again.map().evaluate("map => map.layers.points")
    again.map().locator("g.ellipse").first.wait_for(state="attached")


_SPOKEN = """map => [...map.shadowRoot.querySelectorAll("[role=status], [aria-live]")]
  .map(place => place.textContent.trim()).join("")"""


def test_until_the_reader_moves_z_wanders_with_its_digit_and_nothing_is_told(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas(has_moved=False)
    words = atlas.page.locator("#hover .invitation")
    home = reference.model("vae-2")["prepared"]["z"]
    told = atlas.map().evaluate(_SPOKEN)
    zeros = positions(means(reference))[np.array(means(reference)["labels"]) == 0]

    def is_among_the_zeros() -> bool:
        z = atlas.z()
        assert z is not None
        return bool((np.hypot(*(zeros - z).T) < 0.05).sum() > 20)

    assert words.is_visible()
    first = reference.decode("vae-2", [home])[0]
    atlas.until(is_among_the_zeros)
    atlas.until(lambda: np.abs(atlas.pixels("decoded") - first).max() > 0.5)
    assert "#" not in atlas.page.url
    assert atlas.map().evaluate(_SPOKEN) == told
    # A key is a move as well: what the link says is shown, and nothing wanders any more.
    atlas.page.keyboard.press("Tab")
    assert words.is_hidden()
    assert atlas.z() == pytest.approx(home)
    atlas.expect_image("decoded", first)
    # Nor where its reader has come back in the same tab.
    atlas.page.reload()
    atlas.wait_live("hover")
    assert words.is_hidden()


def test_with_less_motion_only_the_words_invite_until_the_reader_moves(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas(has_moved=False, reduced_motion="reduce")
    words = atlas.page.locator("#hover .invitation")
    home = reference.model("vae-2")["prepared"]["z"]
    for _ in range(10):
        atlas.frames()
    assert atlas.z() == pytest.approx(home)
    box = words.bounding_box()
    assert box
    x, y = atlas.place_of((home[0], home[1]))
    assert box["x"] + box["width"] / 2 == pytest.approx(x, abs=2)
    assert y < box["y"] < y + 40
    z = atlas.hover(0.4, 0.4)
    assert words.is_hidden()
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
