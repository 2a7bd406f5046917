"""Section "lab": any model, any two side by side, every layer, the path from A to B, the link."""

import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Route

from tests.browser.conftest import OpenAtlas, Watch
from tests.support.axe import SCHEMES, violations
from tests.support.lab import Lab
from tests.support.reference import Reference

STATIONS = 11

# The share of a map's pixels that a layer, switched on, changes at least.
LEAST_SEEN = {
    "density": 0.03,
    "prior": 0.005,
    "regions": 0.3,
    "ellipses": 0.01,
    "circle": 0.002,
    "lattice": 0.5,
    "quantiles": 0.3,
    "path": 0.001,
}


def statistics(reference: Reference, model: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reference.read(reference.model(model)["statistics"]))
    return found


def slerp(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    angle = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


def test_B5_two_models_side_by_side_at_the_same_z(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas()
    asked: list[str] = []
    atlas.page.on("request", lambda request: asked.append(request.url))
    lab = Lab(atlas)
    # Only what is chosen is loaded, once the sections around it are done.
    atlas.page.wait_for_load_state("networkidle")
    asked.clear()
    lab.choose("vae-2", "ae-2")
    # A section on the way may have fetched it already; nothing else may be fetched.
    assert {url.rpartition("/")[2] for url in asked if url.endswith(".onnx")} <= {
        reference.model("ae-2")["decoder"]["url"].rpartition("/")[2]
    }
    lab.move_to((0.5, -1.25))
    lab.expect(reference.decode("vae-2", [[0.5, -1.25]])[0])
    lab.expect(reference.decode("ae-2", [[0.5, -1.25]])[0], "second")
    atlas.until(lambda: lab.mark("second") == (0.5, -1.25))  # after its picture
    lab.move_to((-1.5, 1), "second")
    lab.expect(reference.decode("vae-2", [[-1.5, 1]])[0])
    lab.expect(reference.decode("ae-2", [[-1.5, 1]])[0], "second")
    # Two maps of the same plane share their view, and a pin.
    views = "map => [...map.view.centre, map.view.scale]"
    assert lab.map().evaluate(views) == pytest.approx(lab.map("second").evaluate(views))
    lab.map().evaluate("map => map.viewBy({centre: [0.5, 0.5], scale: 3})")
    assert lab.map("second").evaluate(views) == [0.5, 0.5, 3]
    lab.map("second").evaluate("map => map.pin(true)")
    assert lab.map().evaluate("map => map.pinned")
    lab.map().evaluate("map => map.pin(false)")
    # Parted, each goes its own way; joined again, the second comes to the first.
    lab.page.get_by_label("same z on both").uncheck()
    lab.move_to((2, 2), "second")
    lab.expect(reference.decode("ae-2", [[2, 2]])[0], "second")
    lab.expect(reference.decode("vae-2", [[-1.5, 1]])[0])
    lab.page.get_by_label("same z on both").check()
    lab.expect(reference.decode("ae-2", [[-1.5, 1]])[0], "second")
    # Two latents and ten have no z in common.
    lab.choose("vae-10")
    assert lab.page.get_by_label("same z on both").is_disabled()
    lab.expect(reference.decode("vae-10", [reference.model("vae-10")["prepared"]["z"]])[0])
    lab.expect(reference.decode("ae-2", [[-1.5, 1]])[0], "second")
    # The table has both models' numbers.
    row = lab.root.locator("table tr", has_text="5-NN accuracy, all labels")
    reports = [json.loads(reference.read(reference.model(m)["report"])) for m in ("vae-10", "ae-2")]
    expected = [f"{100 * report['knn']['all']['mean']:.1f} %" for report in reports]
    atlas.until(lambda: row.locator("td").all_inner_texts() == expected)
    likelihood = lab.root.locator("table tr", has_text="log-likelihood")
    assert likelihood.locator("td").all_inner_texts() == ["−89.96", "–"]


def test_B5_a_map_of_ten_latents_moves_z_along_its_plane_only(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    lab = Lab(open_atlas("#lab=cvae-10"))
    lab.open_numbers()
    before = np.array(lab.z())
    plane = statistics(reference, "cvae-10")["plane"]
    origin, axes = np.array(plane["origin"]), np.array(plane["axes"])
    assert lab.mark() == pytest.approx(axes @ (before - origin), abs=2e-3)
    lab.bench().get_by_role("radio", name="7").check()
    lab.move_to((1.25, -0.75))
    lab.atlas.until(lambda: lab.z() != list(before))
    after = np.array(lab.z())
    assert axes @ (after - origin) == pytest.approx([1.25, -0.75], abs=4e-3)
    change = after - before
    assert np.linalg.norm(change) > 0.5
    off = change - np.linalg.lstsq(axes.T, change, rcond=None)[0] @ axes
    assert np.abs(off).max() < 2e-3
    lab.expect(reference.decode("cvae-10", [after], [7])[0])
    # A single latent can be typed.
    field = lab.bench().locator(".latents input").nth(4)
    field.fill("1.5")
    typed = after.copy()
    typed[4] = 1.5
    lab.expect(reference.decode("cvae-10", [typed], [7])[0])
    lab.page.get_by_role("button", name="Sample z from N(0, I)").click()
    lab.atlas.until(lambda: np.abs(np.array(lab.z()) - typed).min() > 0)
    # The lattice is decoded on that plane, all else as in z.
    drawn = np.array(lab.z())
    lab.switch("lattice")
    held = "map => map.lattice && ({...map.lattice.bounds, images: Array.from(map.lattice.images)})"
    lattice = lab.atlas.until(lambda: lab.map().evaluate(held))
    (left, bottom), (right, top) = lattice["min"], lattice["max"]
    x, y = left + (right - left) * 2.5 / 20, top - (top - bottom) * 6.5 / 20
    inverse = np.linalg.pinv(axes)
    z = drawn + inverse @ (np.array([x, y]) - axes @ (drawn - origin))
    expected = reference.decode("cvae-10", [z], [7])[0]
    tile = np.reshape(lattice["images"], (400, -1))[6 * 20 + 2]
    assert np.abs(tile - expected).max() < 5e-3


def test_B6_every_layer_that_a_model_has_can_be_switched(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas("#lab=classifier-vae-2-w10")
    asked: list[str] = []
    atlas.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    lab = Lab(atlas)
    common = ["points", "density", "prior", "names"]
    own = ["regions", "ellipses", "circle", "lattice", "quantiles", "path"]
    assert lab.layers() == [*common, *own]
    model = reference.model("classifier-vae-2-w10")
    regions = model["regions"]["url"].rpartition("/")[2]
    assert regions not in asked
    surface = lab.map().locator(".surface")

    def differs(before: np.ndarray) -> float:
        """In what share of its pixels the map is seen to have changed."""
        return float((np.abs(atlas.shot(surface).astype(int) - before).max(-1) > 12).mean())

    def returns(layer: str, least: float, on: bool) -> bool:
        before = atlas.still_shot(surface)
        lab.switch(layer, on=on)
        atlas.until(lambda: differs(before) > least, f"{layer} is not seen")
        lab.switch(layer, on=not on)
        if differs(before) < 0.001:
            return True
        atlas.still_shot(surface)
        return differs(before) < 0.001

    def back_and_forth(layer: str, least: float, *, on: bool = True) -> None:
        """A layer changes this share of the map at least, and leaves nothing behind."""
        # More than once where a section above has just moved the map by part of a pixel.
        atlas.until(lambda: returns(layer, least, on), f"{layer} leaves something")

    atlas.wait_laid_out()
    lab.map().locator(".picture.replaced").wait_for(state="attached")
    atlas.page.mouse.move(0, 0)
    back_and_forth("points", 0.1, on=False)
    back_and_forth("names", 0.005, on=False)
    for layer, least in LEAST_SEEN.items():
        back_and_forth(layer, least)
    assert regions in asked
    lab.switch("ellipses")
    lab.map().locator("g.ellipse").nth(9).wait_for(state="attached")
    lab.switch("circle")
    circle = lab.map().locator("ellipse.circle")
    radius = float(circle.get_attribute("rx") or "")
    units = model["view"]["scale"] / atlas.shot(surface).shape[1]
    expected = statistics(reference, model["id"])["circle"]["radius"] / units
    assert radius == pytest.approx(expected, rel=0.01)
    lab.switch("points", on=False)
    atlas.until(lambda: (np.abs(atlas.shot(surface) - [255] * 3).max(-1) > 40).mean() < 0.1)
    # What the model reads from z stands beside its picture.
    lab.move_to((2, 1))
    session = reference._session(model["id"], "decoder")
    (shares,) = session.run(["class_probability"], {"z": np.array([[2, 1]], np.float32)})
    read = lab.bench().locator("class-probabilities")
    atlas.until(
        lambda: (
            np.allclose(read.evaluate("it => [...it.probabilities ?? []]"), shares[0], atol=1e-4)
            if read.evaluate("it => it.probabilities !== null")
            else False
        )
    )
    lab.choose("target-means-vae-2")
    assert "targets" in lab.layers()
    lab.switch("targets")
    lab.map().locator("path.target").nth(9).wait_for(state="attached")
    assert lab.bench().locator("class-probabilities").is_hidden()


def programmed(lab: Lab) -> list[float]:
    """Return the z of the first bench's program."""
    found = re.search(r"z = np\.array\(\[\[(.*?)\]\]", lab.program())
    assert found
    return [float(text) for text in found[1].split(",")]


def test_B5_a_path_from_A_to_B_is_set_walked_and_played(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    lab = Lab(open_atlas("#lab=vae-5&lab.beside=ae-5"))
    atlas, page = lab.atlas, lab.page
    # It opens on two classes' means.
    means = [row["mean"] for row in statistics(reference, "vae-5")["splits"]["train"][:2]]
    first = reference.decode("vae-5", np.round(means, 3))
    atlas.expect_image("lab-first-station-0", first[0])
    atlas.expect_image(f"lab-first-station-{STATIONS - 1}", first[1])
    a, b = np.array([2, 0.5, -1, 0, 1.0]), np.array([-1, 1, 0.5, 2, 0.0])
    page.locator("[name=lab-from]").fill("2, 0.5, −1, 0, 1")
    page.locator("[name=lab-from]").press("Enter")
    lab.open_numbers()
    # Each field sends the others along, as they are by then: none of them is lost.
    lab.bench().locator(".latents input").evaluate_all(
        """(fields, values) => {
          for (const [i, field] of fields.entries()) {
            field.value = values[i];
            field.dispatchEvent(new Event("input"));
          }
        }""",
        b.tolist(),
    )
    atlas.until(lambda: programmed(lab) == b.tolist())
    page.get_by_role("button", name="B is this z").click()
    for model, row in (("vae-5", "first"), ("ae-5", "second")):
        points = [a + i / (STATIONS - 1) * (b - a) for i in range(STATIONS)]
        expected = reference.decode(model, points)
        for i in range(STATIONS):
            atlas.expect_image(f"lab-{row}-station-{i}", expected[i])
    assert lab.map().locator("path.path").count() == 1
    assert lab.map("second").locator("path.path").count() == 1
    page.get_by_label("spherical").check()
    expected = reference.decode("vae-5", [slerp(a, b, 0.3)])[0]
    atlas.expect_image("lab-first-station-3", expected)
    bar = lab.root.locator("play-bar input[type=range]")
    bar.fill("0.75")
    for model, name in (("vae-5", "first"), ("ae-5", "second")):
        z = np.round(slerp(a, b, 0.75), 3)
        lab.expect(reference.decode(model, [z])[0], name)
    # Played, it goes on to B.
    lab.root.locator("play-bar button").click()
    lab.expect(reference.decode("vae-5", [b])[0])
    atlas.until(lambda: bar.input_value() == "1")
    # What is no point of five numbers is refused in a sentence.
    page.locator("[name=lab-to]").fill("1, 2, three")
    page.locator("[name=lab-to]").press("Enter")
    assert "5 numbers" in lab.root.locator(".path > output").inner_text()


def test_B6_a_link_opens_the_lab_exactly_as_it_was(open_atlas: OpenAtlas) -> None:
    first = Lab(open_atlas("#lab=cvae-2&lab.beside=label-decoder-vae-2"))
    first.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    first.bench().get_by_role("radio", name="4").check()
    first.move_to((0.123457, -1.5))
    first.map().evaluate("map => map.pin(true)")
    first.map().evaluate("map => map.viewBy({centre: [0.5, -1], scale: 2.5})")
    first.page.get_by_label("same z on both").uncheck()
    first.move_to((-2, 0.75), "second")
    first.bench("second").get_by_role("radio", name="8").check()
    first.map("second").evaluate("map => map.viewBy({centre: [-1, 0], scale: 4})")
    first.switch("ellipses")
    first.switch("points", on=False)
    first.page.get_by_role("button", name="A is this z").click()
    first.page.get_by_label("spherical").check()
    settled = ("lab.pin=1", "lab.view=0.5,-1,2.5", "lab.label=4", "lab.from=", "lab.way=arc")
    beside = ("lab.beside.z=-2,0.75", "lab.beside.view=-1,0,4", "lab.beside.label=8")
    first.atlas.until(
        lambda: all(part in first.page.evaluate("location.hash") for part in settled + beside)
    )
    first.page.get_by_role("button", name="Copy link to exactly this").click()
    first.root.locator(".link output", has_text="Copied").wait_for()
    link = first.page.evaluate("navigator.clipboard.readText()")
    first.switch("density")
    first.atlas.until(lambda: first.root.locator(".link output").inner_text() == "")
    first.switch("density", on=False)
    assert link.startswith(first.atlas.url)
    second = Lab(open_atlas("#" + link.partition("#")[2]), wait=False)
    for name in ("first", "second"):
        second.bench(name).locator("image-view[state=ready]").wait_for()
        picture = first.atlas.pixels(f"lab-{name}")
        assert picture is not None
        second.expect(picture, name)
        assert second.mark(name) == first.mark(name)
        view = "map => [...map.view.centre, map.view.scale, map.pinned]"
        assert second.map(name).evaluate(view) == first.map(name).evaluate(view)
    assert second.map().evaluate("map => map.layers.ellipses && !map.layers.points")
    assert second.page.get_by_label("spherical").is_checked()
    fields = "all => all.map(field => field.value)"
    ends = first.root.locator(".ends input[type=text]").evaluate_all(fields)
    second.atlas.until(
        lambda: second.root.locator(".ends input[type=text]").evaluate_all(fields) == ends
    )
    assert second.page.locator("#notice").is_hidden()


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ("#lab=nobody&lab.beside=__proto__&lab.z=1,2,3&lab.layers=constructor&lab.label=99", "lab"),
        ("#lab=vae-10&lab.z=1,2&lab.to=1&lab.beside.z=4,4&lab.at=5000&lab.way=round", "lab.z"),
        ("#lab.view=0,0,-1&lab.z=1e9,NaN&lab.from=<b>,2&lab.beside.view=1,1,1", "lab.view"),
    ],
    ids=["names", "sizes", "values"],
)
def test_B6_a_hostile_link_leaves_the_lab_as_it_opens(
    open_atlas: OpenAtlas, reference: Reference, link: str, named: str
) -> None:
    lab = Lab(open_atlas(link))
    note = lab.page.locator("#notice")
    lab.atlas.until(lambda: named in note.inner_text().replace(".", " .").replace(" .", "."))
    assert len(note.inner_text()) < 500
    model = "vae-10" if "vae-10" in link else "vae-2"
    lab.expect(reference.decode(model, [reference.model(model)["prepared"]["z"]])[0])
    assert lab.bench("second").is_hidden()
    lab.move_to((0.5, 0.25))
    assert lab.mark() == pytest.approx((0.5, 0.25), abs=5e-3)


def test_choosing_quickly_never_shows_a_mixture(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas()
    lab = Lab(atlas)
    held: list[Route] = []
    late = reference.model("vae-10")
    for file in ("decoder", "means", "statistics"):
        atlas.page.route(f"**/{late[file]['url']}", lambda route: held.append(route))
    atlas.page.select_option("#lab-model", "vae-10")
    atlas.until(lambda: held)
    bench = lab.bench()
    # Nothing of the old model is left beside the new one's name.
    assert bench.locator("h3").inner_text() == late["title"]
    assert bench.locator("image-view").get_attribute("state") == "loading"
    assert atlas.pixels("lab-first") is None
    assert bench.locator("button[name=png]").is_disabled()
    assert late["decoder"]["sha256"] in lab.program()
    assert atlas.pixels("lab-first-station-0") is None
    lab.choose("ae-2")
    for route in held:
        route.continue_()
    held.clear()
    atlas.page.unroute_all(behavior="wait")
    # The late files have all been read once their model stands on the other bench.
    atlas.page.select_option("#lab-other", "vae-10")
    lab.wait("second")
    model = reference.model("ae-2")
    assert bench.locator("h3").inner_text() == model["title"]
    assert lab.map().evaluate("map => [map.model, map.axisNames[0], map.points.count]") == [
        "ae-2", "z₁", model["metrics"]["train_images"],
    ]  # fmt: skip
    lab.move_to((1, 1))
    lab.expect(reference.decode("ae-2", [[1, 1]])[0])
    assert model["decoder"]["sha256"] in lab.program()


def test_what_cannot_be_had_has_a_sentence_and_the_rest_works(
    open_atlas: OpenAtlas, reference: Reference, watch: Watch
) -> None:
    watch.expect("Failed to load resource")
    atlas = open_atlas()
    broken, flat = reference.model("vae-5"), reference.model("vae-10")
    for file in (broken["decoder"], flat["statistics"], flat["report"]):
        atlas.page.route(f"**/{file['url']}", lambda route: route.fulfill(status=503, body=""))
    lab = Lab(atlas)
    atlas.page.select_option("#lab-model", "vae-5")
    picture = lab.bench().locator("image-view[state=error]")
    picture.wait_for()
    assert "vae-5 cannot be shown" in picture.locator("p").inner_text()
    # A model whose plane is missing still decodes, by its numbers.
    lab.page.select_option("#lab-model", "vae-10")
    lab.bench().locator("latent-map[state=error]").wait_for()
    assert "Where z lies" in lab.map().evaluate("map => map.message")
    lab.open_numbers()
    z = np.array(lab.z())
    lab.bench().locator(".latents input").first.fill("2")
    z[0] = 2
    lab.expect(reference.decode("vae-10", [z])[0])
    lab.root.locator("table td", has_text="not there").first.wait_for()


def test_B15_the_lab_is_accessible_and_nothing_overflows(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas("#lab=classifier-vae-2-w10&lab.beside=cvae-2")
    lab = Lab(atlas)
    lab.root.locator("details").evaluate_all("all => all.forEach(box => { box.open = true; })")
    lab.root.locator(".latents input").first.wait_for()
    for scheme in SCHEMES:
        atlas.page.emulate_media(color_scheme=scheme)
        assert violations(atlas.page, "#lab") == [], scheme
    for width in (360, 820, 1440):
        atlas.resize(width, 900)
        assert lab.root.evaluate("lab => lab.scrollWidth <= lab.clientWidth"), width
