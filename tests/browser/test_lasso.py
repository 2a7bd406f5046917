"""The lasso: Shift and a drag, or keys, select points, which are counted and saved as rows."""

import csv
import io
from pathlib import Path

import numpy as np
from matplotlib.path import Path as Polygon

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.lab import Lab
from tests.support.lasso import drag_lasso
from tests.support.reference import Reference

EVENTS = """map => {
  window.selections = [];
  map.addEventListener("selection-change", ({ detail: { rows } }) =>
    window.selections.push([...rows]));
}"""


def columns(reference: Reference, model: str = "vae-2") -> tuple[np.ndarray, np.ndarray]:
    """Return the release's points (N, 2) and labels (N,) of a model, in its rows' order."""
    means = reference.read_json(reference.model(model)["means"])
    return np.stack([means["x"], means["y"]], 1), np.array(means["labels"])


def open_lab(open_atlas: OpenAtlas) -> tuple[Atlas, Lab]:
    atlas = open_atlas("#at=lab")
    lab = Lab(atlas)
    lab.map().evaluate("map => map.scrollIntoView({behavior: 'instant', block: 'center'})")
    lab.map().evaluate(EVENTS)
    return atlas, lab


def drag_around(lab: Lab) -> None:
    """Draw a quadrangle on the lab's map, holding Shift."""
    corners = [(0.4, 0.4), (0.6, 0.42), (0.62, 0.6), (0.38, 0.58)]
    drag_lasso(lab.map().locator(".surface"), corners)


def test_B25_a_lasso_selects_counts_and_saves_the_rows_inside_it(
    open_atlas: OpenAtlas, reference: Reference, tmp_path: Path
) -> None:
    atlas, lab = open_lab(open_atlas)
    view = lab.map().evaluate("map => map.view.scale")
    drag_around(lab)
    rows = lab.map().evaluate("map => [...map.selection]")
    outline = lab.map().evaluate("map => map.lassoTool.outline.map(([x, y]) => [x, y])")
    points, labels = columns(reference)
    inside = np.flatnonzero(Polygon(outline).contains_points(points.astype(np.float32)))
    assert len(rows) > 100
    assert len(set(rows) ^ set(inside.tolist())) <= 2  # points on the very edge
    assert atlas.page.evaluate("window.selections") == [rows]
    assert not lab.map().evaluate("map => map.pinned")
    assert lab.map().evaluate("map => map.view.scale") == view

    said = lab.map().locator(".selection p")
    atlas.until(lambda: f"{len(rows):,} points selected" in said.inner_text())
    commonest = int(np.bincount(labels[rows]).argmax())
    count = int((labels[rows] == commonest).sum())
    assert f"({commonest}: {count:,}" in said.inner_text()

    with atlas.page.expect_download() as started:
        lab.map().get_by_role("button", name="Save row numbers").click()
    assert started.value.suggested_filename == "vae-2-selection.csv"
    started.value.save_as(tmp_path / "rows.csv")
    table = list(csv.reader(io.StringIO((tmp_path / "rows.csv").read_text())))
    assert table[0] == ["row", "class"]
    assert table[1:] == [[str(row), str(labels[row])] for row in rows]

    lab.map().get_by_role("button", name="Clear").click()
    assert atlas.page.evaluate("window.selections.at(-1)") == []
    assert said.inner_text() == ""


def test_B25_the_keys_draw_a_lasso_and_escape_gives_it_up(open_atlas: OpenAtlas) -> None:
    atlas, lab = open_lab(open_atlas)
    lab.move_to((0.0, 0.0))
    lab.map().locator(".surface").focus()
    keyboard = atlas.page.keyboard

    def draw() -> None:
        keyboard.press("l")
        for key in ("ArrowRight", "ArrowUp", "ArrowLeft"):
            for _ in range(2):
                keyboard.press(f"Shift+{key}")

    said = lab.map().locator(".selection p")
    draw()
    assert said.inner_text() == "Drawing a lasso: Enter closes it, Escape gives it up."
    keyboard.press("Escape")
    assert lab.map().evaluate("map => map.lassoTool.outline.length") == 0
    assert atlas.page.evaluate("window.selections") == []
    lab.move_to((0.0, 0.0))
    draw()
    keyboard.press("Enter")
    assert len(atlas.page.evaluate("window.selections[0]")) > 10
    assert not lab.map().evaluate("map => map.pinned")


def test_B25_only_shown_classes_are_selected_and_another_model_has_no_selection(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    _, lab = open_lab(open_atlas)
    lab.map().get_by_role("button", name="Class 3").click()
    drag_around(lab)
    rows = lab.map().evaluate("map => [...map.selection]")
    assert set(columns(reference)[1][rows]) == {3}
    lab.choose("ae-2")
    assert lab.map().evaluate("map => map.selection.length") == 0


def test_B25_where_there_is_no_lasso_shift_drags_as_before(atlas: Atlas) -> None:
    before = atlas.view()["centre"]
    atlas.page.mouse.move(*atlas.at(0.4, 0.4))
    atlas.page.keyboard.down("Shift")
    atlas.page.mouse.down()
    atlas.page.mouse.move(*atlas.at(0.5, 0.5), steps=3)
    atlas.page.mouse.up()
    atlas.page.keyboard.up("Shift")
    assert atlas.view()["centre"] != before
