"""The command line: `python -m webapp --port 8123` serves the page until it is interrupted."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence

from latent_atlas.webapp.settings import Settings, SettingsError, read_settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run the server; return the exit status."""
    try:
        settings = read_settings(sys.argv[1:] if argv is None else argv)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    if not (settings.dist_dir / ".vite" / "manifest.json").is_file():
        print(
            f"The front end is not built (no manifest in {settings.dist_dir}); run make demo.",
            file=sys.stderr,
        )
        return 1
    try:
        listener = _listen(settings)
    except OSError as error:
        reason = (error.strerror or "unknown host").partition(" (")[0].lower()
        print(
            f"Cannot listen on port {settings.port} of {settings.host}: {reason}; "
            "choose another one with --port.",
            file=sys.stderr,
        )
        return 1
    # Stopping on request is a success. An exception would not do while modules are imported: some
    # extensions turn it into an ImportError.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    _serve(settings, listener)
    return 0


def _listen(settings: Settings) -> socket.socket:
    """Open the port before the slow imports: a client waits, and a port in use fails at once.

    Raises:
        OSError: the port is in use, or the host is not an address of this machine.
    """
    family, *_, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    dual = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
    return socket.create_server(address, family=family, backlog=1024, dualstack_ipv6=dual)


def _is_fault(record: logging.LogRecord) -> bool:
    """Return whether uvicorn tells of more than an answer that stopping has cut off."""
    cut_off = record.exc_info is not None and record.exc_info[0] is asyncio.CancelledError
    return not cut_off and not record.getMessage().startswith("Cancel ")


def _serve(settings: Settings, listener: socket.socket) -> None:
    import uvicorn

    from latent_atlas.webapp.app import create_app
    from latent_atlas.webapp.http.security import security_headers
    from latent_atlas.webapp.metrics import access_log

    # Uvicorn raises the signal again once it has stopped.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    # A thread that has run a model waits this long for the busy event loop to release the
    # interpreter; with Python's 5 ms the slowest answers took half as long again.
    sys.setswitchinterval(0.001)
    # Clients can make uvicorn warn; its errors are faults of the server.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    logging.getLogger("uvicorn.error").addFilter(_is_fault)
    access_log.addHandler(logging.StreamHandler(sys.stdout))
    access_log.propagate = False
    try:
        from latent_atlas.webapp.http.connections import guarded_protocol
    except ImportError:  # no httptools for this Python
        logging.warning("httptools is not installed: clients that stall are not cut off.")
        protocol: object = "h11"
    else:
        protocol = guarded_protocol(settings, security_headers(wasm_blocked=settings.wasm_blocked))

    config = uvicorn.Config(
        create_app(settings),
        http=protocol,  # type: ignore[arg-type]
        ws="none",
        lifespan="on",
        root_path=settings.root_path,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=5,
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            port = listener.getsockname()[1]
            print(f"Latent Atlas is at http://{host}:{port}{settings.root_path}/", flush=True)

    Server(config).run([listener])


if __name__ == "__main__":
    sys.exit(main())
