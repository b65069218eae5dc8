"""A served app answers its own page in the browser that has the address, and nobody else."""

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.web import WebSocketResponse
from textual_serve.download_manager import DownloadManager
from yarl import URL

from app.errors import InputError
from app.ui.web.session import ServedSession
from tests.contract.eventually import eventually
from tests.ui.web.serving import TINY, Served, plain, served, until

EVIL = "http://evil.example"
ASSETS = ("own/page.css", "own/begin.js", "static/js/textual.js", "static/css/xterm.css",
          "static/fonts/RobotoMono-VariableFont_wght.ttf")  # fmt: skip


@pytest.fixture
async def app() -> AsyncIterator[Served]:
    async with served() as found:
        yield found


async def refused(answer: aiohttp.ClientResponse, status: int = 403) -> str:
    """One sentence, and no cookie."""
    assert answer.status == status
    text = await answer.text()
    assert text.startswith("netgrant: ") and text.endswith(".\n") and text.count("\n") == 1
    assert not answer.cookies
    return text


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def pid_in(seen: bytes) -> int:
    found = re.search(rb"tiny (\d+)", seen)
    assert found, seen
    return int(found[1])


async def test_whoever_has_the_address_is_shown_the_app_and_its_keys_arrive(app: Served) -> None:
    answer = await app.enter()
    assert answer.status == 200
    assert 'url=./"' in await answer.text()
    (cookie,) = answer.cookies.values()
    assert cookie["samesite"] == "Strict" and cookie["httponly"]
    assert app.base.endswith(cookie["path"]) and len(cookie["path"]) > 12

    page = await app.get("")
    assert page.status == 200 and "textual-terminal" in await page.text()
    async with app.socket(Origin=app.origin) as socket:
        await until(socket, b"tiny")
        await socket.send_str('["stdin", "x"]')
        await until(socket, b"a key arrived")


async def test_without_the_token_nothing_is_shown(app: Served) -> None:
    for path in ("", "ws", "own/page.css", "static/js/textual.js", "download/x", "enter", "enter?token=",
                 "enter?token=guess", "enter?token=%ff%00ü"):  # fmt: skip
        text = await refused(await app.get(path, Origin=app.origin))
        assert "open the address that 'netgrant serve' printed" in text
    await refused(await app.client.get(app.origin))


async def test_only_a_plain_visit_uses_the_address_up(app: Served) -> None:
    assert (await app.client.post(app.addresses[0])).status == 405
    assert (await app.client.head(app.addresses[0])).status == 403
    assert len(app.addresses) == 1
    assert (await app.enter()).status == 200


async def test_an_address_opens_once_and_the_next_is_told(app: Served) -> None:
    first = app.addresses[0]
    await refused(await app.client.get(first, headers={"Sec-Purpose": "prefetch;prerender"}))
    assert len(app.addresses) == 1  # a browser that fetches ahead has not used it up
    await app.enter()
    assert len(app.addresses) == 2

    await refused(await app.client.get(first))
    assert (await app.enter()).status == 200  # a second browser


async def test_another_cookie_is_no_cookie(app: Served) -> None:
    for value in ("", "x", "ü"):
        await refused(await app.get("", Cookie=f"netgrant={value}"))


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", ""]
)
async def test_another_name_for_this_machine_is_refused(host: str, app: Served) -> None:
    port = app.origin.rpartition(":")[2]
    name = host.format(port=port)

    answer = await app.client.get(app.addresses[0], headers={"Host": name})
    assert "name that it is served under" in await refused(answer)
    assert len(app.addresses) == 1  # and the token still opens
    await app.enter()
    await refused(await app.get("", Host=name))


async def test_localhost_is_a_name_of_ours(app: Served) -> None:
    port = app.origin.rpartition(":")[2]
    assert (await app.client.get(app.addresses[0], headers={"Host": f"LocalHost:{port}"})).status == 200


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "https://127.0.0.1", "http://127.0.0.1:1", "http://localhost:{port}"]
)
async def test_another_pages_socket_is_refused_even_with_the_cookie(origin: str, app: Served) -> None:
    await app.enter()
    foreign = origin.format(port=app.origin.rpartition(":")[2])

    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await app.socket(Origin=foreign)
    assert caught.value.status == 403
    await refused(await app.get("", Origin=foreign))


async def test_a_socket_without_an_origin_is_no_browsers(app: Served) -> None:
    await app.enter()
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await app.socket()
    assert caught.value.status == 403


async def test_textual_serve_alone_lets_any_web_page_in() -> None:
    """The control: without our door the very same request is answered with the whole app."""
    with plain() as port:
        url = f"http://127.0.0.1:{port}/ws?width=80&height=24"
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(url, headers={"Origin": EVIL, "Host": "evil.example"}) as socket,
        ):
            assert await until(socket, b"tiny")


@pytest.mark.parametrize("path", ["", "enter", *ASSETS])
async def test_nothing_that_is_loaded_comes_from_another_host(path: str, app: Served) -> None:
    entered = await app.enter()
    answer = entered if path == "enter" else await app.get(path)
    assert answer.status == 200
    found = await answer.read()
    outside = re.findall(rb"(?:https?:)?//[\w-]+(?:\.[\w-]+)+", re.sub(rb"/\*.*?\*/", b"", found, flags=re.S))
    if not path.endswith(".ttf"):
        assert outside == []


