"""Guards connections below ASGI: deadlines for clients that stall, and a limit on their number.

Uvicorn waits without limit for the rest of a request's head, for the rest of a body that no route
reads, and for a client that does not read its response. A few hundred such clients would occupy
every connection, and one would delay a shutdown.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from webapp.http.problems import problem_body
from webapp.http.security import RawHeaders
from webapp.settings import Settings

_HEAD_LIMIT = 65536


def guarded_protocol(settings: Settings, headers: RawHeaders) -> type[asyncio.Protocol]:
    """Return uvicorn's HTTP protocol with the deadlines and limits of `settings`.

    Its own answers are problem details and carry `headers`.
    """
    head_lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)

    class GuardedProtocol(HttpToolsProtocol):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._head_open = False
            self._message_open = False
            self._head_size = 0
            self._deadline: asyncio.TimerHandle | None = None
            self._stall: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > settings.connection_limit:
                self._refuse(429, "Too many connections are open.", b"retry-after: 1\r\n")
            else:
                self._set_deadline()

        def connection_lost(self, exc: Exception | None) -> None:
            self._clear_deadline()
            self._stop_stall()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self.transport.is_closing():
                return
            super().data_received(data)
            if self._head_open:
                self._head_size += len(data)
                if self._head_size > _HEAD_LIMIT:
                    self._refuse(431, f"The head of a request must not exceed {_HEAD_LIMIT} bytes.")
            self._update_deadline()

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
            self._update_deadline()

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

        def _update_deadline(self) -> None:
            """Run the deadline exactly while the server waits for the client."""
            answered = self.cycle is not None and self.cycle.response_complete
            if self._head_open or (self._message_open and answered):
                self._set_deadline()
            else:
                self._clear_deadline()

        def _set_deadline(self) -> None:
            if self._deadline is None and not self.transport.is_closing():
                self._deadline = self.loop.call_later(settings.head_deadline, self._on_deadline)

        def _clear_deadline(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _stop_stall(self) -> None:
            if self._stall is not None:
                self._stall.cancel()
                self._stall = None

        def _on_deadline(self) -> None:
            self._deadline = None
            if self._head_open:
                self._refuse(408, f"The head took more than {settings.head_deadline:g} seconds.")
            else:
                self.transport.close()

        def _refuse(self, status: int, detail: str, extra: bytes = b"") -> None:
            body = problem_body(status, detail)
            self.transport.write(
                STATUS_LINE[status]
                + head_lines
                + extra
                + b"content-type: application/problem+json\r\ncache-control: no-store\r\n"
                + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
                + body
            )
            self.transport.close()

    return GuardedProtocol
