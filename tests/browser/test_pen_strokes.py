"""Real handwriting on the pad: it looks as MNIST does, and a held-out classifier can read it."""

import base64
import math
import random

import numpy as np
import onnxruntime as ort
import pytest

from tests.browser.conftest import OpenAtlas
from tests.browser.test_draw import on_pad, show_pad
from tests.support.atlas import Atlas
from tests.support.fingers import Pen, Place
from tests.support.mnist import mnist_or_skip, pen_strokes_or_skip
from tests.support.pen import Digit, read_unipen
from tests.support.server import ROOT
from tests.support.thorough import THOROUGH

CLASSIFIER = ROOT / "tests" / "data" / "digit_classifier.onnx"
READABLE_INPUTS = 0.955
READABLE_RECONSTRUCTIONS = 0.70
REPLAYED = 7494 if THOROUGH else 2000
RECONSTRUCTED = 2500 if THOROUGH else 500
BATCH = 250
WITH_A_PEN = 40 if THOROUGH else 12

# Takes each drawing as the reader's would be taken, and waits for its own reconstruction: the
# newest one wins, so the next drawing must not come before.
_REPLAY = """async ([drawings, reconstructed]) => {
  const [pad, input, reconstruction] =
    ["drawing-pad", "image-view[name=input]", "image-view[name=reconstruction]"]
      .map(selector => document.querySelector(selector));
  const channel = new MessageChannel();
  const turn = () => new Promise(resolve => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(null);
  });
  const bytes = new Uint8Array(2 * 784 * drawings.length);
  const put = (at, pixels) => pixels.forEach((p, i) => { bytes[784 * at + i] = Math.round(255 * p); });
  for (const [index, strokes] of drawings.entries()) {
    const before = reconstruction.pixels;
    const start = performance.now();
    pad.strokes = strokes.map(run =>
      run.map(([x, y]) => ({ x, y, pressure: 0.5 })));
    put(2 * index, input.pixels);
    if (!reconstructed) continue;
    while (reconstruction.pixels === before) {
      if (performance.now() - start > 10000) throw new Error(`no reconstruction of ${index}`);
      await turn();
    }
    put(2 * index + 1, reconstruction.pixels);
  }
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192)
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}"""  # noqa: E501


@pytest.fixture(scope="module")
def digits() -> list[Digit]:
    return read_unipen(pen_strokes_or_skip())


def thinned(run: tuple[Place, ...]) -> tuple[Place, ...]:
    """Leave out what lies within a fiftieth of the pad: the tablet reports far more than shape."""
    kept = [run[0]]
    for place in run[1:]:
        if math.dist(place, kept[-1]) >= 0.02:
            kept.append(place)
    return tuple(kept)


