"""Keeps the current release and its page, which are always replaced together."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from webapp.http.negotiation import Representation
from webapp.pages import PageError, PageMaker, represent
from webapp.releases import Release, ReleaseStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Live:
    """A release with all that is rendered from it. A request uses one from start to end."""

    release: Release
    page: Representation
    manifest: Representation


class Site:
    """Follows the disk in the background, so that no request waits for a release to load."""

    def __init__(
        self,
        store: ReleaseStore,
        pages: PageMaker,
        on_live: Callable[[Live], None],
        on_refusal: Callable[[], None],
    ) -> None:
        self.live: Live | None = None
        self._store = store
        self._pages = pages
        self._on_live = on_live
        self._on_refusal = on_refusal
        self._source: object = None
        self._refusals = 0
        self._looked = asyncio.Event()

    async def watch(self, interval: float) -> None:
        """Check the disk every `interval` seconds, in a thread, until cancelled."""
        while True:
            try:
                fresh = await asyncio.to_thread(self._look)
            except Exception:
                logger.exception("The check for a new release failed and will be repeated.")
                fresh = None
            if fresh is not None:
                before, self.live = self.live, fresh
                if before is None or before.release is not fresh.release:
                    self._on_live(fresh)
            for _ in range(self._store.refusals - self._refusals):
                self._on_refusal()
            self._refusals = self._store.refusals
            self._looked.set()
            await asyncio.sleep(interval)

    async def first_look(self, seconds: float) -> None:
        """Wait until the disk has been checked once, but at most that many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._looked.wait(), seconds)

    def _look(self) -> Live | None:
        """Return what should go live, or None if nothing has changed."""
        release = self._store.refresh()
        source = release, self._pages.fingerprint()
        if release is None or source == self._source:
            return None
        self._source = source
        try:
            page = self._pages.make(release)
        except PageError as error:
            logger.warning("The page of %s cannot be made: %s.", release.id, error)
            return None
        manifest = represent(release.manifest_bytes, "application/json", release.id)
        return Live(release, page, manifest)
