"""Several runs at a time: who trains what, second tries, and the one progress display."""

import contextlib
import os
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import wait

from tqdm import tqdm

from train.errors import UserError
from train.study.worker import Death, Epoch, Event, Finished, Task, Worker
from train.training.hardware import cores, visible_gpus
from train.training.precision import choose_precision

_TRIES = 2


def train_all(
    tasks: Sequence[Task],
    jobs: int,
    title: str,
    after_run: Callable[[Task], None],
    done: Sequence[Task] = (),
) -> None:
    """Train `tasks` in child processes, `jobs` at a time, under one progress bar.

    A child that dies is replaced, and its run goes on from its last checkpoint. A run that dies
    twice, or cannot be trained, is reported by name while the others go on. The children end
    with this process, however it ends.

    Args:
        tasks: in the order in which they are begun.
        jobs: how many at a time, at least 1.
        title: the bar's description.
        after_run: called in this process after each run that ended well.
        done: finished tasks, which the display counts too.

    Raises:
        UserError: some runs failed; why was printed for each.
    """
    jobs = min(jobs, len(tasks))
    waiting = deque(tasks)
    tries: Counter[str] = Counter()
    failed: list[str] = []
    with _one_arithmetic(), _Workers(jobs) as workers, _Display(title, tasks, done) as display:
        while waiting or workers.busy:
            while waiting and workers.busy < jobs:
                task = waiting.popleft()
                tries[task.name] += 1
                workers.begin(task)
                display.begin(task)
            for task, event in workers.events():
                if isinstance(event, Epoch):
                    display.at_epoch(task, event.done)
                elif isinstance(event, Finished):
                    display.end(task, finished=True)
                    after_run(task)
                elif isinstance(event, Death) and tries[task.name] < _TRIES:
                    display.end(task, finished=False)
                    display.say(f"{task.name} stopped ({event.reason}); it gets a second try.")
                    waiting.appendleft(replace(task, resume=True))
                else:
                    display.end(task, finished=False)
                    display.say(f"{task.name} failed: {event.reason}")
                    failed.append(task.name)
    if failed:
        total = len(tasks) + len(done)
        raise UserError(f"{len(failed)} of {total} runs failed: {', '.join(failed)}.")


class _Workers:
    """Up to `jobs` children, started when they are needed and ended together."""

    def __init__(self, jobs: int) -> None:
        gpus = visible_gpus()
        # On the CPU one thread each, so that a result does not depend on how many go at a time.
        self._threads = max(1, cores() // jobs) if gpus else 1
        self._free_devices = deque(gpus[slot % len(gpus)] if gpus else None for slot in range(jobs))
        self._workers: list[Worker] = []

    def __enter__(self) -> "_Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()

    @property
    def busy(self) -> int:
        """How many have a task."""
        return sum(worker.task is not None for worker in self._workers)

    def begin(self, task: Task) -> None:
        """Give a task to an idle child, or to a new one."""
        idle = next((worker for worker in self._workers if worker.task is None), None)
        if idle is None:
            idle = Worker(self._threads, self._free_devices.popleft())
            self._workers.append(idle)
        idle.begin(task)

    def events(self) -> Iterator[tuple[Task, Event]]:
        """Wait until some children have something to say; yield of which task, and what."""
        busy = {worker.connection: worker for worker in self._workers if worker.task is not None}
        for connection in wait(list(busy)):
            worker = busy[connection]  # type: ignore[index]
            task, event = worker.task, worker.receive()
            if isinstance(event, Death):
                self._workers.remove(worker)
                self._free_devices.append(worker.device)
                worker.end()
            if task is not None:
                yield task, event


class _Display:
    """A bar over the epochs of all runs; beside it how many runs are done and which are going."""

    def __init__(self, title: str, tasks: Sequence[Task], done: Sequence[Task]) -> None:
        everything = [*done, *tasks]
        self._epochs = {task.name: task.epochs_done for task in everything}
        self._going: list[str] = []
        self._finished, self._all = len(done), len(everything)
        tqdm.set_lock(threading.RLock())  # its own would be a semaphore, leaked when killed
        self._bar = tqdm(
            total=sum(task.recipe.epochs for task in everything),
            initial=sum(self._epochs.values()),
            desc=title,
            unit="epoch",
            dynamic_ncols=True,
            mininterval=0.5,
        )

    def __enter__(self) -> "_Display":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def begin(self, task: Task) -> None:
        self._going.append(task.name)
        self._draw()

    def at_epoch(self, task: Task, done: int) -> None:
        """Move the bar: back, too, where a checkpoint was damaged or missing."""
        self._bar.update(done - self._epochs[task.name])
        self._epochs[task.name] = done

    def end(self, task: Task, finished: bool) -> None:
        self._going.remove(task.name)
        self._finished += finished
        self._draw()

    def say(self, sentence: str) -> None:
        """Print a line above the bar."""
        self._bar.write(sentence, file=sys.stderr)

    def _draw(self) -> None:
        state = [f"{self._finished} of {self._all} runs done", *self._going]
        self._bar.set_postfix_str(", ".join(state))


@contextlib.contextmanager
def _one_arithmetic() -> Iterator[None]:
    """Decide for all children what is fastest: competing for cores, each might find another.

    Compiling each of many runs takes longer than it saves; ATLAS_COMPILE=1 does it all the same.
    """
    decided = {
        "ATLAS_PRECISION": choose_precision(),
        "ATLAS_COMPILE": os.environ.get("ATLAS_COMPILE") or "0",
    }
    before = {name: os.environ.get(name) for name in decided}
    os.environ.update(decided)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
