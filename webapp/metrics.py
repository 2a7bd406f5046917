"""What Prometheus reads at /metrics, and the middleware that counts requests."""

import time

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """The server's numbers, in a registry of their own: two apps in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "atlas_requests", "Requests answered.", ["route", "method", "status"],
            registry=self.registry,
        )  # fmt: skip
        self._latency = Histogram(
            "atlas_request_seconds", "Time from a request's head to its answer's end.", ["route"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._runs = Histogram(
            "atlas_run_seconds", "Time a graph took for a batch.", ["model", "graph"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._batches = Histogram(
            "atlas_batch_size", "Requests in a batch.", ["model", "graph"],
            buckets=(1, 2, 4, 8, 16, 32, 64, 128), registry=self.registry,
        )  # fmt: skip
        self.rejected = Counter(
            "atlas_rejected", "Requests refused because too many were waiting.", ["model"],
            registry=self.registry,
        )  # fmt: skip
        self._swaps = Counter(
            "atlas_releases_activated", "Releases gone live.", registry=self.registry
        )
        self._refusals = Counter(
            "atlas_releases_refused", "Releases refused.", registry=self.registry
        )
        self._release = Gauge(
            "atlas_release", "1 for the release that is served.", ["release"],
            registry=self.registry,
        )  # fmt: skip
        self._in_service = Gauge(
            "atlas_models", "Models of the release, by state.", ["state"], registry=self.registry
        )

    def observe_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request; `route` is a template, never a path that a client made up."""
        method = method if method in _METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._latency.labels(route).observe(seconds)

    def observe_run(self, model: str, graph: str, seconds: float, batch: int) -> None:
        """Count a batch that a graph ran."""
        self._runs.labels(model, graph).observe(seconds)
        self._batches.labels(model, graph).observe(batch)

    def observe_release(self, release: str, in_service: int, out_of_service: int) -> None:
        """Note which release went live."""
        self._swaps.inc()
        self._release.clear()
        self._release.labels(release).set(1)
        self._in_service.labels("ready").set(in_service)
        self._in_service.labels("out of service").set(out_of_service)

    def observe_refusal(self) -> None:
        """Note that a release was refused."""
        self._refusals.inc()

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)


class ObserveRequests:
    """ASGI middleware that counts every request by its route's template."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its response back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.observe_request(
                route, scope["method"], status, time.perf_counter() - start
            )
