"""Pytest fixtures of the real control plane.

Law: a test that asks for it carries ``@pytest.mark.cluster``, and is never skipped: without the programs it
fails and says what builds them. Under pytest-xdist each worker has a plane of its own (270 MB), so a test
may stop the API server or the controllers without disturbing a neighbour.
"""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.controlplane import build
from tests.controlplane.plane import ControlPlane


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """The plane of this worker; NETGRANT_TEST_KUBE chooses another release than the main one."""
    try:
        programs = build.find(os.environ.get("NETGRANT_TEST_KUBE", build.DEFAULT_KUBE))
    except build.MissingProgramsError as error:
        pytest.fail(str(error), pytrace=False)
    plane = ControlPlane(tmp_path_factory.mktemp("controlplane"), programs)
    try:
        plane.start()
        yield plane
    finally:
        plane.stop()


@pytest.fixture
def namespace(control_plane: ControlPlane) -> Iterator[str]:
    """The name of a fresh namespace of the real control plane; its policies and Jobs go after the test.

    The namespace itself stays: its removal costs a hundred requests and five seconds of the controllers'
    time, which the next test may be measuring.
    """
    admin = control_plane.rest()
    name = f"test-{uuid4().hex[:10]}"
    admin.post("/api/v1/namespaces", {"metadata": {"name": name}}).ok()
    yield name
    admin.delete(f"/apis/batch/v1/namespaces/{name}/jobs", propagationPolicy="Background")
    admin.delete(f"/apis/networking.k8s.io/v1/namespaces/{name}/networkpolicies")
