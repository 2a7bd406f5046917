"""A WebKit, the distribution's WebKitGTK, driven by WebDriver on a display of its own."""

import base64
import http.client
import io
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from PIL import Image

PATIENCE = 60.0
"""Seconds in which anything that the page does must have happened."""
_PIXELS = """
const { pixels } = document.querySelector(arguments[0]);
if (!pixels) return null;
let text = "";
for (const byte of new Uint8Array(Float32Array.from(pixels).buffer))
  text += String.fromCharCode(byte);
return btoa(text);"""


def find() -> Path | None:
    """Return the browser, or None where it, its driver or a display to draw on is missing."""
    if shutil.which("WebKitWebDriver") is None or shutil.which("Xvfb") is None:
        return None
    return next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), None)


class WebKit:
    """One window of 1280 × 900, until it is left."""

    def __enter__(self) -> Self:
        reading, writing = os.pipe()
        self._display = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1300x1000x24"],
            pass_fds=[writing], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writing)
        with os.fdopen(reading) as told:
            display = told.readline().strip()
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self._port = sock.getsockname()[1]
        self._driver = subprocess.Popen(
            ["WebKitWebDriver", f"--port={self._port}"],
            env={**os.environ, "DISPLAY": f":{display}", "LIBGL_ALWAYS_SOFTWARE": "1"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        options = {"binary": str(find()), "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self._session = ""
        self._session = f"/session/{self.until(lambda: self._try(wanted))}"
        self._post("/window/rect", {"width": 1280, "height": 900})
        return self

    def __exit__(self, *_: object) -> None:
        self._ask("DELETE", "")
        for process in (self._driver, self._display):
            process.terminate()
            process.wait()

    def _try(self, wanted: dict[str, Any]) -> str | None:
        try:
            return str(self._post("/session", wanted)["sessionId"])
        except ConnectionError:  # the driver does not listen yet
            return None

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, self._session + path, text)
            answer = connection.getresponse()
            value = json.loads(answer.read())["value"]
            assert answer.status == 200, value
            return value
        finally:
            connection.close()

    def _post(self, path: str, body: object) -> Any:
        return self._ask("POST", path, body)

    def open(self, url: str) -> None:
        """Load a page."""
        self._post("/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """Return what the body of a function returns in the page."""
        return self._post("/execute/sync", {"script": script, "args": list(arguments)})

    def until(self, what: Any) -> Any:
        """Return the first true answer."""
        deadline = time.monotonic() + PATIENCE
        while not (answer := what()):
            assert time.monotonic() < deadline, "it never came true"
            time.sleep(0.05)
        return answer

    def pixels(self, selector: str) -> np.ndarray | None:
        """Return the pixels that an <image-view> holds, in 0 … 1."""
        text = self.run(_PIXELS, selector)
        return None if text is None else np.frombuffer(base64.b64decode(text), np.float32)

    def shot(self) -> np.ndarray:
        """Return the window's picture in greys, (height, width) uint8."""
        picture = Image.open(io.BytesIO(base64.b64decode(self._ask("GET", "/screenshot"))))
        return np.asarray(picture.convert("L"))

    def expect_image(self, selector: str, expected: np.ndarray, tolerance: float) -> None:
        """Wait until an <image-view> holds these pixels."""

        def equal() -> bool:
            found = self.pixels(selector)
            return found is not None and bool(np.abs(found - expected.ravel()).max() < tolerance)

        self.until(equal)

    def stroke(self, places: Sequence[tuple[float, float]], *, pressed: bool) -> None:
        """Move the pointer from place to place of the window, with its button down or not."""
        moves: list[dict[str, Any]] = [
            {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 20} for x, y in places
        ]
        if pressed:
            moves.insert(1, {"type": "pointerDown", "button": 0})
            moves.append({"type": "pointerUp", "button": 0})
        pointer = {"type": "pointer", "id": "mouse", "actions": moves}
        self._post("/actions", {"actions": [pointer]})

    def press(self, key: str) -> None:
        """Press and release a key."""
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self._post("/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})
