"""Section "faces": attributes added to colour faces, a way, a map, and the losses side by side."""

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.conftest import OpenAtlas, Outlive, Watch
from tests.support.axe import SCHEMES, violations
from tests.support.chromium import launch
from tests.support.face_page import (
    KINDS,
    Faces,
    draw,
    file_of,
    large_png,
    models_of,
    quadrants,
    turned_jpeg,
)
from tests.support.made_releases import object_path, take_models
from tests.support.reference import Reference
from tests.support.server import Server

OpenFaces = Callable[..., Faces]
# Keeps the streams that the page is given, so that a test sees whether they were stopped.
_WATCH_CAMERA = """() => {
  window.streams = [];
  const ask = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    const stream = await ask.call(this, wanted);
    window.streams.push(stream);
    return stream;
  };
}"""


@pytest.fixture(scope="module")
def ids(reference: Reference) -> dict[str, str]:
    found = models_of(reference)
    if not found:
        pytest.skip("this release carries no model of faces")
    return found


@pytest.fixture
def open_faces(open_atlas: OpenAtlas, reference: Reference, ids: dict[str, str]) -> OpenFaces:
    """Open the page at the section, live."""

    def open_(fragment: str = "", model_id: str = "", **options: object) -> Faces:
        first = model_id or next(iter(ids.values()))
        return Faces(open_atlas(fragment, **options), reference, first).enter()

    return open_


@pytest.fixture(scope="module")
def camera_browser(playwright: Playwright) -> Iterator[Browser]:
    running = launch(
        playwright, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"
    )
    yield running
    running.close()


# ——— faces ———


def test_S1_8_a_face_in_colour_is_picked_drawn_and_decoded(open_faces: OpenFaces) -> None:
    faces = open_faces()
    page, section = faces.page, faces.section
    examples, mu = faces.document("examples"), faces.mu
    model = faces.reference.model(faces.id)
    assert (model["image"]["height"], model["image"]["width"], model["image"]["channels"]) == (
        64, 64, 3,
    )  # fmt: skip
    # It says what the faces are, and how to train on CelebA.
    said = section.inner_text()
    assert "python -m train faces-vae --dataset celeba" in said
    assert f"{model['metrics']['train_images']:,}" in said

    faces.expect("faces-decoded", mu[0])
    box = faces.atlas.image("faces-decoded").bounding_box()
    assert box is not None
    assert box["width"] >= 256
    tiles = faces.grid(section.locator("#faces-examples"))
    decoded = np.rint(255 * faces.decode(mu)).reshape(-1, 64, 64, 3)
    assert tiles.shape == (len(mu), 64, 128, 3)
    np.testing.assert_allclose(tiles[:, :, 64:], decoded, atol=1)
    originals = np.frombuffer(base64.b64decode(examples["pixels"]), np.uint8).reshape(-1, 64, 64, 3)
    np.testing.assert_array_equal(tiles[:, :, :64], originals)

    # Another one by the mouse, the next by the keys.
    tile = section.locator("#faces-examples button.tile")
    tile.nth(4).click()
    faces.expect("faces-decoded", mu[4])
    np.testing.assert_allclose(faces.pixels("faces-original"), originals[4] / 255, atol=1e-6)
    tile.nth(4).press("ArrowRight")
    tile.nth(5).press("Enter")
    faces.expect("faces-decoded", mu[5])
    error = float(((faces.decode(mu[5])[0] - originals[5].ravel() / 255) ** 2).sum())
    output = section.locator("output.said")
    faces.atlas.until(lambda: "off by" in output.inner_text())
    told = re.search(r"off by ([\d.]+); test faces are by ([\d.]+)", output.inner_text())
    assert told
    assert float(told[1]) == pytest.approx(error, abs=0.15)
    assert float(told[2]) == pytest.approx(model["metrics"]["squared_error"], abs=0.051)

    # A draw from the prior, another one, and a link that reproduces it.
    seen: list[str] = []

    def another() -> str | None:
        found = re.search(r"faces\.face=s(\d+)", page.url)
        return found[1] if found and found[1] not in seen else None

    for _ in range(2):
        section.locator("button.draw").click()
        seen.append(faces.atlas.until(another, "the link has no other draw"))
        faces.expect("faces-decoded", draw(int(seen[-1]), model["latent_size"]))
    page.reload()
    faces.enter()
    faces.expect("faces-decoded", draw(int(seen[1]), model["latent_size"]))


