"""Section "numbers": what the tables, charts, samples and maps show is what the release holds."""

import base64
import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import OpenAtlas, Watch
from tests.support.atlas import Atlas
from tests.support.axe import SCHEMES, violations
from tests.support.reference import Reference
from tests.support.trace_file import Trace

KINDS = {"ae": "AE", "vae": "VAE", "cvae": "CVAE"}
SIZES = (2, 5, 10, 20, 50, 100)
SLOW = 60.0

# The colour on the plot at shares of its width and height, from the lower left, and a line's own.
_SPOT = """(chart, [across, up, line]) => {
  const root = chart.shadowRoot;
  const canvas = root.querySelector("canvas");
  const [over, all] = [root.querySelector(".u-over"), canvas].map(e => e.getBoundingClientRect());
  const ratio = canvas.width / all.width;
  const x = (over.left - all.left + across * over.width) * ratio;
  const y = (over.top - all.top + (1 - up) * over.height) * ratio;
  const drawn = canvas.getContext("2d").getImageData(Math.round(x), Math.round(y), 1, 1).data;
  const brush = document.createElement("canvas").getContext("2d");
  brush.fillStyle = getComputedStyle(root.querySelectorAll(".swatch")[line]).color;
  brush.fillRect(0, 0, 1, 1);
  return [[...drawn], [...brush.getImageData(0, 0, 1, 1).data]];
}"""


def part(atlas: Atlas, name: str) -> Locator:
    """Scroll to a part of the section, which is fetched then, and return it."""
    found = atlas.page.locator(f"#numbers [data-part={name}]")
    found.evaluate("part => part.scrollIntoView({behavior: 'instant', block: 'center'})")
    return found


def chart_of(atlas: Atlas, name: str) -> Locator:
    chart = part(atlas, name).locator("line-chart")
    atlas.until(lambda: chart.get_attribute("state") == "ready", seconds=SLOW)
    chart.locator("canvas").wait_for()
    return chart


def lines_of(chart: Locator) -> dict[str, dict[str, Any]]:
    lines = chart.evaluate("chart => chart.lines.map(({name, x, y}) => ({name, x, y}))")
    return {line["name"]: line for line in lines}


def read_off(chart: Locator) -> dict[str, str]:
    """Return what the legend says: a value for each line, and where."""
    entries = chart.locator(".entry").all()
    values = {
        entry.locator("span").first.inner_text(): entry.locator(".value").inner_text()
        for entry in entries
    }
    return values | {"at": chart.locator(".at").inner_text()}


def rows(atlas: Atlas, table: str) -> dict[str, list[str]]:
    """Return a table's cells by the name of the row."""
    return atlas.page.locator(f"#numbers table[data-table={table}]").evaluate(
        """table => Object.fromEntries([...table.tBodies].flatMap(body => [...body.rows])
          .filter(row => row.cells.length > 1)
          .map(row => [...row.cells].map(cell => cell.textContent.trim().replace(/\\s+/g, " ")))
          .map(([name, ...cells]) => [name, cells]))"""
    )


@pytest.fixture(scope="module")
def study(reference: Reference) -> dict[str, Any]:
    whole = json.loads(reference.read(reference.manifest["study"]))
    return {row["id"]: row for row in whole["models"]}


def document(reference: Reference, model_id: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reference.read(reference.model(model_id)[name]))
    return found


def number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", "−")


def spread(of: dict[str, float] | None, digits: int, scale: float = 1) -> str:
    if of is None:
        return "–"
    return f"{number(scale * of['mean'], digits)} ± {number(scale * of['std'], digits)}"


