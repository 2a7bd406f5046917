"""Protects every request and response: hosts, limits, security headers, no leaking errors."""

import asyncio
import contextlib
import hashlib
import logging
import re
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from latent_atlas.webapp.disk import reason
from latent_atlas.webapp.http.problems import Problem, problem_response

logger = logging.getLogger(__name__)

_RESTART = Path(__file__).parents[1] / "templates" / "restart.js"

RawHeaders = list[tuple[bytes, bytes]]
HEAD_LIMIT = 65536
"""The largest head of a request, in bytes."""
DRAIN_LIMIT = 1 << 25
"""How much of a body that nobody wants is read, so that its sender comes to read the answer."""
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]*)?", re.ASCII | re.IGNORECASE)
_SHARED = ("/embed.js", "/models/", "/assets/")
_PROBES = frozenset({"/livez", "/readyz", "/metrics"})


def content_policy(
    *, wasm_blocked: bool = False, embedded: bool = False, ancestors: str = "'self'"
) -> dict[str, str]:
    """Return the Content-Security-Policy of the page, or of embedded figures, by directive.

    Without `'wasm-unsafe-eval'` a browser refuses to compile WebAssembly; `wasm_blocked` leaves
    it out, to try the page's fallback.
    """
    # The one script that stands in the page; Jinja drops the newline at a template's end.
    restart = b64encode(hashlib.sha256(_RESTART.read_bytes().removesuffix(b"\n")).digest()).decode()
    script = f"'self' 'sha256-{restart}'" + ("" if wasm_blocked else " 'wasm-unsafe-eval'")
    return {
        "default-src": "'none'",
        "script-src": script,
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "font-src": "'self'",
        "base-uri": "'self'" if embedded else "'none'",
        "form-action": "'none'",
        "frame-ancestors": ancestors,
    }


def policy_text(policy: Mapping[str, str]) -> str:
    """Return a Content-Security-Policy in the syntax of its header."""
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def security_headers(
    *, wasm_blocked: bool = False, frame_ancestors: str | None = None
) -> RawHeaders:
    """Return the headers that are added to every response.

    Args:
        wasm_blocked: as of `content_policy`.
        frame_ancestors: of embedded figures: the setting; of anything else None.
    """
    embedded = frame_ancestors is not None
    ancestors = _ancestors(frame_ancestors or "none")
    policy = content_policy(wasm_blocked=wasm_blocked, embedded=embedded, ancestors=ancestors)
    unused = (
        "accelerometer", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "usb",
    )  # fmt: skip
    headers = {
        "content-security-policy": policy_text(policy),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        # These three isolate the page from other origins, so that WebAssembly can use threads.
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        # A page that is isolated itself shows frames only of who allows it.
        "cross-origin-resource-policy": "cross-origin" if embedded else "same-origin",
        # Only this page may use the camera, and it asks when the reader presses a button.
        "permissions-policy": ", ".join(["camera=(self)", *(f"{name}=()" for name in unused)]),
    }
    if ancestors == "'self'":
        headers["x-frame-options"] = "SAMEORIGIN"  # the most that it can say
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _ancestors(setting: str) -> str:
    """Return the sources of frame-ancestors that a setting means."""
    words = setting.split(",")
    if "*" in words:
        return "*"
    return " ".join(["'self'", *(word for word in words if word != "none")])


