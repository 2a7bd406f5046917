"""A slow network: a TCP relay of a given rate and round trip, shared by all its connections."""

import asyncio
import contextlib
import time

from tests.bench.proxy import CountingProxy

_CHUNK = 2048
"""Bytes that a connection sends before it is another's turn."""
_SLACK = 0.02
"""Seconds by which the link may catch up: sleeping is not exact, and its rate is."""


class ThrottlingProxy(CountingProxy):
    """Relays at `rate` bits a second, downwards, with `round_trip` seconds there and back."""

    def __init__(self, host: str, port: int, rate: float, round_trip: float) -> None:
        super().__init__(host, port)
        self._seconds_a_byte = 8 / rate
        self._way = round_trip / 2
        self._free = 0.0

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The handshake: what the client has sent at once would have waited for its answer.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(2 * self._way)
            await super()._relay(reader, writer)

    async def _copy(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, counted: bool
    ) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._arrive(under_way, target))
        try:
            while data := await source.read(_CHUNK if counted else 65536):
                if counted:
                    self.received += len(data)
                    await self._send(len(data))
                under_way.put_nowait((time.monotonic() + self._way, data))
            under_way.put_nowait((time.monotonic() + self._way, b""))
            await arriving
        except ConnectionError:
            pass
        finally:
            arriving.cancel()
            target.close()

    async def _send(self, size: int) -> None:
        """Wait until the link has taken `size` bytes."""
        begun = max(self._free, time.monotonic() - _SLACK)
        self._free = begun + size * self._seconds_a_byte
        await asyncio.sleep(self._free - time.monotonic())

    async def _arrive(
        self, under_way: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter
    ) -> None:
        while True:
            moment, data = await under_way.get()
            await asyncio.sleep(moment - time.monotonic())
            if not data:
                return
            with contextlib.suppress(ConnectionError):
                target.write(data)
                await target.drain()
