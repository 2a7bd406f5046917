"""Trains in forked children, so that a test can start and kill many without paying for imports.

Reads one JSON line a request: `argv` of `python -m train`, `processes` that train together as
under torchrun, `log` for what they print, and `die_at`: the file operation at which the first one
kills itself, or null. It answers with the children's pids, then, when all have ended, with their
wait statuses.
"""

import json
import os
import socket
import sys

import pytest
import torch
import tqdm

from latent_atlas.train.__main__ import main
from latent_atlas.train.training import (
    processes,  # noqa: F401 (loaded once, for all children)
    session,  # noqa: F401 (loaded once, for all children)
)
from tests.support.dying import die_at
from tests.support.quick import quick_integral


def run() -> None:
    """Serve requests until standard input ends."""
    torch.set_num_threads(1)  # a fork must not inherit a pool of threads that are not there
    tqdm.tqdm.monitor_interval = 0  # nor a thread of the bar's
    quick_integral(pytest.MonkeyPatch())  # training is what these tests are about
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        port = free_port()
        ranks = range(request["processes"])
        children = [fork(request, rank, port) for rank in ranks]
        print(json.dumps(children), flush=True)
        print(json.dumps(wait_for(children)), flush=True)


def fork(request: dict, rank: int, port: int) -> int:  # type: ignore[type-arg]
    """Start one process of a run; return its pid."""
    child = os.fork()
    if child:
        return child
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    count = request["processes"]
    if count > 1:  # what torchrun sets
        os.environ |= {
            "TORCHELASTIC_RUN_ID": "test", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
            "RANK": str(rank), "WORLD_SIZE": str(count),
            "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": str(count),
        }  # fmt: skip
    if request["die_at"] is not None and rank == 0:
        die_at(request["die_at"])
    try:
        status = main(request["argv"])
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 99
    os._exit(status)


def wait_for(children: list[int]) -> list[int]:
    """Wait for all; return their wait statuses."""
    return [os.waitpid(child, 0)[1] for child in children]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    run()