def test_S1_9_sliders_add_attribute_vectors_several_at_once(open_faces: OpenFaces) -> None:
    faces = open_faces()
    page, mu, names = faces.page, faces.mu, faces.names()
    inputs = faces.sliders.locator("input")
    assert inputs.count() == len(names)
    assert faces.sliders.locator(".row label").all_inner_texts() == names
    first, second = names.index("blond hair"), names.index("sunglasses")
    reach = float(inputs.first.get_attribute("max") or 0)
    assert reach >= 2
    assert float(inputs.first.get_attribute("min") or 0) == -reach

    inputs.nth(first).press("End")
    weights = faces.weights()
    assert weights[first] == reach
    inputs.nth(second).press("Shift+ArrowRight")
    inputs.nth(second).press("Shift+ArrowRight")
    weights = faces.weights()
    assert (weights != 0).sum() == 2
    assert weights[second] == pytest.approx(0.4 * reach)
    raw = mu[0] + weights @ faces.vectors()
    orthogonal = mu[0] + weights @ faces.vectors("orthogonal")
    faces.expect("faces-decoded", raw)
    # Both kinds of vectors side by side, and the switch between them.
    faces.expect("faces-other", orthogonal)
    assert np.abs(faces.decode(mu[0]) - faces.decode(raw)).max() > 0.1
    switch = page.get_by_label("Orthogonal vectors")
    assert not switch.is_checked()
    switch.press("Space")
    faces.expect("faces-decoded", orthogonal)
    faces.expect("faces-other", raw)
    caption = faces.section.locator(".other figcaption")
    assert "as they were found" in caption.inner_text()

    # The link has it all; the sliders stay when another face is picked.
    faces.atlas.until(lambda: "faces.vectors=orthogonal" in page.url)
    page.reload()
    faces.enter()
    assert faces.weights() == pytest.approx(weights, abs=1e-3)
    faces.expect("faces-decoded", orthogonal)
    faces.section.locator("#faces-examples button.tile").nth(2).click()
    faces.expect("faces-decoded", mu[2] + weights @ faces.vectors("orthogonal"))
    inputs.nth(first).press("0")
    weights[first] = 0
    faces.expect("faces-decoded", mu[2] + weights @ faces.vectors("orthogonal"))
    faces.sliders.get_by_role("button", name="Reset all").click()
    faces.expect("faces-decoded", mu[2])


def test_S1_9_the_table_tells_the_faces_behind_each_vector_and_what_it_does(
    open_faces: OpenFaces,
) -> None:
    faces = open_faces()
    attributes = faces.document("attributes")
    faces.section.get_by_text("Attribute by attribute", exact=True).click()
    rows = faces.section.locator(".effects tbody tr")
    assert rows.count() == len(attributes["names"])
    for k, row in enumerate(rows.all_inner_texts()):
        name, with_, without, *numbers = row.split("\t")
        assert name == attributes["names"][k]
        assert int(with_.replace(",", "")) == attributes["with"][k]
        assert int(without.replace(",", "")) == attributes["without"][k]
        effect = attributes["measured"].get(name)
        if effect is None:
            continue
        expected = [
            text
            for form in ("raw", "orthogonal")
            for text in (
                f"{effect[form]['full']:.1f}",
                f"{100 * effect[form]['seen']:.0f} %",
                f"{100 * effect[form]['kept']:.0f} %",
            )
        ]
        assert numbers == expected