class HeadersByPath:
    """Chooses a response's security headers: embedded figures and shared files have their own.

    Pages of `cors_origins` may read what `<latent-atlas>` is made of.
    """

    def __init__(self, frame_ancestors: str, cors_origins: str, *, wasm_blocked: bool) -> None:
        self._plain = security_headers(wasm_blocked=wasm_blocked)
        self._embedded = security_headers(
            wasm_blocked=wasm_blocked, frame_ancestors=frame_ancestors
        )
        self._origins = frozenset(cors_origins.split(",")) - {"", "none"}

    def of(self, scope: Scope) -> RawHeaders:
        """Return the headers for the answer to a request."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path.startswith("/embed/"):
            return self._embedded
        if not self._origins or not path.startswith(_SHARED):
            return self._plain
        origin = Headers(scope=scope).get("origin", "")
        corp = b"cross-origin-resource-policy"
        shared = [*((n, v) for n, v in self._plain if n != corp), (corp, b"cross-origin")]
        if "*" in self._origins:
            return [*shared, (b"access-control-allow-origin", b"*")]
        shared.append((b"vary", b"origin"))
        if origin.lower() in self._origins:
            shared.append((b"access-control-allow-origin", origin.encode("latin-1")))
        return shared


class SecureResponses:
    """ASGI middleware: adds the security headers and answers an exception with a plain 500 or 503.

    No middleware outside it answers, so no error is answered without the headers.
    """

    def __init__(self, app: ASGIApp, headers: HeadersByPath) -> None:
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
                message["headers"] = [*message.get("headers", ()), *self._headers.of(scope)]
            await send(message)

        try:
            await self._app(scope, receive, send_secured)
        except Exception as error:
            if started:
                raise  # part of a response is out: uvicorn must close the connection
            request_id = scope.get("state", {}).get("request_id")
            if isinstance(error, (OSError, MemoryError)):  # it may be over in a moment
                logger.warning("Request %s failed: %s.", request_id, reason(error))
                problem = Problem(503, "The server lacks a resource for now.", {"retry-after": "1"})
                await problem_response(problem)(scope, receive, send_secured)
                return
            logger.exception("Request %s failed with an unexpected error.", request_id)
            problem = Problem(500, "An internal error occurred; the server's log has the details.")
            await problem_response(problem)(scope, receive, send_secured)


class KeptPrefix:
    """ASGI middleware: lets a proxy pass the path it shows the server under, or take it away."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request; uvicorn puts the prefix before every path, also one that has it."""
        if scope["type"] == "http" and scope["path"].startswith(f"{self._prefix * 2}/"):
            scope["path"] = scope["path"].removeprefix(self._prefix)
        await self._app(scope, receive, send)


class GuardedRequests:
    """ASGI middleware: refuses requests that no route should see, and reads what no route does.

    A client that still sends its body when the connection closes does not get to see the answer.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None, deadline: float) -> None:
        self._app = app
        self._hosts = hosts
        self._deadline = deadline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        unread = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        waits = "expect" in headers  # until the server asks for the body

        async def receive_noted() -> Message:
            nonlocal unread, waits
            waits = False
            message = await receive()
            unread = message["type"] == "http.request" and message.get("more_body", False)
            return message

        async def drain() -> None:
            size = 0
            async with asyncio.timeout(self._deadline):
                while unread and size <= DRAIN_LIMIT:
                    size += len((await receive_noted()).get("body", b""))

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start" and unread:
                if not waits and (b"connection", b"close") not in message["headers"]:
                    with contextlib.suppress(TimeoutError):
                        await drain()
                if unread:
                    message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        try:
            self._check_head(scope)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send_noted)
        else:
            await self._app(scope, receive_noted, send_noted)

    def _check_head(self, scope: Scope) -> None:
        """Refuse a head that is too large, or not for this server, or one too many.

        Raises:
            Problem: 400, 421, 429 or 431.
        """
        size = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if size + sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > HEAD_LIMIT:
            detail = f"The head of a request must not exceed {HEAD_LIMIT} bytes."
            raise Problem(431, detail, {"connection": "close"})
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if hosts or scope["http_version"] != "1.0":
            host = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
            if host is None:
                raise Problem(400, "A request must name its host, once.")
            if self._hosts is not None and host[1].lower().rstrip(".") not in self._hosts:
                raise Problem(421, "This server does not answer for this host.")
        if scope.get("state", {}).get("surplus") and scope["path"] not in _PROBES:
            closing = {"retry-after": "1", "connection": "close"}
            raise Problem(429, "Too many connections are open.", closing)


def require_type(headers: Headers, media_type: str) -> None:
    """Refuse a body whose Content-Type is not `media_type`, or that is compressed.

    Raises:
        Problem: 415.
    """
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type:
        raise Problem(415, f"The body must be sent as {media_type}.")
    if "content-encoding" in headers:
        raise Problem(415, "The body must be sent without a content encoding.")


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
