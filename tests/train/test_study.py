"""`python -m train study`: what it leaves, and that no kill, failure or second call spoils it."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from latent_atlas.train.__main__ import main
from latent_atlas.train.data import datasets
from latent_atlas.train.data.images import Images, hold_out
from latent_atlas.train.evaluation.likelihood import encode_all
from latent_atlas.train.models import held_out_classifier
from latent_atlas.train.models.autoencoder import Autoencoder
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.study_recipes import STUDY
from latent_atlas.train.runs.run_folder import load_run
from latent_atlas.train.study import grid, jobs, study_results
from latent_atlas.train.study.planes import plane_of_run
from latent_atlas.train.training import hardware
from latent_atlas.train.training.checkpoint import epochs_done, newest
from tests.support.tiny_dataset import make_mnist

pytestmark = pytest.mark.slow

SEEDS = (1, 2)
EPOCHS = 40
TINY = (
    f"--epochs={EPOCHS}", "--batch-size=64", "--encoder-layers=16", "--decoder-layers=16,16",
    "--fourier-features=4", "--warmup-steps=5", "--samples=8",
)  # fmt: skip
STUDY_OF_TWO = ("study", "study-class-w10", "--seeds=1,2", "--jobs=1", *TINY)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the tiny dataset, and untrained classifiers, which nothing waits for."""
    folder = tmp_path_factory.mktemp("study")
    make_mnist(folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_ROOT", str(folder / "data"))

        def untrained(images: Images) -> Any:
            return held_out_classifier.network(images.shape[0], images.classes).eval()

        patch.setattr(held_out_classifier, "train_network", untrained)
        images, test = datasets.load("mnist", "train"), datasets.load("mnist", "test")
        kept = [hold_out(images, 0.1, seed)[0] for seed in SEEDS]
        for some in (images, *kept):
            held_out_classifier.load_classifier(some, test, folder / "judges")
        yield folder


@pytest.fixture
def runs(tiny: Path, tmp_path: Path) -> Path:
    return with_classifiers(tiny, tmp_path / "runs")


def with_classifiers(tiny: Path, runs: Path) -> Path:
    """Make a folder for runs with the untrained classifiers."""
    (runs / "study").mkdir(parents=True)
    (runs / "study" / "judges").symlink_to(tiny / "judges")
    (runs / "judges").symlink_to(tiny / "judges")
    return runs


@pytest.fixture(scope="module")
def uninterrupted(tiny: Path) -> Path:
    """A study that nothing came between: its folder of runs."""
    runs = with_classifiers(tiny, tiny / "whole")
    assert main([*STUDY_OF_TWO, "--runs", str(runs)]) == 0
    return runs


def results(runs: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((runs / "study" / "trial.json").read_text())
    return document


def numbers(runs: Path) -> list[dict[str, Any]]:
    """The runs of a results file without what no two runs share."""
    entries: list[dict[str, Any]] = results(runs)["runs"]
    for entry in entries:
        del entry["train_seconds"], entry["commit"]
    return entries


def at_epoch(runs: Path, name: str, epoch: int) -> None:
    """Wait until a run has a checkpoint of `epoch` or later."""
    state = runs / "study" / name / "state"
    wait_until(lambda: epochs_done(state) >= epoch, f"{name} did not get to epoch {epoch}")


def wait_until(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)


def children_of(process: int) -> list[int]:
    """Return the processes that any thread of a process has started and that still run."""
    listed = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in listed for child in path.read_text().split()]


def is_running(process: int) -> bool:
    """Tell whether a process is there and no zombie, whose parent has yet to take note."""
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def meanwhile(action: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    return thread


def test_the_results_hold_every_run_with_its_recipe_and_measurements(uninterrupted: Path) -> None:
    document = results(uninterrupted)
    assert document["format"] == 1
    assert document["machine"]["cores"] >= 1
    assert "--seeds 1,2 --samples 8" in document["command"]
    assert "--decoder-layers 16,16" in document["command"]
    runs = document["runs"]
    assert [(run["group"], run["id"], run["seed"]) for run in runs] == [
        ("classification", "study-class-w10", 1),
        ("classification", "study-class-w10", 2),
    ]
    for run in runs:
        assert run["recipe"]["seed"] == run["seed"]
        assert run["recipe"]["encoder_layers"] == [16]
        assert run["epochs"] == EPOCHS
        assert all(len(curve) == EPOCHS for curve in run["curves"].values())
        assert run["curves"]["loss"][-1] < run["curves"]["loss"][0]
        assert run["errors"]["squared_error"] > 0
        assert ("roc" in run["anomaly"]["noise"]) == (run["seed"] == 1)
        assert run["test"]["importance_samples"] == 8
        assert run["classifier"]["accuracy"] > 0
        assert run["samples"]["prior"]["evenness"] > 0
        assert run["precision"] == "32-true"
        assert {"knn", "linear_probe", "active_units", "parameters", "commit"} < run.keys()
    assert str(uninterrupted) not in (uninterrupted / "study" / "trial.json").read_text()


def test_a_finished_study_is_not_trained_again(
    uninterrupted: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = (uninterrupted / "study" / "trial.json").read_bytes()
    reports = {path: path.stat().st_mtime_ns for path in uninterrupted.rglob("report.json")}
    assert main([*STUDY_OF_TWO, "--runs", str(uninterrupted)]) == 0
    assert (uninterrupted / "study" / "trial.json").read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in reports} == reports
    assert not list(uninterrupted.rglob("state"))
    capfd.readouterr()
    assert (
        main(["study", "study-ae-2", *STUDY_OF_TWO[1:], "--runs", str(uninterrupted), "--list"])
        == 0
    )
    listed = dict(line.split(maxsplit=1) for line in capfd.readouterr().out.splitlines())
    assert listed["study-class-w10-s2"] == "done"
    assert listed["study-ae-2-s1"] == "not started"


def test_runs_of_another_recipe_are_not_trained_over(
    uninterrupted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (uninterrupted / "study" / "trial.json").read_bytes()
    assert main([*STUDY_OF_TWO, "--epochs=2", "--runs", str(uninterrupted)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "epochs" in error
    assert (uninterrupted / "study" / "trial.json").read_bytes() == before


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for the children")
def test_a_study_killed_midway_resumes_to_the_same_numbers(
    uninterrupted: Path, runs: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = [*STUDY_OF_TWO, "--runs", str(runs)]
    parent = subprocess.Popen(
        [sys.executable, "-m", "train", *command], cwd=ROOT, start_new_session=True
    )
    at_epoch(runs, "study-class-w10-s1", 3)
    children = children_of(parent.pid)
    assert len(children) == 1
    parent.kill()
    parent.wait()
    wait_until(lambda: not any(map(is_running, children)), "a child outlived its parent")
    reached = newest(runs / "study" / "study-class-w10-s1" / "state")
    assert reached is not None
    assert reached.epochs < EPOCHS
    capfd.readouterr()
    assert main([*command, "--list"]) == 0
    assert f"epoch {reached.epochs} of {EPOCHS}" in capfd.readouterr().out

    assert main(command) == 0
    assert numbers(runs) == numbers(uninterrupted)
    shown = capfd.readouterr().err
    assert set(re.findall(r"(\S+): +\d+%", shown)) == {"study"}
    assert f"{reached.epochs}/{2 * EPOCHS}" in shown
    assert f"{2 * EPOCHS}/{2 * EPOCHS}" in shown
    assert "2 of 2 runs done" in shown


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for the children")
def test_ctrl_c_a_killed_child_and_a_diverging_run_cost_no_other_run(
    uninterrupted: Path,
    runs: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    diverging = replace(STUDY["grid"][0], id="study-bad", learning_rate=1e6, clip_norm=0.0)
    monkeypatch.setitem(STUDY, "grid", (*STUDY["grid"], diverging))
    command = ["study", "study-class-w10", "study-bad", "--seeds=1", "--jobs=1", *TINY]
    command += ["--runs", str(runs)]
    # Other tests' processes, such as the session's `forked`, are children of this one too.
    others = set(children_of(os.getpid()))

    def started() -> list[int]:
        return [child for child in children_of(os.getpid()) if child not in others]

    def interrupt() -> None:
        at_epoch(runs, "study-class-w10-s1", 2)
        os.kill(os.getpid(), signal.SIGINT)

    thread = meanwhile(interrupt)
    assert main(command) == 130
    thread.join()
    assert "the same command" in capfd.readouterr().err
    assert not started()
    stopped = newest(runs / "study" / "study-class-w10-s1" / "state")
    assert stopped is not None

    def kill_a_child() -> None:
        at_epoch(runs, "study-class-w10-s1", stopped.epochs + 2)
        os.kill(started()[0], signal.SIGKILL)

    thread = meanwhile(kill_a_child)
    assert main(command) == 1
    thread.join()
    shown = capfd.readouterr().err
    assert "study-class-w10-s1 stopped (killed by SIGKILL)" in shown
    assert "study-bad-s1 failed: The loss of study-bad is not finite" in shown
    assert shown.splitlines()[-1] == "1 of 2 runs failed: study-bad-s1."
    assert numbers(runs) == numbers(uninterrupted)[:1]


def test_recipes_train_side_by_side(runs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    quick = ("--jobs=2", *TINY, "--epochs=2", "--runs", str(runs))
    assert main(["vae-2", "cvae-2", *quick]) == 0
    captured = capfd.readouterr()
    assert set(re.findall(r"(\S+): +\d+%", captured.err)) == {"train"}
    assert "vae-2: test squared error" in captured.out
    for name in ("vae-2", "cvae-2"):
        run = load_run(runs / name)
        assert run.recipe == replace(
            RECIPES[name], epochs=2, batch_size=64, encoder_layers=(16,), decoder_layers=(16, 16),
            fourier_features=4, warmup_steps=5,
        )  # fmt: skip
        assert len(list((runs / name / "trace").iterdir())) == 3


def test_old_checkpoints_count_only_where_a_run_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "state" / f"{7:06d}-old.safetensors"
    old.parent.mkdir()
    started = []

    def popen(words: list[str], **options: Any) -> object:
        started.append((json.loads(words[-1]), options["env"]))
        return object()

    monkeypatch.setattr(jobs.subprocess, "Popen", popen)
    for resume, counted in ((True, 7), (False, 0)):
        old.touch()
        job = jobs.Job("vae-2", RECIPES["vae-2"], tmp_path, 8, resume, for_page=True)
        running = jobs._Running(job, threads=3, gpu=None)
        assert running.epochs() == counted
        old.unlink()
        assert running.epochs() == 0
        (old.parent / f"{1:06d}-new.safetensors").touch()
        assert running.epochs() == 1
        (old.parent / f"{1:06d}-new.safetensors").unlink()
        order, environment = started.pop()
        assert order["resume"] is resume
        assert environment["OMP_NUM_THREADS"] == environment["MKL_NUM_THREADS"] == "3"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["study", "gird"], "gird"),
        (["study", "vae-2"], "vae-2"),
        (["study", "grid", "--jobs", "0"], "--jobs"),
        (["study", "grid", "--jobs", "many"], "--jobs"),
        (["study", "--seeds", "1,1"], "--seeds"),
        (["study", "--seeds", "1,x"], "--seeds"),
        (["study", "--seeds", ""], "--seeds"),
        (["study", "--seed", "4"], "--seeds"),
        (["study", "--samples", "0"], "--samples"),
        (["study", "--wide", "4"], "--wide"),
        (["all", "--jobs", "0"], "--jobs"),
        (["vae-2", "--seeds", "1,2"], "--seeds"),
    ],
)
def test_a_mistake_is_answered_by_one_sentence_that_names_it(
    arguments: list[str], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--runs", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.rstrip().endswith(".")
    assert named in error
    assert not list(tmp_path.iterdir())


def test_a_results_file_that_is_none_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "notes.json"
    other.write_text("[1, 2]")
    assert main(["study", "--out", str(other), "--runs", str(tmp_path / "runs")]) == 1
    assert "notes.json" in capsys.readouterr().err
    assert other.read_text() == "[1, 2]"


def put(found: study_results.Results, group: str, place: int, seed: int, accuracy: float) -> None:
    """Put a run with invented measurements among the results."""
    report = {
        "commit": None, "epochs": 1, "train_seconds": 1.0, "precision": "32-true",
        "parameters": {"encoder": 12345678},
        "linear_probe": accuracy, "anomaly": None,
    }  # fmt: skip
    row = dict.fromkeys(study_results._CURVES, 123.456789)
    found.put(replace(STUDY[group][place], seed=seed), report, [row])


def test_results_of_several_commands_come_together_in_the_studys_order(tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    first = study_results.Results(path, {}, 100)
    for place in reversed(range(3)):
        put(first, "likelihood", place, 2, 0.123456789)
        put(first, "likelihood", place, 1, float("nan"))
    first.write()
    assert json.loads(path.read_text())["command"] == (
        "python -m train study likelihood --seeds 1,2 --samples 100"
    )
    second = study_results.Results(path, {}, 100)
    put(second, "grid", 4, 1, 0.5)
    second.write()
    document = json.loads(path.read_text())
    assert document["command"] == (
        "python -m train study study-ae-50 --seeds 1 --samples 100 && "
        "python -m train study likelihood --seeds 1,2 --samples 100"
    )
    assert [(run["id"], run["seed"], run["linear_probe"]) for run in document["runs"]] == [
        ("study-ae-50", 1, 0.5),
        ("study-elbo-vae-2", 1, None),
        ("study-elbo-vae-2", 2, 0.123457),
        ("study-elbo-label-decoder-vae-2", 1, None),
        ("study-elbo-label-decoder-vae-2", 2, 0.123457),
        ("study-elbo-cvae-2", 1, None),
        ("study-elbo-cvae-2", 2, 0.123457),
    ]
    assert document["runs"][0]["curves"]["held_out_loss"] == [123.5]
    assert document["runs"][0]["parameters"] == {"encoder": 12345678}


def test_results_of_a_recipe_that_has_changed_since_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    trial = study_results.Results(path, {"epochs": 2}, 100)
    trial.put(
        replace(STUDY["grid"][0], epochs=2),
        {
            "commit": None,
            "epochs": 2,
            "train_seconds": 1.0,
            "precision": "32-true",
            "parameters": {},
        },
        [],
    )
    trial.write()
    study_results.Results(path, {"epochs": 2}, 100).write()
    assert len(json.loads(path.read_text())["runs"]) == 1
    study_results.Results(path, {}, 100).write()
    assert json.loads(path.read_text())["runs"] == []


def test_the_committed_results_survive_a_rewriting_and_what_differs_goes_with_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed = (ROOT / grid.OUT).read_text()
    path = tmp_path / "study.json"
    path.write_text(committed)
    grown = study_results.Results(path, {}, 100)
    report = {
        "commit": None,
        "epochs": 1,
        "train_seconds": 1.0,
        "precision": "32-true",
        "parameters": {},
    }
    grown.put(replace(STUDY["grid"][0], seed=9), report, [])
    grown.write()
    before, after = json.loads(committed)["runs"], json.loads(path.read_text())["runs"]
    recipes, once = sum(map(len, STUDY.values())), len(STUDY["curve"])
    assert len(before) == 3 * recipes - 2 * once + 2 == 149  # five seeds of lattice-2
    assert [run for run in after if run["seed"] != 9] == before
    assert len(after) == 150
    assert capsys.readouterr().out == ""

    document = json.loads(committed)
    changed, renamed, lost, *rest = document["runs"]
    changed["recipe"]["epochs"] += 1
    renamed["id"] = "study-of-old"
    lost["recipe"]["momentum"] = 0.9
    path.write_text(json.dumps(document))
    study_results.Results(path, {}, 100).write()
    assert json.loads(path.read_text())["runs"] == rest
    assert capsys.readouterr().out.splitlines() == [
        f"{path} will lose {changed['id']} of seed 1: it was trained with another epochs.",
        f"{path} will lose study-of-old of seed {renamed['seed']}: "
        "the study has no such recipe any more.",
        f"{path} will lose {lost['id']} of seed {lost['seed']}: "
        "it was trained with another momentum.",
    ]


def test_every_group_of_the_study_differs_in_what_it_compares_alone() -> None:
    compared = {
        "grid": {"latent_size", "condition", "deterministic", "epochs"},
        "likelihood": {"condition"},
        "classification": {"classification_weight"},
        "parts": {
            "residual",
            "activation",
            "fourier_features",
            "pixel_dropout",
            "weight_decay",
            "ema_decay",
            "clip_norm",
            "encoder_layers",
            "decoder_layers",
        },
        "parts-longer": {"activation"},
        "beta": {"reconstruction_weight"},
        "objectives": {"objective", "importance_samples", "lattice_points", "batch_size", "epochs"},
        "curve": {
            "decoder_layers",
            "fourier_features",
            "fourier_scale",
            "lattice_points",
            "epochs",
        },
        "lattice": set(),
    }
    assert STUDY.keys() == compared.keys()
    (lattice,) = STUDY["lattice"]
    shipped = RECIPES["lattice-2"]
    start = {"elbo_epochs", "encoder_layers", "pixel_dropout", "weight_decay", "logvar_cap"}
    same = {name: getattr(shipped, name) for name in {"id", "title", "precision", *start}}
    assert lattice.elbo_epochs == 0 < shipped.elbo_epochs
    assert replace(lattice, **same) == shipped
    for group, recipes in STUDY.items():
        for recipe in recipes:
            named = {"id", "title", *compared[group]}
            same = {name: getattr(recipes[0], name) for name in named}
            assert replace(recipe, **same) == recipes[0]
    own = {"id", "title", "goal", "epochs", "residual", "pixel_dropout", "precision"}
    for group in ("parts", "parts-longer"):
        whole, *others = STUDY[group]
        apart = {field: getattr(whole, field) for field in own}
        assert replace(RECIPES["vae-2"], **apart) == whole
        for recipe in others:
            assert recipe != replace(whole, id=recipe.id, title=recipe.title)
    ids = [recipe.id for recipes in STUDY.values() for recipe in recipes]
    assert len(set(ids)) == len(ids)
    kinds = {(recipe.deterministic, recipe.condition) for recipe in STUDY["grid"]}
    sizes = {recipe.latent_size for recipe in STUDY["grid"]}
    # Two latents have more epochs than the others, but every kind at a size has as many.
    assert len({(recipe.latent_size, recipe.epochs) for recipe in STUDY["grid"]}) == len(sizes)
    assert sizes == {2, 5, 10, 20, 50, 100}
    assert len(STUDY["grid"]) == len(kinds) * len(sizes) == 18


@pytest.mark.parametrize(
    ("gpus", "cores", "gigabytes", "runs"),
    [(0, 8, 64, 8), (0, 8, 5, 2), (0, 8, 1, 1), (0, 8, None, 8), (2, 8, 64, 2)],
)
def test_as_many_runs_go_at_a_time_as_the_machine_has_room_for(
    gpus: int, cores: int, gigabytes: int | None, runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = None if gigabytes is None else gigabytes << 30
    monkeypatch.setattr(hardware, "visible_gpus", lambda: [str(n) for n in range(gpus)])
    monkeypatch.setattr(hardware, "cores", lambda: cores)
    monkeypatch.setattr(hardware, "available_memory", lambda: free)
    assert hardware.room_for_runs() == runs


def test_commands_of_different_seeds_stand_one_after_the_other(tmp_path: Path) -> None:
    written = study_results.Results(tmp_path / "study.json", {}, 4)
    metrics = [dict.fromkeys(("loss", "held_out_loss", "log_likelihood"), 1.0)]  # no reconstruction
    report: dict[str, Any] = dict.fromkeys(
        ("commit", "epochs", "train_seconds", "precision", "parameters", "anomaly")
    )
    (lattice,) = STUDY["lattice"]
    for recipe, seeds in ((STUDY["grid"][0], (1, 2)), (STUDY["grid"][1], (1, 2)), (lattice, (7,))):
        for seed in seeds:
            written.put(replace(recipe, seed=seed), report, metrics)
    written.write()
    document = json.loads((tmp_path / "study.json").read_text())
    assert document["runs"][-1]["curves"] == {"loss": [1.0], "held_out_loss": [1.0]}
    assert document["command"] == (
        "python -m train study study-ae-2 study-ae-5 --seeds 1,2 --samples 4 && "
        "python -m train study lattice --seeds 7 --samples 4"
    )


def test_a_run_s_plane_is_where_its_encoder_puts_the_first_images(tiny: Path) -> None:
    images = datasets.load("mnist", "test")
    recipe = replace(STUDY["beta"][0], encoder_layers=(16,), decoder_layers=(16,))
    model = Autoencoder(recipe, images.shape, images.classes).eval()
    plane = plane_of_run(model, images)
    with torch.no_grad():
        first = encode_all(model, images.select(slice(0, 1000))).mu
        shown = torch.tensor([images.labels.tolist().index(label) for label in range(10)])
        decoded = model.decode(encode_all(model, images.select(shown)).mu).sigmoid()
    np.testing.assert_allclose(np.reshape(plane["mu"], (-1, 2)), first, rtol=5e-3)
    assert plane["labels"] == images.labels[:1000].tolist()
    grey = np.frombuffer(base64.b64decode(plane["decoded"]), np.uint8)
    np.testing.assert_allclose(grey, 255 * decoded.flatten().numpy(), atol=0.51)
