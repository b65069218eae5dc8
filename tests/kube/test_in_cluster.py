from pathlib import Path

import pytest

from app.errors import ConfigError
from app.kube.in_cluster import in_cluster, own_address
from app.kube.kubeconfig import Selection
from tests.kube.test_server import PEM

POD = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("t0k3n\n")
    (tmp_path / "ca.crt").write_bytes(PEM)
    (tmp_path / "namespace").write_text("payments\n")
    return tmp_path


def selected(environ: dict[str, str], folder: Path) -> Selection:
    found = in_cluster(environ, str(folder))
    assert found is not None
    return found


def test_a_pod_is_its_service_account(folder: Path) -> None:
    found = selected(POD, folder)
    assert found.cluster.server == "https://10.96.0.1:443"
    assert found.cluster.certificate_authority == str(folder / "ca.crt")
    assert found.user.token_file == str(folder / "token")
    assert (found.context, found.namespace, found.is_in_pod) == ("in-cluster", "payments", True)


def test_an_ipv6_service_and_no_namespace_file(folder: Path) -> None:
    (folder / "namespace").unlink()
    found = selected({**POD, "KUBERNETES_SERVICE_HOST": "fd00::1"}, folder)
    assert (found.cluster.server, found.namespace) == ("https://[fd00::1]:443", "default")


def test_outside_of_a_pod_there_is_nothing(folder: Path) -> None:
    assert in_cluster({}, str(folder)) is None


@pytest.mark.parametrize("missing", ["token", "ca.crt"])
@pytest.mark.parametrize("how", ["absent", "empty", "binary"])
def test_a_pod_without_a_usable_service_account(folder: Path, missing: str, how: str) -> None:
    if how == "absent":
        (folder / missing).unlink()
    else:
        (folder / missing).write_bytes(b"" if how == "empty" else b"\xff\xff")
    with pytest.raises(ConfigError, match="service account cannot be used") as caught:
        in_cluster(POD, str(folder))
    assert "automountServiceAccountToken" in caught.value.fix


def test_a_port_is_needed(folder: Path) -> None:
    with pytest.raises(ConfigError, match="service account cannot be used"):
        in_cluster({"KUBERNETES_SERVICE_HOST": "10.96.0.1"}, str(folder))


def test_our_address_is_the_one_on_the_way_to_the_server() -> None:
    assert own_address("https://127.0.0.1:6443") == "127.0.0.1"
    assert own_address("https://kubernetes.default.svc") is None