def test_S1_9_growing_multiples_of_one_attribute_another_and_both(open_faces: OpenFaces) -> None:
    faces = open_faces()
    figure = faces.go_to(".strip")
    names, mu, vectors = faces.names(), faces.mu, faces.vectors()
    multiples = np.arange(-1, 3.01, 0.5)
    places = figure.locator(".multiples")
    grids = places.locator("digit-grid")

    def expect(z: np.ndarray, *steps: np.ndarray) -> None:
        for i, step in enumerate(steps):
            wanted = np.rint(255 * faces.decode(z + multiples[:, None] * step))
            wanted = wanted.reshape(-1, 64, 64, 3)

            def shown(i: int = i, wanted: np.ndarray = wanted) -> bool:
                now = faces.grid(grids.nth(i))
                return now.shape == wanted.shape and bool(np.abs(now - wanted).max() <= 1)

            faces.atlas.until(shown, f"row {i}", seconds=60)

    blond, dark = names.index("blond hair"), names.index("sunglasses")
    expect(mu[0], vectors[blond], vectors[dark], vectors[blond] + vectors[dark])
    assert places.locator("p").all_inner_texts() == ["blond hair", "sunglasses", "both"]
    captions = grids.first.locator(".caption").all_inner_texts()
    assert captions == ["−1", "−0.5", "0", "+0.5", "+1", "+1.5", "+2", "+2.5", "+3"]

    # Other attributes, one alone, another face, the other vectors.
    beard = names.index("beard")
    figure.locator("#faces-first").select_option("beard")
    figure.locator("#faces-second").select_option("nothing else")
    assert places.nth(1).is_hidden()
    expect(mu[0], vectors[beard])
    faces.section.locator("#faces-examples button.tile").nth(3).click()
    expect(mu[3], vectors[beard])
    faces.page.get_by_label("Orthogonal vectors").check()
    expect(mu[3], faces.vectors("orthogonal")[beard])
    faces.atlas.until(lambda: f"faces.add={beard}&faces.and=-1" in faces.page.url)


def test_S1_9_a_face_is_moved_on_the_map_of_faces(open_faces: OpenFaces) -> None:
    faces = open_faces()
    figure = faces.go_to(".plane")
    atlas, mu = faces.atlas, faces.mu
    figure.locator("latent-map[state=ready]").wait_for(state="attached", timeout=90_000)
    figure.locator(".surface").scroll_into_view_if_needed()
    plane = faces.document("statistics")["plane"]
    axes, origin = np.array(plane["axes"]), np.array(plane["origin"])
    gram = np.linalg.inv(axes @ axes.T)

    def moved(z: np.ndarray, to: tuple[float, float]) -> np.ndarray:
        return z + axes.T @ (gram @ (np.array(to) - axes @ (z - origin)))

    # It opens where the face is, which is marked; names and colours are those of the hair.
    faces.expect("faces-walked", mu[0])
    marks = figure.locator("latent-map").evaluate("map => map.targets.map(target => [...target])")
    assert marks[0] == pytest.approx(list(axes @ (mu[0] - origin)), abs=1e-3)
    assert (
        figure.locator("latent-map").evaluate("map => [...map.classNames]")
        == (faces.reference.model(faces.id)["class_names"])
    )
    for place in ((0.3, 0.4), (0.65, 0.55)):
        atlas.page.mouse.move(*atlas.at(*place, "faces"))
        atlas.until(lambda: atlas.z("faces") is not None)
        z = atlas.z("faces")
        assert z is not None
        faces.expect("faces-walked", moved(mu[0], z))
    # The face there is taken, and the link has it.
    atlas.page.mouse.click(*atlas.at(0.65, 0.55, "faces"))
    target = atlas.z("faces")
    assert target is not None
    atlas.page.mouse.move(*atlas.at(0.7, 0.6, "faces"))
    assert atlas.z("faces") == target
    figure.locator("button.take").click()
    taken = moved(mu[0], target)
    faces.expect("faces-decoded", taken)
    # It is no longer the test face that was picked, nor what that is a reconstruction of.
    said = faces.section.locator("output.said")
    atlas.until(lambda: said.inner_text().startswith("A face taken from the map"))
    assert "Test face" not in said.inner_text()
    assert faces.section.locator("figure.original").is_hidden()
    # A view and a place that a click holds are in the link, too.
    map_ = figure.locator("latent-map")
    colours = (
        "map => [0, 1, 2, 3, 4].map(i => getComputedStyle(map).getPropertyValue('--class-' + i))"
    )
    assert set(map_.evaluate(colours)).isdisjoint(faces.reference.manifest["palette"])
    atlas.page.mouse.click(*atlas.at(0.4, 0.5, "faces"))
    held = atlas.z("faces")
    assert held is not None
    view = {"centre": [held[0], held[1]], "scale": 3}
    map_.evaluate("(map, view) => map.viewBy(view)", view)
    for part in ("faces.z=", "faces.held=", "faces.view="):
        atlas.until(lambda part=part: part in atlas.page.url, part)
    atlas.page.reload()
    faces.enter()
    faces.expect("faces-decoded", taken)
    faces.go_to(".plane").locator("latent-map[state=ready]").wait_for(timeout=90_000)
    assert map_.evaluate("map => [map.pinned, map.view.scale]") == [True, 3]
    assert atlas.z("faces") == pytest.approx(held, abs=1e-5)
    faces.expect("faces-walked", moved(taken, held))


