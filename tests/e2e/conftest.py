"""Fixtures of the end-to-end tests."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from tests.controlplane.plane import ControlPlane
from tests.e2e.command import Netgrant
from tests.e2e.failpoints import Victim, gateway
from tests.e2e.manifests import policy_in
from tests.e2e.promises import MEASURED
from tests.e2e.witness import Witness


@pytest.fixture
def netgrant(control_plane: ControlPlane, tmp_path: Path) -> Netgrant:
    """The command line as the administrator, with a fresh registry."""
    return Netgrant(control_plane.kubeconfig("admin"), tmp_path / "registry.db")


@pytest.fixture
def alice(control_plane: ControlPlane, tmp_path: Path) -> Netgrant:
    """The command line as alice, who may nothing until a test lets her."""
    return Netgrant(control_plane.kubeconfig("alice"), tmp_path / "registry.db")


@pytest.fixture
def victim(control_plane: ControlPlane, tmp_path: Path) -> Iterator[Victim]:
    """The administrator's command line, to be killed at any of its requests."""
    with gateway(control_plane, tmp_path) as way:
        yield Victim(way, Netgrant(way.kubeconfig, tmp_path / "registry.db"))


@pytest.fixture(scope="session")
def witness(control_plane: ControlPlane) -> Witness:
    """kubectl as the administrator."""
    return Witness(control_plane)


@pytest.fixture(scope="session")
def new_namespace(control_plane: ControlPlane) -> Callable[[], str]:
    """Makes a fresh namespace and returns its name.

    It is left behind: each removal costs the plane a hundred requests, which would delay what is measured.
    """

    def make() -> str:
        name = f"e2e-{uuid4().hex[:10]}"
        control_plane.rest().post("/api/v1/namespaces", {"metadata": {"name": name}}).ok()
        return name

    return make


@pytest.fixture
def namespace(new_namespace: Callable[[], str]) -> str:
    """The name of a fresh namespace."""
    return new_namespace()


@pytest.fixture
def standing(control_plane: ControlPlane, namespace: str) -> tuple[str, str]:
    """A namespace with somebody's policy that stood before, and the UID of that."""
    path = f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies"
    return namespace, str(control_plane.rest().post(path, policy_in(namespace)).ok()["metadata"]["uid"])


@dataclass(frozen=True)
class Ledger:
    """Keeps what was measured, in a file and for the summary."""

    node: pytest.Item
    file: Path

    def note(self, case: str, deadline: datetime, gone: datetime, remark: str = "") -> float:
        """Keep one end and return how late it was, in seconds."""
        late = (gone - deadline).total_seconds()
        row = {
            "case": case,
            "deadline": deadline.isoformat(),
            "gone_by": gone.isoformat(timespec="milliseconds"),
            "late_seconds": round(late, 3),
            "remark": remark,
        }
        with self.file.open("a") as file:
            file.write(json.dumps(row) + "\n")
        # Properties travel with the report, so the table is whole under pytest-xdist too.
        self.node.user_properties.append((MEASURED, row))
        return late


@pytest.fixture
def ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Where this test notes how late an access ended."""
    node = request.node
    assert isinstance(node, pytest.Item)
    return Ledger(node, tmp_path_factory.getbasetemp() / "promises.jsonl")
