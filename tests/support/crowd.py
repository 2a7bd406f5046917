"""Clients that hold connections of a server: idle ones, slow readers, and silent ones.

    python -m tests.support.crowd PORT PATH IDLE SLOW SILENT

Prints a line once all are connected, and holds them until its standard input ends. Then it prints,
as JSON, how many slow readers were cut off and how much the others have read.
"""

import asyncio
import contextlib
import json
import resource
import socket
import sys

_RATE = 16_000
"""Bytes a second of a slow reader."""


class Crowd:
    """All of them, and what became of them."""

    def __init__(self, port: int, path: str) -> None:
        self._address = "127.0.0.1", port
        self._request = f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode()
        self.refused = 0
        self.cut = 0
        self.received: list[int] = []
        self._held: list[socket.socket] = []

    async def _connect(self) -> socket.socket:
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        await asyncio.get_running_loop().sock_connect(sock, self._address)
        self._held.append(sock)
        return sock

    async def idle(self) -> None:
        """Ask once, and hold the connection, though the server may close its end."""
        sock = await self._connect()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            await loop.sock_sendall(sock, b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
            await loop.sock_recv(sock, 65536)

    async def silent(self) -> None:
        """Connect, say nothing, and again whenever the server has enough of it."""
        while True:
            sock = await self._connect()
            with contextlib.suppress(OSError):
                await asyncio.get_running_loop().sock_recv(sock, 1)

    async def slow(self, connected: asyncio.Semaphore) -> None:
        """Read a large file slowly."""
        sock, loop = await self._connect(), asyncio.get_running_loop()
        await loop.sock_sendall(sock, self._request)
        head = await loop.sock_recv(sock, 12)
        connected.release()
        if head != b"HTTP/1.1 200":
            self.refused += 1
            return
        place, start = len(self.received), loop.time()
        self.received.append(0)
        while True:
            try:
                chunk = await loop.sock_recv(sock, _RATE // 4)
            except OSError:
                chunk = b""
            if not chunk:
                self.cut += 1
                return
            self.received[place] += len(chunk)
            await asyncio.sleep(start + self.received[place] / _RATE - loop.time())


async def main() -> None:
    """Hold the connections that the command line asks for."""
    port, path, *counts = sys.argv[1:]
    idle, slow, silent = map(int, counts)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    crowd, connected = Crowd(int(port), path), asyncio.Semaphore(0)
    tasks = [asyncio.create_task(crowd.slow(connected)) for _ in range(slow)]
    for _ in range(slow):
        await connected.acquire()
    tasks += [asyncio.create_task(crowd.silent()) for _ in range(silent)]
    for start in range(0, idle, 256):
        await asyncio.gather(*(crowd.idle() for _ in range(start, min(start + 256, idle))))
    print("connected", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps({"refused": crowd.refused, "cut": crowd.cut, "received": crowd.received}))
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
