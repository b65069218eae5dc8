"""Fixtures of the contract: every test runs on the embedded cluster and on the real control plane."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from app.demo.server import running_cluster
from tests.contract.clusters import Cluster, EmbeddedTestCluster, RealCluster
from tests.contract.objects import namespaces
from tests.controlplane.plane import ControlPlane
from tests.rest import Rest


@pytest.fixture(scope="session")
def embedded_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The embedded cluster, empty, with its controllers on real time."""
    with running_cluster() as running:
        yield EmbeddedTestCluster(running, tmp_path_factory.mktemp("embedded"))


@pytest.fixture(scope="session")
def real_cluster(control_plane: ControlPlane) -> Cluster:
    """The control plane of this test process."""
    return RealCluster(control_plane)


@pytest.fixture(
    scope="session",
    params=["embedded_cluster", pytest.param("real_cluster", marks=pytest.mark.cluster)],
    ids=["embedded", "real"],
)
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The cluster under contract; only the one that is asked for is started."""
    found: Cluster = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def api(cluster: Cluster) -> Iterator[Rest]:
    """The cluster as its administrator sees it."""
    client = cluster.http()
    yield client
    client.close()


@pytest.fixture(scope="session")
def minor(cluster: Cluster) -> int:
    """Minor release of the server: 36 for v1.36; what changed between releases is asserted for each."""
    return int(cluster.http().get("/version").ok()["minor"])


@pytest.fixture
def namespace(api: Rest) -> str:
    """The name of a fresh namespace.

    It is left behind: the cluster is thrown away whole, and on the real one each removal costs a hundred
    requests, which would delay the tests that measure how soon a controller acts.
    """
    name = f"contract-{uuid4().hex[:10]}"
    api.post(namespaces(), {"metadata": {"name": name}}).ok()
    return name
