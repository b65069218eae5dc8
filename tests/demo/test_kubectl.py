"""kubectl, which shares no code with us, against the embedded cluster."""

import json
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


def test_a_policy_from_apply_to_delete(kubectl: Kubectl) -> None:
    assert "created" in kubectl("apply", "-f", "-", text=POLICY).stdout
    assert "unchanged" in kubectl("apply", "-f", "-", text=POLICY).stdout
    assert "configured" in kubectl("apply", "-f", "-", text=POLICY.replace("5432", "6432")).stdout
    assert "allow-db-debug" in kubectl("get", "netpol", "-A").stdout
    described = kubectl("describe", "netpol", "allow-db-debug").stdout
    assert "To Port: 6432/TCP" in described
    assert "CIDR: 198.51.100.0/24" in described
    assert "deleted" in kubectl("delete", "netpol", "allow-db-debug").stdout
    assert kubectl("get", "netpol", "allow-db-debug").returncode == 1


def test_a_refused_policy_is_told_field_by_field(kubectl: Kubectl) -> None:
    found = kubectl("apply", "-f", "-", text=POLICY.replace("5432", "0"))
    assert found.returncode == 1
    assert "spec.ingress[0].ports[0].port: Invalid value: 0" in found.stderr


def test_labels_annotations_and_patches(kubectl: Kubectl) -> None:
    kubectl("create", "-f", "-", text='{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"}}')
    assert kubectl("label", "configmap", "m", "a=b").returncode == 0
    assert kubectl("annotate", "configmap", "m", "c=d").returncode == 0
    assert kubectl("patch", "configmap", "m", "--type=merge", "-p", '{"data":{"k":"v"}}').returncode == 0
    meta = json.loads(kubectl("get", "configmap", "m", "-o", "json").stdout)
    assert (meta["metadata"]["labels"], meta["data"]) == ({"a": "b"}, {"k": "v"})
    assert "m" in kubectl("get", "configmaps", "-l", "a=b", "-o", "name").stdout
    assert kubectl("get", "configmaps", "-l", "a=c", "-o", "name").stdout == ""


def test_a_namespace_goes_with_all_that_is_in_it(kubectl: Kubectl) -> None:
    kubectl("create", "-f", "-", text='{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"short"}}')
    kubectl("apply", "-f", "-", text=POLICY.replace("default", "short"))
    assert kubectl("delete", "namespace", "short").returncode == 0  # waits until it is gone
    assert kubectl("get", "namespace", "short").returncode == 1


def test_it_finds_its_way_about(kubectl: Kubectl) -> None:
    assert "networkpolicies" in kubectl("api-resources").stdout
    assert "v1.36" in kubectl("version").stdout
    assert kubectl("get", "all", "-A").returncode == 0
