"""A server in front of the server that spoils what it passes on, until it is healed."""

import http.client
import random
import re
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self

Fault = Literal["dropped", "wrong bytes", "503", "404", "stalled", "offline"]
FAULTS: tuple[Fault, ...] = ("dropped", "wrong bytes", "503", "404", "stalled", "offline")
STALL = 60.0
"""Seconds for which a stalled answer stands still, half of it sent."""
_PASSED = ("content-type", "if-none-match")


class FaultyProxy:
    """Passes requests on; the answers to paths that match `pattern` suffer `fault`.

    `heal` ends that for new requests; what stalls goes on after `release`, or after a minute.
    `asked` has the paths that matched.
    """

    def __init__(self, address: tuple[str, int], pattern: str, fault: Fault = "stalled") -> None:
        self.asked: list[str] = []
        self._pattern, self._fault = re.compile(pattern), fault
        self._healed, self._free = threading.Event(), threading.Event()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._pass_on(None)

            def do_POST(self) -> None:
                self._pass_on(self.rfile.read(int(self.headers["content-length"])))

            def _pass_on(self, sent: bytes | None) -> None:
                fault = proxy._fault_of(self.path)
                if fault == "offline":
                    self._reset()
                    return
                status, headers, body = self._ask(sent)
                if fault in ("503", "404"):
                    status, body = int(fault), b""
                elif fault == "wrong bytes":
                    body = random.Random(len(body)).randbytes(len(body))
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                first = len(body)
                if fault == "stalled":
                    first //= 2
                elif fault == "dropped":
                    first = random.Random(len(body)).randrange(len(body))
                self.wfile.write(body[:first])
                self.wfile.flush()
                if fault == "dropped":
                    self._reset()
                    return
                if fault == "stalled":
                    proxy._free.wait(STALL)
                self.wfile.write(body[first:])

            def _ask(self, sent: bytes | None) -> tuple[int, list[tuple[str, str]], bytes]:
                upstream = http.client.HTTPConnection(*address, timeout=10)
                passed = {name: value for name in _PASSED if (value := self.headers.get(name))}
                method = "GET" if sent is None else "POST"
                upstream.request(method, self.path, sent, {"accept-encoding": "identity"} | passed)
                response = upstream.getresponse()
                body = response.read()
                upstream.close()
                return response.status, response.getheaders(), body

            def _reset(self) -> None:
                self.close_connection = True
                at_once = struct.pack("ii", 1, 0)  # with a reset, as a lost network does
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
                self.connection.close()

            def log_message(self, *_: object) -> None:
                pass

        class Listener(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass  # a page that has gone away

        self._server = Listener(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def heal(self) -> None:
        """Pass on everything as it is from now on."""
        self._healed.set()

    def release(self) -> None:
        """Heal, and send the rest of what stalls."""
        self.heal()
        self._free.set()

    def _fault_of(self, path: str) -> Fault | None:
        if self._pattern.search(path) is None:
            return None
        self.asked.append(path)
        return None if self._healed.is_set() else self._fault
