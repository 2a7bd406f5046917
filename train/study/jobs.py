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

from latent_atlas.train.errors import UserError
from latent_atlas.train.recipes.recipe import Recipe
from latent_atlas.train.recipes.serialisation import fields_of
from latent_atlas.train.study.job_process import REFUSED
from latent_atlas.train.training.checkpoint import epochs_done
from latent_atlas.train.training.hardware import cores, visible_gpus
from latent_atlas.train.training.rank import own_rank

_LOG = "log.txt"
_PROCESS = "latent_atlas.train.study.job_process"


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
    quick: bool = False
    """Whether to measure without the held-out classifier."""
    exact: bool = True
    """Whether to integrate over a plane of two latents, which takes minutes."""


def train_all(
    jobs: Sequence[Job],
    at_once: int,
    title: str,
    after_run: Callable[[Job], None],
    done: Sequence[Job] = (),
) -> None:
    """Train `jobs`, `at_once` at a time, in the order given; call `after_run` after each success.

    A process that dies is replaced, and its run resumes from its last checkpoint. A run that dies
    twice, or cannot be trained, is reported by name while the others continue. The processes end
    with this one, however it ends. The progress bar, called `title`, counts the jobs `done` too.

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
    total = len(jobs) + len(done)
    epochs = {job.name: job.recipe.epochs for job in done}
    epochs |= {job.name: epochs_done(job.folder / "state") for job in jobs if job.resume}
    ended = len(done)
    tqdm.set_lock(threading.RLock())  # its own would be a semaphore, leaked when killed
    bar = tqdm(
        total=sum(job.recipe.epochs for job in (*done, *jobs)), initial=sum(epochs.values()),
        desc=title, unit="epoch", dynamic_ncols=True, mininterval=0.5,
    )  # fmt: skip

    def show() -> None:
        names = (each.job.name for each in running)
        bar.set_postfix_str(", ".join([f"{ended} of {total} runs done", *names]), refresh=False)
        bar.update(sum(epochs.values()) - bar.n)

    try:
        while waiting or running:
            while waiting and free:
                running.append(_Running(waiting.popleft(), threads, free.popleft()))
            epochs |= {each.job.name: each.epochs() for each in running}
            show()
            time.sleep(0.1)
            for each in [each for each in running if each.has_ended()]:
                running.remove(each)
                free.append(each.gpu)
                job, status = each.job, each.end()
                tries[job.name] += 1
                if status == 0:
                    ended += 1
                    epochs[job.name] = job.recipe.epochs
                    show()
                    after_run(job)
                    continue
                killed = status < 0 and f"killed by {signal.Signals(-status).name}"
                reason = killed or last_line(job)
                if status != REFUSED and tries[job.name] < 2:
                    sentence = f"{job.name} stopped ({reason}); trying once more."
                    waiting.appendleft(replace(job, resume=True))
                else:
                    sentence = f"{job.name} failed: {reason}"
                    failed.append(job.name)
                bar.write(sentence, file=sys.stderr)
    finally:
        for each in running:
            each.end()
        bar.close()
    if failed:
        raise UserError(f"{len(failed)} of {total} runs failed: {', '.join(failed)}.")


def refuse_torchrun() -> None:
    """Say that several runs at a time are not for torchrun, where it has started this process."""
    if own_rank().processes > 1:
        raise UserError(
            "Start this without torchrun: it uses every core or GPU of the machine by itself."
        )


def last_line(job: Job) -> str:
    """Return the last line that a run wrote."""
    lines = (job.folder / _LOG).read_text(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


class _Running:
    """A process that trains a job, on a GPU as CUDA_VISIBLE_DEVICES names it or what is here."""

    def __init__(self, job: Job, threads: int, gpu: str | None) -> None:
        self.job = job
        self.gpu = gpu
        # Of an earlier training, which the process removes unless it resumes from them.
        self._old_epochs = 0 if job.resume else epochs_done(job.folder / "state")
        # MKL listens to its own variable first.
        limits = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
        devices = {} if gpu is None else {"CUDA_VISIBLE_DEVICES": gpu}
        order = vars(job) | {"recipe": fields_of(job.recipe), "folder": str(job.folder)}
        job.folder.mkdir(parents=True, exist_ok=True)
        # Appended to: another process may be training this run, and this one be refused.
        with (job.folder / _LOG).open("ab") as log:
            # A process group of its own, because a terminal sends Ctrl-C to all of ours. It ends
            # when the other end of its standard input closes.
            self._process = subprocess.Popen(  # noqa: S603 (fixed words)
                [sys.executable, "-u", "-m", _PROCESS, json.dumps(order)],
                stdin=subprocess.PIPE, stdout=log, stderr=log,
                env={**os.environ, **limits, **devices}, process_group=0,
            )  # fmt: skip

    def epochs(self) -> int:
        """Return how many epochs are done."""
        found = epochs_done(self.job.folder / "state")
        if found < self._old_epochs:
            self._old_epochs = 0
        return 0 if self._old_epochs else found

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def end(self) -> int:
        """Kill the process unless it has ended, which costs at most an epoch; return its status."""
        self._process.kill()
        self._process.communicate()
        return self._process.returncode
