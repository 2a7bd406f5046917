"""Guards connections below ASGI: deadlines for clients that stall, and room for those that do not.

Uvicorn waits without limit for the rest of a request's head and for a client that does not read its
response, and its limit on connections refuses everyone once idle clients hold them all.
"""

import asyncio
import logging
import os
import select
import struct
import time
from collections import Counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from latent_atlas.webapp.http.problems import problem_body
from latent_atlas.webapp.http.security import DRAIN_LIMIT, HEAD_LIMIT, RawHeaders
from latent_atlas.webapp.settings import Settings

try:
    import fcntl
    import resource
    import termios
except ImportError:  # Windows
    fcntl = resource = termios = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

_RESERVE = 32
"""Connections above the limit: for probes, and to tell others that there are too many."""
_OWN_DESCRIPTORS = 64 + (os.cpu_count() or 1)
"""What the process opens beside connections and the files that it sends on them."""


def affordable_connections(wanted: int) -> int:
    """Return how many connections the limit on file descriptors allows; raise it if possible.

    Each may need a second descriptor, for the file that is sent on it.
    """
    if resource is None:
        return wanted
    needed = 2 * wanted + _RESERVE + _OWN_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    affordable = min(wanted, max(1, (soft - _RESERVE - _OWN_DESCRIPTORS) // 2))
    if affordable < wanted:
        logger.warning(
            "This process may have %d files open, enough for %d connections instead of %d; "
            "raise the limit with ulimit -n %d.", soft, affordable, wanted, needed,
        )  # fmt: skip
    return affordable


def guarded_protocol(settings: Settings, headers: RawHeaders) -> type[asyncio.Protocol]:
    """Return uvicorn's HTTP protocol with the deadlines and limits of `settings`.

    Its own answers are problem details and carry `headers`.
    """
    head_lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    limit = affordable_connections(settings.connection_limit)
    share = max(1, int(limit * settings.address_share))
    opened: set[Any] = set()
    answering: Counter[str] = Counter()
    """How many requests of each address are being answered."""

    class GuardedProtocol(HttpToolsProtocol):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._head_open = False
            self._head_size = 0
            self._refused = False
            self._surplus = False
            self._waiting_since: float | None = None
            """Since when the server has waited for a request; None while it answers one.

            Not by the loop's clock: uvloop's counts milliseconds, and those that tie have no order.
            """
            self._deadline: asyncio.TimerHandle | None = None
            self._stall: asyncio.TimerHandle | None = None
            self._unsent: tuple[int, float] = 0, 0.0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            opened.add(self)
            self._address = self.client[0] if self.client else ""
            self._waiting_since = time.monotonic()
            self._set_deadline()
            self._surplus = not self._find_room()

        def connection_lost(self, exc: Exception | None) -> None:
            opened.discard(self)
            self._clear_deadline()
            if self._stall is not None:
                self._stall.cancel()
            if self._waiting_since is None:
                self._stop_answering()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self.transport.is_closing():
                return
            if self._refused:  # read on, or the client's system would drop the answer unread
                self._head_size += len(data)
                if self._head_size > DRAIN_LIMIT:
                    self.transport.abort()
                return
            super().data_received(data)
            if self._head_open:
                self._head_size += len(data)
                if self._head_size > HEAD_LIMIT:
                    self._refuse(431, f"The head of a request must not exceed {HEAD_LIMIT} bytes.")
            if self._head_open or self.cycle is None or self.cycle.response_complete:
                self._set_deadline()
            else:
                self._clear_deadline()

        def on_message_begin(self) -> None:
            self._head_open = True
            self._head_size = 0
            if self._waiting_since is not None:
                self._waiting_since = time.monotonic()
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._head_open = False
            self._surplus = self._surplus and not self._find_room()
            if self._surplus or answering[self._address] >= share:
                self.scope["state"]["surplus"] = True
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            if self._waiting_since is not None:
                self._waiting_since = None
                answering[self._address] += 1
            super().on_message_complete()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._watch_writing()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._watch_writing()

        def shutdown(self) -> None:
            if self.cycle is not None and self.cycle.more_body:
                self.transport.close()  # the rest of this request may never come
            else:
                super().shutdown()

        def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
            self._refuse(400, "This is not an HTTP request.")

        def _find_room(self) -> bool:
            """Close the idlest connection if there are too many; return whether there is room.

            It is one of the address that has most, and the one whose next request the server has
            waited for longest. One above the limit may be a probe's, whose request is yet to come.
            """
            others = [c for c in opened if c is not self and not c.transport.is_closing()]
            if len(others) < limit:
                return True
            counts = Counter(other._address for other in others)
            full = len(others) >= limit + _RESERVE
            idle = [
                (-counts[other._address], other._waiting_since, id(other), other)
                for other in others
                if other._waiting_since is not None
                and (full or not other._surplus or other.cycle is not None)
            ]
            for *_, other in sorted(idle):
                if not other._has_input():
                    other.transport.close()
                    return not full
            if full:
                self.transport.abort()
            return False

        def _has_input(self) -> bool:
            """Return whether a request has arrived that has not been read yet."""
            if not hasattr(select, "poll"):
                return False
            poll = select.poll()
            poll.register(self.transport.get_extra_info("socket").fileno(), select.POLLIN)
            return bool(poll.poll(0))

        def _stop_answering(self) -> None:
            answering[self._address] -= 1
            if not answering[self._address]:
                del answering[self._address]
            self._waiting_since = time.monotonic()

        def _watch_writing(self) -> None:
            if self._stall is None:
                self._unsent = -1, 0.0
                self._check_writing()

        def _check_writing(self) -> None:
            """Cut the client off once nothing more has reached it for as long as allowed."""
            self._stall = None
            if self.transport.get_write_buffer_size() == 0:
                if self.cycle.response_complete and self._waiting_since is None:
                    self._stop_answering()
                return
            left, since = self._count_unsent(), self._unsent[1]
            if left != self._unsent[0]:
                self._unsent = left, self.loop.time()
            elif self.loop.time() - since >= settings.stall_deadline:
                self.transport.abort()
                return
            self._stall = self.loop.call_later(settings.stall_deadline / 8, self._check_writing)

        def _count_unsent(self) -> int:
            """Return the bytes that the client's system has not acknowledged.

            The system takes megabytes ahead and then none for a minute, so the buffer here does not
            tell whether a slow client makes progress.
            """
            unsent: int = self.transport.get_write_buffer_size()
            if termios is not None:
                sock = self.transport.get_extra_info("socket")
                try:
                    answer = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4))
                    unsent += struct.unpack("i", answer)[0]
                except OSError:
                    pass
            return unsent

        def _set_deadline(self) -> None:
            if self._deadline is None and not self.transport.is_closing():
                self._deadline = self.loop.call_later(settings.head_deadline, self._on_deadline)

        def _clear_deadline(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _on_deadline(self) -> None:
            self._deadline = None
            if self._refused:
                self.transport.abort()
            elif self._head_open:
                self._refuse(408, f"The head took more than {settings.head_deadline:g} seconds.")
            else:
                self.transport.close()

        def _refuse(self, status: int, detail: str) -> None:
            if self._refused or (self.cycle is not None and not self.cycle.response_complete):
                self.transport.close()
                return
            body = problem_body(status, detail)
            self.transport.write(
                STATUS_LINE[status]
                + head_lines
                + b"content-type: application/problem+json\r\ncache-control: no-store\r\n"
                + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
                + body
            )
            self._refused = True
            self.transport.write_eof()
            self._clear_deadline()
            self._set_deadline()

    return GuardedProtocol
