"""Section "shape": classes as Gaussians, a grid around a digit, reconstructions and samples."""

import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import OpenAtlas, Watch
from tests.support.atlas import Atlas
from tests.support.mnist import mnist_or_skip
from tests.support.reference import Reference

SPLITS = ("train", "first_half", "second_half", "test")
_IMAGES = """grid => Array.from({length: grid.images.length / 784}, (_, i) =>
  Array.from(grid.images.slice(784 * i, 784 * (i + 1))))"""
# What the canvases show, which is what the reader sees.
_CANVASES = """grid => Array.from(grid.shadowRoot.querySelectorAll("canvas"), canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: canvas.width * canvas.height }, (_, i) => data[4 * i]);
})"""


def enter(atlas: Atlas) -> Atlas:
    atlas.page.locator("#shape").evaluate(
        "section => section.scrollIntoView({behavior: 'instant'})"
    )
    atlas.page.locator("#shape latent-map[state=ready]").wait_for(timeout=60_000)
    atlas.page.locator("#shape-grid[state=ready]").wait_for(timeout=60_000)
    return atlas


@pytest.fixture
def section(open_atlas: OpenAtlas) -> Atlas:
    # Laid out: while the sections above are being it, the map moves by parts of a pixel.
    return enter(open_atlas().wait_laid_out())


def document(reference: Reference, model_id: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reference.read(reference.model(model_id)[name]))
    return found


def expect_grid(atlas: Atlas, grid: Locator, expected: np.ndarray) -> None:
    """Wait until a grid holds these images, and check that its canvases show them."""

    def equal() -> bool:
        images = np.array(grid.evaluate(_IMAGES), np.float32)
        return images.shape == expected.shape and float(np.abs(images - expected).max()) < 1e-3

    grid.scroll_into_view_if_needed()
    grid.and_(atlas.page.locator("[state=ready]")).wait_for(timeout=60_000)
    atlas.until(equal, "the grid holds other images", 60)
    shown = np.array(grid.evaluate(_CANVASES))
    assert np.abs(shown - 255 * expected).max() < 1.5


def expected_ellipse(row: dict[str, Any]) -> list[float]:
    """Return the two radii of a class's aggregate posterior, and z1 of its mean."""
    covariance = np.array(row["covariance"]) + np.diag(row["posterior_variance"])
    return [*np.sqrt(np.linalg.eigvalsh(covariance))[::-1], row["mean"][0]]


def drawn_ellipses(section: Atlas, labels: list[int]) -> np.ndarray:
    """Return the same of the ellipses on the map, read at one moment."""
    found = section.map("shape").evaluate(
        """(map, labels) => {
          const { centre: [x], scale } = map.view;
          const units = scale / Math.min(map.size.width, map.size.height);
          return labels.map(label => {
            const ellipse = map.shadowRoot.querySelector(`.ellipse.class-${label} .sd-1`);
            const read = name => Number(ellipse?.getAttribute(name));
            const [rx, ry, cx] = ["rx", "ry", "cx"].map(read);
            return [rx * units, ry * units, x + (cx - map.size.width / 2) * units];
          });
        }""",
        labels,
    )
    return np.array(found)


def share_within(section: Atlas, row: dict[str, Any]) -> float:
    """Return which share of the points in a class’s ellipse of one deviation is of that class."""
    labels, xy = section.map("shape").evaluate("m => [[...m.points.labels], [...m.points.xy]]")
    covariance = np.array(row["covariance"]) + np.diag(row["posterior_variance"])
    off = np.array(xy).reshape(-1, 2) - row["mean"]
    inside = np.einsum("ni,ij,nj->n", off, np.linalg.inv(covariance), off) <= 1
    return float((np.array(labels)[inside] == row["label"]).mean())


