"""A server in front of the server that holds one file back half-way, until it is let go."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class SlowProxy:
    """Passes GET requests on; of the path that ends with `held`, half arrives before `release`."""

    def __init__(self, address: tuple[str, int], held: str) -> None:
        self._free = threading.Event()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                upstream = http.client.HTTPConnection(*address, timeout=10)
                upstream.request("GET", self.path, headers={"accept-encoding": "identity"})
                response = upstream.getresponse()
                body = response.read()
                upstream.close()
                self.send_response(response.status)
                for name, value in response.getheaders():
                    if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                half = len(body) // 2 if self.path.endswith(held) else 0
                self.wfile.write(body[:half])
                self.wfile.flush()
                if half:
                    proxy._free.wait(60)
                self.wfile.write(body[half:])

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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

    def release(self) -> None:
        """Send the rest."""
        self._free.set()
