"""Stands between Playwright and a stock Firefox, as the program that Playwright starts.

Playwright drives the Firefox of a distribution through WebDriver BiDi, but asks every context for
`emulation.setMediaFeaturesOverride`, which Firefox 153 does not know. The relay answers that one
command itself and passes everything else on, both ways.
"""

import asyncio
import json
import os
import re
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

ANSWERED_HERE = "emulation.setMediaFeaturesOverride"
_LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


async def relay(firefox: str, arguments: list[str]) -> int:
    """Run `firefox`, announce an address of our own in place of its, and return its exit status."""
    process = await asyncio.create_subprocess_exec(
        firefox, *arguments, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    address = ""

    async def client_came(client: ServerConnection) -> None:
        path = client.request.path if client.request else "/session"
        async with connect(address + path, max_size=None, compression=None) as browser:

            async def from_client() -> None:
                async for message in client:
                    command = json.loads(message)
                    if command.get("method") == ANSWERED_HERE:
                        answer = {"type": "success", "id": command["id"], "result": {}}
                        await client.send(json.dumps(answer))
                    else:
                        await browser.send(message)

            async def from_browser() -> None:
                async for message in browser:
                    await client.send(message)

            tasks = [asyncio.ensure_future(from_client()), asyncio.ensure_future(from_browser())]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()

    async with serve(client_came, "127.0.0.1", 0, max_size=None, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        while line := (await process.stderr.readline()).decode(errors="replace"):
            if found := _LISTENING.search(line):
                address = found[1].rstrip("/")
                line = f"WebDriver BiDi listening on ws://127.0.0.1:{port}\n"
            sys.stderr.write(line)
            sys.stderr.flush()
    return await process.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(relay(os.environ["ATLAS_TEST_FIREFOX"], sys.argv[1:])))
