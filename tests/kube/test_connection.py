from pathlib import Path
from typing import Any

import pytest

from app.errors import ConfigError
from app.kube.choosing import ConnectOptions, ContextInfo, list_contexts
from app.kube.connection import connect
from app.kube.wall_clock import WallClock
from tests.kube.connections import GET
from tests.kube.fake_api import fake_api, ok
from tests.kube.kubeconfigs import document, options, write
from tests.kube.test_in_cluster import POD
from tests.kube.test_server import PEM


def surroundings(folder: Path, **more: Any) -> ConnectOptions:
    environ = {"HOME": str(folder), **more.pop("environ", {})}
    return ConnectOptions(environ=environ, service_account=str(folder / "sa"), **more)


def service_account(folder: Path) -> None:
    for name, content in (("token", b"t0k3n\n"), ("ca.crt", PEM), ("namespace", b"payments")):
        (folder / "sa").mkdir(exist_ok=True)
        (folder / "sa" / name).write_bytes(content)


async def test_a_connection_knows_its_context(tmp_path: Path) -> None:
    path = write(
        tmp_path / "config", document({"server": "http://127.0.0.1:1"}, {}, name="prod", namespace="pay")
    )
    async with await connect(surroundings(tmp_path, kubeconfig=str(path))) as connection:
        assert (connection.server, connection.context, connection.namespace, connection.warnings) == (
            "http://127.0.0.1:1",
            "prod",
            "pay",
            (),
        )
        assert connection.own_address is None


async def test_the_context_option(tmp_path: Path) -> None:
    first = document({"server": "http://127.0.0.1:1"}, {}, name="one")
    second = document({"server": "http://127.0.0.1:2"}, {}, name="two")
    listed = f"{write(tmp_path / '1', first)}:{write(tmp_path / '2', second)}"
    chosen = surroundings(tmp_path, context="two", environ={"KUBECONFIG": listed})
    async with await connect(chosen) as connection:
        assert connection.server == "http://127.0.0.1:2"


async def test_acting_as_another_by_option(tmp_path: Path) -> None:
    async with fake_api(lambda _: ok({})) as api:
        asked = options(
            tmp_path, api.url, {"token": "abc"}, as_user="bob", as_groups=("sre",), user_agent="x/1"
        )
        async with await connect(asked) as connection:
            await connection.request(GET)
    assert api.last.headers["Impersonate-User"] == "bob"
    assert api.last.headers["Impersonate-Group"] == "sre"
    assert api.last.headers["User-Agent"] == "x/1"


async def test_nowhere_to_connect_to_says_where_was_looked(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"KUBECONFIG is not set and .*config is missing.*not run in a pod"
    ) as caught:
        await connect(surroundings(tmp_path))
    assert "--kubeconfig" in caught.value.fix
    assert "netgrant demo" in caught.value.fix


@pytest.mark.parametrize("by", ["option", "variable", "default"])
async def test_an_empty_kubeconfig_is_nowhere_too(tmp_path: Path, by: str) -> None:
    path = write(
        tmp_path / (".kube/config" if by == "default" else "empty"), "apiVersion: v1\nclusters: null\n"
    )
    asked = {
        "option": surroundings(tmp_path, kubeconfig=str(path)),
        "variable": surroundings(tmp_path, environ={"KUBECONFIG": str(path)}),
        "default": surroundings(tmp_path),
    }[by]
    with pytest.raises(ConfigError, match=f"no cluster to connect to: .*{path.name}"):
        await connect(asked)


def test_a_pod_without_a_kubeconfig_is_itself(tmp_path: Path) -> None:
    service_account(tmp_path)
    found = list_contexts(surroundings(tmp_path, environ=POD))
    assert found == (ContextInfo("in-cluster", "https://10.96.0.1:443", "service account", "payments", True),)


@pytest.mark.parametrize("context", ["prod", "in-cluster"])
async def test_a_pod_has_one_context(tmp_path: Path, context: str) -> None:
    service_account(tmp_path)
    if context == "in-cluster":
        assert list_contexts(surroundings(tmp_path, environ=POD, context=context))[0].name == context
        return
    with pytest.raises(ConfigError, match='no context "prod": there is no kubeconfig, only this pod'):
        await connect(surroundings(tmp_path, environ=POD, context=context))


async def test_a_kubeconfig_in_a_pod_is_not_passed_over(tmp_path: Path) -> None:
    service_account(tmp_path)
    environ = {**POD, "KUBECONFIG": str(tmp_path / "missing")}
    with pytest.raises(ConfigError, match="none of the files in KUBECONFIG exists"):
        await connect(surroundings(tmp_path, environ=environ))


def test_contexts_are_listed_even_if_they_lead_nowhere(tmp_path: Path) -> None:
    content = document({"server": "https://a"}, {}, name="whole", namespace="pay")
    content["contexts"].append({"name": "broken", "context": {"cluster": "gone", "user": "whole"}})
    path = write(tmp_path / "config", content)
    assert list_contexts(surroundings(tmp_path, kubeconfig=str(path))) == (
        ContextInfo("whole", "https://a", "whole", "pay", True),
        ContextInfo("broken", "", "whole", "default", False),
    )


def test_listing_contexts_needs_no_cluster_library() -> None:
    import subprocess
    import sys

    code = "import sys, app.kube.connection; print('aiohttp' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout == "False\n"


async def test_a_plugin_guard_is_read_only_where_a_plugin_is(tmp_path: Path) -> None:
    write(tmp_path / ".kube" / "kuberc", "credentialPluginPolicy: nonsense")
    plain = options(tmp_path, "http://127.0.0.1:1", {"token": "abc"})
    async with await connect(plain):
        pass
    plugin = {"command": "true", "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}
    with pytest.raises(ConfigError, match="kuberc"):
        await connect(options(tmp_path, "https://127.0.0.1:1", {"exec": plugin}))


async def test_the_machines_clock() -> None:
    clock = WallClock()
    before = clock.now()
    await clock.sleep(0)
    assert before <= clock.now()
    assert before.utcoffset() is not None


async def test_options_do_not_show_the_environment() -> None:
    assert "hunter2" not in repr(ConnectOptions(environ={"AWS_SECRET_ACCESS_KEY": "hunter2"}))
