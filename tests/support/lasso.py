"""A reader's lasso on a map."""

from collections.abc import Sequence

from playwright.sync_api import Locator

Place = tuple[float, float]


def drag_lasso(surface: Locator, corners: Sequence[Place]) -> list[Place]:
    """Drag around corners in shares of a map's surface, Shift held; return them on the page."""
    page = surface.page
    box = surface.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.keyboard.down("Shift")
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    return places
