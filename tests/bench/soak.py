"""Whether the server's memory stays flat: minutes of 12 clients that ask for everything it has.

python -m tests.bench.soak --minutes 30
"""

import argparse
import http.client
import json
import random
import re
import statistics
import threading
import time
from pathlib import Path
from typing import Any

from latent_atlas.export.publish import file_entries
from tests.support.server import ROOT, Server

CLIENTS = 12
LAST_MINUTES = 10.0
"""In which memory must stay where it is; of a shorter soak, its last third."""
_SECONDS = 5.0


class _Client(threading.Thread):
    """Asks for the page, the manifest, a file, an encoding and a decoding, over and over."""

    def __init__(self, server: Server, manifest: dict[str, Any], seed: int) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.requests = 0
        self.failures: list[str] = []
        self._server = server
        self._models = manifest["models"]
        self._files = [entry["url"] for entry in file_entries(manifest)]
        self._random = random.Random(seed)

    def run(self) -> None:
        connection = http.client.HTTPConnection(*self._server.address, timeout=60)
        while not self.done.is_set():
            for method, path, body, kind in self._round():
                try:
                    connection.request(method, path, body, {"content-type": kind})
                    response = connection.getresponse()
                    response.read()
                    if response.status != 200:
                        self.failures.append(f"{method} {path}: {response.status}")
                except (OSError, http.client.HTTPException) as error:
                    self.failures.append(f"{method} {path}: {error!r}")
                    connection.close()
                self.requests += 1
        connection.close()

    def _round(self) -> list[tuple[str, str, bytes | None, str]]:
        model, draw = self._random.choice(self._models), self._random
        label = draw.randrange(model["classes"]) if model["condition"] != "none" else None
        shape = model["image"]
        image = draw.randbytes(shape["height"] * shape["width"] * shape["channels"])
        z = [draw.gauss(0, 1) for _ in range(model["latent_size"])]
        api = f"/api/models/{model['id']}"
        query = f"?label={label}" if model["condition"] == "both" else ""
        decode = json.dumps({"z": z} | ({} if label is None else {"label": label})).encode()
        return [
            ("GET", "/", None, ""),
            ("GET", "/api/manifest", None, ""),
            ("GET", f"/{draw.choice(self._files)}", None, ""),
            ("POST", f"{api}/encode{query}", image, "application/octet-stream"),
            ("POST", f"{api}/decode", decode, "application/json"),
        ]


def measure(models: Path, minutes: float) -> dict[str, float]:
    """Return what the server held at the end of so many minutes, and by how much that varied."""
    samples: list[tuple[float, float]] = []
    with Server(models_dir=models) as server:
        manifest = json.loads(server.get("/api/manifest")[1])
        clients = [_Client(server, manifest, seed) for seed in range(CLIENTS)]
        for client in clients:
            client.start()
        started = time.monotonic()
        while (passed := (time.monotonic() - started) / 60) < minutes:
            samples.append((passed, _resident(server.process.pid)))
            print("{:.2f} min  {:.1f} MB".format(*samples[-1]), flush=True)
            time.sleep(_SECONDS)
        for client in clients:
            client.done.set()
        for client in clients:
            client.join(60)
    last = min(LAST_MINUTES, minutes / 3)
    held = [megabytes for passed, megabytes in samples if passed >= minutes - last]
    failures = [failure for client in clients for failure in client.failures]
    print("\n".join(failures[:10]))
    return {
        "minutes": minutes,
        "requests": sum(client.requests for client in clients),
        "failures": len(failures),
        "resident_megabytes": round(statistics.median(held), 1),
        "last_minutes": round(last, 1),
        "varied_percent": round(100 * (max(held) - min(held)) / statistics.median(held), 2),
    }


def _resident(process: int) -> float:
    """Return a process's resident memory in megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1000


def main() -> None:
    """Run the soak and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--models", type=Path, default=ROOT / "static" / "models")
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.models, arguments.minutes)))


if __name__ == "__main__":
    main()
