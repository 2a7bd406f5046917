"""Several runs at a time, each in a process of its own, under one progress bar."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from train.errors import UserError
from train.recipes.recipe import Recipe
from train.recipes.serialisation import fields_of
from train.study.job_process import REFUSED
from train.training.checkpoint import epochs_done
from train.training.hardware import cores, visible_gpus
from train.training.rank import own_rank

_TRIES = 2
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Job:
    """A run to be trained."""

    name: str
    """What the display and the messages call it; no two jobs share one."""
    recipe: Recipe
    folder: Path
    samples: int
    """Importance samples of the report."""
    resume: bool
    for_page: bool
    """Whether to keep what only the page needs."""

    @property
    def log(self) -> Path:
        """Where the run's own output goes."""
        return self.folder / "log.txt"


def train_all(
    jobs: Sequence[Job],
    at_once: int,
    title: str,
    after_run: Callable[[Job], None],
    done: Sequence[Job] = (),
) -> None:
    """Train `jobs`, `at_once` at a time, in the order given.

    A process that dies is replaced, and its run resumes from its last checkpoint. A run that dies
    twice, or cannot be trained, is reported by name while the others continue. The processes end
    with this one, however it ends.

    Args:
        jobs: what to train.
        at_once: how many processes there are at most, at least 1.
        title: the progress bar's description.
        after_run: called in this process after each run that ended well.
        done: finished jobs, which the display counts too.

    Raises:
        UserError: some runs failed; the reason was printed for each.
    """
    refuse_torchrun()
    at_once = min(at_once, len(jobs))
    gpus = visible_gpus()
    # On the CPU one thread each, so that a result does not depend on how many run at a time.
    threads = max(1, cores() // at_once) if gpus else 1
    free = deque(gpus[slot % len(gpus)] if gpus else None for slot in range(at_once))
    waiting = deque(jobs)
    tries: Counter[str] = Counter()
    failed: list[str] = []
    running: list[_Running] = []
    display = _Display(title, jobs, done)
    try:
        while waiting or running:
            while waiting and free:
                running.append(_Running(waiting.popleft(), threads, free.popleft()))
            display.draw([each.job for each in running])
            time.sleep(_POLL_SECONDS)
            for each in [each for each in running if each.has_ended()]:
                running.remove(each)
                free.append(each.gpu)
                job, status = each.job, each.end()
                tries[job.name] += 1
                if status == 0:
                    display.finish(job)
                    after_run(job)
                elif status != REFUSED and tries[job.name] < _TRIES:
                    display.say(f"{job.name} stopped ({_reason(job, status)}); trying once more.")
                    waiting.appendleft(replace(job, resume=True))
                else:
                    display.say(f"{job.name} failed: {_reason(job, status)}")
                    failed.append(job.name)
    finally:
        for each in running:
            each.end()
        display.close()
    if failed:
        total = len(jobs) + len(done)
        raise UserError(f"{len(failed)} of {total} runs failed: {', '.join(failed)}.")


def refuse_torchrun() -> None:
    """Say that several runs at a time are not for torchrun, where it has started this process."""
    if own_rank().processes > 1:
        raise UserError(
            "Start this without torchrun: it uses every core or GPU of the machine by itself."
        )


def last_line(log: Path) -> str:
    """Return the last line that a run wrote."""
    lines = log.read_text(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _reason(job: Job, status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else last_line(job.log)


class _Running:
    """A process that trains a job.

    Args:
        job: what it trains.
        threads: how many it may compute with.
        gpu: its GPU, as CUDA_VISIBLE_DEVICES names it; None: what this process sees.
    """

    def __init__(self, job: Job, threads: int, gpu: str | None) -> None:
        self.job = job
        self.gpu = gpu
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        if gpu is not None:
            environment["CUDA_VISIBLE_DEVICES"] = gpu
        order = {
            "recipe": fields_of(job.recipe), "folder": str(job.folder), "samples": job.samples,
            "resume": job.resume, "for_page": job.for_page,
        }  # fmt: skip
        job.folder.mkdir(parents=True, exist_ok=True)
        with job.log.open("wb") as log:
            # A process group of its own, because a terminal sends Ctrl-C to all of ours. It ends
            # when the other end of its standard input closes.
            self._process = subprocess.Popen(  # noqa: S603 (fixed words)
                [sys.executable, "-u", "-m", "train.study.job_process", json.dumps(order)],
                stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment, process_group=0,
            )  # fmt: skip

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def end(self) -> int:
        """Kill the process unless it has ended, which costs at most an epoch; return its status."""
        self._process.kill()
        self._process.communicate()
        return self._process.returncode


class _Display:
    """A bar over the epochs of all runs, beside it how many are done and which are running."""

    def __init__(self, title: str, jobs: Sequence[Job], done: Sequence[Job]) -> None:
        self._done, self._all = len(done), len(jobs) + len(done)
        self._epochs = {job.name: job.recipe.epochs for job in done}
        self._epochs |= {job.name: epochs_done(job.folder / "state") for job in jobs if job.resume}
        tqdm.set_lock(threading.RLock())  # its own would be a semaphore, leaked when killed
        self._bar = tqdm(
            total=sum(job.recipe.epochs for job in (*done, *jobs)),
            initial=sum(self._epochs.values()),
            desc=title,
            unit="epoch",
            dynamic_ncols=True,
            mininterval=0.5,
        )

    def draw(self, running: Sequence[Job]) -> None:
        """Show how far the runs are."""
        for job in running:
            self._epochs[job.name] = epochs_done(job.folder / "state")
        self._bar.set_postfix_str(
            ", ".join([f"{self._done} of {self._all} runs done", *(job.name for job in running)]),
            refresh=False,
        )
        self._bar.update(sum(self._epochs.values()) - self._bar.n)

    def finish(self, job: Job) -> None:
        """Count a run as done."""
        self._done += 1
        self._epochs[job.name] = job.recipe.epochs
        self.draw([])

    def say(self, sentence: str) -> None:
        """Print a line above the bar."""
        self._bar.write(sentence, file=sys.stderr)

    def close(self) -> None:
        self._bar.close()
