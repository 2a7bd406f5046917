"""Guards a connection below ASGI: deadlines for clients that send or read nothing, and a cap.

Uvicorn waits for ever for the rest of a request's head, for the rest of a body nobody reads, and
for a client that does not read its response. A few hundred such clients would hold every
connection there may be, and one of them would hold up a shutdown.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from webapp.http.problems import problem_body
from webapp.http.security import RawHeaders
from webapp.settings import Settings

_HEAD_LIMIT = 65536


def guarded_protocol(settings: Settings, headers: RawHeaders) -> type[asyncio.Protocol]:
    """Return uvicorn's HTTP protocol with the deadlines and the cap of `settings`.

    What it answers itself has the one shape of errors, and `headers`.
    """
    head_lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)

    class GuardedProtocol(HttpToolsProtocol):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._head_open = False
            self._message_open = False
            self._head_size = 0
            self._patience: asyncio.TimerHandle | None = None
            self._stall: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > settings.connection_limit:
                self._refuse(429, "Too many connections are open.", b"retry-after: 1\r\n")
            else:
                self._wait_for_client()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            self._stop_stall()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self.transport.is_closing():
                return
            super().data_received(data)
            if self._head_open:
                self._head_size += len(data)
                if self._head_size > _HEAD_LIMIT:
                    self._refuse(431, f"A request's head may have {_HEAD_LIMIT} bytes.")
            self._watch()

        def on_message_begin(self) -> None:
            self._head_open = self._message_open = True
            self._head_size = 0
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._head_open = False
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            self._message_open = False
            super().on_message_complete()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._watch()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._stall = self.loop.call_later(settings.stall_deadline, self.transport.abort)

        def resume_writing(self) -> None:
            self._stop_stall()
            super().resume_writing()

        def shutdown(self) -> None:
            if self._message_open:
                self.transport.close()  # the rest of this request may never come
            else:
                super().shutdown()

        def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
            self._refuse(400, "This is not an HTTP request.")

        def _watch(self) -> None:
            """Keep the deadline running exactly while the next move is the client's."""
            answered = self.cycle is not None and self.cycle.response_complete
            if self._head_open or (self._message_open and answered):
                self._wait_for_client()
            else:
                self._stop_waiting()

        def _wait_for_client(self) -> None:
            if self._patience is None and not self.transport.is_closing():
                self._patience = self.loop.call_later(settings.head_deadline, self._give_up)

        def _stop_waiting(self) -> None:
            if self._patience is not None:
                self._patience.cancel()
                self._patience = None

        def _stop_stall(self) -> None:
            if self._stall is not None:
                self._stall.cancel()
                self._stall = None

        def _give_up(self) -> None:
            self._patience = None
            if self._head_open:
                self._refuse(408, f"The head took longer than {settings.head_deadline:g} seconds.")
            else:
                self.transport.close()

        def _refuse(self, status: int, detail: str, more: bytes = b"") -> None:
            body = problem_body(status, detail)
            self.transport.write(
                STATUS_LINE[status]
                + head_lines
                + more
                + b"content-type: application/problem+json\r\ncache-control: no-store\r\n"
                + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
                + body
            )
            self.transport.close()

    return GuardedProtocol