def test_S2_4_S2_5_each_class_is_an_ellipse_of_its_aggregate_posterior_from_any_images(
    section: Atlas, reference: Reference
) -> None:
    splits = document(reference, "vae-2", "statistics")["splits"]
    surface = section.map("shape").locator(".surface")
    section.map("shape").locator(".picture.replaced").wait_for(state="attached")  # by the points
    shots = {}
    for split in SPLITS:
        section.page.locator(f"input[name=shape-split][value={split}]").check()
        expected = np.array([expected_ellipse(row) for row in splits[split]])
        labels = [row["label"] for row in splits[split]]

        def shows(expected: np.ndarray = expected, labels: list[int] = labels) -> bool:
            # The radii to a thousandth, the middle's z1 to 0.02.
            off = np.abs(drawn_ellipses(section, labels) - expected)
            return bool((off[:, :2] < 1e-3 * expected[:, :2]).all() and (off[:, 2] < 0.02).all())

        section.until(shows, f"the ellipses are not those of {split}")
        shots[split] = section.still_shot(surface)
    # The pictures differ, by little: only thin lines have moved.
    for split, most in (("first_half", 0.05), ("test", 0.12)):
        moved = (np.abs(shots[split] - shots["train"]).max(-1) > 60).mean()
        assert 0 < moved < most, split
    section.until(lambda: "shape.set=test" in section.page.url)

    # The sentence's numbers are those of the statistics.
    width = {
        row["label"]: np.sqrt(np.diag(np.array(row["covariance"]))).mean()
        for row in splits["train"]
    }

    def shift(a: str, b: str) -> tuple[float, int]:
        return max(
            (float(np.hypot(*np.subtract(p["mean"], q["mean"]))) / width[p["label"]], p["label"])
            for p, q in zip(splits[a], splits[b], strict=True)
        )

    text = section.page.inner_text("#shape-shift")
    found = [float(number) for number in re.findall(r"\d\.\d\d", text)]
    names = [int(label) for label in re.findall(r"of the (\d)\)", text)]
    (halves, moved_in_halves), (test, moved_in_test) = (
        shift("first_half", "second_half"),
        shift("train", "test"),
    )
    assert found == pytest.approx([halves, test], abs=0.0051)
    assert names == [moved_in_halves, moved_in_test]
    assert max(found) < 0.25


def test_S2_6_a_grid_around_the_digit_and_with_the_step_that_the_reader_picks(
    section: Atlas, reference: Reference
) -> None:
    rows = document(reference, "vae-2", "statistics")["splits"]["train"]
    grid = section.page.locator("#shape-grid")
    for digit, step in ((3, "0.2"), (7, "0.5")):
        section.page.locator(f"input[name=shape-digit][value='{digit}']").check()
        section.page.locator("#shape-step").select_option(step)
        mean = np.array(rows[digit]["mean"])
        steps = float(step) * np.arange(-3, 4)
        z = np.array([[mean[0] + x, mean[1] + y] for y in -steps for x in steps])
        expect_grid(section, grid, reference.decode("vae-2", z.tolist()))
        captions = grid.locator(".caption").all_inner_texts()
        printed = [
            [float(n.replace("−", "-")) for n in caption.split("\n")] for caption in captions
        ]
        assert np.abs(np.array(printed) - z).max() <= 0.0051
        # Not all points within an ellipse are of its class.
        share = share_within(section, rows[digit])
        said = section.page.inner_text("#shape-share")
        assert f"the {digit}’s inner ellipse, {100 * share:.0f} % are {digit}s" in said
        # The layer lays the same tiles on the map.
        bounds = section.map("shape").evaluate("map => map.lattice.bounds")
        assert bounds["min"] == pytest.approx(mean - 3.5 * float(step), abs=1e-5)
    section.until(lambda: "shape.digit=7" in section.page.url)
    # Focus and pointer lead the mark on the map; one tab stop, arrows within.
    grid.locator("button[tabindex='0']").focus()
    section.until(lambda: section.z("shape") == pytest.approx(tuple(z[24]), abs=1e-5))
    section.page.keyboard.press("ArrowUp")
    section.page.keyboard.press("ArrowRight")
    section.until(lambda: section.z("shape") == pytest.approx(tuple(z[18]), abs=1e-5))
    section.expect_image("shape-decoded", reference.decode("vae-2", [z[18].tolist()])[0], 1e-3)
    grid.locator("button").nth(5).hover()
    section.until(lambda: section.z("shape") == pytest.approx(tuple(z[5]), abs=1e-5))


