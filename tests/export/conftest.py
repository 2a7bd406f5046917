"""Tiny finished runs to export, and the command line in this process."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from latent_atlas.export.__main__ import main
from latent_atlas.export.onnx_graphs import graphs
from latent_atlas.export.onnx_graphs.graphs import to_onnx as graphs_to_onnx
from latent_atlas.train.__main__ import main as train_main
from latent_atlas.train.models.autoencoder import Autoencoder
from tests.support.quick import quick_measurements
from tests.support.tiny_dataset import make_mnist

TINY = (
    "--epochs=1", "--batch-size=64", "--encoder-layers=16", "--decoder-layers=64,64",
    "--fourier-features=4", "--samples=4",
    "--precision=32-true",
)  # fmt: skip


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `data`, finished runs in `runs-1`, and one of another seed in `runs-2`."""
    root = tmp_path_factory.mktemp("tiny")
    make_mnist(root / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_ROOT", str(root / "data"))
        quick_measurements(patch)
        names = ["vae-2", "cvae-2", "label-decoder-vae-2"]
        for seed, some in ((1, names), (2, names[:1])):
            arguments = ["--runs", str(root / f"runs-{seed}"), f"--seed={seed}", *TINY]
            assert train_main([*some, *arguments]) == 0
    return root


@pytest.fixture(scope="session")
def every_kind(tiny: Path) -> Path:
    """A folder with a finished run of every kind of model; `vae-2` with a trace of 30 epochs."""
    runs = tiny / "runs-kinds"
    shutil.copytree(tiny / "runs-1" / "cvae-2", runs / "cvae-2")  # whose graphs are made already
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_ROOT", str(tiny / "data"))
        quick_measurements(patch)
        arguments = ["--runs", str(runs), "--seed=3", *TINY]
        names = ["ae-2", "classifier-vae-2-w10", "target-means-vae-2", "vae-10", "ae-10"]
        assert train_main([*names, *arguments]) == 0
        assert train_main(["vae-2", *arguments, "--epochs=30"]) == 0
        assert (
            train_main(
                ["lattice-2", *arguments, "--lattice-points=89,233", "--validation-fraction=0"]
            )
            == 0
        )
    return runs


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Where releases go."""
    return tmp_path / "models"


@pytest.fixture(scope="session")
def exported_once() -> Callable[[Autoencoder, str, dict[str, str]], bytes]:
    """`to_onnx`, remembering: the exporter takes seconds, and the same weights give the same."""
    made: dict[tuple[str, str], bytes] = {}

    def to_onnx(model: Autoencoder, part: str, metadata: dict[str, str]) -> bytes:
        weights = b"".join(t.numpy().tobytes() for t in model.state_dict().values())
        key = (hashlib.sha256(weights).hexdigest(), part)
        if key not in made:
            made[key] = graphs_to_onnx(model, part, metadata)
        return made[key]

    return to_onnx


@pytest.fixture
def export(
    tiny: Path,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    exported_once: Callable[[Autoencoder, str, dict[str, str]], bytes],
) -> Callable[..., int]:
    """Run `python -m export` on the tiny runs of a seed, of which none is good."""
    monkeypatch.setenv("DATA_ROOT", str(tiny / "data"))
    monkeypatch.setattr(graphs, "to_onnx", exported_once)

    def run(*arguments: str, seed: int = 1, replace: bool = True) -> int:
        runs, study = tiny / f"runs-{seed}", tiny / "no-study.json"
        folders = ["--runs", str(runs), "--out", str(models), "--study", str(study)]
        return main([*folders, *(["--replace"] if replace else []), *arguments])

    return run