# ——— losses ———


def test_S1_10_the_loss_is_switched_and_the_face_stays(
    open_faces: OpenFaces, ids: dict[str, str]
) -> None:
    faces = open_faces("#faces.face=e2&faces.mix=1.5")
    step = np.zeros(len(faces.names()))
    step[0] = 1.5
    for kind, model_id in reversed(ids.items()):
        faces.section.get_by_label(KINDS[kind], exact=True).check()
        theirs = Faces(faces.atlas, faces.reference, model_id)
        z = theirs.mu[2] + step @ theirs.vectors()
        theirs.expect("faces-decoded", z)
        assert faces.weights() == pytest.approx(step)
    last = next(iter(reversed(ids.values())))
    faces.section.get_by_label(KINDS[list(ids)[-1]], exact=True).check()
    if len(ids) > 1:
        faces.atlas.until(lambda: f"faces={last}" in faces.page.url)


def test_S1_10_the_losses_side_by_side_under_a_loupe(
    open_faces: OpenFaces, ids: dict[str, str]
) -> None:
    faces = open_faces()
    figure = faces.go_to(".losses")
    loupe = figure.locator("image-loupe")
    examples = faces.document("examples")
    originals = np.frombuffer(base64.b64decode(examples["pixels"]), np.uint8).reshape(-1, 64, 64, 3)
    across = round(64 / 3)

    def expect(index: int, original: np.ndarray) -> None:
        wanted = [original] + [
            np.rint(255 * faces.decode(np.array(faces.document("examples", one)["mu"][index]), one))
            .reshape(64, 64, 3)
            for one in ids.values()
        ]  # fmt: skip

        def equal() -> bool:
            shown = _canvases(faces, "image-loupe")
            pairs = zip(shown[::2], wanted, strict=True)
            return len(shown) == 2 * len(wanted) and all(
                np.abs(one.astype(int) - two).max() <= 1 for one, two in pairs
            )

        faces.atlas.until(equal, seconds=90)

    expect(0, originals[0])
    assert loupe.locator("figcaption b").all_inner_texts() == [
        "The face itself", *(f"{KINDS[kind]} loss" for kind in ids)
    ]  # fmt: skip
    for one, text in zip(
        ids.values(), loupe.locator("figcaption span").all_inner_texts()[1:], strict=True
    ):
        mu = np.array(faces.document("examples", one)["mu"][0])
        error = float(((faces.decode(mu, one)[0] - originals[0].ravel() / 255) ** 2).sum())
        assert float(text.removeprefix("off by ")) == pytest.approx(error, abs=0.15)

    # The loupe goes where the pointer is, over all of them, and by the keys.
    def is_part(x: int, y: int) -> bool:
        shown = _canvases(faces, "image-loupe")
        return all(
            np.array_equal(part, whole[y : y + across, x : x + across])
            for whole, part in zip(shown[::2], shown[1::2], strict=True)
        )

    corner = [round(0.3 * 64 - across / 2), round(0.6 * 64 - across / 2)]

    def point() -> bool:
        box = loupe.locator(".whole").nth(1).bounding_box()
        assert box is not None
        faces.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.6 * box["height"])
        return is_part(*corner)

    # More than once where a figure above has just moved it.
    faces.atlas.until(point, f"not the part at {corner}")
    loupe.locator(".row").focus()
    loupe.locator(".row").press("ArrowRight")
    loupe.locator(".row").press("Shift+ArrowUp")
    faces.atlas.until(lambda: is_part(corner[0] + 1, corner[1] - 8), "the keys lead elsewhere")
    faces.section.locator("#faces-examples button.tile").nth(3).click()
    expect(3, originals[3])


