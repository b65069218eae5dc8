import base64
from pathlib import Path

import msgspec
import pytest

from app.errors import ConfigError
from app.kube.kubeconfig import Cluster, Selection, User
from app.kube.server import Server, pem, server_of

PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
PEM_DATA = base64.b64encode(PEM).decode()


def selection(server: str, cluster: dict[str, object] | None = None, user: User | None = None) -> Selection:
    found = msgspec.convert({"server": server, **(cluster or {})}, Cluster)
    return Selection("test", "default", found, "me", user or User())


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://k8s.example:6443", "https://k8s.example:6443"),
        ("https://k8s.example/", "https://k8s.example"),
        ("https://rancher.example/k8s/clusters/c-1/", "https://rancher.example/k8s/clusters/c-1"),
        ("https://[fd00::1]:6443", "https://[fd00::1]:6443"),
        ("k8s.example:6443", "http://k8s.example:6443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_the_url(given: str, url: str) -> None:
    assert server_of(selection(given), {}).url == url


@pytest.mark.parametrize(
    "tls",
    [
        selection("k8s.example", {"certificate-authority-data": PEM_DATA}),
        selection("k8s.example", {"insecure-skip-tls-verify": True}),
        selection("k8s.example", user=User(client_certificate_data=PEM_DATA)),
    ],
)
def test_a_bare_host_is_https_where_tls_is_configured(tls: Selection) -> None:
    assert server_of(tls, {}).url == "https://k8s.example"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "has no server"),
        ("ftp://k8s.example", "not a URL"),
        ("https://", "not a URL"),
        ("https://k8s.example:port", "not a URL"),
        ("https://[::1", "not a URL"),
        ("https://k8s .example", "not a URL"),
        ("https://k8s.example\x1b[8m", r"not a URL: .*\\x1b"),
        ("https://admin:hunter2@k8s.example", "holds a user name or password"),
        ("ftp://admin:hunter2@k8s.example", "not a URL"),
    ],
)
def test_what_is_no_server_is_said(given: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        server_of(selection(given), {})
    assert "hunter2" not in f"{caught.value.message}{caught.value.fix}"


def test_verification_is_on_and_insecure_is_honoured_with_a_warning() -> None:
    strict = server_of(selection("https://a", {"certificate-authority-data": PEM_DATA}), {})
    assert (strict.verify, strict.ca, strict.warnings) == (True, PEM, ())
    loose = server_of(selection("https://a", {"insecure-skip-tls-verify": True}), {})
    assert loose.verify is False
    assert "TLS verification is off for https://a" in loose.warnings[0]


@pytest.mark.parametrize(
    ("url", "warns"),
    [
        ("http://k8s.example", True),
        ("http://127.0.0.1:1", False),
        ("http://localhost:1", False),
        ("http://[::1]", False),
    ],
)
def test_an_unencrypted_connection_over_the_network_warns(url: str, warns: bool) -> None:
    assert bool(server_of(selection(url), {}).warnings) is warns


def test_data_wins_over_the_path_and_may_be_wrapped(tmp_path: Path) -> None:
    wrapped = "\n".join([PEM_DATA[:10], PEM_DATA[10:]])
    assert pem(wrapped, str(tmp_path / "missing"), "certificate-authority") == PEM


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_bytes(PEM)
    assert pem("", str(tmp_path / "ca.crt"), "certificate-authority") == PEM
    assert pem("", "", "certificate-authority") == b""


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        ("not base64!", "", "certificate-authority-data .* not base64"),
        ("aHVudGVyMg==", "", "certificate-authority-data holds no PEM"),
        ("", "/nowhere/ca.crt", "certificate-authority /nowhere/ca.crt cannot be read: No such file"),
        ("", "/etc/hostname", "certificate-authority /etc/hostname holds no PEM"),
    ],
)
def test_what_is_no_pem_is_said(data: str, path: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        pem(data, path, "certificate-authority")


def test_the_proxy_does_not_show() -> None:
    assert "hunter2" not in repr(Server("https://a", proxy="http://u:hunter2@p:1"))
