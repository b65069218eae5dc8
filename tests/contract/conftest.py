"""Fixtures of the contract: every test runs on the embedded cluster and on the real control plane."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.contract.clusters import Cluster, RealCluster
from tests.contract.objects import namespaces
from tests.controlplane.plane import ControlPlane
from tests.rest import Rest


@pytest.fixture(scope="session", params=[pytest.param("real", marks=pytest.mark.cluster)])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The cluster under contract."""
    plane: ControlPlane = request.getfixturevalue("control_plane")
    yield RealCluster(plane)


@pytest.fixture
def api(cluster: Cluster) -> Iterator[Rest]:
    """The cluster as its administrator sees it."""
    client = cluster.http()
    yield client
    client.close()


@pytest.fixture
def namespace(api: Rest) -> str:
    """The name of a fresh namespace.

    It is left behind: the cluster is thrown away whole, and on the real one each removal costs a hundred
    requests, which would delay the tests that measure how soon a controller acts.
    """
    name = f"contract-{uuid4().hex[:10]}"
    api.post(namespaces(), {"metadata": {"name": name}}).ok()
    return name
