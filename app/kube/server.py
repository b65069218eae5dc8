"""Where to connect and how the server is checked: a kubeconfig's cluster, verified and made absolute.

Law: everything that can be known to be wrong before the first connection is a ConfigError here.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from app.domain.text import clean
from app.errors import ConfigError
from app.kube.kubeconfig import Cluster, Selection
from app.kube.proxy import proxy_for


@dataclass(frozen=True, slots=True)
class Server:
    """One API server as it will be spoken to."""

    url: str
    """URL without a trailing slash; may have a path (an API server behind Rancher)."""
    ca: bytes = field(default=b"", repr=False)
    """PEM of the authorities; empty for the system's own."""
    verify: bool = True
    tls_server_name: str = ""
    proxy: str = field(default="", repr=False)

    @property
    def is_encrypted(self) -> bool:
        """Tell whether the connection uses TLS."""
        return self.url.startswith("https:")

    @property
    def is_loopback(self) -> bool:
        """Tell whether the server is on this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about this connection."""
        found: list[str] = []
        if self.is_encrypted and not self.verify:
            found.append(
                f"TLS verification is off for {self.url} (insecure-skip-tls-verify): "
                "anyone on the way can read and change what is sent"
            )
        if not self.is_encrypted and not self.is_loopback:
            found.append(f"the connection to {self.url} is not encrypted")
        return tuple(found)


def server_of(selection: Selection, environ: Mapping[str, str]) -> Server:
    """Return the server that a context points to.

    Raises:
        ConfigError: no server, a server that is no URL, an unreadable or broken CA, a proxy we cannot speak.
    """
    cluster = selection.cluster
    url = _url(selection)
    ca = pem(cluster.certificate_authority_data, cluster.certificate_authority, "certificate-authority")
    return Server(
        url=url,
        ca=b"" if cluster.insecure_skip_tls_verify else ca,
        verify=not cluster.insecure_skip_tls_verify,
        tls_server_name=cluster.tls_server_name,
        proxy=proxy_for(url, cluster.proxy_url, environ),
    )


def pem(data: str, path: str, what: str) -> bytes:
    """Return PEM from base64 ``data``, else from the file at ``path``, else empty.

    Raises:
        ConfigError: the data is no base64 of PEM, or the file cannot be read or holds no PEM.
    """
    if data:
        origin = f"{what}-data"
        try:
            content = base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            raise ConfigError(f"{origin} in the kubeconfig is not base64") from None
    elif path:
        origin = f"{what} {clean(path)}"
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise ConfigError(f"{origin} cannot be read: {error.strerror}", fix="check the path") from None
    else:
        return b""
    if b"-----BEGIN " not in content:
        raise ConfigError(f"{origin} holds no PEM block")
    return content


def _url(selection: Selection) -> str:
    cluster = selection.cluster
    name = clean(selection.context)
    if not cluster.server:
        raise ConfigError(
            f'the cluster of the context "{name}" has no server',
            fix="kubectl config set-cluster NAME --server=https://HOST:PORT",
        )
    given = cluster.server if "://" in cluster.server else f"{_default_scheme(selection)}://{cluster.server}"
    parts = _split(given)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        shown = clean(cluster.server.rpartition("@")[2], 200)
        raise ConfigError(
            f'the server of the context "{name}" is not a URL: {shown}',
            fix="kubectl config set-cluster NAME --server=https://HOST:PORT",
        )
    if "@" in parts.netloc:
        raise ConfigError(
            f'the server URL of the context "{name}" holds a user name or password',
            fix="put them into the users section of the kubeconfig",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return None
    return parts if url.isprintable() and " " not in url else None


def _default_scheme(selection: Selection) -> str:
    """Return what client-go assumes for a bare host: TLS where anything about TLS is configured."""
    cluster, user = selection.cluster, selection.user
    return (
        "https" if _speaks_tls(cluster) or user.client_certificate or user.client_certificate_data else "http"
    )


def _speaks_tls(cluster: Cluster) -> bool:
    return bool(
        cluster.certificate_authority
        or cluster.certificate_authority_data
        or cluster.insecure_skip_tls_verify
    )