def test_S1_10_what_was_measured_of_the_losses_is_told(
    open_faces: OpenFaces, ids: dict[str, str]
) -> None:
    faces = open_faces()
    faces.section.get_by_role("link", name="side by side").click()
    head = faces.section.locator("#losses")
    faces.atlas.until(lambda: abs(head.evaluate("it => it.getBoundingClientRect().top")) < 2)
    rows = faces.section.locator(".losses + .scroll tbody tr").all_inner_texts()
    assert len(rows) == len(ids)
    sharpness = {}
    for (kind, model_id), row in zip(ids.items(), rows, strict=True):
        report = faces.document("report", model_id)["faces"]
        error = faces.reference.model(model_id)["metrics"]["squared_error"]
        assert row.split("\t") == [
            KINDS[kind].lower(), f"{error:.1f}", f"{report['sharpness']:.1f}",
            f"{report['frechet_reconstructions']:.2f}", f"{report['frechet_samples']:.2f}",
            f"{report['perceptual_distance']:.3f}",
        ]  # fmt: skip
        sharpness[kind] = report["sharpness"]
    if len(ids) == len(KINDS):
        assert max(sharpness["perceptual-vae"], sharpness["vae-gan"]) > sharpness["vae"]


# ——— the reader's own picture ———


def test_S1_8_a_picture_of_the_readers_own_is_cropped_and_encoded_here(
    open_faces: OpenFaces,
) -> None:
    faces = open_faces()
    page, section = faces.page, faces.section
    assert "stays in this browser" in section.inner_text()
    asked: list[tuple[str, str, bool]] = []
    page.on(
        "request",
        lambda sent: asked.append((sent.method, sent.url, sent.post_data_buffer is not None)),
    )
    section.locator("button.own").click()
    photo = section.locator("face-photo")
    photo.scroll_into_view_if_needed()

    def choose(data: bytes, name: str, kind: str) -> None:
        photo.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": kind, "buffer": data}
        )

    def seen() -> np.ndarray:
        """The square that the encoder sees, once it has been encoded and decoded."""
        photo.locator("image-view[state=ready]").wait_for(timeout=60_000)
        pixels = faces.pixels("face-photo-input")
        mu, _ = faces.reference.encode(faces.id, pixels.ravel()[None])
        faces.expect("faces-decoded", mu[0])
        faces.atlas.until(lambda: np.array_equal(faces.pixels("faces-original"), pixels))
        return pixels

    def corners(pixels: np.ndarray) -> list[tuple[int, ...]]:
        places = ((8, 8), (8, 55), (55, 8), (55, 55))
        return [tuple(np.rint(255 * pixels[y, x]).astype(int)) for y, x in places]

    picture = quadrants()
    red, green, blue, yellow = (220, 30, 30), (30, 180, 30), (30, 30, 200), (230, 210, 40)
    choose(file_of(picture, "PNG"), "mine.png", "image/png")
    assert corners(seen()) == [red, green, blue, yellow]
    said = section.locator("output.said")
    assert "Your picture" in said.inner_text()
    faces.atlas.until(lambda: "off by" in said.inner_text())
    square = np.asarray(picture.crop((50, 0, 250, 200)).resize((64, 64)), float) / 255
    assert np.abs(seen() - square).mean() < 0.01

    # The crop: drawn along, zoomed by wheel, slider and keys; what is decoded follows.
    canvas = photo.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 0.2 * box["width"], middle[1], steps=3)
    page.mouse.up()
    assert corners(seen())[1] == green
    assert photo.evaluate("photo => photo.crop.x") == pytest.approx(90, abs=1)
    page.mouse.wheel(0, -300)
    side = faces.atlas.until(
        lambda: (now := photo.evaluate("photo => photo.crop.side")) < 150 and now
    )
    canvas.press("-")
    assert photo.evaluate("photo => photo.crop.side") > side
    canvas.press("0")
    assert photo.evaluate("photo => ({...photo.crop})") == {"x": 50, "y": 0, "side": 200}
    photo.locator("input[type=range]").fill("0.5")
    assert photo.evaluate("photo => photo.crop.side") == pytest.approx(200 / np.sqrt(8), abs=0.5)
    canvas.press("0")
    canvas.press("ArrowRight")
    assert photo.evaluate("photo => photo.crop.x") == pytest.approx(46)
    seen()

    # A camera that was held upright.
    choose(turned_jpeg(picture), "mine.jpg", "image/jpeg")
    faces.atlas.until(lambda: photo.evaluate("photo => photo.picture?.height") == 300)
    found = corners(seen())
    for one, wanted in zip(found, (blue, red, yellow, green), strict=True):
        assert np.abs(np.subtract(one, wanted)).max() < 12

    # An animation: its first frame, and a sentence.
    frames = [quadrants(64, 64), quadrants(64, 64).rotate(180)]
    moving = file_of(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    choose(moving, "mine.gif", "image/gif")
    note = photo.locator(".note")
    faces.atlas.until(lambda: "first frame" in note.inner_text())
    assert corners(seen())[0][0] > 200

    # A file that is not a picture, or is too large, is refused with a sentence.
    choose(b"Dear reader, this is no picture at all.", "mine.png", "image/png")
    faces.atlas.until(lambda: "cannot open" in note.inner_text())
    assert photo.get_attribute("state") == "error"
    choose(file_of(picture, "PNG")[:200], "cut.png", "image/png")
    faces.atlas.until(lambda: "cannot be opened" in note.inner_text())
    huge = large_png(30_000, 1)
    huge = huge[:20] + huge[16:20] + huge[24:]  # its height is its width
    choose(huge, "huge.png", "image/png")
    faces.atlas.until(lambda: "900 megapixels" in note.inner_text())

    # Fifty megapixels.
    choose(large_png(8000, 6250), "large.png", "image/png")
    faces.atlas.until(lambda: photo.get_attribute("state") == "ready", seconds=90)
    assert photo.evaluate("photo => [photo.picture.width, photo.picture.height]") == [1600, 1250]
    assert np.abs(255 * seen() - 100).max() < 1.5

    # Dropped, pasted, and taken away again.
    for event, holder in (("drop", "dataTransfer"), ("paste", "clipboardData")):
        photo.evaluate(
            """(photo, [type, holder, bytes]) => {
              const data = new DataTransfer();
              data.items.add(new File([new Uint8Array(bytes)], "mine.png", { type: "image/png" }));
              const event = type === "drop"
                ? new DragEvent(type, { [holder]: data, bubbles: true, cancelable: true })
                : new ClipboardEvent(type, { [holder]: data, bubbles: true, cancelable: true });
              (type === "drop" ? photo.shadowRoot.querySelector(".box") : document.body)
                .dispatchEvent(event);
            }""",
            [event, holder, list(file_of(quadrants(200, 200), "PNG"))],
        )
        faces.atlas.until(lambda: photo.evaluate("photo => photo.picture?.width") == 200)
        assert corners(seen()) == [red, green, blue, yellow]
        photo.locator("button.clear").click()
        assert photo.get_attribute("state") == "empty"
    faces.expect("faces-decoded", faces.mu[0])

    # Nothing but files of the page was asked for, and nothing was sent.
    sent = [one for one in asked if not one[1].startswith("blob:")]
    assert all(method == "GET" and not body for method, _, body in sent), sent
    assert all(re.search(r"/(models/objects|assets|api/datasets)/", url) for _, url, _ in sent), (
        sent
    )


def test_S1_8_the_reader_s_picture_stays_when_going_back_and_forward(
    open_faces: OpenFaces,
) -> None:
    faces = open_faces()
    page, photo = faces.page, faces.section.locator("face-photo")
    page.evaluate("window.same = true")
    page.locator("nav a[href='#faces']").click()  # a state of its own to come back to
    faces.section.locator("button.own").click()
    photo.locator("input[type=file]").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": file_of(quadrants(), "PNG")}
    )
    photo.locator("image-view[state=ready]").wait_for()
    photo.evaluate("photo => photo.setCrop({ ...photo.crop, x: 30 }, true)")
    pixels = faces.pixels("face-photo-input")
    mu = faces.reference.encode(faces.id, pixels.ravel()[None])[0][0]
    faces.expect("faces-decoded", mu)
    faces.atlas.until(lambda: "at=faces" in page.url)
    page.locator("nav a[href='#numbers']").click()
    faces.atlas.until(lambda: "at=numbers" in page.url)
    # So that the section's own state is another in the state gone back to.
    faces.sliders.locator("input").first.press("End")
    faces.atlas.until(lambda: "faces.mix" in page.url)
    weights = faces.weights()
    for go, added in ((page.go_back, 0 * weights), (page.go_forward, weights)):
        go()
        faces.enter()
        faces.atlas.until(lambda added=added: np.allclose(faces.weights(), added, atol=1e-3))
        faces.expect("faces-decoded", mu + added @ faces.vectors())
        assert np.array_equal(faces.pixels("faces-original"), pixels)
        assert photo.evaluate("photo => photo.crop.x") == 30
        assert photo.is_visible()
    # It can still be moved, and is let go by its button.
    photo.locator("canvas").first.press("ArrowRight")
    faces.atlas.until(lambda: not np.array_equal(faces.pixels("faces-original"), pixels))
    faces.section.locator("button.own").click()
    faces.expect("faces-decoded", faces.mu[0] + weights @ faces.vectors())
    assert page.evaluate("window.same")


