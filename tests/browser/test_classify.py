"""Section "classify": image and probabilities from one z, regions, and the weight's effect."""

import json
import re
from typing import Any

import numpy as np
import pytest

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.reference import Reference
from tests.support.scatter_pixels import colour

MODELS = tuple(f"classifier-vae-2-w{weight}" for weight in (1, 10, 100))
NOT_SWITCHED = {"axes": False, "cursor": False}
"""Layers that no switch takes off, but that a test must not take for what it looks for."""


def report(reference: Reference, model_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reference.read(reference.model(model_id)["report"]))
    return found


def expect_answers(atlas: Atlas, reference: Reference, model_id: str) -> None:
    """Wait until image and bars are what the model says at z."""
    z = atlas.z("classify")
    assert z is not None
    atlas.expect_image("classify-decoded", reference.decode(model_id, [z])[0])
    expected = reference.probabilities(model_id, [z])[0]
    bars = atlas.page.locator("class-probabilities")

    def shown() -> bool:
        read = bars.evaluate(
            """bars => Array.from(bars.shadowRoot.querySelectorAll("tbody tr"), row => ({
              share: row.querySelector("td:last-child").textContent.trim(),
              bar: row.querySelector("rect").getBoundingClientRect().width
                / row.querySelector("svg").getBoundingClientRect().width,
              best: row.classList.contains("best"),
            }))"""
        )
        shares = np.array([float(row["share"].removesuffix(" %")) for row in read]) / 100
        best = [row["best"] for row in read]
        return (
            np.abs(shares - expected).max() < 6e-4
            and np.abs(np.array([row["bar"] for row in read]) - expected).max() < 2e-3
            and best == [label == expected.argmax() for label in range(10)]
        )

    atlas.until(shown)


def test_S0_6_hovering_shows_the_image_and_the_class_probabilities(
    atlas: Atlas, reference: Reference
) -> None:
    atlas.enter("classify")
    assert atlas.map("classify").get_attribute("model") == MODELS[0]
    expect_answers(atlas, reference, MODELS[0])
    for x, y in ((0.5, 0.5), (0.3, 0.6), (0.65, 0.3)):
        atlas.hover(x, y, "classify")
        expect_answers(atlas, reference, MODELS[0])
    # A table for those who do not see the bars: a row header and a value for each class.
    table = atlas.page.get_by_role("table", name="What the classifier reads from this point")
    assert table.get_by_role("rowheader").all_inner_texts() == [str(k) for k in range(10)]


def test_S0_7_the_regions_show_which_class_is_read_and_can_be_switched(
    atlas: Atlas, reference: Reference
) -> None:
    atlas.enter("classify")
    atlas.until(lambda: atlas.map("classify").evaluate("map => map.regions !== null"))
    map_ = atlas.map("classify")
    map_.evaluate("(map, off) => { map.layers = {...map.layers, ...off}; }", NOT_SWITCHED)
    for name in ("points", "class names"):
        atlas.page.locator("#classify").get_by_label(name, exact=True).uncheck()
    surface = map_.locator(".surface")
    palette = np.array([colour(name) for name in reference.manifest["palette"]])
    rng = np.random.default_rng(7)
    shares = rng.uniform(0.05, 0.95, (400, 2))
    box = atlas.surface("classify")
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]
    z = [atlas.data_at(place, "classify") for place in places]
    read = reference.probabilities(MODELS[0], z)
    sure = read.max(1) > 0.95
    assert sure.sum() > 80
    # As opaque as the surest level, over white.
    expected = 255 + 0.42 * (palette[read.argmax(1)] - 255)

    def share_as_read() -> float:
        shot = atlas.shot(surface).astype(float)
        height, width = shot.shape[:2]
        found = shot[(shares[:, 1] * height).astype(int), (shares[:, 0] * width).astype(int)]
        return float((np.abs(found - expected).max(1) < 5)[sure].mean())

    atlas.until(lambda: share_as_read() > 0.97)

    atlas.page.locator("#classify").get_by_label("class regions").uncheck()
    atlas.until(lambda: (atlas.shot(surface)[20:-20, 20:-20].reshape(-1, 3).std(0) < 2).all())
    atlas.until(lambda: "-regions" in atlas.page.evaluate("location.hash"))
    # The points are a layer of their own.
    atlas.page.locator("#classify").get_by_label("points", exact=True).check()
    atlas.until(lambda: (atlas.shot(surface).reshape(-1, 3).std(0) > 10).all())


