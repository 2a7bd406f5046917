"""Fingers and pens that no mouse can stand for, given to the page as the device would."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import CDPSession, Page

Place = tuple[float, float]


class Fingers:
    """Touches on the screen; each call says where all fingers are now."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)

    def down(self, *places: Place) -> None:
        """Put fingers on the screen; those that lie there already stay the first."""
        self._send("touchStart", places)

    def move(self, *places: Place) -> None:
        """Move the fingers, in the order in which they were put down."""
        self._send("touchMove", places)

    def up(self, *left: Place) -> None:
        """Lift all fingers but those given."""
        self._send("touchEnd", left)

    def cancel(self) -> None:
        """Take all touches away, as a system does that uses them for a gesture of its own."""
        self._send("touchCancel", ())

    def _send(self, kind: str, places: Sequence[Place]) -> None:
        points = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(places)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


class Pen:
    """A pen that feels pressure."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)

    def stroke(self, places: Sequence[Place], force: float = 0.5) -> None:
        """Draw one stroke."""
        with self.pressed(places[0], force):
            for place in places[1:]:
                self._send("mouseMoved", place, force, 1)
            self._last = places[-1]

    @contextmanager
    def pressed(self, place: Place, force: float = 0.5) -> Iterator[None]:
        """Touch the surface at `place`; lift again in the end."""
        self._last = place
        self._send("mouseMoved", place, 0, 0)
        self._send("mousePressed", place, force, 1)
        try:
            yield
        finally:
            self._send("mouseReleased", self._last, 0, 0)

    def _send(self, kind: str, place: Place, force: float, buttons: int) -> None:
        self._session.send(
            "Input.dispatchMouseEvent",
            {
                "type": kind,
                "x": place[0],
                "y": place[1],
                "pointerType": "pen",
                "force": force,
                "button": "left" if kind != "mouseMoved" or buttons else "none",
                "buttons": buttons,
                "clickCount": 0 if kind == "mouseMoved" else 1,
            },
        )
