"""A TCP proxy on loopback that breaks connections the way networks do.

Law: it forwards bytes and knows no protocol, so TLS passes through it too.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

_CHUNK = 64 * 1024


class _Link:
    """One connection, and the one to the server behind it."""

    def __init__(self, writer: asyncio.StreamWriter, limit: int | None) -> None:
        self.limit = limit
        self.is_cut = asyncio.Event()
        self.is_frozen = False
        self._writer = writer

    def cut(self) -> None:
        """Cut now: what has arrived and was not yet forwarded is lost."""
        self._writer.transport.abort()
        self.is_cut.set()

    async def pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        sent = 0
        while chunk := await reader.read(_CHUNK):
            if self.is_frozen:
                continue
            if is_answer and self.limit is not None and sent + len(chunk) >= self.limit:
                writer.write(chunk[: self.limit - sent])
                await writer.drain()
                self.cut()
                return
            sent += len(chunk)
            writer.write(chunk)
            await writer.drain()


class FaultProxy:
    """Forwards to one server until it is told to do worse."""

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream)
        self._links: set[_Link] = set()
        self.url = ""
        self.is_refusing = False
        """Close whatever connects at once."""
        self.cut_next_after: int | None = None
        """Cut the next connection after so many bytes from the server."""
        self.accepted = 0
        self.cuts = 0

    def cut(self) -> None:
        """Cut all connections that stand."""
        for link in self._links:
            link.cut()

    def freeze(self) -> None:
        """Forward nothing more on the connections that stand: they are half-open. New ones work."""
        for link in self._links:
            link.is_frozen = True

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until one side, or a fault, ends it."""
        self.accepted += 1
        link = _Link(writer, self.cut_next_after)
        self.cut_next_after = None
        try:
            if not self.is_refusing:
                await self._forward(link, reader, writer)
        finally:
            self._links.discard(link)
            writer.transport.abort()

    async def _forward(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(self._upstream.hostname, self._upstream.port)
        self._links.add(link)
        ends = [
            asyncio.create_task(link.pump(reader, forth, is_answer=False)),
            asyncio.create_task(link.pump(back, writer, is_answer=True)),
            asyncio.create_task(link.is_cut.wait()),
        ]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            self.cuts += link.is_cut.is_set()
        finally:
            forth.transport.abort()  # before anything is awaited: we may be cancelled there once more
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)


@asynccontextmanager
async def fault_proxy(upstream: str) -> AsyncIterator[FaultProxy]:
    """Run a proxy in front of the server at ``upstream`` (a URL)."""
    proxy = FaultProxy(upstream)
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            await proxy.accept(reader, writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.url = f"{proxy._upstream.scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
