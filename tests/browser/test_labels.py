"""Section "labels": ten digits from one z, and as many of one digit as are asked for."""

import json
import re

import numpy as np
import pytest

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.layers import expect_switches
from tests.support.reference import Reference
from tests.support.scatter_pixels import classify

SIDE = 10
_TILES = """grid => {
  const canvas = grid.shadowRoot.querySelector("canvas");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return { width, height, red: Array.from({ length: width * height }, (_, i) => data[4 * i]) };
}"""

MODELS = {"label-decoder-vae-2": "the decoder", "cvae-2": "encoder and decoder"}


def expect_ten_digits(atlas: Atlas, reference: Reference, model_id: str) -> None:
    z = atlas.z("labels")
    assert z is not None
    expected = reference.decode(model_id, [z] * 10, range(10))
    for label in range(10):
        atlas.expect_image(f"class-{label}", expected[label])


@pytest.mark.parametrize("model_id", MODELS)
def test_S0_3_hovering_draws_ten_digits_from_one_z(
    atlas: Atlas, reference: Reference, model_id: str
) -> None:
    atlas.enter("labels")
    atlas.page.get_by_label(MODELS[model_id], exact=True).check()
    atlas.page.locator(f"#labels latent-map[model={model_id}][state=ready]").wait_for()
    for x, y in ((0.5, 0.5), (0.3, 0.6), (0.8, 0.2)):
        atlas.hover(x, y, "labels")
        expect_ten_digits(atlas, reference, model_id)
    # Ten digits, not one digit ten times.
    images = [atlas.drawn(f"class-{label}").astype(int) for label in range(10)]
    assert all(np.abs(images[i] - images[j]).max() > 60 for i in range(10) for j in range(i))


def test_S0_3_its_own_scatter_comes_with_each_model(atlas: Atlas, reference: Reference) -> None:
    atlas.enter("labels")
    pictures = []
    for model_id, name in MODELS.items():
        atlas.page.get_by_label(name, exact=True).check()
        atlas.page.locator(f"#labels latent-map[model={model_id}][state=ready]").wait_for()
        assert atlas.map("labels").evaluate("map => map.points.count") == 60_000
        picture = atlas.map("labels").locator("img").get_attribute("src")
        assert picture == reference.model(model_id)["picture"]["url"]
        view = reference.model(model_id)["view"]
        assert atlas.view("labels")["centre"] == pytest.approx(view["centre"])
        assert atlas.view("labels")["scale"] == pytest.approx(view["scale"])
        pictures.append(atlas.points_shot(atlas.map("labels")))
    assert (np.abs(pictures[0] - pictures[1]).max(-1) > 60).mean() > 0.05


def test_S0_4_S0_9_the_numbers_in_the_prose_are_the_releases_own(
    atlas: Atlas, reference: Reference
) -> None:
    metrics = {model_id: reference.model(model_id)["metrics"] for model_id in reference.ids}
    hover = atlas.page.locator("#hover").text_content() or ""
    vae = metrics["vae-2"]
    assert f"{vae['train_images']:,} training digits" in hover
    assert f"{nats(vae['log_likelihood_integrated'])} nats on MNIST" in hover
    assert f"the ELBO, here {nats(vae['test_elbo'])}" in hover
    if "vae-2-mlp256" in metrics:
        assert f"reaches {nats(metrics['vae-2-mlp256']['test_elbo'])}" in hover

    style = metrics["label-decoder-vae-2"]["style"]
    caption = atlas.page.locator("#labels .compare .caption").inner_text()
    shares = [
        round(100 * style[part][name])
        for name in ("explained", "explained_of_one")
        for part in ("slant", "boldness")
    ]
    assert list(map(int, re.findall(r"(\d+) %", caption))) == shares
    (between,) = map(int, re.findall(r"(\d+)°", caption))
    # Between the lines that they grow along: which way is up is no matter.
    apart = abs(style["slant"]["direction"] - style["boldness"]["direction"]) % 180
    assert between == round(min(apart, 180 - apart))

    rows = atlas.page.locator("#labels .numbers tbody tr").all()
    assert len(rows) == 3
    for row, model_id in zip(rows, ("vae-2", *MODELS), strict=True):
        own = metrics[model_id]
        expected = [nats(own[name]) for name in ("test_elbo", "log_likelihood", "kl")]
        assert row.locator("th").inner_text() == reference.model(model_id)["title"]
        assert row.locator("td").all_inner_texts() == expected


