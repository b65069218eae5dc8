"""An HTTP server on loopback that answers from a script, and remembers what it was asked.

Law: a real server over real sockets, so that what is tested is what will run.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import CIMultiDictProxy

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: CIMultiDictProxy[str]
    body: bytes
    request: web.BaseRequest = field(repr=False)

    @property
    def json(self) -> Json:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


Answer = Callable[[Asked], web.StreamResponse | Awaitable[web.StreamResponse]]


@dataclass
class FakeApi:
    """A running server."""

    url: str
    asked: list[Asked] = field(default_factory=list)

    @property
    def last(self) -> Asked:
        return self.asked[-1]


@asynccontextmanager
async def fake_api(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[FakeApi]:
    """Serve ``answer`` on a free port until the block ends."""
    api = FakeApi("")

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        asked = Asked(
            request.method, request.raw_path.partition("?")[0], request.query, request.headers, body, request
        )
        api.asked.append(asked)
        response = answer(asked)
        return response if isinstance(response, web.StreamResponse) else await response

    runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    api.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield api
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(sent: bytes, *, after: bytes = b"\r\n\r\n", hold: bool = False) -> AsyncIterator[str]:
    """Serve raw bytes to whoever sends ``after``, then cut the connection, or hold it open in silence."""
    done = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if after:
                await reader.readuntil(after)
            writer.write(sent)
            await writer.drain()
            if hold:
                await done.wait()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        done.set()
        server.close()
        await server.wait_closed()


def free_port_url() -> str:
    """A URL where nothing listens."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def ok(body: object, **headers: str) -> web.Response:
    """200 with a JSON body."""
    return web.json_response(body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def status(
    code: int,
    reason: str = "",
    message: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    **details: object,
) -> web.Response:
    """A Status of Kubernetes."""
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message,
        "details": details,
    }
    return web.json_response(body, status=code, headers=headers)
