"""The training images nearest to z, where the server's machine has the dataset."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.browser.conftest import OpenAtlas, Outlive
from tests.support.atlas import Atlas
from tests.support.made_releases import TinyModel, make_release
from tests.support.reference import Reference
from tests.support.server import Server
from tests.support.tiny_dataset import make_mnist

COUNT = 200  # as many as a made-up release has points
FIGURE = "#hover .neighbours"
REST_MS = 150  # a pointer that has been still for so long is looking (hover/neighbours.ts)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("neighbours")
    make_release(root / "models", "one", [TinyModel(), TinyModel(id="ae-3", latent_size=3)])
    make_mnist(root / "data", COUNT, 10)
    return root


@pytest.fixture(scope="module")
def with_images(root: Path) -> Iterator[Server]:
    with Server(models_dir=root / "models", data_root=root / "data") as running:
        yield running


def expect_nearest(atlas: Atlas, reference: Reference, images: np.ndarray) -> None:
    model = reference.model("vae-2")
    means = reference.read_json(model["means"])
    z = atlas.z()
    assert z is not None
    distances = np.hypot(np.array(means["x"]) - z[0], np.array(means["y"]) - z[1])
    nearest = np.argsort(distances, kind="stable")[:5]
    for place, index in enumerate(nearest):
        atlas.expect_image(f"neighbour-{place}", images[index].ravel() / np.float32(255))
    names = ", ".join(str(means["labels"][index]) for index in nearest)
    assert atlas.page.locator(f"{FIGURE} figcaption").inner_text().endswith(f": {names}")


def test_B11_hover_shows_the_nearest_training_images(
    open_atlas: OpenAtlas, with_images: Server, root: Path
) -> None:
    raw = (root / "data/MNIST/raw/train-images-idx3-ubyte").read_bytes()
    images = np.frombuffer(raw[16:], np.uint8).reshape(COUNT, 28, 28)
    reference = Reference(root / "models")
    atlas = open_atlas(url=with_images.url)
    atlas.page.locator(FIGURE).wait_for()
    expect_nearest(atlas, reference, images)
    atlas.page.mouse.move(*atlas.at(0.6, 0.3))
    expect_nearest(atlas, reference, images)


def test_B11_without_the_data_set_there_is_nothing_and_nothing_is_asked(
    open_atlas: OpenAtlas, root: Path, tmp_path: Path, outlive: Outlive
) -> None:
    server = outlive(Server(models_dir=root / "models", data_root=tmp_path))
    atlas = open_atlas(url=server.url)
    asked: list[str] = []
    atlas.page.on("request", lambda request: asked.append(request.url))
    atlas.page.mouse.move(*atlas.at(0.6, 0.3))
    atlas.timers(REST_MS)
    assert atlas.page.locator(FIGURE).is_hidden()
    assert not [url for url in asked if "/api/" in url]
