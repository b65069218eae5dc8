"""A relay on loopback in front of an embedded cluster: it notes each request, and can drop the line.

Law: it passes bytes on unread but for the request lines, so what it noted is what was sent.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from threading import Event

from app.demo.server import EmbeddedCluster

_REQUEST_LINE = re.compile(
    rb"(GET|POST|PUT|PATCH|DELETE) (/\S*) HTTP/1\.1\r\n"
)  # a body before it ends anyhow


class Relay:
    """Serves in the cluster's own loop; ``url`` is known once ``up`` has returned."""

    def __init__(self, cluster: EmbeddedCluster) -> None:
        self._cluster = cluster
        self._sent: list[bytearray] = []
        self._open: set[asyncio.StreamWriter] = set()
        self._is_down = False
        self._is_mute = False
        self._ready = Event()
        self._before: tuple[bytes, Callable[[], None]] | None = None
        self.url = ""

    def up(self) -> "Relay":
        """Start to listen."""
        self._cluster.spawn(self._serve)
        assert self._ready.wait(10)
        return self

    def lines(self) -> list[str]:
        """Every request so far: ``POST /api/…``."""
        found = (match for sent in self._sent for match in _REQUEST_LINE.finditer(bytes(sent)))
        return [f"{match[1].decode()} {match[2].decode()}" for match in found]

    def writes(self) -> list[str]:
        """The requests that change something, rehearsals too; reviews only ask."""
        return [line for line in self.lines() if not line.startswith("GET") and "reviews" not in line]

    def before(self, request: str, act: Callable[[], None]) -> None:
        """Act once, in the cluster's loop, when a request that begins so has come, before it is passed on."""
        self._before = request.encode(), act

    def unanswered(self, request: str) -> None:
        """Pass on the next request that begins so, keep its answer back, and then drop the line."""

        def act() -> None:
            self._is_mute = True
            self._cluster.spawn(self._drop_soon)

        self.before(request, act)

    async def _drop_soon(self, _: EmbeddedCluster) -> None:
        await asyncio.sleep(0.2)
        self._drop()

    def drop(self) -> None:
        """Cut all connections and refuse new ones."""
        self._cluster.run(self._drop)

    def restore(self) -> None:
        """Serve again."""
        self._is_down = self._is_mute = False

    def _drop(self) -> None:
        self._is_down = True
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, cluster: EmbeddedCluster) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        async with server:
            await server.serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            if not self._is_down:
                await self._pass(reader, writer)
        writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = int(self._cluster.url.rpartition(":")[2])
        back, forth = await asyncio.open_connection("127.0.0.1", port)
        self._open |= {writer, forth}
        sent = bytearray()
        self._sent.append(sent)
        try:
            await asyncio.gather(self._pump_requests(reader, forth, sent), self._pump_answers(back, writer))
        finally:
            self._open -= {writer, forth}
            forth.transport.abort()

    async def _pump_requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytearray
    ) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(65536):
                sent += chunk
                if self._before is not None and chunk.startswith(self._before[0]):
                    act, self._before = self._before[1], None
                    act()
                writer.write(chunk)
                await writer.drain()
        writer.close()

    async def _pump_answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(65536):
                if not self._is_mute:
                    writer.write(chunk)
                    await writer.drain()
        writer.close()