def test_S2_2_test_digits_reconstructed_with_more_and_more_latents(
    section: Atlas, reference: Reference
) -> None:
    decoded = {}
    for model_id in ("vae-2", "vae-5", "vae-10", "vae-20", "ae-100"):
        grid = section.page.locator(f"digit-grid[data-reconstructions-of={model_id}]")
        mu = document(reference, model_id, "tiles")["mu"]
        decoded[model_id] = reference.decode(model_id, mu)
        expect_grid(section, grid, decoded[model_id])
        row = section.page.locator("#shape .rows .row", has=grid)
        error = reference.model(model_id)["metrics"]["squared_error"]
        assert f"{error:.1f}" in row.inner_text()
    # More latents come closer to the digit itself, where the server's machine has it.
    index = document(reference, "vae-2", "tiles")["index"]
    originals = np.asarray(mnist_or_skip("test").pixels)[index].reshape(-1, 784) / np.float32(255)
    expect_grid(section, section.page.locator("#shape-originals"), originals)
    off = [
        float(np.square(decoded[f"vae-{size}"] - originals).sum(1).mean()) for size in (2, 5, 10)
    ]
    assert off == sorted(off, reverse=True)


def test_S2_3_samples_of_the_prior_by_each_model_and_new_ones(
    section: Atlas, reference: Reference
) -> None:
    grid = section.page.locator("#shape-samples")
    grid.scroll_into_view_if_needed()  # its models come when it comes near
    for model_id in ("vae-2", "vae-5", "vae-10", "cvae-2", "cvae-5"):
        section.page.locator(f"input[name=shape-model][value={model_id}]").check()
        draws = document(reference, model_id, "prior")["z"][:60]
        labels = [i % 10 for i in range(60)] if model_id.startswith("cvae") else None
        expect_grid(section, grid, reference.decode(model_id, draws, labels))
        confident = document(reference, model_id, "report")["samples"]["prior"]["confident"]
        caption = section.page.locator("#shape [data-samples-of]:visible").inner_text()
        assert f"{100 * confident:.1f} %" in caption
    first = np.array(grid.evaluate(_CANVASES))
    section.page.get_by_role("button", name="New samples").click()
    section.until(lambda: np.abs(np.array(grid.evaluate(_CANVASES)) - first).max() > 100)
    # Asked for in columns, whatever the draws: a column is one digit, so it varies less than a row.
    images = np.array(grid.evaluate(_IMAGES)).reshape(6, 10, 784)
    assert images.var(0).sum() / 10 < 0.75 * images.var(1).sum() / 6
    # The link repeats the draws.
    section.until(lambda: "shape.seed=1" in section.page.url and "cvae-5" in section.page.url)
    drawn = np.array(grid.evaluate(_CANVASES))
    section.page.reload()
    enter(section)
    grid.scroll_into_view_if_needed()
    section.until(
        lambda: (
            section.page.locator("#shape-samples[state=ready]").count()
            and np.abs(np.array(grid.evaluate(_CANVASES)) - drawn).max() <= 1
        ),
        "the link led to other samples",
        60,
    )


def test_S2_3_an_error_of_the_model_before_does_not_take_the_place_of_the_samples(
    open_atlas: OpenAtlas, reference: Reference, watch: Watch
) -> None:
    watch.expect("Failed to load resource")
    section = open_atlas()
    held: list[Any] = []
    lost = reference.model("vae-5")["prior"]["url"]
    section.page.route(f"**/{lost}", lambda route: held.append(route))
    enter(section)
    section.page.locator("#shape-samples").scroll_into_view_if_needed()
    choose = "input[name=shape-model][value={}]"
    section.page.locator(choose.format("vae-5")).check()
    section.until(lambda: held)
    section.page.locator(choose.format("vae-10")).check()
    z = document(reference, "vae-10", "prior")["z"][:60]
    expected = reference.decode("vae-10", z).reshape(60, -1)
    grid = section.page.locator("#shape-samples")
    expect_grid(section, grid, expected)
    # The answer to the earlier choice fails only now.
    with section.page.expect_response(f"**/{lost}"):
        held[0].fulfill(status=503, body="")
    section.frames()
    expect_grid(section, grid, expected)
