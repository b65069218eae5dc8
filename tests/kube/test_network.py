"""What each failure on the way to the server becomes, over real sockets."""

import json
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from app.errors import ClusterError, UncertainError, UnreachableError
from app.kube.network import error_from_network
from app.kube.server import Server
from app.kube.wire import Call
from tests.kube.connections import CREATE, DELETE, GET, connected
from tests.kube.fake_api import fake_api, free_port_url, ok, raw_server


async def failure(folder: Path, url: str, call: Call, **more: Any) -> ClusterError:
    async with connected(folder, url, **more) as wire:
        with pytest.raises(ClusterError) as caught:
            await wire.request(call)
    return caught.value


@pytest.mark.parametrize("call", [GET, CREATE, DELETE], ids=lambda call: call.method)
async def test_a_refused_connection_has_sent_nothing(tmp_path: Path, call: Call) -> None:
    url = free_port_url()
    found = await failure(tmp_path, url, call)
    assert type(found) is UnreachableError
    assert f"{url} refuses the connection" in found.message
    assert found.fix


async def test_an_unknown_host(tmp_path: Path) -> None:
    found = await failure(tmp_path, "http://no-such-host.invalid", CREATE)
    assert type(found) is UnreachableError
    assert "http://no-such-host.invalid cannot be found" in found.message


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "what"),
    [
        (b"", "cut the connection"),
        (HEAD[:20], "cut the connection"),
        (HEAD + b'{"half', "cut the connection"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "cut the connection"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", "cut the connection"),
    ],
    ids=["at once", "in the head", "in the body", "in a chunk", "not http", "not gzip"],
)
@pytest.mark.parametrize("call", [GET, CREATE, DELETE], ids=lambda call: call.method)
async def test_a_cut_leaves_a_write_uncertain(tmp_path: Path, call: Call, sent: bytes, what: str) -> None:
    async with raw_server(sent) as url:
        found = await failure(tmp_path, url, call)
    assert type(found) is (UnreachableError if call is GET else UncertainError)
    assert what in found.message
    assert url in found.message
    assert ("may or may not have happened" in found.message) is (call is not GET)


@pytest.mark.parametrize("sent", [b"", HEAD + b"x"], ids=["before the answer", "within the answer"])
async def test_silence_is_limited(tmp_path: Path, sent: bytes) -> None:
    async with raw_server(sent, hold=True) as url:
        quick = Call("GET", "/version", timeout_seconds=0.2)
        found = await failure(tmp_path, url, quick)
    assert type(found) is UnreachableError
    assert "is silent: no answer in time" in found.message


async def test_a_server_that_speaks_no_tls(tmp_path: Path) -> None:
    async with raw_server(b"HTTP/1.0 400 Bad Request\r\n\r\n", after=b"\x16") as url:
        found = await failure(tmp_path, url.replace("http:", "https:"), CREATE)
    assert type(found) is UnreachableError
    assert "cannot agree on TLS" in found.message


async def test_a_proxy_that_refuses_is_named_without_its_password(tmp_path: Path) -> None:
    dead = free_port_url().replace("http://", "http://user:hunter2@")
    found = await failure(tmp_path, "http://k8s.example", CREATE, environ={"HTTP_PROXY": dead})
    assert type(found) is UnreachableError
    assert (
        f"is behind the proxy {dead.replace('user:hunter2@', '')}, which refuses the connection"
        in found.message
    )
    assert "hunter2" not in f"{found.message}{found.fix}"


async def test_a_proxy_that_wants_a_login(tmp_path: Path) -> None:
    async with raw_server(
        b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    ) as proxy:
        found = await failure(tmp_path, "https://k8s.example", CREATE, cluster={"proxy-url": proxy})
    assert type(found) is UnreachableError
    assert "answers 407 Proxy Authentication Required" in found.message


async def test_a_proxy_is_used(tmp_path: Path) -> None:
    async with (
        fake_api(lambda _: ok({"by": "proxy"})) as proxy,
        connected(tmp_path, "http://k8s.example:8080", cluster={"proxy-url": proxy.url}) as wire,
    ):
        assert json.loads((await wire.request(GET)).body) == {"by": "proxy"}
    assert proxy.last.headers["Host"] == "k8s.example:8080"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (aiohttp.ConnectionTimeoutError("x"), UnreachableError, "does not answer: the connection timed out"),
        (aiohttp.SocketTimeoutError("x"), UncertainError, "is silent: no answer in time"),
        (TimeoutError(), UncertainError, "is silent: no answer in time"),
        (ssl.SSLError(1, "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED]"), UncertainError, "cannot agree on TLS"),
        (ConnectionResetError(104, "reset\x1b"), UncertainError, r"cut the connection (reset\x1b)"),
        (aiohttp.ServerDisconnectedError(), UncertainError, "cut the connection (ServerDisconnectedError)"),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_what_takes_too_long_to_happen_in_a_test(
    error: Exception, kind: type[ClusterError], words: str
) -> None:
    found = error_from_network(error, CREATE, Server("https://k8s.example"))
    assert type(found) is kind
    assert f"https://k8s.example {words}" in found.message
    assert type(error_from_network(error, GET, Server("https://k8s.example"))) is UnreachableError