def test_S4_1_S4_2_squared_error_of_every_kind_and_size_as_table_and_chart(
    atlas: Atlas, study: dict[str, Any]
) -> None:
    error = {
        kind: {size: study[f"study-{kind}-{size}"]["numbers"]["squared_error"] for size in SIZES}
        for kind in KINDS
    }
    shown = rows(atlas, "errors")
    assert shown == {str(n): [spread(error[kind][n], 2) for kind in KINDS] for n in SIZES}
    best = atlas.page.locator("table[data-table=errors] .best").all_inner_texts()
    least = sorted(
        spread(min(of.values(), key=lambda own: own["mean"]), 2) for of in error.values()
    )
    assert sorted(best) == least

    digits = rows(atlas, "digits")
    assert len(digits) == 18
    for kind, name in KINDS.items():
        for size in SIZES:
            of = {row["label"]: row for row in study[f"study-{kind}-{size}"]["by_class"]}
            expected = [number(of[digit]["squared_error"]["mean"], 1) for digit in range(10)]
            assert digits[f"{name}-{size}"] == expected

    chart = chart_of(atlas, "errors")
    lines = lines_of(chart)
    for kind, name in KINDS.items():
        assert lines[name]["x"] == list(SIZES)
        assert lines[name]["y"] == [error[kind][size]["mean"] for size in SIZES]
    # And they are drawn there: on the logarithmic axis each mark has its line's colour.
    values = [own["mean"] for of in error.values() for own in of.values()]
    top = max(values) + 0.05 * (max(values) - min(values))
    for line, kind in enumerate(KINDS):
        across = np.log(20 / (2 / 1.2)) / np.log(100 * 1.2 / (2 / 1.2))
        drawn, own = chart.evaluate(_SPOT, [across, error[kind][20]["mean"] / top, line])
        assert np.allclose(drawn, own, atol=12), (kind, drawn, own)


def test_S4_3_training_and_held_out_curves_of_the_runs_that_are_chosen(
    atlas: Atlas, study: dict[str, Any]
) -> None:
    chart = chart_of(atlas, "curves")
    box = part(atlas, "curves")

    def expect(runs: dict[str, str], quantity: str) -> None:
        wanted = {}
        for name, run in runs.items():
            wanted[f"{name} trained on"] = study[run]["curves"][quantity]
            wanted[f"{name} held out"] = study[run]["curves"][f"held_out_{quantity}"]
        atlas.until(
            lambda: {name: line["y"] for name, line in lines_of(chart).items()} == wanted,
            "the lines are not those of the runs that are chosen",
        )

    expect({f"{name}-10": f"study-{kind}-10" for kind, name in KINDS.items()}, "loss")
    # Each size of a kind looks different.
    for size in SIZES:
        box.get_by_label(f"AE, {size} latents", exact=True).check()
    look = "chart => new Set(chart.lines.filter(({ end }) => /^AE/.test(end)).map(part)).size"
    for part_ in ("({ colour }) => colour", "({ marker }) => marker"):
        atlas.until(
            lambda part_=part_: chart.evaluate(look.replace("part)", f"{part_})")) == len(SIZES)
        )
    for size in SIZES:
        if size != 10:
            box.get_by_label(f"AE, {size} latents", exact=True).uncheck()
    expect({f"{name}-10": f"study-{kind}-10" for kind, name in KINDS.items()}, "loss")
    before = atlas.shot(chart.locator(".plot"))
    box.get_by_label("CVAE, 10 latents").uncheck()
    box.get_by_label("AE, 10 latents", exact=True).uncheck()
    box.get_by_label("VAE, 2 latents", exact=True).check()
    box.get_by_label("squared error alone").check()
    expect({"VAE-2": "study-vae-2", "VAE-10": "study-vae-10"}, "reconstruction")
    after = atlas.shot(chart.locator(".plot"))
    assert before.shape == after.shape
    assert (before != after).any(-1).mean() > 0.01

    # No run turns up again beyond its jitter, as the prose has it.
    for run in study.values():
        held_out = run["curves"]["held_out_loss"]
        assert run["group"] != "grid" or held_out[-1] < 1.005 * min(held_out)

    # By keyboard: the cursor goes from epoch to epoch, and what is read is spoken at rest.
    own = study["study-vae-2"]["curves"]["held_out_reconstruction"]
    chart.locator(".surface").focus()
    atlas.page.keyboard.press("Home")
    atlas.page.keyboard.press("ArrowRight")
    atlas.until(lambda: read_off(chart)["at"] == "epoch 2")
    assert read_off(chart)["VAE-2 held out"] == number(own[1], 2)
    said = chart.locator("[aria-live]")
    atlas.until(lambda: f"VAE-2 held out: {number(own[1], 2)}" in said.inner_text())
    assert said.inner_text().startswith("epoch 2.")
    atlas.page.keyboard.press("End")
    # The shorter runs have no value at the last epoch of the longer ones.
    atlas.until(lambda: read_off(chart)["at"] == f"epoch {len(own)}")
    assert read_off(chart)["VAE-10 held out"] == "–"
    # By pointer.
    over = chart.locator(".u-over").bounding_box()
    assert over is not None
    atlas.page.mouse.move(over["x"] + 1, over["y"] + over["height"] / 2)
    atlas.until(lambda: read_off(chart)["at"] == "epoch 1")
    assert read_off(chart)["VAE-2 held out"] == number(own[0], 2)
    # As a table.
    chart.get_by_text("As a table").click()
    row = chart.locator("tbody tr").nth(1)
    row.wait_for()
    cells = row.locator("th, td").all_inner_texts()
    assert cells[0] == "2"
    assert number(own[1], 2) in cells
    # With nothing chosen it says so.
    while (checked := box.locator("input[type=checkbox]:checked")).count() > 0:
        checked.first.uncheck()
    atlas.until(lambda: chart.get_attribute("state") == "empty")
    assert "Choose a run" in chart.locator(".note").inner_text()