def test_S0_9_how_far_classes_lie_apart_is_what_the_points_show(
    atlas: Atlas, reference: Reference
) -> None:
    shares, percent = {}, {}
    for model_id in ("vae-2", *MODELS):
        means = json.loads(reference.read(reference.model(model_id)["means"]))
        points = np.column_stack([means["x"], means["y"]])
        labels = np.array(means["labels"])
        middles = np.array([points[labels == label].mean(0) for label in range(10)])
        nearest = ((points[:, None] - middles) ** 2).sum(-1).argmin(1)
        shares[model_id] = (nearest == labels).mean()
        told = reference.model(model_id)["metrics"]["nearest_mean_accuracy"]
        assert told == pytest.approx(shares[model_id], abs=0.002)
        percent[model_id] = f"{round(100 * told)} %"
    hover = atlas.page.locator("#hover").text_content() or ""
    assert (
        f"{percent['vae-2']} of the training digits lie nearest to the middle of their own" in hover
    )
    captions = atlas.page.locator("#labels .scatters figcaption").all_inner_texts()
    for caption, share in zip(captions, percent.values(), strict=True):
        assert share in caption
    assert shares["cvae-2"] < shares["label-decoder-vae-2"] < shares["vae-2"]


def test_S0_4_told_the_digit_a_model_loses_far_less(reference: Reference) -> None:
    elbo = {
        model_id: reference.model(model_id)["metrics"]["test_elbo"]
        for model_id in ("vae-2", "label-decoder-vae-2")
    }
    # ln 10 nats are what the label itself is worth: the gain is more than that.
    assert elbo["label-decoder-vae-2"] > elbo["vae-2"] + np.log(10)