def test_S0_8_the_weight_is_switched_and_the_point_goes_with_its_digit(
    atlas: Atlas, reference: Reference
) -> None:
    atlas.enter("classify")
    means = {
        model_id: json.loads(reference.read(reference.model(model_id)["means"]))
        for model_id in MODELS
    }
    maps = {
        model_id: np.column_stack([own["x"], own["y"]]).astype(np.float32)
        for model_id, own in means.items()
    }
    image = 1234
    atlas.move_to(tuple(maps[MODELS[0]][image].astype(float)), "classify")
    regions, pairs = [], []
    for weight, model_id in zip((1, 10, 100), MODELS, strict=True):
        atlas.page.locator(f"input[name=classify-model][value={model_id}]").check()
        atlas.page.locator(f"#classify latent-map[model={model_id}][state=ready]").wait_for()
        # Not the same coordinates, which mean nothing on another map: the same image's.
        assert atlas.z("classify") == pytest.approx(maps[model_id][image], abs=0.02)
        expect_answers(atlas, reference, model_id)
        view = reference.model(model_id)["view"]
        assert atlas.view("classify")["centre"] == pytest.approx(view["centre"])

        classifier = report(reference, model_id)["classifier"]
        rows = atlas.page.locator("confusion-matrix tbody tr")
        confusion = np.array(classifier["confusion"])
        counts = [[str(count) for count in row] for row in classifier["confusion"]]
        atlas.until(lambda rows=rows, counts=counts: cells(rows) == counts)
        marked = atlas.page.locator("confusion-matrix td.marked").all_inner_texts()
        assert [int(text) for text in marked] == [confusion[4, 9], confusion[9, 4]]
        told = atlas.page.locator(f"#classify .confusion .caption[data-model={model_id}]")
        assert told.is_visible()
        assert f"{100 * classifier['accuracy']:.1f} %" in told.inner_text()
        assert f"at weight {weight}" in told.inner_text()
        both = confusion + confusion.T
        np.fill_diagonal(both, 0)
        a, b = sorted(np.unravel_index(both.argmax(), both.shape))
        counts_told = [int(n) for n in re.findall(r"(\d+) times", told.inner_text())]
        assert counts_told == ([both[4, 9]] if (a, b) == (4, 9) else [both[4, 9], both.max()])
        assert f"{a} and {b}" in told.inner_text()
        pairs.append(both[4, 9])
        # They come on their own, perhaps after the points.
        map_ = atlas.map("classify")
        regions.append(atlas.until(lambda map_=map_: map_.evaluate("map => map.regions?.origin")))
    assert atlas.page.locator("#classify .confusion .caption:visible").count() == 1
    assert pairs[0] > pairs[1] > pairs[2]
    assert len({tuple(origin) for origin in regions}) == len(MODELS)


def cells(rows: Any) -> list[list[str]]:
    """The counts of a confusion matrix as they can be read; before they come, there are none."""
    return [[text.strip() for text in row.locator("td").all_inner_texts()] for row in rows.all()]


