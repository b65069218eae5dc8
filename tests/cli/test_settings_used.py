"""Each setting does what its name says, from the environment and from the file."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.kubeconfig import write_kubeconfig
from app.settings import SPECS
from tests.cli.conftest import Served
from tests.cli.line import SPEC, Line, grant

SAID = ("--for", "5m", "--reason", "x")
DASHBOARD = {"read_only", "production", "warn_before", "theme", "templates"}
"""What only the dashboard reads; how it comes there is in tests/wiring."""


@pytest.fixture(params=["variable", "file"])
def setting(
    request: pytest.FixtureRequest, line: Line, monkeypatch: pytest.MonkeyPatch
) -> Iterator["Setter"]:
    """Sets settings in one of the two ways; KUBECONFIG and the registry are only what the test sets."""
    monkeypatch.delenv("KUBECONFIG")
    file = line.registry.with_name("config.toml")
    yield Setter(monkeypatch, file if request.param == "file" else None)


class Setter:
    """Sets a setting by variable, or in a settings file."""

    def __init__(self, patch: pytest.MonkeyPatch, file: Path | None) -> None:
        self._patch = patch
        self._file = file

    def __call__(self, **values: str) -> None:
        for name, value in values.items():
            variable = f"NETGRANT_{name.upper()}"
            if self._file is None:
                self._patch.setenv(variable, value)
                continue
            self._patch.delenv(variable, raising=False)
            with self._file.open("a") as file:
                file.write(f"{name} = {json.dumps(value)}\n")
            self._patch.setenv("NETGRANT_CONFIG", str(self._file))


def contexts(line: Line, namespace: str) -> Path:
    """A kubeconfig with two contexts: alice's of a namespace, and bob's, which is the current one."""
    config = json.loads(line.kubeconfig.read_text())
    config["contexts"].append(
        {"name": "mine", "context": {"cluster": "embedded", "user": "alice", "namespace": namespace}}
    )
    config["users"].append({"name": "bob", "user": {"token": "wrong"}})
    config["contexts"].append({"name": "other", "context": {"cluster": "embedded", "user": "bob"}})
    config["current-context"] = "other"
    path = line.registry.with_name("contexts.kubeconfig")
    path.write_text(json.dumps(config))
    return path


def test_kubeconfig_and_context(setting: Setter, line: Line, namespace: str) -> None:
    made = grant(line, namespace, "--kubeconfig", str(line.kubeconfig))
    setting(kubeconfig=str(contexts(line, namespace)))
    line("list").ended(4)

    setting(context="mine")

    assert [row["id"] for row in line("list", "-o", "json").ok().json] == [made]
    assert line("grant", *SPEC, *SAID, "-o", "json").ok().json["namespaces"] == [namespace]
    line("list", "--context", "other").ended(4)


def test_several_contexts_are_read_and_none_is_written_to(
    setting: Setter, line: Line, namespace: str
) -> None:
    setting(kubeconfig=str(contexts(line, namespace)), context="mine,embedded")

    found = line("list", "-o", "json").ok()
    written = line("grant", *SPEC, *SAID)

    assert found.json == []
    assert "2 contexts were given: mine, embedded; choose one with --context" in written.ended(2).err
    assert line("history").ok().out == ""


def test_several_kubeconfigs_are_merged(setting: Setter, line: Line, namespace: str) -> None:
    grant(line, namespace, "--kubeconfig", str(line.kubeconfig))
    setting(kubeconfig=f"/nowhere:{line.kubeconfig}")

    assert len(line("list", "-n", namespace, "-o", "json").ok().json) == 1


def test_namespace(setting: Setter, line: Line, namespace: str) -> None:
    setting(kubeconfig=str(line.kubeconfig), namespace=namespace)

    row = line("grant", *SPEC, *SAID, "-o", "json").ok().json

    assert row["namespaces"] == [namespace]
    assert [found["id"] for found in line("list", "-o", "json").ok().json] == [row["id"]]
    assert line("list", "-n", "ops", "-o", "json").ok().json == []
    assert f"namespace: {namespace}" in line("grant", *SPEC, *SAID, "--dry-run").ok().out
    assert "in " + namespace in line("doctor").ok().out
    assert line("revoke", "--all", "--reason", "x", "-y").ok().id == row["id"]


def test_registry(setting: Setter, line: Line, namespace: str, tmp_path: Path) -> None:
    registry = tmp_path / "elsewhere" / "grants.db"
    registry.parent.mkdir()
    setting(kubeconfig=str(line.kubeconfig), registry=str(registry))

    made = grant(line, namespace)

    assert registry.exists() and not line.registry.exists()
    assert made in line("history").ok().out
    assert line("history", "--registry", str(line.registry)).ok().out == ""


def test_max_ttl(setting: Setter, line: Line, namespace: str) -> None:
    setting(kubeconfig=str(line.kubeconfig), max_ttl="10m")

    refused = line("grant", "-n", namespace, *SPEC, "--for", "11m", "--reason", "x").ended(2)
    made = grant(line, namespace, life="9m")

    assert "a grant may live for 10m at most, extensions included; this would be 11m" in refused.err
    assert "10m at most" in line("extend", made, "--for", "2m", "--reason", "x").ended(2).err
    assert (
        "10m at most" in line("adopt", "-n", "production", "dns", "--for", "1h", "--reason", "x").ended(2).err
    )


def test_output(setting: Setter, line: Line, namespace: str) -> None:
    setting(kubeconfig=str(line.kubeconfig), output="yaml")

    assert line("list", "-n", namespace).ok().out == "[]\n"


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Path]:
    """A kubeconfig of a server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        yield write_kubeconfig(tmp_path / "silent", f"http://127.0.0.1:{server.getsockname()[1]}", "a", "t")


def test_timeout(setting: Setter, line: Line, silent: Path) -> None:
    setting(kubeconfig=str(silent), timeout="1s")

    done = line("list").ended(6)  # within the test's own limit only if it does not take the default's 30 s

    assert "is silent: no answer in time" in done.err


def test_there_is_a_test_for_every_setting() -> None:
    tests = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    tested = {part for name in tests for part in name.split("_and_")}
    assert {spec.name for spec in SPECS} - DASHBOARD <= tested


def test_an_option_beats_them_all(
    line: Line, alive: Served, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = alive.namespace()
    monkeypatch.setenv("NETGRANT_NAMESPACE", other)
    monkeypatch.setenv("NETGRANT_OUTPUT", "yaml")
    monkeypatch.setenv("NETGRANT_REGISTRY", "/nowhere/registry.db")
    monkeypatch.setenv("NETGRANT_CONTEXT", "nope")
    monkeypatch.setenv("NETGRANT_KUBECONFIG", "/nowhere/config")
    over = ("--context", "embedded", "--kubeconfig", str(line.kubeconfig), "--registry", str(line.registry))

    made = line("grant", "-n", namespace, *SPEC, *SAID, *over).ok().id

    assert line("list", "-n", namespace, "-o", "json", *over).ok().json[0]["id"] == made
