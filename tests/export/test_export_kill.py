"""SIGKILL at every step and at random moments, while a client reads: whole old or whole new."""

import contextlib
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from latent_atlas.export.publish import file_entries
from tests.support.forking import Forking, send
from tests.support.server import ROOT, Server
from tests.support.thorough import THOROUGH
from tests.support.whole import read_whole_release

pytestmark = pytest.mark.slow

RANDOM_KILLS = 50 if THOROUGH else 15
# Of the command itself, which takes seconds to start.
COMMAND_KILLS = 50 if THOROUGH else 1


class Exporter(Forking):
    """A process that exports on request (tests/support/exporter.py)."""

    def __init__(self, tiny: Path, models: Path) -> None:
        self.number = 0
        data = {"DATA_ROOT": str(tiny / "data")}
        super().__init__("tests.support.exporter", tiny, models, environment=data)

    def export(self, operation: int | None = None, kill_after: float | None = None) -> int:
        """Run one export of new files, killed where asked; return its wait status."""
        self.number += 1
        self.ask(f"{self.number} {operation or '-'}")
        child = int(self.answer())
        if kill_after is not None:
            time.sleep(kill_after)
            send(signal.SIGKILL, child)
        return int(self.answer())


class Client(threading.Thread):
    """Reads the manifest and everything it names, over and over, and remembers what failed."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.done = threading.Event()
        self.rounds = 0
        self.releases: set[str] = set()
        self.failures: list[str] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection(*self.server.address, timeout=10)
        while not self.done.is_set():
            try:
                manifest = json.loads(self._get(connection, "/api/manifest"))
                for entry in file_entries(manifest):
                    data = self._get(connection, "/" + entry["url"])
                    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
                        self.failures.append(f"{entry['url']} is not what its name says")
                self.releases.add(manifest["release"])
                self.rounds += 1
            except (OSError, ValueError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                connection.close()
        connection.close()

    def stop_after(self, newest: str, published: list[str]) -> None:
        """Stop once the newest release was read; nothing may have failed, or been unpublished."""
        deadline = time.monotonic() + 60
        while newest not in self.releases and time.monotonic() < deadline:
            time.sleep(0.05)
        self.done.set()
        self.join(60)
        assert self.failures == []
        assert newest in self.releases
        assert self.releases <= {*published, newest}

    def _get(self, connection: http.client.HTTPConnection, path: str) -> bytes:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            self.failures.append(f"{path}: {response.status}")
        return body


@pytest.fixture
def exporter(tiny: Path, models: Path) -> Iterator[Exporter]:
    with contextlib.closing(Exporter(tiny, models)) as exporter:
        yield exporter


def test_a_killed_export_leaves_a_whole_release_and_fails_no_request(
    exporter: Exporter, models: Path
) -> None:
    assert exporter.export() == 0
    published = [read_whole_release(models)["release"]]
    started = time.monotonic()
    assert exporter.export() == 0
    latest = time.monotonic() - started
    published.append(read_whole_release(models)["release"])
    assert published[0] != published[1]

    def old_or_new(status: int) -> None:
        """The release is whole; it is the old one unless the export got as far as the pointer."""
        release = read_whole_release(models)["release"]
        if release != published[-1]:
            assert release not in published
            published.append(release)
        elif status == 0:
            pytest.fail("the export ended well and published nothing")

    rng = random.Random(7)
    killed = 0
    with Server(models_dir=models) as server:
        client = Client(server)
        client.start()
        # First every file operation in turn, until an export is through before its kill …
        operation, status = 0, signal.SIGKILL.value
        while status != 0:
            operation += 1
            status = exporter.export(operation=operation)
            assert status in (0, signal.SIGKILL)
            old_or_new(status)
        assert operation > 12
        # … then random moments.
        for _ in range(3 * RANDOM_KILLS):
            status = exporter.export(kill_after=rng.random() * latest)
            killed += status == signal.SIGKILL
            latest *= 1 if status else 0.9  # the machine has less to do than before
            old_or_new(status)
            if killed == RANDOM_KILLS:
                break
        assert exporter.export() == 0
        old_or_new(0)
        client.stop_after(published[-1], published)
        assert server.process.poll() is None
    assert killed == RANDOM_KILLS
    # Nothing of the exports' is left; the server may have been ended while it compressed a file.
    left = [path.name for path in models.rglob("*.tmp")]
    assert [name for name in left if ".gz." not in name and ".br." not in name] == []


class Command:
    """`python -m export` of one run, with other graphs each time."""

    def __init__(self, tiny: Path, models: Path, runs: Path) -> None:
        shutil.copytree(tiny / "runs-1" / "vae-2", runs / "vae-2")
        self._report = runs / "vae-2" / "report.json"
        self._models = models
        folders = ["--runs", runs, "--out", models, "--study", tiny / "no-study.json"]
        self._command = [sys.executable, "-m", "export", "vae-2", *folders]
        self._environment = {**os.environ, "DATA_ROOT": str(tiny / "data")}
        self._number = 0

    def publish(self, kill_after: float | None = None) -> tuple[int, float]:
        """Run it, killed so many seconds after its first file; return the status and the seconds.

        The seconds are those from the first file that it writes to its end.
        """
        self._number += 1
        report = json.loads(self._report.read_bytes())
        self._report.write_text(json.dumps(report | {"commit": str(self._number)}))
        before = set(self._models.rglob("*"))
        process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL
        )
        while process.poll() is None and set(self._models.rglob("*.onnx")) <= before:
            time.sleep(0.005)
        started = time.monotonic()
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        return process.wait(300), time.monotonic() - started


def objects_of(models: Path) -> set[str]:
    """Return the names of all objects that a release names."""
    manifests = (models / "releases").glob("*/manifest.json")
    named = (file_entries(json.loads(path.read_bytes())) for path in manifests)
    return {Path(entry["url"]).name for entries in named for entry in entries}


@pytest.mark.timeout(3600)  # it takes as long as fifty exports
def test_the_command_killed_while_it_publishes_leaves_nothing_and_fails_no_request(
    tiny: Path, models: Path, tmp_path: Path
) -> None:
    command = Command(tiny, models, tmp_path / "runs")
    status, seconds = command.publish()
    assert status == 0
    rng = random.Random(13)
    killed = 0
    published = [read_whole_release(models)["release"]]
    with Server(models_dir=models) as server:
        client = Client(server)
        client.start()
        while killed < COMMAND_KILLS:
            status, _ = command.publish(rng.random() * seconds)
            assert status in (0, -signal.SIGKILL)
            killed += status == -signal.SIGKILL
            published.append(read_whole_release(models)["release"])
        assert command.publish()[0] == 0
        client.stop_after(read_whole_release(models)["release"], published)
        print(
            f"{killed} kills within {seconds:.1f} s; {len(set(published)) - 1} of them after "
            f"publishing; {client.rounds} rounds of the client."
        )
    left = {path.name for path in models.rglob("*") if path.suffix not in (".br", ".gz")}
    assert {name for name in left if name.endswith((".onnx", ".json", ".png", ".webp"))} == {
        *objects_of(models), "current.json", "manifest.json",
    }  # fmt: skip
    # The server may have been ended while it compressed a file.
    assert not [n for n in left if n.endswith(".tmp") and ".gz." not in n and ".br." not in n]
