"""Assembles the server: takes settings, returns an ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from latent_atlas.webapp.api import Services, router
from latent_atlas.webapp.dataset_images import DatasetImages
from latent_atlas.webapp.http.compression import BackgroundCompressor
from latent_atlas.webapp.http.problems import answer_http_exception, answer_invalid_parameter
from latent_atlas.webapp.http.security import (
    GuardedRequests,
    HeadersByPath,
    KeptPrefix,
    SecureResponses,
)
from latent_atlas.webapp.inference import Runtime
from latent_atlas.webapp.live import Live, Site
from latent_atlas.webapp.metrics import Metrics, ObserveRequests
from latent_atlas.webapp.originals import fetch_in_background
from latent_atlas.webapp.pages import PageMaker
from latent_atlas.webapp.releases import ReleaseStore
from latent_atlas.webapp.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """Make the application; it reads no release before it is started."""
    metrics = Metrics()
    executor = ThreadPoolExecutor(settings.threads, "inference")
    compressor = BackgroundCompressor(settings.models_dir)
    images = DatasetImages(settings.data_root)

    def follow(live: Live | None) -> None:
        if live is not None:
            release = live.release
            metrics.observe_release(release.id, len(release.models), len(release.faults))
            if settings.compress_objects:
                compressor.start()
        compressor.tend()

    site = Site(
        ReleaseStore(settings.models_dir, Runtime(executor, settings, metrics.observe_run)),
        PageMaker(settings.templates_dir, settings.dist_dir, settings.models_dir, images.counts),
        follow,
        metrics.observe_refusal,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if settings.fetch_originals:
            fetch_in_background(settings.data_root)
        watching = asyncio.create_task(site.watch(settings.poll_interval))
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            executor.shutdown(wait=False, cancel_futures=True)
            compressor.stop()

    app = FastAPI(
        title="Latent Atlas",
        description="The page, its files, and the models' encoders and decoders.",
        version="1",
        lifespan=lifespan,
        # The schema is a route of ours; the framework's pages need scripts that the CSP forbids.
        openapi_url=None,
        redirect_slashes=False,
        servers=[{"url": settings.root_path}] if settings.root_path else None,
    )
    app.state.services = Services(site, settings, metrics, images)
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(RequestValidationError, answer_invalid_parameter)
    # The middleware added last is the outermost.
    app.add_middleware(GuardedRequests, hosts=settings.hosts, deadline=settings.body_deadline)
    headers = HeadersByPath(
        settings.frame_ancestors, settings.cors_origins, wasm_blocked=settings.wasm_blocked
    )
    app.add_middleware(SecureResponses, headers=headers)
    app.add_middleware(ObserveRequests, metrics=metrics, log=settings.access_log)
    if settings.root_path:
        app.add_middleware(KeptPrefix, prefix=settings.root_path)
    app.include_router(router)
    return app