def read_digits(images: np.ndarray) -> np.ndarray:
    """Let the classifier read images (N, 784) in 0…1."""
    session = ort.InferenceSession(CLASSIFIER)
    parts = [
        session.run(["scores"], {"image": part.reshape(-1, 1, 28, 28).astype(np.float32)})[0]
        for part in np.array_split(images, max(1, len(images) // 500))
    ]
    return np.concatenate(parts).argmax(1)


def share_read(images: np.ndarray, digits: list[Digit]) -> float:
    return float((read_digits(images) == [digit.label for digit in digits]).mean())


def replay(atlas: Atlas, digits: list[Digit], reconstructed: bool) -> np.ndarray:
    """Put every digit on the pad; return what the encoder sees and what comes back, (N, 2, 784)."""
    batches = []
    for start in range(0, len(digits), BATCH):
        drawings = [digit.strokes for digit in digits[start : start + BATCH]]
        text = atlas.page.evaluate(_REPLAY, [drawings, reconstructed])
        batches.append(np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 2, 784))
    return np.concatenate(batches) / 255


# Of how MNIST was made: how much the mean may be off.
CONVENTIONS = {
    "centre": 0.02,
    "box": 0.1,
    "ink": 4.0,
    "half_grey": 4.0,
    "grey": 6.0,
    "bright": 5.0,
}
MEASURED = 3000 if THOROUGH else 1500
"""Drawings that are compared with MNIST."""


def conventions(images: np.ndarray) -> dict[str, np.ndarray]:
    """Measure images (N, 784) in 0…1; a number each.

    `centre`: of mass, by pixel index, two an image. `box`: the longer side of what is not black.
    `ink`: the sum. The rest count pixels: `half_grey` from ¼ to ¾, `grey` from 0.1 to 0.9,
    `bright` above ½.
    """
    x = images.reshape(-1, 28, 28).astype(np.float64)
    ink = x.sum((1, 2))
    index = np.arange(28)
    centres = [x.sum(axis) @ index / ink for axis in (1, 2)]
    sides = []
    for axis in (1, 2):
        inked = (x > 0).any(axis)
        sides.append(28 - inked[:, ::-1].argmax(1) - inked.argmax(1))
    count = {
        "half_grey": (x > 0.25) & (x < 0.75),
        "grey": (x > 0.1) & (x < 0.9),
        "bright": x > 0.5,
    }
    return {
        "centre": np.concatenate(centres),
        "box": np.maximum(*sides),
        "ink": ink,
        **{name: pixels.sum((1, 2)) for name, pixels in count.items()},
    }


def test_B3_the_held_out_classifier_reads_mnists_test_set() -> None:
    test = mnist_or_skip("test")
    images = np.asarray(test.pixels).reshape(-1, 784) / 255
    assert (read_digits(images) == np.asarray(test.labels)).mean() >= 0.99


def test_B3_a_drawing_is_made_as_mnist_was(open_atlas: OpenAtlas, digits: list[Digit]) -> None:
    train = mnist_or_skip("train")
    expected = conventions(np.asarray(train.pixels)[:20_000].reshape(-1, 784) / 255)
    atlas = open_atlas()
    atlas.enter("draw")
    found = conventions(replay(atlas, random.Random(2).sample(digits, MEASURED), False)[:, 0])
    for name, tolerance in CONVENTIONS.items():
        print(f"{name}: {found[name].mean():.2f}, of MNIST {expected[name].mean():.2f}")
        assert found[name].mean() == pytest.approx(expected[name].mean(), abs=tolerance), name
    # Moved by whole pixels, as MNIST: the centre of mass lies within half a pixel of index 14.
    for centre in (found["centre"], expected["centre"]):
        assert np.quantile(centre, (0.01, 0.99)) == pytest.approx((13.51, 14.49), abs=0.02)
    assert np.mean(found["box"] == 20) > 0.9
    # As soft at the edges, for as much ink.
    share = {name: of["half_grey"].sum() / of["ink"].sum() for name, of in
             (("pad", found), ("mnist", expected))}  # fmt: skip
    assert share["pad"] == pytest.approx(share["mnist"], rel=0.05)


def test_B3_real_handwriting_stays_readable(open_atlas: OpenAtlas, digits: list[Digit]) -> None:
    assert len(digits) == 7494
    atlas = open_atlas()
    atlas.enter("draw")
    # Inputs, and some of them, for the time it takes, as reconstructions.
    chosen = random.Random(1).sample(digits, REPLAYED)
    some = chosen[:RECONSTRUCTED]
    # These first: an answer to a drawing that nobody waited for would pass for the next one's.
    reconstructed, images = replay(atlas, some, True), replay(atlas, chosen, False)
    inputs = share_read(images[:, 0], chosen)
    reconstructions = share_read(reconstructed[:, 1], some)
    print(f"read as the right digit: inputs {inputs:.2%}, reconstructions {reconstructions:.2%}")
    assert inputs >= READABLE_INPUTS
    assert reconstructions >= READABLE_RECONSTRUCTIONS


def test_B3_real_handwriting_comes_through_a_real_pen(
    open_atlas: OpenAtlas, digits: list[Digit]
) -> None:
    atlas = show_pad(open_atlas())
    atlas.enter("draw")
    show_pad(atlas)
    pad, pen = atlas.page.locator("drawing-pad"), Pen(atlas.page)
    chosen = random.Random(3).sample(digits, WITH_A_PEN)
    images = []
    for digit in chosen:
        pad.evaluate("pad => pad.clear()")
        runs = tuple(thinned(run) for run in digit.strokes)
        for run in runs:
            pen.stroke(on_pad(atlas, run))
        pixels = atlas.pixels("input")
        assert pixels is not None
        images.append(pixels)
        # The same strokes, set at once, give nearly the same picture: no movement was lost.
        at_once = Digit(digit.label, runs).pad_strokes()
        pad.evaluate("(pad, strokes) => { pad.strokes = strokes; }", at_once)
        assert np.abs(pixels - atlas.pixels("input")).mean() < 0.01
    right = read_digits(np.stack(images)) == [digit.label for digit in chosen]
    assert right.mean() >= 0.9
