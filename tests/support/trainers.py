"""The test's end of tests/support/forked_trainer.py, and what a run leaves for comparison."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from tests.support.forking import Forking, send
from tests.support.tiny_dataset import make_mnist, write_idx

TRAIN_IMAGES = 256
EPOCHS = 12
TINY_RUN = (
    f"--epochs={EPOCHS}", "--batch-size=64", "--encoder-layers=16", "--decoder-layers=16,16",
    "--fourier-features=4", "--warmup-steps=5", "--samples=2", "--precision=32-true",
)  # fmt: skip


class Trainers(Forking):
    """A process that trains on request.

    Args:
        folder: where a fixture has put `data`; runs and logs go there too.
        arguments: given to every run, before its own.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.arguments = arguments
        self.said = ""
        """What the processes of the last run printed."""
        super().__init__("tests.support.forked_trainer", environment=environment(folder))

    def train(
        self,
        *arguments: str,
        runs: str,
        recipe: str = "vae-2",
        processes: int = 1,
        die_at: int | None = None,
        kill: tuple[int, float] | None = None,
        interrupt: float | None = None,
        begun: bool = False,
    ) -> list[int]:
        """Run `python -m train`; return the wait status of each process.

        Args:
            arguments: options.
            runs: name of the folder for run folders.
            recipe: what to train.
            processes: how many train together.
            die_at: the file operation at which the first one kills itself.
            kill: which process to kill, after how many seconds.
            interrupt: after how many seconds all of them get what Ctrl-C sends.
            begun: whether these seconds are counted from the first checkpoint on, however long
                the processes take to find each other.
        """
        log = self.folder / f"{runs}.log"
        log.write_text("")  # here: a child may be killed before it opens it
        argv = [recipe, *self.arguments, *arguments, "--runs", str(self.folder / runs)]
        request = {"argv": argv, "processes": processes, "log": str(log), "die_at": die_at}
        self.ask(json.dumps(request))
        children = json.loads(self.answer())
        deadline = time.monotonic() + 120
        while begun and not list((self.folder / runs).rglob("*.safetensors")):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        if kill is not None:
            time.sleep(kill[1])
            send(signal.SIGKILL, children[kill[0]])
        if interrupt is not None:
            time.sleep(interrupt)
            for child in children:
                send(signal.SIGINT, child)
        statuses: list[int] = json.loads(self.answer())
        self.said = log.read_text()
        return statuses


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a process that trains on the data in `folder`, one thread each."""
    return {
        **os.environ, "DATA_ROOT": str(folder / "data"), "OMP_NUM_THREADS": "1",
    }  # fmt: skip


def make_data(folder: Path) -> None:
    """Write a tiny MNIST of one class: without classes to compare, measuring takes no time."""
    raw = make_mnist(folder / "data", TRAIN_IMAGES, 32)
    for name, count in (("train", TRAIN_IMAGES), ("t10k", 32)):
        write_idx(raw / f"{name}-labels-idx1-ubyte", np.zeros(count, np.uint8))


def metrics_of(run: Path) -> list[dict[str, Any]]:
    """Return a run's rows of metrics without the one thing that differs: how long it took."""
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{name: row[name] for name in row if name != "seconds"} for row in rows]


def last_checkpoint(run: Path) -> dict[str, Tensor]:
    """Return the tensors of the newest checkpoint: weights before they are rounded for storage."""
    return load_file(max((run / "state").glob("*.safetensors")))


def same_bits(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    """Tell whether two sets of tensors are the same to the last bit."""
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
