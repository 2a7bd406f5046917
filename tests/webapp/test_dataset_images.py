"""A dataset's images from the server's machine: the right ones, and nothing else of the disk."""

import errno
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.support.faults import failing
from tests.support.tiny_dataset import make_mnist, write_idx
from tests.webapp.conftest import make_folders, make_release, running_app

COUNT = 50


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("datasets")


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    make_mnist(root / "data", COUNT, 10)
    broken = root / "data" / "FashionMNIST" / "raw" / "train-images-idx3-ubyte"
    broken.parent.mkdir(parents=True)
    write_idx(broken, np.zeros((3, 28, 28), np.uint8))
    broken.write_bytes(broken.read_bytes()[:-1])
    folders = make_folders(root)
    make_release(folders.models, "one")
    with running_app(folders, data_root=root / "data") as running:
        yield running


@pytest.mark.parametrize(
    ("split", "name", "indices"),
    [("train", "train-images-idx3-ubyte", [7, 0, 49]), ("test", "t10k-images-idx3-ubyte", [9, 2])],
)
def test_B11_images_come_in_the_order_asked_for(
    client: TestClient, root: Path, split: str, name: str, indices: list[int]
) -> None:
    file = root / "data" / "MNIST" / "raw" / name
    images = np.frombuffer(file.read_bytes()[16:], np.uint8).reshape(-1, 28, 28)
    answer = client.get(f"/api/datasets/mnist/{split}?index={','.join(map(str, indices))}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    found = np.frombuffer(answer.content, np.uint8).reshape(-1, 28, 28)
    assert np.array_equal(found, images[indices])


@pytest.mark.parametrize(
    "query",
    ["", "?index=", "?index=50", "?index=-1", "?index=1,,2", "?index=1.0", "?index=a",
     "?index=" + ",".join("1" * 33), "?index=%d9%a3"],
)  # fmt: skip
def test_what_is_not_an_image_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/datasets/mnist/train{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["fashion-mnist", "images", "..", "mnist%2f..", "constructor"])
def test_a_data_set_that_is_missing_or_cut_short_is_not_there(
    client: TestClient, name: str
) -> None:
    for split in ("train", "test"):
        assert client.get(f"/api/datasets/{name}/{split}?index=0").status_code == 404
    assert client.get("/api/datasets/mnist/valid?index=0").status_code == 404


def test_B11_images_that_could_not_be_read_for_a_moment_are_there_again(
    client: TestClient, root: Path
) -> None:
    with failing("open", errno.EMFILE, "ubyte"):
        assert client.get("/api/datasets/mnist/train?index=0").status_code == 503
    assert client.get("/api/datasets/mnist/train?index=0").status_code == 200