def test_S1_8_a_picture_is_never_sent_to_the_server_that_could_encode_it(
    open_atlas: OpenAtlas,
    watch: Watch,
    reference: Reference,
    models_dir: Path,
    ids: dict[str, str],
    outlive: Outlive,
) -> None:
    watch.expect("WebAssembly", "wasm", "falling back to ArrayBuffer")
    server = outlive(Server(models_dir=models_dir, wasm_blocked=True))
    atlas = open_atlas(url=server.url)
    faces = Faces(atlas, reference, next(iter(ids.values()))).enter()
    faces.section.locator("button.own").click()
    sent: list[str] = []
    faces.page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    faces.section.locator("face-photo input[type=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": file_of(quadrants(), "PNG")}
    )
    told = atlas.image("faces-decoded").locator("p")
    told.wait_for(timeout=60_000)
    assert "not sent to the server" in told.inner_text()
    atlas.frames()
    assert not any("encode" in url for url in sent), sent


def test_S1_8_a_frame_of_the_camera_is_taken_and_the_camera_let_go(
    open_faces: OpenFaces, camera_browser: Browser
) -> None:
    faces = open_faces(browser=camera_browser, permissions=["camera"])
    faces.page.evaluate(_WATCH_CAMERA)
    faces.section.locator("button.own").click()
    photo = faces.section.locator("face-photo")

    def live() -> int:
        count: int = faces.page.evaluate(
            "window.streams.flatMap(s => s.getTracks()).filter(t => t.readyState === 'live').length"
        )
        return count

    for way in ("shutter", "cancel"):
        photo.locator("button.camera").click()
        faces.atlas.until(
            lambda: photo.evaluate("photo => photo.shadowRoot.querySelector('video')?.videoWidth")
        )
        assert live() == 1
        photo.locator(f"button.{way}").click()
        faces.atlas.until(lambda: live() == 0)
        if way == "shutter":
            photo.locator("image-view[state=ready]").wait_for()
            pixels = faces.pixels("face-photo-input")
            assert pixels.std() > 0.02
            mu, _ = faces.reference.encode(faces.id, pixels.ravel()[None])
            faces.expect("faces-decoded", mu[0])
    assert photo.get_attribute("state") == "empty"
    # Folding the figure away lets go of it, too.
    photo.locator("button.camera").click()
    faces.atlas.until(lambda: live() == 1)
    faces.section.locator("button.own").click()
    faces.atlas.until(lambda: live() == 0)


