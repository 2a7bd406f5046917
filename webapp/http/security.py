"""Protects every request and response: security headers, limits on bodies, no leaking errors."""

import asyncio
import logging
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.http.problems import Problem, problem_response

logger = logging.getLogger(__name__)

RawHeaders = list[tuple[bytes, bytes]]


def content_policy(*, wasm_blocked: bool = False) -> dict[str, str]:
    """Return the page's Content-Security-Policy by directive.

    Without `'wasm-unsafe-eval'` a browser refuses to compile WebAssembly; `wasm_blocked` leaves
    it out, to try the page's fallback.
    """
    script = "'self'" if wasm_blocked else "'self' 'wasm-unsafe-eval'"
    return {
        "default-src": "'none'",
        "script-src": script,
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "font-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }


def policy_text(policy: Mapping[str, str]) -> str:
    """Return a Content-Security-Policy in the syntax of its header."""
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def security_headers(*, wasm_blocked: bool = False) -> RawHeaders:
    """Return the headers that are added to every response."""
    unused = (
        "accelerometer", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "usb",
    )  # fmt: skip
    headers = {
        "content-security-policy": policy_text(content_policy(wasm_blocked=wasm_blocked)),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        # These three isolate the page from other origins, so that WebAssembly can use threads.
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        # Only this page may use the camera, and it asks when the reader presses a button.
        "permissions-policy": ", ".join(["camera=(self)", *(f"{name}=()" for name in unused)]),
    }
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class SecureResponses:
    """ASGI middleware: adds the security headers and answers an exception with a plain 500.

    It must be the outermost one, so that no error is answered without the headers.
    """

    def __init__(self, app: ASGIApp, headers: RawHeaders) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_secured(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        try:
            await self._app(scope, receive, send_secured)
        except Exception:
            if started:
                raise  # part of a response is out: uvicorn must close the connection
            logger.exception("A request failed with an unexpected error.")
            problem = Problem(500, "An internal error occurred; the server's log has the details.")
            await problem_response(problem)(scope, receive, send_secured)


def require_type(headers: Headers, media_type: str) -> None:
    """Refuse a body whose Content-Type is not `media_type`.

    Raises:
        Problem: 415.
    """
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type:
        raise Problem(415, f"The body must be sent as {media_type}.")


async def read_body(request: Request, limit: int, deadline: float) -> bytes:
    """Read a request's body of at most `limit` bytes within `deadline` seconds.

    Raises:
        Problem: 413 if it is larger, 408 if it arrives too slowly, 400 if the client disconnects.
    """
    too_large = Problem(413, f"The body must not exceed {limit} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(deadline):
            while True:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise Problem(400, "The body is incomplete.")
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > limit:
                    raise too_large
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise Problem(
            408, f"The body took more than {deadline:g} seconds.", {"connection": "close"}
        ) from None
