"""The switches of a map's layers: what each does to the map, and what the link keeps of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import Locator

from tests.support.atlas import Atlas
from tests.support.thorough import THOROUGH

# Every map draws these alike, and the test of the lab tries them all.
_OF_EVERY_MAP = frozenset(
    ["points", "density", "prior", "names", "ellipses", "circle", "lattice", "quantiles"]
)
# Of 255; and of the map's pixels: the ellipses of a drawing are a few across.
CHANGED = 30
FEWEST = 20


class Layers:
    """The switches of one section, whose map has come to life."""

    def __init__(self, atlas: Atlas, section: str) -> None:
        self.atlas = atlas
        self.section = section

    def switch(self, name: str) -> Locator:
        """Return a layer's switch."""
        return self._switches().and_(self.atlas.page.locator(f"[name={name}]"))

    def offered(self) -> list[str]:
        """Return the names of all layers that can be switched, in order."""
        names: list[str] = self._switches().evaluate_all("all => all.map(one => one.name)")
        return names

    def on(self) -> list[str]:
        """Return the names of those whose switch is on."""
        switched = self._switches().evaluate_all("all => all.map(one => [one.name, one.checked])")
        return [name for name, checked in switched if checked]

    def flip(self, name: str) -> None:
        """Switch a layer, and wait until the map's pixels have changed."""
        on, before = self.on(), self._still()
        self._press(name)
        assert set(self.on()) ^ set(on) == {name}
        self._expect_change(name, before)

    def expect_independent(self) -> None:
        """Each switch that other maps lack changes the map, and switched back leaves it as it was.

        With ATLAS_THOROUGH those that they have, too.
        """
        before = self._still()

        def returns(name: str) -> bool:
            nonlocal before
            self._press(name)
            self._expect_change(name, before)
            self._press(name)
            if self._changed(before) == 0:
                return True
            after = self._still()
            same, before = self._difference(before, after) == 0, after
            return same

        for name in self.offered():
            if name in _OF_EVERY_MAP and not THOROUGH:
                continue
            # More than once where a section above has just moved the map by part of a pixel.
            self.atlas.until(lambda name=name: returns(name), f"{name} leaves something")

    def _switches(self) -> Locator:
        return self.atlas.page.locator(f"#{self.section} layer-switches input")

    def _press(self, name: str) -> None:
        # Not by the mouse, which may cross the map on its way and move z.
        self.switch(name).press("Space")

    def _surface(self) -> Locator:
        return self.atlas.map(self.section).locator(".surface")

    def _expect_change(self, name: str, before: np.ndarray) -> None:
        self.atlas.until(lambda: self._changed(before) > FEWEST, f"{name} changes nothing")

    def _changed(self, before: np.ndarray) -> int:
        return self._difference(before, self.atlas.shot(self._surface()))

    @staticmethod
    def _difference(before: np.ndarray, now: np.ndarray) -> int:
        """Count the pixels that differ."""
        return int((np.abs(now - before).max(-1) > CHANGED).sum())

    def _still(self) -> np.ndarray:
        """Return the map's pixels once they have come to rest."""
        return self.atlas.still_shot(self._surface())


def expect_switches(
    open_atlas: Callable[..., Atlas],
    enter: Callable[[Atlas], Any],
    section: str,
    link: str,
    first: dict[str, bool],
) -> Layers:
    """Expect a section's switches to work and to be in `link`; return those of a page opened anew.

    Of the layers, `first` tells whether they are on at first.
    """
    flipped = next(name for name, on in first.items() if not on)
    # What a section does not offer is no layer of it, whoever wrote the link.
    atlas = open_atlas(f"#{link}=bogus.constructor.-lattice.{flipped}")
    enter(atlas)
    layers = Layers(atlas, section)
    assert layers.offered() == list(first)
    assert layers.on() == [name for name, on in first.items() if on or name == flipped]
    layers.flip(flipped)
    assert layers.on() == [name for name, on in first.items() if on]
    # As at first, there is nothing to say of it.
    atlas.until(lambda: link not in atlas.page.evaluate("location.hash"))
    layers.expect_independent()
    layers.flip(flipped)
    layers.flip("points")
    hash_ = f"{link}=-points.{flipped}"
    atlas.until(lambda: hash_ in atlas.page.evaluate("location.hash"), hash_)
    again = open_atlas(atlas.page.evaluate("location.hash"))
    enter(again)
    opened = Layers(again, section)
    assert opened.on() == layers.on()
    shown = "map => map.layers.points"
    assert again.map(section).evaluate(shown) is False
    return opened
