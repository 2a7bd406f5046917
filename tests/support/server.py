"""Runs the real server in a process of its own, until the tests are done with it."""

import http.client
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """`python -m webapp` on a free port; settings are given as keyword arguments.

    Entering waits until it listens and, unless `wait_ready` is false, until /readyz says 200.
    `open_files` limits its file descriptors; `command` may be that of another installation.
    """

    def __init__(
        self,
        *,
        wait_ready: bool = True,
        open_files: int | None = None,
        command: Sequence[str | Path] = (sys.executable, "-m", "webapp"),
        cwd: Path = ROOT,
        path: str | None = None,
        **settings: object,
    ) -> None:
        self.settings = settings
        limit = f"ulimit -n {open_files}; " if open_files else ""
        self._command = ["/bin/sh", "-c", f"{limit}exec {shlex.join(map(str, command))}"]
        self._cwd = cwd
        self._wait_ready = wait_ready
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ATLAS_")}
        # Compressing what a test has published would take a core for longer than the test.
        given = {"port": 0, "compress_objects": "off"} | settings
        environment |= {f"ATLAS_{name.upper()}": str(value) for name, value in given.items()}
        self._environment = environment | ({} if path is None else {"PATH": path})
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__

    def __enter__(self) -> Self:
        start = time.perf_counter()
        self.process = subprocess.Popen(
            self._command,
            cwd=self._cwd, env=self._environment, stdout=subprocess.PIPE, stderr=self._log,
        )  # fmt: skip
        try:
            assert self.process.stdout is not None
            line = self.process.stdout.readline().decode()
            assert line.startswith("Latent Atlas is at http://"), (line, self.log())
            self.seconds_to_listen = time.perf_counter() - start
            self.url = line.split()[-1].rstrip("/")
            if self._wait_ready:
                self.wait_until_ready()
            self.seconds_to_ready = time.perf_counter() - start
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urllib.parse.urlsplit(self.url)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Return status and body; one connection a call."""
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        try:
            connection.request(
                "GET", path, headers={k.replace("_", "-"): headers[k] for k in headers}
            )
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_until_ready(self, seconds: float = 30) -> None:
        """Return once /readyz says 200."""
        deadline = time.monotonic() + seconds
        while self.get("/readyz")[0] != 200:
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; return the exit status and the seconds it took."""
        start = time.perf_counter()
        self.process.send_signal(number)
        status = self.process.wait(30)
        return status, time.perf_counter() - start

    def complaints(self) -> str:
        """Return what it has written to stderr but for the releases that it serves."""
        lines = self.log().splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("INFO: Release "))

    def log(self) -> str:
        """Return what it has written to stderr so far."""
        self._log.seek(0)
        return self._log.read().decode()
