"""Requests over real sockets: what is sent, and what is tried again."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from app.errors import ServerFaultError, ThrottledError, UnauthorizedError
from app.kube.connection import connect
from app.kube.wire import Call
from tests.kube.connections import CREATE, DELETE, GET, connected
from tests.kube.fake_api import Asked, fake_api, ok, status
from tests.kube.instant_clock import InstantClock
from tests.kube.kubeconfigs import options
from tests.kube.plugins import V1, plugin_script


async def test_what_is_sent(tmp_path: Path) -> None:
    user = {"token": "abc", "as": "jane", "as-groups": ["dev", "ops"]}
    async with fake_api(lambda _: ok({}, Audit_Id="a-1")) as api, connected(tmp_path, api.url, user) as wire:
        call = Call(
            "PATCH", "/api/v1/x%2Fy", {"a": "b c&d", "e": "é"}, b'{"z": 1}', "application/merge-patch+json"
        )
        reply = await wire.request(call)
    asked = api.last
    assert (asked.method, asked.path, dict(asked.query)) == (
        "PATCH",
        "/api/v1/x%2Fy",
        {"a": "b c&d", "e": "é"},
    )
    assert asked.body == b'{"z": 1}'
    assert asked.headers["Content-Type"] == "application/merge-patch+json"
    assert asked.headers["Authorization"] == "Bearer abc"
    assert asked.headers["User-Agent"].startswith("netgrant/")
    assert asked.headers["Accept"] == "application/json"
    assert asked.headers["Impersonate-User"] == "jane"
    assert asked.headers.getall("Impersonate-Group") == ["dev", "ops"]
    assert (reply.status, reply.body, reply.audit_id) == (200, b"{}", "a-1")
    assert reply.date.endswith("GMT")


async def test_a_server_behind_a_path(tmp_path: Path) -> None:
    async with fake_api(lambda _: ok({})) as api, connected(tmp_path, f"{api.url}/k8s/clusters/c-1/") as wire:
        await wire.request(GET)
    assert api.last.path == "/k8s/clusters/c-1/api/v1/namespaces/a/pods"


async def test_a_password_in_netrc_is_never_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    async with fake_api(lambda _: ok({})) as api, connected(tmp_path, api.url) as wire:
        await wire.request(GET)
    assert "Authorization" not in api.last.headers
    assert "Content-Type" not in api.last.headers


async def test_cookies_are_not_kept(tmp_path: Path) -> None:
    async with fake_api(lambda _: ok({}, Set_Cookie="a=b")) as api, connected(tmp_path, api.url) as wire:
        await wire.request(GET)
        await wire.request(GET)
    assert "Cookie" not in api.last.headers


async def test_a_compressed_answer(tmp_path: Path) -> None:
    def answer(_: Asked) -> web.Response:
        return web.Response(body=gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})

    async with fake_api(answer) as api, connected(tmp_path, api.url) as wire:
        assert (await wire.request(GET)).body == b'{"a": 1}'


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    def answer(_: Asked) -> web.Response:
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with fake_api(answer) as api, connected(tmp_path, api.url, {"token": "abc"}) as wire:
        with pytest.raises(ServerFaultError, match="redirects to /elsewhere"):
            await wire.request(GET)
    assert len(api.asked) == 1


async def test_a_huge_error_page_is_not_read_to_its_end(tmp_path: Path) -> None:
    async def endless(asked: Asked) -> web.StreamResponse:
        response = web.StreamResponse(status=500)
        await response.prepare(asked.request)
        try:
            while True:
                await response.write(b"x" * 65536)
        except ConnectionError:
            return response

    async with fake_api(endless) as api, connected(tmp_path, api.url) as wire:
        with pytest.raises(ServerFaultError, match="HTTP 500"):
            await wire.request(GET)


# 401


async def test_a_rotated_token_file_is_read_once_more_after_a_refusal(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old\n")

    def answer(asked: Asked) -> web.Response:
        token.write_text("new\n")
        return ok({}) if asked.headers["Authorization"] == "Bearer new" else status(401, "Unauthorized")

    async with fake_api(answer) as api, connected(tmp_path, api.url, {"tokenFile": str(token)}) as wire:
        await wire.request(CREATE)
    assert [asked.headers["Authorization"] for asked in api.asked] == ["Bearer old", "Bearer new"]


async def test_a_plugin_is_asked_once_more_after_a_refusal_and_no_further(tmp_path: Path) -> None:
    answer = f'{{"apiVersion": "{V1}", "kind": "ExecCredential", "status": {{"token": "token-%d"}}}}'
    script = f"echo x >> {tmp_path}/runs; printf '{answer}' $(wc -l < {tmp_path}/runs)"
    plugin = {"command": plugin_script(tmp_path, script), "apiVersion": V1, "interactiveMode": "Never"}
    environ = {"PATH": "/bin:/usr/bin"}
    async with (
        fake_api(lambda _: status(401, "Unauthorized", "Unauthorized")) as api,
        connected(tmp_path, api.url, {"exec": plugin}, environ=environ) as wire,
    ):
        with pytest.raises(UnauthorizedError, match="does not accept these credentials") as caught:
            await wire.request(GET)
    assert [asked.headers["Authorization"] for asked in api.asked] == ["Bearer token-1", "Bearer token-2"]
    assert "kubectl auth whoami" in caught.value.fix


async def test_a_plugin_that_fails_in_mid_life_is_said_as_a_cluster_error(tmp_path: Path) -> None:
    answer = f'{{"apiVersion": "{V1}", "kind": "ExecCredential", "status": {{"token": "abc"}}}}'
    script = f"test -e {tmp_path}/ran && exit 3; touch {tmp_path}/ran; echo '{answer}'"
    plugin = {"command": plugin_script(tmp_path, script), "apiVersion": V1, "interactiveMode": "Never"}
    environ = {"PATH": "/bin:/usr/bin"}
    async with (
        fake_api(lambda _: status(401, "Unauthorized")) as api,
        connected(tmp_path, api.url, {"exec": plugin}, environ=environ) as wire,
    ):
        with pytest.raises(UnauthorizedError, match=r"plugin .* failed with exit code 3"):
            await wire.request(GET)


async def test_a_fixed_token_is_not_tried_twice(tmp_path: Path) -> None:
    async with (
        fake_api(lambda _: status(401)) as api,
        connected(tmp_path, api.url, {"token": "hunter2"}) as wire,
    ):
        with pytest.raises(UnauthorizedError) as caught:
            await wire.request(GET)
    assert len(api.asked) == 1
    assert "hunter2" not in f"{caught.value.message}{caught.value.fix}"


# 429


def throttling(times: int, retry_after: str) -> Callable[[Asked], web.Response]:
    left = [times]

    def answer(_: Asked) -> web.Response:
        left[0] -= 1
        headers = {"Retry-After": retry_after}
        return status(429, "TooManyRequests", "busy", headers=headers) if left[0] >= 0 else ok({})

    return answer


@pytest.mark.parametrize("call", [GET, CREATE, DELETE], ids=lambda call: call.method)
async def test_a_busy_server_is_asked_again_when_it_says(tmp_path: Path, call: Call) -> None:
    clock = InstantClock()
    async with fake_api(throttling(3, "2")) as api, await connect(options(tmp_path, api.url), clock) as wire:
        assert (await wire.request(call)).status == 200
    assert clock.slept == [2.0, 2.0, 2.0]
    assert len(api.asked) == 4


async def test_a_server_that_stays_busy_is_given_up(tmp_path: Path) -> None:
    clock = InstantClock()
    async with fake_api(throttling(99, "1")) as api, await connect(options(tmp_path, api.url), clock) as wire:
        with pytest.raises(
            ThrottledError, match="too busy to list pods in namespace a, and asks to wait 1 s"
        ):
            await wire.request(GET)
    assert len(api.asked) == 4


async def test_a_long_wait_is_the_callers_to_decide(tmp_path: Path) -> None:
    clock = InstantClock()
    async with fake_api(throttling(1, "60")) as api, await connect(options(tmp_path, api.url), clock) as wire:
        with pytest.raises(ThrottledError) as caught:
            await wire.request(GET)
    assert (caught.value.retry_after_seconds, clock.slept) == (60.0, [])