def test_S1_8_a_camera_that_is_not_allowed_is_told(open_faces: OpenFaces) -> None:
    faces = open_faces()
    faces.section.locator("button.own").click()
    photo = faces.section.locator("face-photo")
    photo.locator("button.camera").click()
    faces.atlas.until(lambda: photo.get_attribute("state") == "error")
    assert "camera" in photo.locator(".note").inner_text().lower()


# ——— what a release lacks ———


def test_one_model_is_enough_and_what_is_damaged_is_told(
    open_atlas: OpenAtlas,
    watch: Watch,
    models_dir: Path,
    ids: dict[str, str],
    tmp_path: Path,
    outlive: Outlive,
) -> None:
    kind, only = list(ids.items())[-1]
    take_models(models_dir, tmp_path, "one", ["vae-2", only])
    reference = Reference(tmp_path)
    server = outlive(Server(models_dir=tmp_path))
    faces = Faces(open_atlas(url=server.url), reference, only).enter()
    faces.expect("faces-decoded", faces.mu[0])
    assert faces.section.locator("input[name=faces-model]").count() == 1
    assert faces.section.get_by_label(KINDS[kind], exact=True).is_checked()
    loupe = faces.go_to(".losses").locator("image-loupe")
    loupe.locator("figure").nth(1).wait_for()
    assert loupe.locator("figure").count() == 2

    watch.expect("503", "404", "Failed to load resource")
    object_path(tmp_path, reference.model(only)["attributes"]).unlink()
    broken = Faces(open_atlas(url=server.url), reference, only)
    broken.section.evaluate("section => section.scrollIntoView({behavior: 'instant'})")
    broken.sliders.and_(broken.page.locator("[state=error]")).wait_for(timeout=90_000)
    assert "cannot be shown" in broken.sliders.locator(".note").inner_text()


