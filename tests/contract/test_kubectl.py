"""kubectl, the other witness, works on both clusters; the make target of the marker brings kubectl."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.contract.clusters import Cluster
from tests.contract.objects import job, policy
from tests.controlplane import build
from tests.rest import Json

pytestmark = pytest.mark.cluster


class Kubectl:
    """Runs kubectl as one user."""

    def __init__(self, kubeconfig: Path, home: Path) -> None:
        self._command = [str(build.find().kubectl), f"--kubeconfig={kubeconfig}"]
        self._environment = {**os.environ, "HOME": str(home)}

    def run(self, *arguments: str, stdin: Json | None = None) -> subprocess.CompletedProcess[str]:
        """Output and exit code of a command."""
        text = json.dumps(stdin) if stdin is not None else None
        return subprocess.run(
            [*self._command, *arguments],
            env=self._environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def out(self, *arguments: str, stdin: Json | None = None) -> str:
        """Output of a command that must succeed."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def kubectl(cluster: Cluster, tmp_path: Path) -> Kubectl:
    """kubectl as the administrator."""
    return Kubectl(cluster.kubectl_config("admin"), tmp_path)


def test_get_prints_what_is_there(kubectl: Kubectl, namespace: str) -> None:
    kubectl.out("create", "-n", namespace, "-f", "-", stdin=policy("seen", {"app": "db"}))
    assert kubectl.out("get", "netpol", "-n", namespace, "-o", "name") == (
        "networkpolicy.networking.k8s.io/seen\n"
    )
    assert "seen" in kubectl.out("get", "networkpolicy", "-A")
    found = json.loads(kubectl.out("get", "netpol", "seen", "-n", namespace, "-o", "json"))
    assert found["metadata"]["labels"] == {"app": "db"}


def test_apply_label_annotate_and_patch(kubectl: Kubectl, namespace: str) -> None:
    assert "created" in kubectl.out("apply", "-n", namespace, "-f", "-", stdin=policy("one"))
    wider = policy("one", policyTypes=["Ingress", "Egress"])
    assert "configured" in kubectl.out("apply", "-n", namespace, "-f", "-", stdin=wider)
    kubectl.out("label", "netpol", "one", "-n", namespace, "app=db")
    kubectl.out("annotate", "netpol", "one", "-n", namespace, "note=seen")
    found = json.loads(kubectl.out("get", "netpol", "one", "-n", namespace, "-o", "json"))
    assert found["metadata"]["labels"] == {"app": "db"}
    assert found["metadata"]["annotations"]["note"] == "seen"
    assert found["spec"]["policyTypes"] == ["Ingress", "Egress"]


def test_delete_takes_a_job_and_waits_until_it_is_gone(kubectl: Kubectl, namespace: str) -> None:
    kubectl.out("create", "-n", namespace, "-f", "-", stdin=job("timer"))
    assert "deleted" in kubectl.out("delete", "job", "timer", "-n", namespace, "--timeout=20s")
    missing = kubectl.run("get", "job", "timer", "-n", namespace)
    assert missing.returncode == 1
    assert 'Error from server (NotFound): jobs.batch "timer" not found' in missing.stderr


def test_an_invalid_policy_is_refused_in_the_servers_words(kubectl: Kubectl, namespace: str) -> None:
    bad = policy("bad", ingress=[{"ports": [{"port": 70000}]}])
    done = kubectl.run("create", "-n", namespace, "-f", "-", stdin=bad)
    assert done.returncode == 1
    assert 'The NetworkPolicy "bad" is invalid' in done.stderr
    assert "spec.ingress[0].ports[0].port" in done.stderr


def test_auth_tells_who_one_is_and_what_one_may_do(
    kubectl: Kubectl, cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    if not cluster.speaks_protobuf:  # kubectl sends reviews in nothing else
        refused = kubectl.run("auth", "whoami")
        assert refused.returncode == 1
        assert "UnsupportedMediaType" in refused.stderr
        assert "accepted media types include: application/json" in refused.stderr
        return
    who = json.loads(kubectl.out("auth", "whoami", "-o", "json"))
    assert who["status"]["userInfo"]["username"] == "admin"
    bob = Kubectl(cluster.kubectl_config("bob"), tmp_path)
    asked = ("auth", "can-i", "create", "networkpolicies", "-n", namespace)
    assert (kubectl.run(*asked).stdout, bob.run(*asked).stdout) == ("yes\n", "no\n")


def test_version_names_the_server(kubectl: Kubectl) -> None:
    found = json.loads(kubectl.out("version", "-o", "json"))
    assert found["serverVersion"]["major"] == "1"
