"""Wires the server: settings in, an ASGI application out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from webapp.api import build_router
from webapp.datasets import TrainingImages
from webapp.http.compression import BackgroundCompressor
from webapp.http.security import (
    Problem,
    SecureResponses,
    answer_http_exception,
    answer_problem,
    security_headers,
)
from webapp.http.static_files import Policy, StaticFiles, is_built_file, is_release_file
from webapp.inference import Runtime
from webapp.live import Live, Site
from webapp.metrics import Metrics, ObserveRequests
from webapp.pages import PageMaker
from webapp.releases import ObjectCheck, ReleaseStore
from webapp.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """Make the application; it reads no release before it is started."""
    metrics = Metrics()
    executor = ThreadPoolExecutor(settings.threads, "inference")
    compressor = BackgroundCompressor()
    images = TrainingImages(settings.data_root)

    def announce(live: Live) -> None:
        release = live.release
        metrics.observe_release(release.id, len(release.models), len(release.out_of_service))
        if settings.compress_objects:
            models = settings.models_dir
            files = {file.name for file in release.manifest.files}
            compressor.add(models / "objects" / name for name in sorted(files))
            compressor.add([models / "releases" / release.id / "manifest.json"])

    site = Site(
        ReleaseStore(settings.models_dir, Runtime(executor, settings, metrics.observe_run)),
        PageMaker(settings.templates_dir, settings.dist_dir, settings.models_dir, images.counts),
        announce,
        metrics.observe_refusal,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        compressor.start()
        watching = asyncio.create_task(site.watch(settings.poll_interval))
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            executor.shutdown(wait=False, cancel_futures=True)
            compressor.stop()

    app = FastAPI(title="Latent Atlas", lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.add_exception_handler(Problem, answer_problem)
    app.add_exception_handler(HTTPException, answer_http_exception)
    # The last one added is the outermost.
    app.add_middleware(ObserveRequests, metrics=metrics)
    app.add_middleware(
        SecureResponses, headers=security_headers(wasm_blocked=settings.wasm_blocked)
    )
    app.include_router(build_router(site, settings, metrics, images))
    built = StaticFiles(settings.dist_dir / "assets", Policy(is_built_file))
    released = StaticFiles(settings.models_dir, Policy(is_release_file, ObjectCheck()))
    for prefix, files in (("/assets", built), ("/models", released)):
        app.add_api_route(prefix + "/{path:path}", files.respond, methods=["GET", "HEAD"])
    # The browser asks again for the service worker's script with every visit: it has no hash.
    worker = StaticFiles(settings.dist_dir, Policy(lambda _: False))
    app.add_api_route("/sw.js", worker.single("sw.js"), methods=["GET", "HEAD"])
    return app
