"""CIDRs as the API server reads them: what it refuses, what it warns about.

Law: pure. Source: k8s.io/apimachinery pkg/util/validation/ip.go, k8s.io/utils/net (ParseCIDRSloppy).
"""

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_cidr(text: str) -> Network | None:
    """Return the network of ``text`` with host bits cleared, or None; leading zeros are overlooked.

    This is Go's ParseCIDRSloppy: one slash, four decimal octets or an IPv6 address without a zone.
    """
    address, slash, length = text.partition("/")
    if not slash or not _is_digits(length) or "%" in address:
        return None
    head, colon, tail = address.rpartition(":")
    if not colon or "." in tail:
        octets = tail.split(".")
        if len(octets) != 4 or not all(map(_is_digits, octets)):
            return None
        address = head + colon + ".".join(str(int(octet)) for octet in octets)
    try:
        return ipaddress.ip_network(f"{address}/{int(length)}", strict=False)
    except ValueError:
        return None


def cidr_error(text: str, *, strict: bool = True) -> str:
    """Return why the API server refuses ``text`` as a CIDR, or the empty string."""
    network = parse_cidr(text)
    if network is None:
        return "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
    if not strict:
        return ""
    address, _, length = text.partition("/")
    tail = address.rpartition(":")[2]
    parts = [length, *tail.split(".")] if "." in tail else [length]
    if any(len(part) > 1 and part.startswith("0") for part in parts):
        return "must not have leading 0s in IP or prefix length"
    exact = ipaddress.ip_address(address)
    if isinstance(exact, ipaddress.IPv6Address) and exact.ipv4_mapped:
        return "must not have an IPv4-mapped IPv6 address"
    if exact != network.network_address:
        return "must not have bits set beyond the prefix length"
    return ""


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 8


def cidr_warning(text: str) -> str:
    """Return what the API server warns about in an accepted CIDR, or the empty string."""
    network = parse_cidr(text)
    if network is None:
        return ""
    address = text.partition("/")[0]
    own = parse_cidr(f"{address}/{network.max_prefixlen}")
    if own is not None and own.network_address != network.network_address:
        return f'CIDR value "{text}" is ambiguous in this context (should be "{network}" or "{own}"?)'
    if cidr_error(text):
        return f'non-standard CIDR value "{text}" is invalid: use "{network}"'
    if network.version == 6 and str(network) != text:
        return f'IPv6 CIDR value "{text}" should be in RFC 5952 canonical format ("{network}")'
    return ""


def is_strictly_inside(inner: Network, outer: Network) -> bool:
    """Tell whether ``inner`` is a part of ``outer`` and not all of it, as Go's IPNet.Contains sees it.

    An IPv4-mapped IPv6 address counts as the IPv4 address; lengths are compared as they were written.
    """
    first, around = _unmapped(inner.network_address), outer
    mapped = _unmapped(outer.network_address)
    if mapped.version != outer.version:
        around = ipaddress.ip_network(f"{mapped}/{max(0, outer.prefixlen - 96)}", strict=False)
    return first.version == around.version and first in around and outer.prefixlen < inner.prefixlen


def _unmapped(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
