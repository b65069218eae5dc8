"""kubectl against the embedded cluster, where the contract's own kubectl tests do not look."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.demo.server import running_cluster
from tests.controlplane import build

pytestmark = pytest.mark.cluster  # kubectl is built along with the control plane

POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-db-debug, namespace: default}
spec:
  podSelector: {matchLabels: {app: database}}
  ingress:
  - from: [{ipBlock: {cidr: 198.51.100.0/24}}]
    ports: [{protocol: TCP, port: 5432}]
"""
Kubectl = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def kubectl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubectl]:
    folder: Path = tmp_path_factory.mktemp("kubectl")
    program = str(build.find(build.DEFAULT_KUBE).kubectl)
    with running_cluster() as cluster:
        config = str(cluster.kubectl_config(folder / "config", "admin"))

        def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
            environment = {**os.environ, "KUBECONFIG": config, "HOME": str(folder)}
            line = [program, *arguments]
            return subprocess.run(
                line, env=environment, input=text, capture_output=True, text=True, timeout=60, check=False
            )

        yield run


def test_describe_reads_a_policy_as_kubectl_reads_any(kubectl: Kubectl) -> None:
    assert "created" in kubectl("apply", "-f", "-", text=POLICY).stdout
    described = kubectl("describe", "netpol", "allow-db-debug").stdout
    assert "To Port: 5432/TCP" in described
    assert "CIDR: 198.51.100.0/24" in described


def test_a_namespace_goes_with_all_that_is_in_it(kubectl: Kubectl) -> None:
    assert kubectl("create", "namespace", "short").returncode == 0
    kubectl("apply", "-f", "-", text=POLICY.replace("default", "short"))
    assert kubectl("delete", "namespace", "short").returncode == 0  # waits until it is gone
    assert kubectl("get", "namespace", "short").returncode == 1


def test_it_finds_its_way_about(kubectl: Kubectl) -> None:
    assert "networkpolicies" in kubectl("api-resources").stdout
    assert "v1.36" in kubectl("version").stdout
    assert kubectl("get", "all", "-A").returncode == 0