async def test_every_answer_forbids_what_a_page_must_not(app: Served) -> None:
    refusal = await app.get("")
    await app.enter()
    for answer in (refusal, await app.get(""), await app.get("own/begin.js"), await app.get("nothing")):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'; ") and "frame-ancestors 'none'" in policy
        assert "script-src" not in policy and "evil" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Server"] == "netgrant"


NOT_SERVED = (
    "static/",
    "static/images/background.png",
    "static/../server.py",
    "static/%2e%2e/server.py",
    "static/js/../../server.py",
    "own/door.py",
    "own/../door.py",
)


@pytest.mark.parametrize("path", NOT_SERVED)
async def test_only_what_the_page_needs_is_there(path: str, app: Served) -> None:
    await app.enter()
    answer = await app.client.get(URL(app.base + path, encoded=True))
    assert answer.status == 404, path


async def test_a_session_ends_with_its_socket(app: Served) -> None:
    await app.enter()
    async with app.socket(Origin=app.origin) as socket:
        pid = pid_in(await until(socket, b"tiny"))
        assert not is_gone(pid)
    await asyncio.to_thread(eventually, lambda: is_gone(pid), what="the end of the session")


async def test_a_session_that_ends_by_itself_closes_the_socket(app: Served) -> None:
    await app.enter()
    async with app.socket(Origin=app.origin) as socket:
        await until(socket, b"tiny")
        await socket.send_str('["stdin", "q"]')
        async for _ in socket:
            pass
        assert socket.closed


@pytest.mark.parametrize("message", ["", "{}", "[]", '["stdin"]', '["resize", {}]', '["stdin", 7]', "\x00"])
async def test_what_is_no_message_of_the_page_ends_the_session(message: str, app: Served) -> None:
    await app.enter()
    async with app.socket(Origin=app.origin) as socket:
        pid = pid_in(await until(socket, b"tiny"))
        await socket.send_str(message)
        async for _ in socket:
            pass
    await asyncio.to_thread(eventually, lambda: is_gone(pid), what="the end of the session")


async def test_there_is_a_limit_to_open_sessions_and_a_closed_one_makes_room() -> None:
    async with served(sessions=1) as app:
        await app.enter()
        async with app.socket(Origin=app.origin) as socket:
            pid = pid_in(await until(socket, b"tiny"))
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await app.socket(Origin=app.origin)
            assert caught.value.status == 503
        await asyncio.to_thread(eventually, lambda: is_gone(pid), what="the end of the session")
        async with app.socket(Origin=app.origin) as socket:
            await until(socket, b"tiny")


async def test_all_sessions_end_with_the_server_even_one_that_hears_nothing(app: Served) -> None:
    await app.enter()
    async with app.socket(Origin=app.origin) as one, app.socket(Origin=app.origin) as two:
        pids = [pid_in(await until(socket, b"tiny")) for socket in (one, two)]
        os.kill(pids[0], signal.SIGSTOP)
        await app.end()
        assert all(is_gone(pid) for pid in pids)


async def test_a_session_left_waiting_ends_with_the_server_too(app: Served) -> None:
    await app.enter()
    async with app.socket(Origin=app.origin) as socket:
        pid = pid_in(await until(socket, b"tiny"))
        os.kill(pid, signal.SIGSTOP)
    await app.end()
    assert is_gone(pid)


async def test_a_session_knows_neither_token_nor_cookie(app: Served) -> None:
    token = app.addresses[0].partition("token=")[2]
    cookie = next(iter((await app.enter()).cookies.values())).value
    async with app.socket(Origin=app.origin) as socket:
        pid = pid_in(await until(socket, b"tiny"))
        surroundings = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
    for secret in (token, app.addresses[-1].partition("token=")[2], cookie):
        assert secret.encode() not in surroundings


async def test_what_a_session_complains_of_is_told_where_it_is_served() -> None:
    async with served([*TINY, "fail"]) as app:
        await app.enter()
        async with app.socket(Origin=app.origin) as socket:
            assert [message.type async for message in socket] == []
        assert len(app.told) == 1 and "went wrong" in app.told[0]


async def test_a_port_that_is_taken_is_said(app: Served) -> None:
    port = int(app.origin.rpartition(":")[2])
    with pytest.raises(
        InputError, match=f"127.0.0.1 port {port} cannot be listened at: Address already in use"
    ):
        async with served(port=port):
            pass


async def test_a_further_name_is_let_in_and_a_proxys_scheme_too() -> None:
    async with served(names=("netgrant.example.com",)) as app:
        name = {"Host": "netgrant.example.com"}
        assert (await app.client.get(app.addresses[0], headers=name)).status == 200
        async with app.socket(Origin="https://netgrant.example.com", **name) as socket:
            await until(socket, b"tiny")


async def test_a_download_is_fetched_below_the_page() -> None:
    sent: list[str] = []

    class Socket(WebSocketResponse):
        async def send_str(self, data: str, compress: int | None = None) -> None:
            sent.append(data)

    session = ServedSession([], Socket(), DownloadManager(), sent.append)
    await session._write('["deliver_file_start", "key"]')
    await session._write('["pong", "1"]')
    assert [json.loads(text) for text in sent] == [
        ["open_url", {"url": "download/key", "new_tab": True}],
        ["pong", "1"],
    ]
