"""A served app in the test's own loop, and a browser's manners towards it."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from app.ui.web.serving import Serving, serve

TINY = (sys.executable, str(Path(__file__).with_name("tiny.py")))


@dataclass
class Served:
    """What was printed, and a client that keeps cookies as a browser does."""

    client: aiohttp.ClientSession
    addresses: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    task: "asyncio.Task[None] | None" = None

    @property
    def base(self) -> str:
        """The address of the page itself."""
        return self.addresses[0].partition("enter?")[0]

    @property
    def origin(self) -> str:
        """What a browser sends as Origin from our own page."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    async def end(self) -> None:
        """End serving, as Ctrl-C does."""
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def enter(self) -> aiohttp.ClientResponse:
        """Open the newest address."""
        return await self.client.get(self.addresses[-1], allow_redirects=False)

    async def get(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        """Ask for something below the page."""
        return await self.client.get(self.base + path, headers=headers, allow_redirects=False)

    def socket(self, **headers: str) -> "aiohttp.client._WSRequestContextManager":
        """Open the socket as our own page would."""
        return self.client.ws_connect(f"{self.base}ws?width=80&height=24", headers=headers)


@asynccontextmanager
async def served(line: Sequence[str] = TINY, **given: object) -> AsyncIterator[Served]:
    """Serve, and end it."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        found = Served(client)
        first = asyncio.Event()

        def announce(address: str) -> None:
            found.addresses.append(address)
            first.set()

        serving = replace(Serving(line, announce, found.told.append), **given)  # type: ignore[arg-type]
        found.task = task = asyncio.create_task(serve(serving))
        waiting = asyncio.create_task(first.wait())
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        try:
            if task.done():
                task.result()
            yield found
        finally:
            await found.end()


@contextmanager
def plain() -> Iterator[int]:
    """textual-serve as it is, in a process of its own; its port."""
    line = [sys.executable, str(Path(__file__).with_name("plain.py")), *TINY]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        try:
            yield int(next(text for text in process.stdout if text.startswith("port")).split()[1])
        finally:
            process.stdin.close()
            process.stdout.read()


async def until(socket: "aiohttp.ClientWebSocketResponse[Any]", words: bytes) -> bytes:
    """Read until the app has written some words; what came so far."""
    seen = b""
    async for message in socket:
        if message.type is aiohttp.WSMsgType.BINARY:
            seen += message.data
        if words in seen:
            return seen
    shown = re.sub(rb"\x1b\[[\d;?$]*[a-zA-Z]|\s+", b" ", seen)
    raise AssertionError(f"{words!r} did not come: {shown[-500:]!r}")
