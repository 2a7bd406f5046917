"""A child process that trains one run after the other, and the parent's end of it."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from train.errors import UserError
from train.recipes.recipe import Recipe

# Nothing is imported here that imports torch: a child says how many threads it may use before.


@dataclass(frozen=True)
class Task:
    """A run to be trained."""

    name: str
    """What the display and the sentences call it; no two tasks share one."""
    recipe: Recipe
    folder: Path
    samples: int
    """Importance samples of the report."""
    resume: bool
    for_page: bool
    """Whether to keep what only the page needs."""
    epochs_done: int = 0

    @property
    def log(self) -> Path:
        """Where the run's own output goes."""
        return self.folder / "log.txt"


@dataclass(frozen=True)
class Epoch:
    """So many epochs of the run are done."""

    done: int


@dataclass(frozen=True)
class Finished:
    """The run is whole."""


@dataclass(frozen=True)
class Refusal:
    """The run cannot be trained; another try would end the same way."""

    reason: str


@dataclass(frozen=True)
class Death:
    """The child's process ended in the middle of the run."""

    reason: str


Event = Epoch | Finished | Refusal | Death


class Worker:
    """A child process, as its parent sees it.

    Args:
        threads: how many the child may compute with.
        device: its GPU, as CUDA_VISIBLE_DEVICES names it; None: what the parent sees.
    """

    def __init__(self, threads: int, device: str | None) -> None:
        self.task: Task | None = None
        self.device = device
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, threads, device), daemon=True)
        # Ctrl-C reaches every process of a terminal, and only the parent is to answer it: what
        # is blocked here at the start stays blocked in the child.
        with _blocked(signal.SIGINT):
            self.process.start()
        theirs.close()

    def begin(self, task: Task) -> None:
        """Hand the idle child a task."""
        self.task = task
        with contextlib.suppress(BrokenPipeError):  # dead already: `receive` will say so
            self.connection.send(task)

    def receive(self) -> Event:
        """Return what the child says of its task, or that it is dead."""
        event: Event
        try:
            event = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.process.join()
            event = Death(self._last_words())
        if not isinstance(event, Epoch):
            self.task = None
        return event

    def end(self) -> None:
        """Kill the child; files are written whole or not at all, so an epoch is lost at most."""
        self.process.kill()
        self.process.join()
        self.connection.close()

    def _last_words(self) -> str:
        code = self.process.exitcode or 0
        if code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return last_line(self.task.log) if self.task is not None else ""


def last_line(log: Path) -> str:
    """Return the last line that a run wrote."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        lines = []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


@contextlib.contextmanager
def _blocked(number: signal.Signals) -> Iterator[None]:
    """Hold a signal back meanwhile, where the system can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# What follows runs in the child.


def _work(connection: Connection, threads: int, device: str | None) -> None:
    """Train what the parent sends until it sends no more."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if device is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = device
    while True:
        try:
            task: Task = connection.recv()
        except EOFError:
            return
        _print_to(task.log)
        connection.send(_train(task, connection, threads))


def _end_with_the_parent() -> None:
    """Wait for the end of the parent, be it by SIGKILL, and end at once."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _print_to(log: Path) -> None:
    """Send everything this process prints, its libraries' words too, to a new file."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def _train(task: Task, connection: Connection, threads: int) -> Event:
    import warnings

    import torch
    from tqdm import tqdm

    from train.training.session import train

    tqdm.set_lock(threading.RLock())  # its own would be a semaphore, which a killed child leaks
    torch.set_num_threads(threads)
    warnings.filterwarnings("ignore", module="lightning_fabric")
    try:
        train(
            task.recipe, task.folder, task.resume, task.samples,
            watch=lambda done: connection.send(Epoch(done)), for_page=task.for_page,
        )  # fmt: skip
    except UserError as error:
        print(error, file=sys.stderr)
        return Refusal(str(error))
    return Finished()
