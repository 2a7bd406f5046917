"""What guards every request: response headers, limits on bodies, errors of one shape."""

import asyncio
import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

RawHeaders = list[tuple[bytes, bytes]]

_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not answer this method.",
}


class Problem(Exception):  # noqa: N818 - the name RFC 9457 gives it
    """An error the client is told about; `detail` is ours alone, never the client's own words."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def problem_body(status: int, detail: str) -> bytes:
    """Return the one shape errors have (RFC 9457), as JSON."""
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return json.dumps(problem).encode()


def problem_response(problem: Problem) -> Response:
    """Make the response that tells a client of a problem."""
    return Response(
        problem_body(problem.status, problem.detail),
        problem.status,
        {"cache-control": "no-store"} | problem.headers,
        "application/problem+json",
    )


async def answer_problem(_: Request, error: Exception) -> Response:
    """Answer a `Problem` that a route raised."""
    return problem_response(cast(Problem, error))


async def answer_http_exception(_: Request, error: Exception) -> Response:
    """Answer what the router raises (404, 405), in the one shape and in our words."""
    raised = cast(HTTPException, error)
    detail = _DETAILS.get(raised.status_code, "The request cannot be answered.")
    return problem_response(Problem(raised.status_code, detail, raised.headers))


def content_policy(*, wasm_blocked: bool = False) -> dict[str, str]:
    """Return the page's Content-Security-Policy by directive.

    Without `'wasm-unsafe-eval'` a browser refuses to compile WebAssembly: `wasm_blocked` leaves
    it out, to try what the page does then.
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
    """Return a Content-Security-Policy as it is sent."""
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def security_headers(*, wasm_blocked: bool = False) -> RawHeaders:
    """Return the headers that every response carries."""
    unused = (
        "accelerometer", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "usb",
    )  # fmt: skip
    headers = {
        "content-security-policy": policy_text(content_policy(wasm_blocked=wasm_blocked)),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        # The three below isolate the page, which is what lets WebAssembly use threads.
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        # The camera is for this page alone, which asks for it when the reader presses a button.
        "permissions-policy": ", ".join(["camera=(self)", *(f"{name}=()" for name in unused)]),
    }
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class SecureResponses:
    """ASGI middleware: the security headers on every response, an exception as a plain 500.

    It is the outermost one, so that no error is answered without the headers.
    """

    def __init__(self, app: ASGIApp, headers: RawHeaders) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its response back."""
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
                raise  # half a response: the server must cut the connection
            logger.exception("A request failed in a way nobody foresaw.")
            problem = Problem(500, "The server made a mistake; it is in its log.")
            await problem_response(problem)(scope, receive, send_secured)


def require_type(headers: Headers, media_type: str) -> None:
    """Refuse a body that does not say it is of `media_type`.

    Raises:
        Problem: 415.
    """
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type:
        raise Problem(415, f"The body must be sent as {media_type}.")


async def read_body(request: Request, limit: int, deadline: float) -> bytes:
    """Read a request's body: `limit` bytes at most, within `deadline` seconds.

    Raises:
        Problem: 413 it is larger; 408 it came too slowly; 400 the client went away.
    """
    too_large = Problem(413, f"The body may have {limit} bytes.")
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
                    raise Problem(400, "The body ended early.")
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > limit:
                    raise too_large
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise Problem(
            408, f"The body took longer than {deadline:g} seconds.", {"connection": "close"}
        ) from None
