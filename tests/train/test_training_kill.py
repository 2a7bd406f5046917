"""SIGKILL at each file operation and at random moments: what is resumed ends bit for bit equal."""

import os
import random
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tests.support.trainers import EPOCHS, Trainers, metrics_of, same_bits

pytestmark = pytest.mark.slow

RANDOM_KILLS = 20
# File operations of a run, in their order: an epoch writes its trace and its checkpoint (flush the
# file, rename it, flush the folder) and, from the third on, removes a checkpoint. The first one is
# preceded by the folders that are made and flushed: runs, the run, its trace and its checkpoints.
WRITE, TRACED, FOLDERS = 3, 1, 4
EPOCH_STARTS = [FOLDERS + WRITE * (1 + 2 * done) + max(0, done - 2) for done in range(EPOCHS)]
# weights, recipe, metrics, encodings (kept for the export and the figures), report
FINAL_FILES = 5


@dataclass(frozen=True)
class Whole:
    """A run that nobody disturbed."""

    folder: Path
    seconds: float


@pytest.fixture(scope="module")
def whole(forked: Trainers) -> Whole:
    started = time.monotonic()
    assert forked.train(runs="whole") == [0]
    return Whole(forked.folder / "whole" / "vae-2", time.monotonic() - started)


def assert_equal(run: Path, whole: Path) -> None:
    """Same weights, same metrics, same trace, and nothing else left lying."""
    weights = "weights.safetensors"
    assert same_bits(load_file(run / weights), load_file(whole / weights))
    assert metrics_of(run) == metrics_of(whole)
    names = {path.relative_to(whole) for path in whole.rglob("*") if path.parent.name != "state"}
    assert {p.relative_to(run) for p in run.rglob("*") if p.parent.name != "state"} == names
    assert len(list((run / "state").iterdir())) == len(list((whole / "state").iterdir()))
    for path in (whole / "trace").iterdir():
        assert (run / "trace" / path.name).read_bytes() == path.read_bytes()
    assert len(list((run / "trace").iterdir())) == EPOCHS + TRACED
    assert not list(run.rglob("*.tmp"))


def test_killed_at_any_file_operation_of_its_last_epoch_a_run_ends_the_same(
    forked: Trainers, whole: Whole
) -> None:
    # Killed as it flushes the last epoch's trace: what it leaves is where every kill starts.
    assert forked.train(runs="start", die_at=EPOCH_STARTS[-1] + 1) == [signal.SIGKILL]
    start = forked.folder / "start"
    assert sorted(path.name[:6] for path in (start / "vae-2/state").iterdir())[-1] == "000011"
    assert len(list(start.rglob("*.tmp"))) == 1
    run = forked.folder / "operations"
    operation, status = 0, signal.SIGKILL.value
    while status != 0:
        operation += 1
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(start, run)
        (status,) = forked.train("--resume", runs="operations", die_at=operation)
        assert status in (0, signal.SIGKILL)
        assert forked.train("--resume", runs="operations") == [0]
        assert_equal(run / "vae-2", whole.folder)
    # Every one of them: the leftover, the trace, the checkpoint, the one it replaces, the rest.
    assert operation == 1 + WRITE + WRITE + 1 + WRITE * FINAL_FILES + 1


def test_killed_at_random_moments_a_run_ends_the_same(forked: Trainers, whole: Whole) -> None:
    rng = random.Random(16)
    run = forked.folder / "random" / "vae-2"
    killed, finished, reached = 0, 0, set()
    latest = whole.seconds * 0.5
    while killed < RANDOM_KILLS:
        (status,) = forked.train("--resume", runs="random", kill=(0, rng.random() * latest))
        assert status in (0, signal.SIGKILL)
        # The machine may have less to do than before, or more.
        if status == 0:
            finished += 1
            latest *= 0.8
            assert_equal(run, whole.folder)
            shutil.rmtree(run)
            continue
        killed += 1
        epochs = [path.name[:6] for path in (run / "state").glob("0*")]
        latest *= 1 if epochs else 1.25
        reached.add(max(epochs, default="before the first"))
    assert forked.train("--resume", runs="random") == [0]
    assert_equal(run, whole.folder)
    assert len(reached) > 2, "the kills all fell into the same epochs"
    assert finished < RANDOM_KILLS


def test_a_run_that_starts_over_removes_what_killed_writes_left(forked: Trainers) -> None:
    run = forked.folder / "over" / "vae-2"
    for folder in (run, run / "state", run / "trace"):
        folder.mkdir(parents=True)
        (folder / ".report.json.abc.tmp").write_bytes(b"{")
    assert forked.train("--epochs=1", runs="over") == [0]
    assert not list(run.rglob("*.tmp"))
    assert os.listdir(run / "trace")  # noqa: PTH208 (hidden files count)
