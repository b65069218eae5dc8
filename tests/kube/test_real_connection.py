"""Each way to authenticate, against a real API server, which says whom it took us for."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from app.errors import ForbiddenError
from app.kube.access import Reviews
from app.kube.choosing import ConnectOptions
from app.kube.connection import connect
from app.kube.exchange import Connection
from app.kube.wall_clock import WallClock
from app.kube.wire import Call
from tests.controlplane.plane import ControlPlane
from tests.kube.kubeconfigs import Json, write
from tests.kube.plugins import V1, plugin_script

pytestmark = pytest.mark.cluster


def kubeconfig(plane: ControlPlane, folder: Path, user: Json, name: str = "admin") -> ConnectOptions:
    """The plane's kubeconfig with another users section."""
    content = yaml.safe_load(plane.kubeconfig(name, "token").read_text())
    content["users"][0]["user"] = user
    path = write(folder / "config", content)
    return ConnectOptions(kubeconfig=str(path), environ={"HOME": str(folder), "PATH": "/bin:/usr/bin"})


async def taken_for(options: ConnectOptions) -> tuple[str, tuple[str, ...]]:
    async with await connect(options) as wire:
        found = await Reviews(wire, WallClock()).whoami()
    return found.username, found.groups


def token(plane: ControlPlane, user: str) -> str:
    found = plane.credentials(user, "token").token
    assert found is not None
    return found


def plugin(folder: Path, status: Json) -> Json:
    answer = {"apiVersion": V1, "kind": "ExecCredential", "status": status}
    (folder / "answer").write_text(json.dumps(answer))
    return {
        "command": plugin_script(folder, f"cat {folder}/answer"),
        "apiVersion": V1,
        "interactiveMode": "Never",
    }


@pytest.mark.parametrize("way", ["cert", "token", "tokenFile", "exec token", "exec cert"])
async def test_each_way_is_the_same_user(control_plane: ControlPlane, tmp_path: Path, way: str) -> None:
    pair = control_plane.credentials("alice", "cert")
    assert pair.cert is not None
    assert pair.key is not None
    (tmp_path / "token").write_text(token(control_plane, "alice") + "\n")
    pem = {"clientCertificateData": pair.cert.read_text(), "clientKeyData": pair.key.read_text()}
    users: dict[str, Json] = {
        "cert": {"client-certificate": str(pair.cert), "client-key": str(pair.key)},
        "token": {"token": token(control_plane, "alice")},
        "tokenFile": {"tokenFile": "token"},
        "exec": {
            "exec": plugin(tmp_path, {"token": token(control_plane, "alice")} if way == "exec token" else pem)
        },
    }
    user = users[way.partition(" ")[0]]
    username, groups = await taken_for(kubeconfig(control_plane, tmp_path, user))
    assert username == "alice"
    assert "sre" in groups


async def test_acting_as_another_is_what_the_server_sees(control_plane: ControlPlane, tmp_path: Path) -> None:
    user = {
        "token": token(control_plane, "admin"),
        "as": "jane",
        "as-groups": ["dev", "ops"],
        "as-uid": "42",
        "as-user-extra": {"acme.com/Project": ["a", "b"]},
    }
    async with await connect(kubeconfig(control_plane, tmp_path, user)) as wire:
        body = b'{"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}'
        call = Call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body=body)
        found = json.loads((await wire.request(call)).body)["status"]["userInfo"]
    assert (found["username"], found["uid"]) == ("jane", "42")
    assert set(found["groups"]) == {"dev", "ops", "system:authenticated"}
    assert found["extra"] == {"acme.com/project": ["a", "b"]}


async def test_acting_as_another_needs_the_right_to(control_plane: ControlPlane, tmp_path: Path) -> None:
    user = {"token": token(control_plane, "alice"), "as": "admin"}
    async with await connect(kubeconfig(control_plane, tmp_path, user)) as wire:
        with pytest.raises(ForbiddenError, match='User "alice" cannot impersonate') as caught:
            await wire.request(Call("GET", "/api/v1/namespaces"))
    assert "impersonate" in caught.value.fix


@pytest.fixture
async def wire(control_plane: ControlPlane) -> AsyncIterator[Connection]:
    async with await connect(ConnectOptions(kubeconfig=str(control_plane.kubeconfig()))) as connection:
        yield connection


async def test_a_watch_by_our_own_lines(wire: Connection, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    version = json.loads((await wire.request(Call("GET", path))).body)["metadata"]["resourceVersion"]
    long = "x" * 900_000
    query = {"watch": "1", "resourceVersion": version, "timeoutSeconds": "2"}
    for number in range(3):
        body = {"metadata": {"name": f"map-{number}"}, "data": {"long": long}}
        await wire.request(Call("POST", path, body=json.dumps(body).encode()))
    async with wire.stream(Call("GET", path, query), idle_seconds=10) as blocks:
        events = [json.loads(line) async for block in blocks for line in block.splitlines()]
    names = [event["object"]["metadata"]["name"] for event in events if event["type"] == "ADDED"]
    assert [name for name in names if name.startswith("map-")] == ["map-0", "map-1", "map-2"]
    assert all(
        len(event["object"]["data"]["long"]) == 900_000 for event in events if "map-" in str(event)[:300]
    )
