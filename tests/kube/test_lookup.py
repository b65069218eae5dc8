from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from app.errors import InvalidError
from app.kube.lookup import Reader
from tests.kube.connections import connected
from tests.kube.fake_api import Asked, fake_api, ok, status

NAMED = {"metadata": {"name": "x", "namespace": "a", "uid": "u"}}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (lambda: ok(NAMED), True),
        (lambda: status(404, "NotFound"), False),
        (lambda: status(403, "Forbidden"), None),
    ],
)
async def test_whether_a_namespace_exists(
    tmp_path: Path, answer: Callable[[], web.Response], expected: bool | None
) -> None:
    async with fake_api(lambda _: answer()) as api, connected(tmp_path, api.url) as wire:
        assert await Reader(wire).namespace_exists("a") is expected
    assert api.last.path == "/api/v1/namespaces/a"


@pytest.mark.parametrize("kind", ["deployments", "statefulsets", "daemonsets", "replicasets"])
async def test_workloads(tmp_path: Path, kind: str) -> None:
    body = {**NAMED, "spec": {"selector": {"matchLabels": {"app": "x"}}}}
    async with fake_api(lambda _: ok(body)) as api, connected(tmp_path, api.url) as wire:
        found = await Reader(wire).workload(kind, "a", "x")
    assert found is not None
    assert found.spec.selector == {"matchLabels": {"app": "x"}}
    assert api.last.path == f"/apis/apps/v1/namespaces/a/{kind}/x"


async def test_an_unknown_kind_of_workload(tmp_path: Path) -> None:
    async with connected(tmp_path, "http://127.0.0.1:1") as wire:
        with pytest.raises(InvalidError, match=r"'\.\./secrets' is no workload"):
            await Reader(wire).workload("../secrets", "a", "x")


async def test_services_and_pods(tmp_path: Path) -> None:
    page = {"metadata": {"resourceVersion": "1"}, "items": [NAMED]}

    def answer(asked: Asked) -> web.Response:
        return ok(page if asked.path.endswith("/pods") else NAMED)

    async with fake_api(answer) as api, connected(tmp_path, api.url) as wire:
        reader = Reader(wire)
        assert await reader.service("a", "x") is not None
        assert await reader.pod("a", "x") is not None
        assert [pod.metadata.name for pod in await reader.pods("a", "app=x")] == ["x"]
    assert [asked.path for asked in api.asked] == [
        "/api/v1/namespaces/a/services/x",
        "/api/v1/namespaces/a/pods/x",
        "/api/v1/namespaces/a/pods",
    ]
    assert api.last.query["labelSelector"] == "app=x"


async def test_nothing_there(tmp_path: Path) -> None:
    async with fake_api(lambda _: status(404, "NotFound")) as api, connected(tmp_path, api.url) as wire:
        reader = Reader(wire)
        assert await reader.service("a", "x") is None
        assert await reader.pod("a", "x") is None
        assert await reader.workload("deployments", "a", "x") is None
