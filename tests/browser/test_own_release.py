"""A release of a user's own models alone: the page is theirs, up to a thousand classes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.own_release import ALPHABET, LATENTS, THOUSAND, OwnModel, make_own_release
from tests.support.reference import Reference
from tests.support.scatter_pixels import POINTS_ALONE
from tests.support.server import Server

SECTIONS = {
    ALPHABET.network.id: ["hover", "draw", "shape", "lab"],
    LATENTS.network.id: ["hover", "shape", "dimensions", "lab"],
    THOUSAND.network.id: ["hover", "draw", "shape", "labels", "lab"],
}
EACH = [ALPHABET, LATENTS, THOUSAND]
OpenOwn = Callable[..., tuple[Atlas, Reference]]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Server, Path]]]:
    """A server of a release of each model alone, by the model's id."""
    running: dict[str, tuple[Server, Path]] = {}
    try:
        for own in EACH:
            folder = tmp_path_factory.mktemp(own.network.id)
            make_own_release(folder, own)
            running[own.network.id] = Server(models_dir=folder).__enter__(), folder
        yield running
    finally:
        for server, _ in running.values():
            server.__exit__()


@pytest.fixture
def open_own(open_atlas: OpenAtlas, servers: dict[str, tuple[Server, Path]]) -> OpenOwn:
    def open_(own: OwnModel, fragment: str = "", **options: object) -> tuple[Atlas, Reference]:
        server, folder = servers[own.network.id]
        return open_atlas(fragment, url=server.url, **options), Reference(folder)

    return open_


def on_plane(reference: Reference, own: OwnModel, place: tuple[float, float]) -> np.ndarray:
    """Return the latent point at a place on the map that is nearest to the origin."""
    statistics = reference.read_json(reference.model(own.network.id)["statistics"])
    plane = statistics["plane"]
    axes, origin = np.array(plane["axes"]), np.array(plane["origin"])
    away = np.array(place) + axes @ origin
    return axes.T @ np.linalg.solve(axes @ axes.T, away)


@pytest.mark.parametrize("own", EACH, ids=lambda own: own.network.id)
def test_B21_the_page_has_the_sections_that_the_model_fills(
    open_own: OpenOwn, own: OwnModel
) -> None:
    atlas, _ = open_own(own)
    page = atlas.page
    assert page.title() == f"Latent Atlas: {own.title}"
    assert atlas.sections == SECTIONS[own.network.id]
    links = page.locator("nav a").evaluate_all("links => links.map(link => link.hash.slice(1))")
    assert links == atlas.sections
    assert "Ten digits" not in page.locator("nav").inner_text()
    atlas.wait_laid_out().read_through()
    assert page.locator(".section-error").count() == 0
    assert page.locator("#notice").is_hidden()
    text = page.locator("main").inner_text()
    assert "digit" not in text.lower()
    assert "MNIST" not in page.locator("body").inner_text()
    dead = page.locator("main a[href^='#']").evaluate_all(
        "links => links.filter(link => !document.querySelector(link.hash)).map(link => link.hash)"
    )
    assert dead == []


def test_B21_the_map_of_two_latents_draws_the_models_own_answer(open_own: OpenOwn) -> None:
    atlas, reference = open_own(ALPHABET)
    z = atlas.hover(0.3, 0.6)
    atlas.expect_image("decoded", reference.decode(ALPHABET.network.id, [z])[0])


def test_B21_the_map_of_twenty_latents_draws_what_lies_on_its_plane(open_own: OpenOwn) -> None:
    atlas, reference = open_own(LATENTS)
    place = atlas.hover(0.3, 0.6)
    z = on_plane(reference, LATENTS, place)
    atlas.expect_image("decoded", reference.decode(LATENTS.network.id, [z.tolist()])[0])
    assert atlas.page.locator("#lab a[data-file=encoder]").first.is_hidden()


def test_B22_a_conditioned_model_is_given_the_chosen_label(open_own: OpenOwn) -> None:
    atlas, reference = open_own(THOUSAND)
    atlas.page.locator("#map-label").select_option("731")
    z = atlas.hover(0.3, 0.6)
    expected = reference.decode(THOUSAND.network.id, [z], [731])[0]
    atlas.expect_image("decoded", expected)
    atlas.until(lambda: "label=731" in atlas.page.url)
    again, _ = open_own(THOUSAND, "#" + atlas.page.url.partition("#")[2])
    assert again.page.locator("#map-label").input_value() == "731"


