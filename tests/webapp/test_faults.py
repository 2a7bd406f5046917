"""Everything that a request or a release swap calls fails for a moment; then all works again."""

import gc
import threading
import time

import brotli
import onnxruntime
import pytest

from latent_atlas.webapp.http.compression import compress, main
from tests.support.faults import faults_of, watched
from tests.support.made_releases import TinyModel, make_release, object_path, point_to
from tests.support.site import RUNTIME, RUNTIME_BYTES, SCRIPT, WORKER
from tests.support.tiny_dataset import make_mnist
from tests.webapp.conftest import eventually

pytestmark = pytest.mark.slow

OCTETS = {"content-type": "application/octet-stream"}
JSON = {"content-type": "application/json"}
ALSO = {
    "session": (onnxruntime, "InferenceSession"),
    "run": (onnxruntime.InferenceSession, "run"),
    "compress": (brotli, "compress"),
    "thread": (threading.Thread, "start"),
}


class Scenario:
    """A server with two releases that replace each other, and all kinds of requests to it."""

    def __init__(self, client, folders, manifests):
        self.client = client
        self.folders = folders
        self.manifests = manifests
        self.turn = 0
        means = manifests[0]["models"][0]["means"]
        self.requests = [
            ("GET", path, {"accept-encoding": encoding}, b"")
            for path in ("/", "/api/manifest", "/models/current.json", f"/{WORKER}", f"/{SCRIPT}",
                         f"/{RUNTIME}", f"/{means['url']}", "/readyz", "/metrics", "/livez",
                         "/api/datasets/mnist/train?index=1")
            for encoding in (("identity", "br") if path == "/" + RUNTIME else ("identity",))
        ]  # fmt: skip
        self.requests += [
            ("POST", "/api/models/vae-2/encode", OCTETS, bytes(784)),
            ("POST", "/api/models/vae-2/decode", JSON, b'{"z": [0, 0]}'),
        ]

    def act(self):
        """Replace the release, wait until the server has seen it, and send every request."""
        self.turn += 1
        # Nothing that was read before is known any longer.
        for path in (
            self.folders.dist / RUNTIME,
            self.folders.dist / SCRIPT,
            object_path(self.folders.models, self.manifests[0]["models"][0]["means"]),
        ):
            path.touch()
            copy = path.with_name(path.name + ".br")
            if copy.exists():
                copy.touch()  # fmt: skip
        gc.collect()  # the sessions of the release before
        point_to(self.folders.models, self.release)
        stop = time.monotonic() + 0.4
        while self.served() != self.release and time.monotonic() < stop:
            time.sleep(0.01)
        for method, path, headers, body in self.requests:
            answer = self.client.request(method, path, headers=headers, content=body)
            assert answer.status_code in ((200,) if path == "/livez" else (200, 503)), (
                path, answer.status_code,
            )  # fmt: skip

    @property
    def release(self):
        return f"r{self.turn % 2}"

    def served(self):
        return self.client.get("/readyz").json().get("release")

    def is_well(self):
        """Return whether each request is answered as it should be, and nothing is reported."""
        answers = [
            self.client.request(method, path, headers=headers, content=body)
            for method, path, headers, body in self.requests
        ]
        told = self.client.get("/readyz").json()
        return (
            {answer.status_code for answer in answers} == {200}
            and told.get("release") == self.release
            and set(told) == {"status", "release", "models"}
            and set(told["models"].values()) == {"ready"}
            and f">{self.release}<" in self.client.get("/").text
            and self.client.get(f"/{RUNTIME}").content == RUNTIME_BYTES
            and "atlas_faults{" not in self.client.get("/metrics").text
        )


@pytest.fixture
def scenario(folders, app):
    study = [TinyModel(), TinyModel(id="other", seed=5)]
    manifests = [
        make_release(folders.models, "r0", study),
        make_release(folders.models, "r1", [TinyModel(seed=2), study[1]], publish=False),
    ]
    compress(folders.dist / RUNTIME)
    make_mnist(folders.root / "data", 5, 2)
    # The sessions of replaced releases are collected a hundred times, and nothing before them.
    gc.freeze()
    with app(folders, data_root=folders.root / "data", poll_interval=0.02) as client:
        yield Scenario(client, folders, manifests)
    gc.unfreeze()


def test_whatever_fails_for_a_moment_all_works_again_without_help(scenario):
    with watched(scenario.folders.root, also=ALSO) as calls:
        for _ in range(2):
            scenario.act()
            eventually(scenario.is_well)
    faults = faults_of(calls)
    sites = {(fault.name, fault.place) for fault in faults}
    # What must be among them, or the harness has become blind.
    for name, function in (
        ("open", "live:_look > webapp/releases:refresh"),
        ("read", "releases:_verified"),
        ("open", "_open_copy"),
        ("read", "holds_the_original"),
        ("fstat", "_file_response"),
        ("lstat", "_find"),
        ("read", "pages:_built_files"),
        ("scandir", "pages:fingerprint"),
        ("open", "dataset_images:read"),
        ("session", "releases:_graph"),
    ):
        assert any(name == call and function in place for call, place in sites), (name, function)
    broken = []
    for fault in faults:
        try:
            with fault.injected(scenario.folders.root, ALSO):
                scenario.act()
            eventually(scenario.is_well, 8)
        except AssertionError as error:
            broken.append(f"{fault}: {str(error).splitlines()[0]}")
            scenario.act()
            eventually(scenario.is_well)
    assert not broken, "\n".join(broken)


def test_whatever_fails_for_a_moment_copies_are_whole_or_not_there(tmp_path):
    path = tmp_path / "a.js"
    text = b"the same words again and again, " * 200
    path.write_bytes(text)
    copy = path.with_name("a.js.br")

    def start_anew():
        for other in tmp_path.iterdir():
            if other != path:
                other.unlink()

    with watched(tmp_path) as calls:
        assert main([str(tmp_path)]) == 0
    faults = faults_of(calls, every_error=True)
    assert {"open", "read", "write", "fsync", "chmod", "replace"} <= {f.name for f in faults}
    for fault in faults:
        start_anew()
        with fault.injected(tmp_path):
            main([str(tmp_path)])
        assert not copy.exists() or brotli.decompress(copy.read_bytes()) == text, fault
        assert main([str(tmp_path)]) == 0
        assert {other.name for other in tmp_path.iterdir() if other.suffix != ".tmp"} == {
            "a.js", "a.js.br", "a.js.gz"
        }, fault  # fmt: skip
