import pytest

from app.errors import ConfigError
from app.kube.proxy import proxy_for, without_password

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("server", "proxy_url", "environ", "expected"),
    [
        ("https://k8s.example:6443", "", {}, ""),
        ("https://k8s.example:6443", PROXY, {}, PROXY),
        ("https://k8s.example:6443", PROXY, {"HTTPS_PROXY": "http://other:1", "NO_PROXY": "*"}, PROXY),
        ("https://k8s.example:6443", "", {"HTTPS_PROXY": PROXY}, PROXY),
        ("https://k8s.example:6443", "", {"https_proxy": PROXY}, PROXY),
        ("https://k8s.example:6443", "", {"HTTP_PROXY": PROXY}, ""),
        ("http://k8s.example:8080", "", {"HTTP_PROXY": PROXY}, PROXY),
        ("http://k8s.example:8080", "", {"HTTPS_PROXY": PROXY}, ""),
        ("https://k8s.example:6443", "", {"HTTPS_PROXY": "proxy.example:3128"}, PROXY),
        ("https://k8s.example:6443", "", {"HTTPS_PROXY": "https://secure:443"}, "https://secure:443"),
        ("https://127.0.0.1:6443", "", {"HTTPS_PROXY": PROXY}, ""),
        ("https://localhost:6443", "", {"HTTPS_PROXY": PROXY}, ""),
        ("https://[::1]:6443", "", {"HTTPS_PROXY": PROXY}, ""),
        ("https://127.0.0.1:6443", PROXY, {}, PROXY),
    ],
)
def test_the_proxy_is_the_one_kubectl_would_use(
    server: str, proxy_url: str, environ: dict[str, str], expected: str
) -> None:
    assert proxy_for(server, proxy_url, environ) == expected


@pytest.mark.parametrize(
    ("server", "no_proxy", "is_direct"),
    [
        ("https://k8s.example:6443", "*", True),
        ("https://k8s.example:6443", "k8s.example", True),
        ("https://k8s.example:6443", "K8S.Example", True),
        ("https://k8s.example:6443", "example", True),
        ("https://k8s.example:6443", ".example", True),
        ("https://k8s.example:6443", "*.example", True),
        ("https://example:6443", ".example", False),
        ("https://notk8s.example:6443", "k8s.example", False),
        ("https://k8s.example:6443", "other, k8s.example:6443", True),
        ("https://k8s.example:6443", "k8s.example:443", False),
        ("https://k8s.example", "k8s.example:443", True),
        ("https://10.1.2.3:6443", "10.0.0.0/8", True),
        ("https://10.1.2.3:6443", "11.0.0.0/8", False),
        ("https://k8s.example:6443", "10.0.0.0/8", False),
        ("https://10.1.2.3:6443", "10.1.2.3", True),
        ("https://10.1.2.3:6443", "10.1.2.3:6443", True),
        ("https://10.1.2.3:6443", "10.1.2.3:1", False),
        ("https://10.1.2.3:6443", "3", False),
        ("https://[fd00::1]:6443", "fd00::/8", True),
        ("https://[fd00::1]:6443", "fd00::1", True),
        ("https://[fd00::1]:6443", "[fd00::1]:6443", True),
        ("https://10.1.2.3:6443", "nonsense/99", False),
        ("https://k8s.example:6443", " , ", False),
    ],
)
def test_no_proxy(server: str, no_proxy: str, is_direct: bool) -> None:
    environ = {"HTTPS_PROXY": PROXY, "NO_PROXY": no_proxy}
    assert (proxy_for(server, "", environ) == "") is is_direct


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4", "ftp"])
@pytest.mark.parametrize("origin", ["proxy-url", "HTTPS_PROXY"])
def test_a_proxy_that_we_cannot_speak_is_refused_in_words(scheme: str, origin: str) -> None:
    url = f"{scheme}://user:hunter2@proxy:1080"
    with pytest.raises(ConfigError, match=f"{origin}.*{scheme} proxy") as caught:
        if origin == "proxy-url":
            proxy_for("https://k8s.example", url, {})
        else:
            proxy_for("https://k8s.example", "", {"HTTPS_PROXY": url})
    assert "hunter2" not in f"{caught.value.message}{caught.value.fix}"


@pytest.mark.parametrize("url", ["http://", "http://proxy:port", "http://[::1"])
def test_a_proxy_that_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="proxy-url in the kubeconfig"):
        proxy_for("https://k8s.example", url, {})


def test_a_message_never_shows_a_proxys_password() -> None:
    assert without_password("http://user:hunter2@proxy:3128") == "http://proxy:3128"
