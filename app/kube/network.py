"""Turn what fails on the way to the API server into UnreachableError, or UncertainError for a sent write.

Law: a connection that never stood has sent nothing, so a write over it did not happen. Anything later leaves
a write uncertain. Messages name the server and the cause; a proxy's password is left out.
"""

import asyncio
import ssl

from app.domain.text import clean
from app.errors import ClusterError, UncertainError, UnreachableError
from app.kube.proxy import without_password
from app.kube.request import action_of, is_write
from app.kube.server import Server
from app.kube.slim import aiohttp
from app.kube.wire import Call

# All that a request or a read may raise. ClientError covers DNS, refusals, TLS, proxies and broken answers;
# ssl errors surface bare when a server turns a client certificate down after the handshake (TLS 1.3).
NETWORK_ERRORS = (aiohttp.ClientError, asyncio.TimeoutError, ssl.SSLError, ConnectionError)

_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.ConnectionTimeoutError)


def error_from_network(error: BaseException, call: Call, server: Server) -> ClusterError:
    """Return the error that a failure on the way stands for."""
    cause, fix = _cause(error, server)
    if is_write(call) and not isinstance(error, _NEVER_SENT):
        return UncertainError(
            f"{action_of(call)} may or may not have happened: {server.url} {cause}",
            fix="look whether it happened before trying again",
        )
    return UnreachableError(f"cannot {action_of(call)}: {server.url} {cause}", fix=fix)


def _cause(error: BaseException, server: Server) -> tuple[str, str]:
    """Return what the server does (``refuses the connection``) and what to do about it."""
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return _proxy(error, server)
    if isinstance(error, aiohttp.ClientConnectorError):
        return _never_stood(error)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return "does not answer: the connection timed out", "check the address, the VPN and firewalls"
    if isinstance(error, asyncio.TimeoutError):
        return "is silent: no answer in time", "try again; check the network and the server's load"
    if isinstance(error, ssl.SSLError):
        return _tls(error)
    if isinstance(error, aiohttp.ClientResponseError):
        return "answers with something that is not HTTP", "check the server's address and port"
    return f"cut the connection ({_kind(error)})", "try again; check the network and proxies on the way"


def _never_stood(error: aiohttp.ClientConnectorError) -> tuple[str, str]:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _certificate(error.certificate_error)
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return _tls(error.os_error)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "cannot be found: its host name is unknown", "check the name, the DNS and the VPN"
    return _connect(error.os_error)


def _proxy(
    error: aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError, server: Server
) -> tuple[str, str]:
    proxy = without_password(server.proxy)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        said = f"answers {error.status} {clean(error.message, 100)}"
        return f"is behind the proxy {proxy}, which {said}", "check the proxy's rules and its login"
    what, _ = _connect(error.os_error)
    return f"is behind the proxy {proxy}, which {what}", "check proxy-url, HTTPS_PROXY and NO_PROXY"


def _connect(error: OSError) -> tuple[str, str]:
    if isinstance(error, ConnectionRefusedError):
        return "refuses the connection", "check that the API server runs, and its port"
    why = clean(error.strerror or _kind(error), 120)
    return f"cannot be reached: {why}", "check the address, the VPN and firewalls"


def _certificate(error: Exception) -> tuple[str, str]:
    why = clean(getattr(error, "verify_message", "") or "it is not valid", 200)
    return (
        f"shows a certificate that cannot be trusted: {why}",
        "check certificate-authority(-data) and tls-server-name of the cluster in the kubeconfig",
    )


def _tls(error: OSError) -> tuple[str, str]:
    reason = str(getattr(error, "reason", None) or _kind(error)).replace("_", " ").lower()
    return f"cannot agree on TLS: {clean(reason, 120)}", "check that the server speaks TLS on this port"


def _kind(error: BaseException) -> str:
    strerror = getattr(error, "strerror", None)
    return clean(str(strerror), 120) if strerror else type(error).__name__
