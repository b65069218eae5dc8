"""Streams of lines over real sockets."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from app.errors import NotFoundError, UnreachableError
from app.kube.exchange import Connection
from app.kube.wire import Call
from tests.kube.connections import GET, connected
from tests.kube.fake_api import Answer, Asked, fake_api, raw_server, status


def streaming(*chunks: bytes, hold: bool = False) -> Answer:
    async def answer(asked: Asked) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(asked.request)
        for chunk in chunks:
            await response.write(chunk)
        if hold:
            await asyncio.sleep(30)
        return response

    return answer


async def read(wire: Connection, call: Call = GET, idle: float = 5) -> list[bytes]:
    async with wire.stream(call, idle_seconds=idle) as blocks:
        return b"".join([block async for block in blocks]).splitlines()


async def test_a_stream_of_lines_that_ends_in_order(tmp_path: Path) -> None:
    long = b"x" * 5_000_000
    async with (
        fake_api(streaming(b"a\nb", b"c\n", long + b"\n")) as api,
        connected(tmp_path, api.url) as wire,
    ):
        assert await read(wire) == [b"a", b"bc", long]


async def test_a_silent_stream_is_given_up(tmp_path: Path) -> None:
    async with fake_api(streaming(b"a\n", hold=True)) as api, connected(tmp_path, api.url) as wire:
        seen = b""
        with pytest.raises(UnreachableError, match="is silent"):
            async with wire.stream(GET, idle_seconds=0.2) as blocks:
                async for block in blocks:
                    seen += block
        assert seen == b"a\n"


async def test_a_cut_stream_is_no_end(tmp_path: Path) -> None:
    sent = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na\n\r\n"
    async with raw_server(sent) as url, connected(tmp_path, url) as wire:
        with pytest.raises(
            UnreachableError, match=r"cannot watch pods in namespace a: .* cut the connection"
        ):
            await read(wire, Call("GET", GET.path, {"watch": "1"}))


async def test_a_refused_stream_is_its_error(tmp_path: Path) -> None:
    async with (
        fake_api(lambda _: status(404, "NotFound", "no such pod")) as api,
        connected(tmp_path, api.url) as wire,
    ):
        with pytest.raises(NotFoundError, match="no such pod"):
            await read(wire)


async def test_a_stream_renews_its_token_too(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old")

    def answer(asked: Asked) -> web.Response:
        token.write_text("new")
        return web.Response(text="a\n") if asked.headers["Authorization"] == "Bearer new" else status(401)

    async with fake_api(answer) as api, connected(tmp_path, api.url, {"tokenFile": str(token)}) as wire:
        assert await read(wire) == [b"a"]


async def test_an_error_of_the_reader_passes_through(tmp_path: Path) -> None:
    async with fake_api(streaming(b"a\n", hold=True)) as api, connected(tmp_path, api.url) as wire:
        with pytest.raises(ConnectionError, match="the reader's own"):
            async with wire.stream(GET, idle_seconds=5) as stream:
                async for _ in stream:
                    raise ConnectionError("the reader's own")