def test_S2_7_in_the_cvaes_scatter_the_classes_cannot_be_told_apart(
    atlas: Atlas, reference: Reference
) -> None:
    """Cells of the pictures: in the VAE's one class has most of a cell, in the CVAE's none has."""
    figures = atlas.page.locator("#labels .scatters figure").all()
    mixed = []
    for figure, model_id in zip(figures, ("vae-2", *MODELS), strict=True):
        picture = figure.locator("img")
        picture.scroll_into_view_if_needed()
        atlas.until(lambda picture=picture: picture.evaluate("i => i.complete && i.naturalWidth"))
        picture.evaluate("image => image.decode()")  # complete, it may still not be painted
        model = reference.model(model_id)
        knn = json.loads(reference.read(model["report"]))["knn"]["1000"]["mean"]
        said = figure.inner_text()
        nearest = model["metrics"]["nearest_mean_accuracy"]
        assert re.findall(r"\d+ %", said) == [f"{100 * nearest:.0f} %", f"{100 * knn:.0f} %"]
        shot = atlas.still_shot(picture)
        found = classify(shot, reference.manifest["palette"], shot[3, 3].astype(float))
        height, width = (length // 8 for length in found.shape)
        largest = []
        for row in range(8):
            for column in range(8):
                cell = found[row * height :, column * width :][:height, :width]
                tally = np.bincount(cell[cell >= 0], minlength=10)
                if tally.sum() > 100:
                    largest.append(tally.max() / tally.sum())
        mixed.append(np.mean(largest))
    assert mixed[0] > 0.65
    assert mixed[2] < 0.45
    assert mixed[2] < mixed[1] < mixed[0]


def sites(step: float) -> list[list[float]]:
    """The points of the grid, row by row from the top left."""
    places = [step * (i - (SIDE - 1) / 2) for i in range(SIDE)]
    return [[x, y] for y in reversed(places) for x in places]


def expect_grid(
    atlas: Atlas, reference: Reference, model_id: str, step: float, digit: int | None
) -> None:
    """Wait until a grid shows what the model decodes, each tile at its place."""
    labels = None if digit is None else [digit] * SIDE**2
    images = reference.decode(model_id, sites(step), labels).reshape(SIDE, SIDE, 28, 28)
    expected = images.transpose(0, 2, 1, 3).reshape(280, 280)
    grid = atlas.page.locator(f"#labels lattice-view[model={model_id}]")

    def shown() -> bool:
        tiles = grid.evaluate(_TILES)
        if (tiles["width"], tiles["height"]) != (280, 280):
            return False
        red = np.array(tiles["red"]).reshape(280, 280)
        return bool(np.abs(red - 255 * expected).max() < 0.6)

    atlas.until(shown, f"{model_id} is not at step {step}, digit {digit}")


def enter_asked(atlas: Atlas) -> None:
    atlas.enter("labels")
    atlas.page.locator("#labels .asked").evaluate("it => it.scrollIntoView({behavior: 'instant'})")
    for model_id in ("vae-2", "cvae-2"):
        atlas.page.locator(f"lattice-view[model={model_id}][state=ready]").wait_for()


def test_S2_7_S4_10_a_grid_around_the_origin_for_the_digit_asked_for(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas()
    page = atlas.page
    enter_asked(atlas)
    expect_grid(atlas, reference, "vae-2", 0.5, None)
    expect_grid(atlas, reference, "cvae-2", 0.5, 3)
    # Its axes say where the tiles lie: at the middle of the tile whose site it is.
    ticks = page.locator("lattice-view[model=cvae-2] svg.across text:not(.name)")
    canvas = page.locator("lattice-view[model=cvae-2] canvas").bounding_box()
    assert canvas
    for tick in ticks.all():
        box = tick.bounding_box()
        assert box
        share = (box["x"] + box["width"] / 2 - canvas["x"]) / canvas["width"]
        value = float((tick.text_content() or "").replace("−", "-"))
        assert value == pytest.approx(5 * share - 2.5, abs=0.05)

    page.locator("input[name=labels-digit][value='7']").check()
    page.locator("#labels-step").select_option("0.2")
    expect_grid(atlas, reference, "cvae-2", 0.2, 7)
    expect_grid(atlas, reference, "vae-2", 0.2, None)
    atlas.until(lambda: "ldigit=7&lstep=0.2" in page.evaluate("location.hash"))
    again = open_atlas(page.evaluate("location.hash"))
    enter_asked(again)
    assert again.page.locator("input[name=labels-digit]:checked").input_value() == "7"
    assert again.page.locator("#labels-step").input_value() == "0.2"
    expect_grid(again, reference, "cvae-2", 0.2, 7)


def test_S4_10_the_cvaes_grid_is_played_over_the_digits(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas(reduced_motion="reduce")
    enter_asked(atlas)
    bar = atlas.page.locator("#labels play-bar")
    bar.evaluate(
        """bar => {
          bar.duration = 3;
          window.seen = [];
          bar.addEventListener("value-change", () => seen.push(
            document.querySelector("input[name=labels-digit]:checked").value));
        }"""
    )
    atlas.page.locator("input[name=labels-digit][value='0']").check()
    bar.get_by_role("button", name="Play: The digits in turn").click()
    atlas.until(lambda: bar.evaluate("bar => bar.value === 1 && !bar.playing"))
    # Asked for less motion, it steps from digit to digit and leaves none out.
    assert atlas.page.evaluate("seen") == [str(digit) for digit in range(1, SIDE)]
    expect_grid(atlas, reference, "cvae-2", 0.5, 9)
    assert bar.locator("output").inner_text() == "digit 9"
    # Scrubbed with the keyboard, a digit a key; the VAE's grid is asked nothing and stays.
    bar.get_by_role("slider").press("ArrowLeft")
    expect_grid(atlas, reference, "cvae-2", 0.5, 8)
    expect_grid(atlas, reference, "vae-2", 0.5, None)
    # With motion it runs as well, and the grid keeps up.
    atlas.page.emulate_media(reduced_motion="no-preference")
    bar.get_by_role("slider").press("Home")
    bar.evaluate("bar => { bar.duration = 1; }")
    bar.get_by_role("button", name="Play: The digits in turn").click()
    atlas.until(lambda: bar.evaluate("bar => bar.value === 1 && !bar.playing"))
    expect_grid(atlas, reference, "cvae-2", 0.5, 9)


def nats(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def test_B6_the_layers_of_the_map_of_styles_are_switches_that_the_link_keeps(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    first = {"points": True, "density": False, "names": True, "ellipses": False, "circle": False}
    layers = expect_switches(
        open_atlas, lambda atlas: atlas.enter("labels"), "labels", "llayers", first
    )
    # Each model has a circle of its own, and what is on stays on.
    layers.flip("circle")
    atlas, circle = layers.atlas, layers.atlas.map("labels").locator("ellipse.circle")
    for model_id, name in MODELS.items():
        atlas.page.get_by_label(name, exact=True).check()
        statistics = json.loads(reference.read(reference.model(model_id)["statistics"]))
        radius = statistics["circle"]["radius"]

        def shown(radius: float = radius) -> bool:
            units = atlas.view("labels")["scale"] / atlas.surface("labels")["width"]
            drawn = [float(one.get_attribute("rx") or "") for one in circle.all()]
            return [r * units for r in drawn] == [pytest.approx(radius, rel=0.01)]

        atlas.until(shown, model_id)
    assert layers.on() == ["density", "names", "circle"]