def test_B10_a_slider_walks_through_the_maps_by_the_weight_of_the_kl(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    files = reference.manifest["rate_distortion"]
    measured = json.loads(reference.read(files["measured"]))
    trace = Trace(json.loads(reference.read(files["trace"])))
    betas, numbers = measured["betas"], measured["numbers"]
    pixels = np.frombuffer(base64.b64decode(measured["pixels"]), np.uint8) / 255
    pictures = pixels.reshape(len(betas), measured["count"], 784)
    last = len(betas) - 1

    def expect(atlas: Atlas, run: int) -> None:
        there = part(atlas, "rate")
        there.locator("play-bar:not([disabled])").wait_for(timeout=1000 * SLOW)
        text = f"β = {betas[run]:g}"
        atlas.until(lambda: there.locator("play-bar").evaluate("bar => bar.text") == text, text)
        xy = there.locator("latent-map").evaluate("map => [...map.points.xy]")
        np.testing.assert_allclose(np.reshape(xy, (-1, 2)), trace.frames[run].T, atol=1e-4)
        shown = there.locator("digit-grid").evaluate("grid => [...grid.images]")
        np.testing.assert_allclose(np.reshape(shown, pictures[run].shape), pictures[run], atol=1e-6)
        mark = there.locator("line-chart[state=ready]").evaluate("chart => chart.mark")
        assert mark == numbers["rate"][run]["mean"]
        for cell in there.locator("[data-number]").all():
            value = numbers[cell.get_attribute("data-number") or ""][run]["mean"]
            assert cell.inner_text() == number(value, 2)

    first = open_atlas()
    expect(first, betas.index(1))
    lines = lines_of(chart_of(first, "rate"))
    rate, distortion = ([own["mean"] for own in numbers[name]] for name in ("rate", "distortion"))
    assert lines["distortion"]["x"] == rate[::-1]
    assert lines["distortion"]["y"] == distortion[::-1]
    assert lines["−ELBO"]["y"] == pytest.approx(np.add(rate, distortion)[::-1])
    assert "beta=" not in first.page.url
    slider = part(first, "rate").locator("play-bar input")
    slider.focus()
    first.page.keyboard.press("Home")
    expect(first, 0)
    first.page.keyboard.press("End")
    expect(first, last)
    first.until(lambda: f"beta={last}" in first.page.url)
    # Between two runs a point is between its two places.
    bar = part(first, "rate").locator("play-bar")
    bar.evaluate(
        """(bar, value) => bar.dispatchEvent(
          new CustomEvent("value-change", { detail: { value }, bubbles: true }))""",
        0.5 / last,
    )
    xy = part(first, "rate").locator("latent-map").evaluate("map => [...map.points.xy]")
    between = (trace.frames[0] + trace.frames[1]).T / 2
    np.testing.assert_allclose(np.reshape(xy, (-1, 2)), between, atol=1e-4)

    second = open_atlas(f"#at=numbers&beta={last}")
    expect(second, last)
    third = open_atlas("#at=numbers&beta=99")
    expect(third, betas.index(1))
    third.page.locator("#notice").wait_for()


def test_S4_5_draws_from_the_prior_by_the_three_kinds(atlas: Atlas, reference: Reference) -> None:
    box = part(atlas, "samples")

    def expect(kind: str, start: int, digit: int | None = None) -> None:
        prior = document(reference, f"{kind}-10", "prior")
        z, labels = prior["z"][start : start + 20], prior["labels"][start : start + 20]
        asked = labels if digit is None else [digit] * 20
        images = reference.decode(f"{kind}-10", z, asked if kind == "cvae" else None)
        sheet = images.reshape(2, 10, 28, 28).transpose(0, 2, 1, 3).ravel()
        atlas.expect_image(f"prior-{kind}", sheet)

    view = box.locator("image-view").last
    atlas.until(lambda: view.get_attribute("state") == "ready", seconds=SLOW)
    for kind in KINDS:
        expect(kind, 0)
    box.get_by_role("button", name="Other samples").click()
    expect("ae", 20)
    box.get_by_label("CVAE’s digit").select_option("7")
    expect("cvae", 20, digit=7)
    expect("vae", 20)

    captions = box.locator("figcaption").all_inner_texts()
    for kind, caption in zip(KINDS, captions, strict=True):
        samples = document(reference, f"{kind}-10", "report")["samples"]["prior"]
        assert f"{100 * samples['confident']:.1f} %" in caption
        assert f"{samples['evenness']:.2f}" in caption


def test_S4_6_projections_with_densities_and_what_lies_on_the_plane(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas("#layout.d=20")
    box = part(atlas, "projections")

    def expect_points(kind: str, size: int, layout: str) -> np.ndarray:
        file = reference.model(f"{kind}-{size}")["projections"][layout]
        expected = json.loads(reference.read(file))
        points = box.locator(f"[data-kind={kind}] latent-map")
        atlas.until(lambda: points.get_attribute("state") == "ready", seconds=SLOW)
        xy = np.array(points.evaluate("map => [...map.points.xy]")).reshape(-1, 2)
        assert np.allclose(xy, np.column_stack([expected["x"], expected["y"]]), atol=1e-4)
        return xy

    for kind in KINDS:
        expect_points(kind, 20, "pca")
    box.get_by_label("10", exact=True).first.check()
    atlas.until(lambda: "20" not in box.locator("[data-size]").all_inner_texts())
    for kind in KINDS:
        xy = expect_points(kind, 10, "pca")
        labels = np.array(
            json.loads(reference.read(reference.model(f"{kind}-10")["projections"]["pca"]))[
                "labels"
            ]
        )
        for axis, selector in enumerate([":not([upright])", "[upright]"]):
            # The curve of the 1s on the screen is highest where their own estimate is.
            marginal = box.locator(f"[data-kind={kind}] marginal-density{selector}")
            curve = marginal.locator("path.class-1").get_attribute("d") or ""
            path = np.array(re.findall(r"-?[\d.]+", curve), float).reshape(-1, 2)
            left, top, width, height = map(
                float, (marginal.locator("svg").get_attribute("viewBox") or "").split()
            )
            along = (
                (path[path[:, 1].argmin(), 0] - left) / width
                if axis == 0
                else 1 - (path[path[:, 0].argmax(), 1] - top) / height
            )
            ones = xy[labels == 1, axis]
            bandwidth = 1.06 * ones.std() * len(ones) ** -0.2
            view = reference.model(f"{kind}-10")["view"]
            grid = np.linspace(-0.5, 0.5, 201) * view["scale"] + view["centre"][axis]
            density = np.exp(-0.5 * ((grid[:, None] - ones) / bandwidth) ** 2).sum(1)
            assert along == pytest.approx(density.argmax() / 200, abs=0.02)

    # A point of the plane is a z whose other directions are at their mean.
    decoded = {"ae": None, "vae": None, "cvae": [4]}
    box.get_by_label("CVAE’s digit").select_option("4")
    for kind, labels_ in decoded.items():
        plane = document(reference, f"{kind}-10", "statistics")["plane"]
        point = np.array([0.8, -0.5])
        z = np.array(plane["origin"]) + point @ np.array(plane["axes"])
        box.locator(f"[data-kind={kind}] latent-map").evaluate(
            "(map, z) => map.moveTo(z, 'pointer')", point.tolist()
        )
        atlas.until(
            lambda kind=kind: atlas.image(f"plane-{kind}").get_attribute("state") == "ready",
            seconds=SLOW,
        )
        atlas.expect_image(f"plane-{kind}", reference.decode(f"{kind}-10", [z], labels_)[0])
    vae = box.locator("[data-kind=vae] latent-map")
    atlas.until(lambda: vae.locator(".coordinates").inner_text().startswith("point = (0.8"))

    # A class singled out on one map is singled out on all, and by the curves.
    vae.get_by_label("Class 3").click()
    isolated = "maps => maps.map(map => map.isolated)"
    atlas.until(lambda: box.locator("latent-map").evaluate_all(isolated) == [[3]] * 3)
    assert box.locator("marginal-density path.class-3").count() == 6
    assert box.locator("marginal-density path.class-1").count() == 0
    # The curves follow the map.
    shown = box.locator("[data-kind=vae] marginal-density svg").first
    before = shown.get_attribute("viewBox")
    vae.evaluate("map => map.viewBy({centre: [1, 1], scale: 3})")
    atlas.until(lambda: shown.get_attribute("viewBox") != before)

    box.get_by_label("t-SNE").check()
    for kind in KINDS:
        atlas.until(
            lambda kind=kind: (
                box.locator(f"[data-kind={kind}] latent-map").evaluate("map => map.points?.count")
                == 3000
            )
        )
        expect_points(kind, 10, "tsne")
    assert not box.locator("marginal-density").first.is_visible()
    assert not box.locator("image-view").first.is_visible()
    atlas.until(lambda: "layout=tsne" in atlas.page.url)
    assert "layout.d=" not in atlas.page.url


def test_B4_five_maps_on_one_screen_are_all_drawn(open_atlas: OpenAtlas) -> None:
    # Chromium lets a worker have four WebGL contexts, and takes one back for the fifth.
    atlas = open_atlas("#at=numbers", viewport={"width": 1440, "height": 2400}).wait_laid_out()
    for name in ("rate", "projections", "raw"):
        part(atlas, name).locator("latent-map[state=ready]").first.wait_for(timeout=1000 * SLOW)
    part(atlas, "rate")
    maps = atlas.page.locator("#numbers latent-map")
    assert maps.count() == 5
    drawn = "maps => maps.filter(map => map.shadowRoot.querySelector('.picture.replaced')).length"
    atlas.until(lambda: maps.evaluate_all(drawn) == 5, seconds=SLOW)
    # Also once each of them has had the time to lose its context.
    atlas.timers(1500)
    atlas.until(lambda: maps.evaluate_all(drawn) == 5, seconds=SLOW)


def test_S4_7_t_SNE_of_raw_digits(atlas: Atlas, reference: Reference) -> None:
    box = part(atlas, "raw")
    layout = json.loads(reference.read(reference.manifest["datasets"]["mnist"]["raw_tsne"]))
    map_ = box.locator("latent-map")
    atlas.until(lambda: map_.get_attribute("state") == "ready", seconds=SLOW)
    xy = np.array(map_.evaluate("map => [...map.points.xy]")).reshape(-1, 2)
    assert np.allclose(xy, np.column_stack([layout["x"], layout["y"]]), atol=1e-4)
    assert f"{layout['count']:,} test digits" in box.inner_text()
    # The zeros are where the layout has them: their colour prevails around their mean.
    mean = next(row["mean"] for row in layout["statistics"] if row["label"] == 0)
    picture = atlas.points_shot(map_)
    side, view = picture.shape[0], layout["view"]
    x, y = (
        round(side * (0.5 + sign * (at - centre) / view["scale"]))
        for sign, at, centre in zip((1, -1), mean, view["centre"], strict=True)
    )
    around = picture[y - 15 : y + 15, x - 15 : x + 15].reshape(-1, 3).astype(int)
    blue = np.abs(around - [0x3F, 0x90, 0xDA]).max(-1) < 60
    assert blue.mean() > 0.15


def test_S4_9_roc_curves_and_the_areas_under_them(atlas: Atlas, reference: Reference) -> None:
    models = {"ae-10": "AE-10", "vae-2": "VAE-2", "vae-10": "VAE-10"}
    inputs = {"clothes": "fashion-mnist", "turned": "rotated", "noise": "noise"}
    anomaly = {id_: document(reference, id_, "report")["anomaly"] for id_ in models}
    table = rows(atlas, "auc")
    for id_ in models:
        assert table[id_] == [number(anomaly[id_][kind]["auc"], 3) for kind in inputs.values()]

    chart = chart_of(atlas, "roc")
    box = part(atlas, "roc")
    for name, kind in inputs.items():
        box.get_by_label(name).check()
        first = anomaly["vae-2"][kind]["roc"]["true_positive"][0]
        atlas.until(
            lambda first=first: lines_of(chart)["VAE-2"]["y"][0] == pytest.approx(100 * first)
        )
        for id_, line in models.items():
            drawn = lines_of(chart)[line]
            # The area under the drawn curve is the table's.
            area = np.trapezoid(drawn["y"], drawn["x"]) / 1e4
            assert area == pytest.approx(anomaly[id_][kind]["auc"], abs=0.005)
    box.get_by_label("clothes").check()
    found = dict(
        zip(
            anomaly["vae-2"]["fashion-mnist"]["roc"]["false_positive"],
            anomaly["vae-2"]["fashion-mnist"]["roc"]["true_positive"],
            strict=True,
        )
    )
    atlas.until(lambda: read_off(chart)["VAE-2"] == number(100 * found[0.05], 1))
    drawn, own = chart.evaluate(_SPOT, [0.05, found[0.05], 1])
    # The line's edge may run through the pixel: then it covers the most of it.
    assert np.allclose(drawn[:3], own[:3], atol=40), (drawn, own)
    assert drawn[3] > 128


def test_B10_S2_1_every_model_with_its_likelihood_neighbours_and_samples(
    atlas: Atlas, reference: Reference, study: dict[str, Any]
) -> None:
    shown = rows(atlas, "models")
    mnist = [model for model in reference.manifest["models"] if model["dataset"] == "mnist"]
    assert sorted(shown) == sorted(model["id"] for model in mnist)
    for id_, cells in shown.items():
        report = document(reference, id_, "report")
        test, prior = report["test"] or {}, report["samples"]["prior"]
        exact = (report.get("integral") or {}).get("log_likelihood")
        expected = [
            *(number(test[name], 1) if test else "–" for name in ("elbo", "log_likelihood")),
            "–" if exact is None else number(exact, 1),
            number(report["errors"]["squared_error"], 2),
            *(number(100 * report["knn"][labels]["mean"], 1) for labels in ("100", "1000", "all")),
            number(100 * report["linear_probe"], 1),
            "–" if report["active_units"] is None else str(report["active_units"]),
            number(100 * prior["confident"], 1),
            number(prior["evenness"], 2),
        ]
        assert cells == expected, id_
    # The best that is marked is the best of those that are not conditioned.
    atlas.page.get_by_text("The models, one by one").click()
    best = atlas.page.locator("table[data-table=models] .best").all_inner_texts()
    unconditioned = [id_ for id_ in shown if reference.model(id_)["kind"] in ("ae", "vae")]
    likelihoods = [reference.model(id_)["metrics"].get("log_likelihood") for id_ in unconditioned]
    assert number(max(filter(None, likelihoods)), 1) in best

    seeds = rows(atlas, "seeds")
    several = {id_: row for id_, row in study.items() if row["group"] != "curve"}
    assert len(seeds) == len(several)
    for id_, row in several.items():
        numbers = row["numbers"]
        cells = seeds[id_.removeprefix("study-")]
        assert cells[2] == spread(numbers.get("log_likelihood"), 1)
        assert cells[3] == spread(numbers["knn_1000"], 1, 100)
        assert cells[7] == spread(numbers["confident"], 1, 100)


def test_S4_2_the_claims_that_the_study_refutes_are_listed_with_its_numbers(
    atlas: Atlas, reference: Reference, study: dict[str, Any]
) -> None:
    whole = json.loads(reference.read(reference.manifest["study"]))
    verdicts = {claim["id"]: claim["verdict"] for claim in whole.get("claims", [])}
    numbers = {id_.removeprefix("study-"): row["numbers"] for id_, row in study.items()}
    claims = atlas.page.locator("#numbers .claims")
    told = " ".join(claims.all_inner_texts()).replace("\n", " ")
    expected = []
    if verdicts.get("vae-error-falls-with-size") == "shown":
        expected += [spread(numbers[f"vae-{size}"]["squared_error"], 2) for size in SIZES[:4]]
    if verdicts.get("classification-widens-gaps-from-zero", "shown") != "shown":
        weights = ("elbo-vae-2", "class-w1", "class-w10", "class-w100")
        expected += [spread(numbers[id_]["knn_1000"], 1, 100) for id_ in weights]
    if verdicts.get("vae-samples-more-digits-at-2", "shown") != "shown":
        expected += [spread(numbers[id_]["confident"], 1, 100) for id_ in ("ae-2", "vae-2")]
    assert claims.count() == bool(expected)
    assert [text for text in expected if text not in told] == []


@pytest.mark.parametrize("width", [360, 1280])
def test_B15_the_numbers_are_accessible_follow_the_theme_and_stay_inside_the_page(
    open_atlas: OpenAtlas, width: int
) -> None:
    atlas = open_atlas(bypass_csp=True, viewport={"width": width, "height": 800})
    for name in ("errors", "curves", "roc"):
        chart_of(atlas, name)
    part(atlas, "projections").locator("latent-map[state=ready]").first.wait_for()
    chart = chart_of(atlas, "errors")
    for scheme in SCHEMES:
        atlas.page.emulate_media(color_scheme=scheme)
        assert violations(atlas.page, "#numbers") == []
        # The canvas is painted anew in the theme's colours: the line has its swatch's.
        ae = lines_of(chart)["AE"]["y"]
        every = [y for line in lines_of(chart).values() for y in line["y"]]
        top = max(every) + 0.05 * (max(every) - min(every))
        across = np.log(20 * 1.2 / 2) / np.log(50 * 1.2**2)
        spot = [across, ae[3] / top, 0]
        atlas.until(lambda spot=spot: np.allclose(*chart.evaluate(_SPOT, spot), atol=12))
    assert atlas.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_study_that_cannot_be_had_costs_its_charts_alone(
    new_page: Any, server: Any, watch: Watch, reference: Reference
) -> None:
    watch.expect("Failed to load resource", "404", "503")
    page = new_page()
    page.route(f"**/{reference.manifest['study']['url']}", lambda route: route.fulfill(status=503))
    atlas = Atlas(page, server.url).open()
    chart = part(atlas, "curves").locator("line-chart")
    atlas.until(lambda: chart.get_attribute("state") == "error", seconds=SLOW)
    assert "cannot be shown" in chart.locator(".note").inner_text()
    chart_of(atlas, "roc")
    assert len(rows(atlas, "errors")) == len(SIZES)


def test_S4_6_the_words_on_t_sne_are_of_the_size_that_is_shown(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas()
    part = atlas.page.locator("#numbers [data-part=projections]")
    part.scroll_into_view_if_needed()
    part.locator("input:enabled").first.wait_for()
    part.locator("input[value=tsne]").check()
    words = part.locator(".only-tsne")
    for size in (10, 100):
        part.locator(f"input[name=numbers-size][value='{size}']").check()
        for kind in ("ae", "vae", "cvae"):
            model = reference.model(f"{kind}-{size}")
            share = json.loads(reference.read(model["report"]))["knn"]["all"]["mean"]
            assert f"{100 * share:.1f} %" in words.inner_text()
            assert model["id"] in words.inner_text()
