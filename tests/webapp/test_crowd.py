"""Thousands of idle, slow and silent clients keep neither an honest one nor a probe out."""

import http.client
import json
import os
import resource
import subprocess
import sys
import time

import pytest

from tests.support.made_releases import TinyModel, make_release
from tests.support.server import ROOT, Server
from tests.webapp.conftest import make_folders
from tests.webapp.test_server import LARGE, ask

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("CROWD_SECONDS", "5"))
IDLE, SLOW, SILENT = 2048, 200, 200
RATE = 16_000


def serve_honest_client(server, seconds):
    """Ask as a reader's browser and a load balancer would; return the sorted seconds of each."""
    kept = http.client.HTTPConnection(*server.address, timeout=10)
    waits = []
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        for request in (
            ("GET", "/", None, {}),
            ("POST", "/api/models/vae-2/encode", bytes(784),
             {"content-type": "application/octet-stream"}),
        ):  # fmt: skip
            start = time.perf_counter()
            kept.request(*request)
            answer = kept.getresponse()
            answer.read()
            waits.append(time.perf_counter() - start)
            assert answer.status == 200
        for path in ("/", "/models/current.json"):
            start = time.perf_counter()
            assert ask(server, path) == 200
            waits.append(time.perf_counter() - start)
        assert ask(server, "/livez") == 200
        time.sleep(0.05)
    kept.close()
    return sorted(waits)


def test_a_crowd_keeps_nobody_out(tmp_path):
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 2 * IDLE:
        pytest.skip("this system allows too few open files for the crowd")
    folders = make_folders(tmp_path)
    make_release(folders.models, "r1", [TinyModel()])
    (folders.dist / LARGE).write_bytes(bytes(1 << 25))
    with Server(**folders.settings()) as server:
        alone = serve_honest_client(server, SECONDS / 2)
        crowd = subprocess.Popen(
            [sys.executable, "-m", "tests.support.crowd", str(server.address[1]), f"/{LARGE}",
             *map(str, (IDLE, SLOW, SILENT))],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert crowd.stdout.readline() == "connected\n"
            beside = serve_honest_client(server, SECONDS)
            told = json.loads(crowd.communicate(timeout=60)[0])
        finally:
            crowd.kill()
            crowd.wait()
        assert server.complaints() == ""
    assert told["refused"] == told["cut"] == 0
    assert min(told["received"]) > RATE * SECONDS / 2
    late, late_alone = (waits[int(0.99 * len(waits))] for waits in (beside, alone))
    print(f"{len(beside)} requests, p99 {late:.3f} s; alone {len(alone)}, p99 {late_alone:.3f} s")
    assert late < 0.5 + late_alone
