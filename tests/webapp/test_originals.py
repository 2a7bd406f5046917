"""MNIST's test images are fetched once, checked, and shown without a restart."""

import gzip
import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from latent_atlas.webapp import originals
from latent_atlas.webapp.dataset_images import file_of
from tests.support.tiny_dataset import make_mnist
from tests.webapp.conftest import make_folders, make_release, running_app


class Mirrors:
    """A server that sends `files` by path, 404 for any other, and notes what it was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        mirrors = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirrors.asked.append(self.path)
                body = mirrors.files.get(self.path)
                self.send_response(404 if body is None else 200)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.urls = tuple(f"http://127.0.0.1:{self.server.server_port}/{one}/" for one in "ab")


@pytest.fixture
def mirrors() -> Iterator[Mirrors]:
    mirrors = Mirrors()
    thread = threading.Thread(target=mirrors.server.serve_forever, args=(0.05,))
    thread.start()
    yield mirrors
    mirrors.server.shutdown()
    thread.join()
    mirrors.server.server_close()


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Return what the mirrors ought to send."""
    make_mnist(tmp_path / "source", 1, 20)
    content = file_of(tmp_path / "source", "mnist", "test").read_bytes()
    monkeypatch.setattr(originals, "_SHA256", hashlib.sha256(content).hexdigest())
    return content


FILE = "t10k-images-idx3-ubyte.gz"


@pytest.mark.parametrize(
    "first",
    [None, b"no gzip", gzip.compress(b"other", mtime=0), "cut"],
    ids=["missing", "no gzip", "other", "cut"],
)
def test_S22_what_one_mirror_does_not_send_whole_comes_from_the_other(
    tmp_path: Path, mirrors: Mirrors, content: bytes, first: bytes | str | None
) -> None:
    packed = gzip.compress(content)
    if first is not None:
        mirrors.files[f"/a/{FILE}"] = packed[:-20] if isinstance(first, str) else first
    mirrors.files[f"/b/{FILE}"] = packed
    root = tmp_path / "data"
    originals.fetch_in_background(root, mirrors.urls).join()
    assert file_of(root, "mnist", "test").read_bytes() == content
    assert mirrors.asked == [f"/a/{FILE}", f"/b/{FILE}"]
    originals.fetch_in_background(root, mirrors.urls).join()
    assert len(mirrors.asked) == 2  # they are there


def test_S22_without_a_mirror_nothing_is_left_and_the_log_says_so(
    tmp_path: Path, mirrors: Mirrors, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    mirrors.files[f"/a/{FILE}"] = gzip.compress(content[:-1] + b"!")
    caplog.set_level("INFO")
    originals.fetch_in_background(tmp_path / "data", mirrors.urls).join()
    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == []
    assert "arrived damaged" in caplog.text
    assert "Not Found" in caplog.text


def test_S22_the_page_has_originals_as_soon_as_they_are_there(tmp_path: Path) -> None:
    folders = make_folders(tmp_path)
    make_release(folders.models, "one")
    with running_app(folders, data_root=tmp_path / "data") as client:
        assert client.get("/api/datasets/mnist/test?index=0").status_code == 404
        pages = client.app.state.services.site._pages
        before = pages.fingerprint()
        make_mnist(tmp_path / "data", 1, 20)
        assert client.get("/api/datasets/mnist/test?index=0").status_code == 200
        assert pages.fingerprint() != before
