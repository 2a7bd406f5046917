"""What is live: one release and the page made of it, always swapped as one."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from webapp.http.negotiation import Representation
from webapp.pages import PageError, PageMaker, represent
from webapp.releases import Release, ReleaseStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Live:
    """A release with everything that is made of it. A request takes one and keeps to it."""

    release: Release
    page: Representation
    manifest: Representation


class Site:
    """Keeps what is live in step with the disk, without a request ever waiting for that."""

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
        self._made_of: object = None
        self._refusals = 0
        self._looked = asyncio.Event()

    async def watch(self, interval: float) -> None:
        """Look at the disk every `interval` seconds, for ever; the work is done in a thread."""
        while True:
            try:
                fresh = await asyncio.to_thread(self._look)
            except Exception:
                logger.exception("Looking for a new release failed; it is tried again.")
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
        """Return when the disk has been looked at once, or after that many seconds."""
        if not self._looked.is_set():
            try:
                await asyncio.wait_for(self._looked.wait(), seconds)
            except TimeoutError:
                return

    def _look(self) -> Live | None:
        """Return what should go live, or None if that is what is live already."""
        release = self._store.refresh()
        made_of = release, self._pages.fingerprint()
        if release is None or made_of == self._made_of:
            return None
        self._made_of = made_of
        try:
            page = self._pages.make(release)
        except PageError as error:
            logger.warning("The page of %s cannot be made: %s.", release.id, error)
            return None
        manifest = represent(release.manifest_bytes, "application/json", release.id)
        return Live(release, page, manifest)
