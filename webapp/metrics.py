"""The metrics for Prometheus, and the middleware that counts and logs requests."""

import functools
import json
import logging
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

access_log = logging.getLogger("webapp.access")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """The metrics of one application, in a registry of its own, so that tests can run several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        counter = functools.partial(Counter, registry=self.registry)
        gauge = functools.partial(Gauge, registry=self.registry)
        seconds = functools.partial(Histogram, registry=self.registry, buckets=_SECONDS)
        sizes = functools.partial(Histogram, registry=self.registry, buckets=_SIZES)
        graph = ["model", "graph"]
        self._requests = counter("atlas_requests", "Requests.", ["route", "method", "status"])
        self._latency = seconds("atlas_request_seconds", "Time to the response's end.", ["route"])
        self._runs = seconds("atlas_run_seconds", "Time that a graph took for a batch.", graph)
        self._batches = sizes("atlas_batch_size", "Requests in a batch.", graph)
        self.rejected = counter("atlas_rejected", "Requests refused by a full queue.", ["model"])
        self._swaps = counter("atlas_releases_activated", "Releases that went live.")
        self._refusals = counter("atlas_releases_refused", "Releases refused.")
        self._faults = gauge("atlas_faults", "1 for what is wrong now.", ["what", "reason"])
        self._release = gauge("atlas_release", "1 for the release that is served.", ["release"])
        self._in_service = gauge("atlas_models", "Models of the release, by state.", ["state"])

    def observe_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request; `route` is a template, because a client's paths would never end."""
        method = method if method in _METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._latency.labels(route).observe(seconds)

    def observe_run(self, model: str, graph: str, seconds: float, batch: int) -> None:
        """Count a batch that a graph ran."""
        self._runs.labels(model, graph).observe(seconds)
        self._batches.labels(model, graph).observe(batch)

    def observe_release(self, release: str, in_service: int, out_of_service: int) -> None:
        """Record which release went live."""
        self._swaps.inc()
        self._release.clear()
        self._release.labels(release).set(1)
        self._in_service.labels("ready").set(in_service)
        self._in_service.labels("out of service").set(out_of_service)

    def observe_refusal(self) -> None:
        """Count a refused release."""
        self._refusals.inc()

    def text(self, faults: Mapping[str, str]) -> bytes:
        """Return all metrics in Prometheus' text format, with what is wrong now and why."""
        self._faults.clear()
        for what, why in faults.items():
            self._faults.labels(what, why).set(1)
        return generate_latest(self.registry)


class ObserveRequests:
    """ASGI middleware: gives requests an id, counts them by route and, if asked to, logs them.

    It must be the outermost one, so that it sees how each request was answered.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, *, log: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status, sent = 500, 0
        request_id = scope.setdefault("state", {})["request_id"] = secrets.token_hex(8)

        async def send_observed(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                identified = (b"x-request-id", request_id.encode())
                message["headers"] = [*message.get("headers", ()), identified]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_observed)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.observe_request(route, scope["method"], status, seconds)
            if self._log:
                entry = {
                    "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                    "id": request_id,
                    "client": (scope.get("client") or [None])[0],
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "bytes": sent,
                    "seconds": round(seconds, 6),
                }
                access_log.info(json.dumps(entry))
