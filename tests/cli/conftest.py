"""One embedded cluster that lives, and one that stands still, for all tests of the command line."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from app.demo import kinds, scenario
from app.demo.deletion import DeleteOptions
from app.demo.kubeconfig import write_kubeconfig
from app.demo.resources import Resource
from app.demo.server import ClusterOptions, EmbeddedCluster, running_cluster
from app.demo.writes import Target
from tests.cli.line import Line
from tests.cli.relay import Relay
from tests.rest import Json

_NUMBERS = count(1)


def _resource(plural: str) -> Resource:
    return next(item for item in kinds.RESOURCES if item.plural == plural)


@dataclass(frozen=True)
class Served:
    """An embedded cluster, and the relay in front of it that a command line speaks to."""

    cluster: EmbeddedCluster
    relay: Relay
    folder: Path

    def kubeconfig(self, user: str = "alice") -> Path:
        """A kubeconfig through the relay."""
        path = self.folder / f"{user}.kubeconfig"
        return write_kubeconfig(path, self.relay.url, user, self.cluster.tokens[user])

    def create(self, plural: str, namespace: str, manifest: Json) -> Json:
        """Create an object as somebody else would; return it as stored."""
        target = Target(_resource(plural), namespace)
        return self.cluster.run(lambda: self.cluster.writer.create(target, manifest)).record.obj

    def delete(self, plural: str, namespace: str, name: str) -> None:
        """Delete an object as somebody else would."""
        target = Target(_resource(plural), namespace, name)
        self.cluster.run(lambda: self.cluster.deleter.delete(target, DeleteOptions()))

    def names(self, plural: str, namespace: str) -> list[str]:
        """The names of a namespace's objects of one kind."""
        records = self.cluster.run(lambda: self.cluster.store.records(_resource(plural), namespace))
        return [record.obj["metadata"]["name"] for record in records]

    def namespace(self) -> str:
        """The name of a fresh namespace."""
        name = f"ns-{next(_NUMBERS)}"
        self.create("namespaces", "", {"metadata": {"name": name}})
        return name


@pytest.fixture(scope="session")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A cluster with the scenario's objects, whose controllers act."""
    with running_cluster(ClusterOptions(has_kubelets=True), scenario.load) as cluster:
        yield Served(cluster, Relay(cluster).up(), tmp_path_factory.mktemp("alive"))


@pytest.fixture(scope="session")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same without controllers: whatever changes in it was changed by a request."""
    with running_cluster(ClusterOptions(has_controllers=False), scenario.load) as cluster:
        yield Served(cluster, Relay(cluster).up(), tmp_path_factory.mktemp("still"))


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's own settings leaks into a test."""
    for name in [*os.environ]:
        if name.startswith(("NETGRANT_", "KUBE", "XDG_", "_NETGRANT")):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))


def _line(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    line = Line(served.kubeconfig(), tmp_path / "registry.db")
    monkeypatch.setenv("KUBECONFIG", str(line.kubeconfig))
    monkeypatch.setenv("NETGRANT_REGISTRY", str(line.registry))
    return line


@pytest.fixture
def line(alive: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    """The command line as alice on the living cluster, with a fresh registry."""
    return _line(alive, tmp_path, monkeypatch)


@pytest.fixture
def quiet_line(still: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    """The command line as alice on the still cluster, with a fresh registry."""
    return _line(still, tmp_path, monkeypatch)


@pytest.fixture
def namespace(alive: Served) -> str:
    """A fresh namespace of the living cluster."""
    return alive.namespace()
