"""A tiny dataset and the command line, in this process."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from latent_atlas.train.__main__ import main
from tests.support.quick import quick_measurements
from tests.support.tiny_dataset import make_mnist
from tests.support.trainers import TINY_RUN, Trainers, make_data

TINY = (
    "--epochs=3", "--batch-size=64", "--encoder-layers=16", "--decoder-layers=16,16",
    "--fourier-features=4", "--warmup-steps=5", "--samples=8", "--precision=32-true",
)  # fmt: skip


@pytest.fixture
def data_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "data"
    make_mnist(root)
    monkeypatch.setenv("DATA_ROOT", str(root))
    quick_measurements(monkeypatch)
    return root


@pytest.fixture
def train(data_root: Path, tmp_path: Path) -> Callable[..., int]:
    """Run `python -m train vae-2` on the tiny dataset, with more arguments where given."""

    def run(*arguments: str, recipe: str = "vae-2") -> int:
        return main([recipe, *TINY, "--runs", str(tmp_path / "runs"), *arguments])

    return run


@pytest.fixture(scope="session")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trainers]:
    """A process that trains in forked children, for tests that start and kill many."""
    folder = tmp_path_factory.mktemp("forked")
    make_data(folder)
    with contextlib.closing(Trainers(folder, *TINY_RUN)) as serving:
        yield serving