def test_B22_labels_shows_ten_classes_from_any_on(open_own: OpenOwn) -> None:
    atlas, reference = open_own(THOUSAND)
    atlas.wait_laid_out().read_through("labels")
    atlas.page.locator("#labels-from").select_option("725")
    expected = reference.decode(THOUSAND.network.id, [(0.0, 0.0)] * 10, range(725, 735))
    for place in (0, 9):
        atlas.expect_image(f"class-{place}", expected[place])
    caption = atlas.page.locator("#labels figcaption").nth(6)
    assert caption.inner_text() == "thing 731"


def test_B21_a_drawing_is_encoded_and_marked_on_the_map(open_own: OpenOwn) -> None:
    atlas, reference = open_own(ALPHABET)
    atlas.wait_laid_out().read_through("draw")
    pad = atlas.page.locator("#draw drawing-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    across = [(0.3, 0.2), (0.7, 0.3), (0.35, 0.75), (0.75, 0.8)]
    for i, (x, y) in enumerate(across):
        atlas.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["width"])
        if i == 0:
            atlas.page.mouse.down()
    atlas.page.mouse.up()
    atlas.until(lambda: atlas.pixels("input") is not None)
    pixels = atlas.pixels("input")
    assert pixels is not None
    mu, _ = reference.encode(ALPHABET.network.id, pixels[None])
    atlas.expect_image(
        "reconstruction", reference.decode(ALPHABET.network.id, mu.tolist())[0], 1e-3
    )
    assert atlas.z("draw") == pytest.approx(tuple(mu[0]), abs=1e-3)
    assert "squared error" in atlas.page.locator("#draw output").inner_text()
    # The map decodes elsewhere until the mouse leaves it.
    z = atlas.hover(0.3, 0.4, "draw")
    atlas.expect_image("reconstruction", reference.decode(ALPHABET.network.id, [z])[0], 1e-3)
    atlas.page.mouse.move(0, 0)
    atlas.expect_image(
        "reconstruction", reference.decode(ALPHABET.network.id, mu.tolist())[0], 1e-3
    )
    assert atlas.z("draw") == pytest.approx(tuple(mu[0]), abs=1e-3)


def test_B22_class_731_is_found_and_exactly_its_points_are_in_colour(open_own: OpenOwn) -> None:
    atlas, reference = open_own(THOUSAND)
    map_ = atlas.map()
    map_.evaluate("(map, layers) => { map.layers = {...map.layers, ...layers}; }", POINTS_ALONE)
    atlas.points_shot(map_)
    field = map_.get_by_role("combobox")
    field.fill("731")
    options = map_.get_by_role("option")
    assert options.all_inner_texts() == ["thing 731"]
    field.press("Enter")
    assert map_.evaluate("map => map.isolated") == [731]
    atlas.until(lambda: "only=731" in atlas.page.url)
    field.press("Escape")
    box = map_.locator(".surface").bounding_box()
    assert box is not None

    def in_colour() -> np.ndarray:
        picture = atlas.still_shot(map_.locator(".surface"))
        inside = picture[8:-8, 8:-8]  # of the frame's line, and of the field's focus ring
        return np.argwhere(np.ptp(inside, axis=-1) > 60)[:, ::-1] + 8.5

    atlas.until(lambda: 0 < len(in_colour()) < 2_000)
    found = in_colour()
    means = reference.read_json(reference.model(THOUSAND.network.id)["means"])
    own = np.array(means["labels"]) == 731
    points = np.column_stack([np.array(means["x"])[own], np.array(means["y"])[own]])
    assert len(points) == THOUSAND.points
    places = np.array([atlas.place_of((x, y)) for x, y in points]) - [box["x"], box["y"]]
    apart = np.linalg.norm(found[:, None] - places[None], axis=-1)
    assert apart.min(1).max() < 8, "a point of another class is in colour"
    assert apart.min(0).max() < 6, "a point of the class is not"


def test_B22_the_legend_of_many_classes_is_one_stop_and_names_fit(open_own: OpenOwn) -> None:
    atlas, _ = open_own(THOUSAND)
    map_ = atlas.map()
    atlas.points_shot(map_)
    map_.locator(".surface").focus()
    atlas.page.keyboard.press("Tab")
    focused = "map => map.shadowRoot.activeElement?.localName"
    assert map_.evaluate(focused) == "class-search"
    atlas.page.keyboard.press("Tab")
    assert map_.evaluate(focused) is None
    boxes = map_.locator(".overlay .name").evaluate_all(
        "names => names.map(name => name.getBoundingClientRect().toJSON())"
    )
    assert 10 < len(boxes) < 300
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            across = min(a["right"], b["right"]) - max(a["left"], b["left"])
            along = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
            assert across < 2 or along < 4, (a, b)
