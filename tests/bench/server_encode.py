"""How many encode requests a second the server answers, and how soon.

    python tests/bench/server_encode.py http://127.0.0.1:8000 vae-2

The load comes from a process of its own: keep-alive connections, each with one request under way.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request

CLIENTS = 32


def measure(base_url: str, model_id: str, seconds: float = 5.0) -> dict[str, float]:
    """Return requests a second, and p50 and p99 in milliseconds, with 32 clients."""
    finished = subprocess.run(
        [sys.executable, __file__, base_url, model_id, str(seconds), "--json"],
        capture_output=True, check=True, timeout=seconds + 60,
    )  # fmt: skip
    result: dict[str, float] = json.loads(finished.stdout)
    return result


async def _load(base_url: str, model_id: str, seconds: float) -> dict[str, float]:
    parts = urllib.parse.urlsplit(base_url)
    manifest_url = f"{base_url.rstrip('/')}/api/manifest"
    with urllib.request.urlopen(manifest_url, timeout=10) as response:  # noqa: S310
        models = {model["id"]: model for model in json.load(response)["models"]}
    model = models[model_id]
    shape = model["image"]
    size = shape["height"] * shape["width"] * shape["channels"]
    query = "?label=3" if model["condition"] == "both" else ""
    head = (
        f"POST {parts.path.rstrip('/')}/api/models/{model_id}/encode{query} HTTP/1.1\r\n"
        f"host: {parts.netloc}\r\ncontent-type: application/octet-stream\r\n"
        f"content-length: {size}\r\n\r\n"
    ).encode()
    images = [bytes((i * 7 + k) % 256 for i in range(size)) for k in range(CLIENTS)]
    latencies: list[float] = []
    failures = 0
    warm_until = time.perf_counter() + min(1.0, seconds / 4)
    end = warm_until + seconds

    async def client(image: bytes) -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        request = head + image
        while (start := time.perf_counter()) < end:
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
            await reader.readexactly(int(length))
            if start >= warm_until:
                latencies.append(time.perf_counter() - start)
                failures += not answer.startswith(b"HTTP/1.1 200")
        writer.close()

    await asyncio.gather(*(client(image) for image in images))
    cuts = statistics.quantiles(latencies, n=100)
    return {
        "requests_per_second": round(len(latencies) / seconds, 1),
        "p50_ms": round(cuts[49] * 1000, 2),
        "p99_ms": round(cuts[98] * 1000, 2),
        "failures": failures,
    }


def main() -> None:
    """Measure and print: a line for people, or with --json a line for programs."""
    words = [word for word in sys.argv[1:] if word != "--json"]
    base_url, model_id = words[0], words[1]
    seconds = float(words[2]) if len(words) > 2 else 5.0
    try:
        import uvloop

        result = uvloop.run(_load(base_url, model_id, seconds))
    except ImportError:
        result = asyncio.run(_load(base_url, model_id, seconds))
    if "--json" in sys.argv:
        print(json.dumps(result))
    else:
        print(", ".join(f"{name} {value}" for name, value in result.items()))


if __name__ == "__main__":
    main()