def test_S0_8_S0_9_what_the_weight_changes_is_what_the_study_found(
    atlas: Atlas, reference: Reference
) -> None:
    whole = json.loads(reference.read(reference.manifest["study"]))
    study = whole["models"]
    rows = [row for row in study if row["id"] == "study-elbo-vae-2"]
    rows += [row for row in study if row["group"] == "classification"]
    shown = atlas.page.locator("#classify .numbers tbody tr").all()
    assert len(shown) == len(rows) == 4
    for line, row in zip(shown, rows, strict=True):
        numbers = row["numbers"]
        knn, elbo = numbers["knn_1000"], numbers["elbo"]
        assert line.locator("th").inner_text() == str(int(row["classification_weight"]))
        assert line.locator("td").all_inner_texts()[1:] == [
            f"{100 * knn['mean']:.1f} ± {100 * knn['std']:.1f} %",
            f"{elbo['mean']:.1f} ± {elbo['std']:.1f}".replace("-", "−"),
        ]
    knn = [row["numbers"]["knn_1000"] for row in rows]
    prose = atlas.page.locator("#classify > .prose").last.inner_text()
    # From 1 to 100 the gaps grow; what the step from nothing to 1 does the export has judged.
    assert knn[1]["mean"] < knn[2]["mean"] < knn[3]["mean"]
    assert all(f"{100 * knn[i]['mean']:.1f} %" in prose for i in (1, 3))
    verdicts = {claim["id"]: claim["verdict"] for claim in whole.get("claims", [])}
    first_step = verdicts.get("classification-widens-gaps-from-zero", "shown")
    assert ("From weight 0 to 1" in prose) == (first_step != "shown")


def test_S0_8_B6_a_link_reproduces_weight_point_and_layers(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas(
        f"#classify={MODELS[1]}&classify.z=0.5,-0.25&classify.pin=1&classify.layers=-points.density"
    )
    atlas.enter("classify")
    assert atlas.map("classify").get_attribute("model") == MODELS[1]
    assert atlas.page.locator("input[name=classify-model]:checked").input_value() == MODELS[1]
    assert atlas.z("classify") == (0.5, -0.25)
    assert atlas.map("classify").evaluate("map => map.pinned")
    expect_answers(atlas, reference, MODELS[1])
    points = atlas.page.locator("#classify").get_by_label("points", exact=True)
    assert not points.is_checked()
    layers = atlas.map("classify").evaluate("map => map.layers")
    assert layers["density"]
    assert layers["regions"]
    assert not layers["points"]


def test_S0_8_weights_switched_quickly_take_the_point_along(
    atlas: Atlas, reference: Reference
) -> None:
    atlas.enter("classify")
    first, last = (
        np.column_stack([own["x"], own["y"]]).astype(np.float32)
        for own in (
            json.loads(reference.read(reference.model(model_id)["means"]))
            for model_id in (MODELS[0], MODELS[2])
        )
    )
    image = 1234
    atlas.move_to(tuple(first[image].astype(float)), "classify")
    held: list[Any] = []
    late = reference.model(MODELS[1])["means"]["url"]
    atlas.page.route(f"**/{late}", lambda route: held.append(route))
    choice = atlas.page.locator(f"input[name=classify-model][value={MODELS[0]}]")
    choice.focus()
    choice.press("ArrowRight")
    atlas.until(lambda: held)
    atlas.page.keyboard.press("ArrowRight")  # the place on the second map is not known yet
    held[0].continue_()
    atlas.page.locator(f"#classify latent-map[model={MODELS[2]}][state=ready]").wait_for()
    atlas.until(lambda: atlas.z("classify") == pytest.approx(last[image], abs=0.02))
    expect_answers(atlas, reference, MODELS[2])


def test_S0_8_where_the_reader_points_meanwhile_is_where_the_point_stays(
    atlas: Atlas, reference: Reference
) -> None:
    atlas.enter("classify")
    held: list[Any] = []
    late = reference.model(MODELS[1])["means"]["url"]
    atlas.page.route(f"**/{late}", lambda route: held.append(route))
    atlas.page.locator(f"input[name=classify-model][value={MODELS[1]}]").check()
    atlas.until(lambda: held)
    atlas.page.mouse.click(*atlas.at(0.4, 0.6, "classify"))
    z = atlas.until(lambda: atlas.z("classify"))
    held[0].continue_()
    atlas.page.locator(f"#classify latent-map[model={MODELS[1]}][state=ready]").wait_for()
    assert atlas.z("classify") == z
    expect_answers(atlas, reference, MODELS[1])


def test_B6_who_only_reads_classify_has_nothing_of_it_in_the_link(atlas: Atlas) -> None:
    atlas.enter("classify")
    atlas.until(lambda: "at=classify" in atlas.page.url)
    assert "classify.z" not in atlas.page.url
