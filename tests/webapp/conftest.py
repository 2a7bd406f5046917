"""Fixtures of the server's tests: folders with a tiny release and front end, apps over them."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from latent_atlas.webapp.app import create_app
from latent_atlas.webapp.settings import Settings
from tests.support.made_releases import TinyModel, make_release
from tests.support.site import make_dist, make_templates

MODELS = (
    TinyModel(id="vae-2"),
    TinyModel(id="cvae-2", condition="both", seed=2),
    TinyModel(id="label-2", condition="decoder", seed=3),
    TinyModel(id="ae-3", latent_size=3, deterministic=True, seed=4),
    TinyModel(id="faces", latent_size=5, height=6, width=4, channels=3, seed=5),
    TinyModel(id="classifier", classifies=True, seed=6),
)


@dataclass(frozen=True)
class Folders:
    """Where a test's release, front end and templates are."""

    root: Path

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def dist(self) -> Path:
        return self.root / "dist"

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    def settings(self, **changes: object) -> dict[str, object]:
        """Return settings for an app or a server over these folders."""
        return {
            "models_dir": self.models,
            "dist_dir": self.dist,
            "templates_dir": self.templates,
            "poll_interval": 0.05,
            "compress_objects": False,
        } | changes


def make_folders(root: Path) -> Folders:
    folders = Folders(root)
    make_dist(folders.dist)
    make_templates(folders.templates)
    return folders


@contextmanager
def running_app(folders: Folders, *, ready: bool = True, **changes: object) -> Iterator[TestClient]:
    """Run the app in this process; wait until it is ready unless told not to."""
    app = create_app(Settings(**folders.settings(**changes)))
    headers = {"accept-encoding": "identity"}
    with TestClient(app, "http://localhost", headers=headers) as client:
        if ready:
            eventually(lambda: client.get("/readyz").status_code == 200)
        yield client


def eventually(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Return as soon as something holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A built front end and templates; no release yet."""
    return make_folders(tmp_path)


@pytest.fixture
def app() -> Callable[..., AbstractContextManager[TestClient]]:
    return running_app


@pytest.fixture(scope="session")
def shared_folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """Folders with a release of one model of each sort; tests only read them."""
    folders = make_folders(tmp_path_factory.mktemp("site"))
    make_release(folders.models, "r1", MODELS)
    return folders


@pytest.fixture(scope="session")
def client(shared_folders: Folders) -> Iterator[TestClient]:
    """A ready app over the shared folders."""
    with running_app(shared_folders) as client:
        yield client
