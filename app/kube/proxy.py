"""Choose the proxy for an API server, as kubectl would.

Law: pure. ``proxy-url`` of the kubeconfig wins; else HTTPS_PROXY or HTTP_PROXY by the server's scheme, unless
NO_PROXY names the server. Loopback is never proxied by an environment variable. What we cannot speak is
refused in words: a proxy that is passed over would send traffic where it must not go.
"""

import ipaddress
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from app.domain.text import clean
from app.errors import ConfigError

_DEFAULT_PORTS = {"http": 80, "https": 443}


def proxy_for(server: str, proxy_url: str, environ: Mapping[str, str]) -> str:
    """Return the proxy's URL, or empty for a direct connection.

    Raises:
        ConfigError: the proxy's scheme is not http or https (socks5), or its URL has no host.
    """
    if proxy_url:
        return _checked(proxy_url, "proxy-url in the kubeconfig")
    target = urlsplit(server)
    for name in (f"{target.scheme}_proxy".upper(), f"{target.scheme}_proxy"):
        if environ.get(name):
            return "" if _is_direct(target, environ) else _checked(environ[name], name)
    return ""


def without_password(url: str) -> str:
    """Return a URL fit for a message: user name and password left out, control characters made visible."""
    parts = urlsplit(url)
    return clean(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())


def _checked(url: str, origin: str) -> str:
    # A bare host:port is a proxy without scheme, in the environment as in curl.
    full = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(full)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        raise ConfigError(f"{origin} is not a URL", fix="use http://HOST:PORT") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise ConfigError(
            f"{origin} asks for a {clean(parts.scheme, 20)} proxy, which netgrant cannot speak",
            fix="use an http:// proxy, for example one that forwards to the socks proxy",
        )
    if not parts.hostname:
        raise ConfigError(f"{origin} names no host", fix="use http://HOST:PORT")
    return full


def _is_direct(target: SplitResult, environ: Mapping[str, str]) -> bool:
    host = (target.hostname or "").rstrip(".")
    if host == "localhost" or _is_loopback(host):
        return True
    port = target.port or _DEFAULT_PORTS.get(target.scheme, 0)
    listed = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    return any(_matches(entry.strip().lower(), host, port) for entry in listed.split(",") if entry.strip())


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return address is not None and address.is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def _matches(entry: str, host: str, port: int) -> bool:
    """Tell whether one NO_PROXY entry is met: ``*``, host, ``.suffix``, address or CIDR, some with a port."""
    if entry == "*":
        return True
    address = _address(host)
    if "/" in entry:
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    if _address(entry) is None and entry.rpartition(":")[2].isdigit():
        entry, _, wanted = entry.rpartition(":")
        if int(wanted) != port:
            return False
    if address is not None:
        return address == _address(entry)
    suffix = entry.removeprefix("*")
    return host.endswith(suffix) if suffix.startswith(".") else f".{host}".endswith(f".{suffix}")