def test_a_release_without_faces_has_no_such_section(
    open_atlas: OpenAtlas, models_dir: Path, tmp_path: Path, outlive: Outlive
) -> None:
    take_models(models_dir, tmp_path, "none", ["vae-2"])
    server = outlive(Server(models_dir=tmp_path))
    atlas = open_atlas(url=server.url).wait_laid_out()
    assert "faces" not in atlas.sections
    assert atlas.page.locator("nav a[href='#faces']").count() == 0


# ——— for everyone ———


def test_B15_axe_finds_nothing_in_faces(open_faces: OpenFaces) -> None:
    faces = open_faces(bypass_csp=True)
    faces.section.locator("button.own").click()
    faces.section.locator("face-photo input[type=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": file_of(quadrants(), "PNG")}
    )
    for selector in (".strip", ".plane", ".losses"):
        faces.go_to(selector)
        faces.atlas.frames()
    faces.section.locator("image-loupe[state=ready]").wait_for(timeout=90_000)
    for scheme in SCHEMES:
        faces.page.emulate_media(color_scheme=scheme)
        assert violations(faces.page, "#faces") == [], scheme


def _canvases(faces: Faces, selector: str) -> list[np.ndarray]:
    """Return what an element's canvases show, each (H, W, 3) uint8."""
    shown = faces.section.locator(selector).evaluate(
        """element => [...element.shadowRoot.querySelectorAll("canvas")].map(canvas => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          return { width, height, data: [...data].filter((_, i) => i % 4 < 3) };
        })"""
    )
    return [
        np.array(one["data"], np.uint8).reshape(one["height"], one["width"], 3) for one in shown
    ]
