"""Keeps the current release and its page, which are always replaced together."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from latent_atlas.webapp.disk import Attempts, reason
from latent_atlas.webapp.http.negotiation import Representation
from latent_atlas.webapp.pages import PageError, PageMaker, represent
from latent_atlas.webapp.releases import Release, ReleaseStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Live:
    """A release with all that is rendered from it. A request uses one from start to end."""

    release: Release
    page: Representation
    manifest: Representation
    embed: Representation | None
    """The document of the embedded figures; None where the front end has none."""


class Site:
    """Follows the disk in the background, so that no request waits for a release to load.

    `on_look` is called after each look, with what has newly gone live; `on_refusal` when a release
    is refused, once for each reason.
    """

    def __init__(
        self,
        store: ReleaseStore,
        pages: PageMaker,
        on_look: Callable[[Live | None], None],
        on_refusal: Callable[[], None],
    ) -> None:
        self.live: Live | None = None
        self.faults: Mapping[str, str] = {}
        """What is wrong now, by what it is wrong with: "release", "page" or "model <id>"."""
        self._store = store
        self._pages = pages
        self._on_look = on_look
        self._on_refusal = on_refusal
        self._attempts = Attempts()
        self._refusal: str | None = None
        self._unread = 0
        self._looked = asyncio.Event()

    async def watch(self, interval: float) -> None:
        """Check the disk every `interval` seconds, in a thread, until cancelled."""
        while True:
            try:
                fresh = await asyncio.to_thread(self._look)
                before, self.live = self.live, fresh or self.live
                taken = fresh if _content(before) != _content(self.live) else None
                if taken is not None:
                    served, release = len(taken.release.models), taken.release.id
                    logger.info("Release %s is in service: %d models.", release, served)
                self._on_look(taken)
                self._report(self._find_faults())
            except Exception as error:
                self._report({"release": f"the check for it failed: {reason(error)}"})
            self._looked.set()
            await asyncio.sleep(interval)

    async def first_look(self, seconds: float) -> None:
        """Wait until the disk has been checked once, but at most that many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._looked.wait(), seconds)

    def _look(self) -> Live | None:
        """Return what should go live, or None if nothing has changed."""
        release = self._store.refresh()
        given = release, self._pages.fingerprint()
        if release is None or not self._attempts.is_due(given):
            return None
        live, self._refusal, self._unread = None, None, 0
        try:
            shown, page, self._unread = self._pages.make(release)
            listed = {entry.id for entry in shown.manifest.models}
            tag = "-".join([shown.id, *sorted(shown.faults.keys() - listed)])
            manifest = represent(shown.manifest_bytes, "application/json", tag)
            live = Live(shown, page, manifest, self._pages.represent_embed())
        except Exception as error:
            if not isinstance(error, (PageError, OSError, MemoryError)):
                logger.exception("The page of %s cannot be made.", release.id)
            text = str(error) if isinstance(error, PageError) else reason(error)
            self._refusal = f"the page of {release.id} cannot be made: {text}"
        self._attempts.record(given, failed=live is None or self._unread > 0)
        return live

    def _find_faults(self) -> dict[str, str]:
        faults = {}
        if refusal := self._store.refusal or self._refusal:
            faults["release"] = refusal
        if self._unread:
            faults["page"] = f"{self._unread} of its documents are missing or cannot be read"
        if self.live is not None:
            faults |= {f"model {name}": why for name, why in self.live.release.faults.items()}
        return faults

    def _report(self, faults: Mapping[str, str]) -> None:
        """Log what is newly wrong."""
        fresh = {what: why for what, why in faults.items() if self.faults.get(what) != why}
        for what, why in fresh.items():
            start = f"The {what} is not whole"
            if what == "release":
                left = f"{self.live.release.id} stays" if self.live else "none is"
                start = f"A release is refused, {left} in service"
            logger.warning("%s: %s.", start, why)
        self.faults = faults
        if "release" in fresh:
            self._on_refusal()


def _content(live: Live | None) -> object:
    """Return what differs where another release goes live, or models of it come or go."""
    return live and (live.release.id, live.release.faults)
