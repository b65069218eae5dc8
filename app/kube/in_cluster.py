"""The selection of a process that runs in a pod: its service account, in its namespace.

Law: the library finds server and authority; the token is read by our own rules (stripped, every minute), for
its loader keeps a trailing line break, with which no request can be sent.
"""

import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from app.domain.text import clean
from app.errors import ConfigError
from app.kube.kubeconfig import DEFAULT_NAMESPACE, Cluster, Selection, User

SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
CONTEXT = "in-cluster"


def in_cluster(environ: Mapping[str, str], folder: str = SERVICE_ACCOUNT) -> Selection | None:
    """Return how this pod reaches its cluster, None outside of one.

    Args:
        environ: KUBERNETES_SERVICE_HOST and _PORT tell that we are in a pod.
        folder: where the kubelet puts the service account's files.

    Raises:
        ConfigError: we are in a pod that has no usable service account.
    """
    if not environ.get("KUBERNETES_SERVICE_HOST"):
        return None
    from app.kube.slim import Configuration, in_cluster_loader  # 160 ms, not needed to read a kubeconfig

    loader_class, library_error = in_cluster_loader()
    token, authority = Path(folder, "token"), Path(folder, "ca.crt")
    configuration = Configuration()
    try:
        loader = loader_class(str(token), str(authority), try_refresh_token=False, environ=environ)
        loader.load_and_set(configuration)
    except (library_error, OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"this runs in a pod whose service account cannot be used: {clean(str(error), 200)}",
            fix="set automountServiceAccountToken, or mount a kubeconfig",
        ) from None
    cluster = Cluster(server=str(configuration.host), certificate_authority=str(authority))
    user = User(token_file=str(token))
    return Selection(CONTEXT, _namespace(folder), cluster, "service account", user, is_in_pod=True)


def own_address(url: str) -> str | None:
    """Return the pod's address on the way to the API server, None if there is no way; sends nothing."""
    parts = urlsplit(url)
    try:
        family, kind, *_, address = socket.getaddrinfo(
            parts.hostname, parts.port or 443, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
        )[0]
        with socket.socket(family, kind) as probe:
            probe.connect(address)  # of a datagram socket: chooses the route, sends no packet
            return str(probe.getsockname()[0])
    except OSError:
        return None


def _namespace(folder: str) -> str:
    try:
        return Path(folder, "namespace").read_text(encoding="utf-8").strip() or DEFAULT_NAMESPACE
    except (OSError, UnicodeDecodeError):
        return DEFAULT_NAMESPACE
