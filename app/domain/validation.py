"""The API server's rules for networking.k8s.io/v1 NetworkPolicy, as a pure function over JSON.

Law: what this refuses, kube-apiserver 1.36 refuses, with the same paths, reasons and words, and the
other way round. Source: k8s.io/kubernetes pkg/apis/networking/validation.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from app.domain.cidrs import cidr_error, cidr_warning, is_strictly_inside, parse_cidr
from app.domain.field_errors import (
    Cause,
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from app.domain.metadata_rules import validate_metadata, validate_selector
from app.domain.names import port_name_errors
from app.domain.policy_schema import NETWORK_POLICY, policy_decode_error
from app.domain.schema import decode

PROTOCOLS = ("TCP", "UDP", "SCTP")
POLICY_TYPES = ("Ingress", "Egress")


def validate_policy(
    manifest: Mapping[str, Any],
    *,
    known_cidrs: Set[str] = frozenset(),
    strict_cidrs: bool = True,
) -> tuple[FieldError, ...]:
    """Return all that the API server would refuse in ``manifest``, in its order; nothing if it is fine.

    Args:
        manifest: a NetworkPolicy as decoded JSON, with its namespace filled in. A value of the wrong type
            (the server's 400) is reported as the one error ``FieldValueTypeInvalid``.
        known_cidrs: CIDRs of the object being updated: those are never checked again.
        strict_cidrs: refuse host bits, leading zeros and IPv4-mapped addresses, as servers do since 1.36.
    """
    if error := policy_decode_error(manifest):
        return (FieldError(error.path, Cause.TYPE_INVALID, str(error)),)
    policy = decode(manifest, NETWORK_POLICY).value
    return (
        *validate_metadata(policy["metadata"]),
        *_Rules(known_cidrs, strict_cidrs).spec(policy["spec"]),
    )


def policy_cidrs(policy: Mapping[str, Any]) -> frozenset[str]:
    """Return all CIDRs and exceptions that ``policy`` names, for ``known_cidrs`` of its update."""
    blocks = [block for _, block in _blocks(policy)]
    return frozenset(
        text for block in blocks for text in (block.get("cidr", ""), *(block.get("except") or ()))
    )


def policy_warnings(policy: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the API server would warn about in a policy that it accepts: CIDRs written oddly."""
    found: list[str] = []
    for field, block in _blocks(policy):
        places = [(f"{field}.cidr", block.get("cidr", ""))]
        places += [(f"{field}.except[{i}]", text) for i, text in enumerate(block.get("except") or ())]
        found += [f"{place}: {text}" for place, cidr in places if (text := cidr_warning(cidr))]
    return tuple(found)


def _blocks(policy: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    spec = policy.get("spec") or {}
    for rules, side in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(spec.get(rules) or ()):
            for number, peer in enumerate(rule.get(side) or ()):
                if peer.get("ipBlock"):
                    yield f"spec.{rules}[{index}].{side}[{number}].ipBlock", peer["ipBlock"]


def _port_number_errors(field: str, number: int) -> Iterator[FieldError]:
    if not 1 <= number <= 65535:
        yield invalid(field, number, "must be between 1 and 65535, inclusive")


def _validate_port(item: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    protocol, port, end = item.get("protocol", "TCP"), item.get("port"), item.get("endPort")
    if protocol not in PROTOCOLS:
        yield not_supported(f"{field}.protocol", protocol, PROTOCOLS)
    match port:
        case None:
            if end is not None:
                yield invalid(f"{field}.endPort", end, "may not be specified when `port` is not specified")
        case int():
            yield from _port_number_errors(f"{field}.port", port)
            if end is not None and end < port:
                yield invalid(f"{field}.endPort", port, "must be greater than or equal to `port`")
            if end is not None:
                yield from _port_number_errors(f"{field}.endPort", end)
        case _:
            if end is not None:
                yield invalid(f"{field}.endPort", end, "may not be specified when `port` is non-numeric")
            yield from (invalid(f"{field}.port", port, text) for text in port_name_errors(port))


class _Rules:
    """The rules of a spec under given allowances for CIDRs."""

    def __init__(self, known_cidrs: Set[str], strict_cidrs: bool) -> None:
        self._known = known_cidrs
        self._strict = strict_cidrs

    def spec(self, spec: Mapping[str, Any]) -> Iterator[FieldError]:
        """Yield what is wrong with a decoded NetworkPolicySpec."""
        yield from validate_selector(spec["podSelector"], "spec.podSelector")
        for rules, side in (("ingress", "from"), ("egress", "to")):
            for index, rule in enumerate(spec.get(rules, ())):
                field = f"spec.{rules}[{index}]"
                for number, port in enumerate(rule.get("ports", ())):
                    yield from _validate_port(port, f"{field}.ports[{number}]")
                for number, peer in enumerate(rule.get(side, ())):
                    yield from self._peer(peer, f"{field}.{side}[{number}]")
        types = spec.get("policyTypes", [])
        if len(types) > len(POLICY_TYPES):
            yield invalid("spec.policyTypes", types, "may not specify more than two policyTypes")
            return
        for index, name in enumerate(types):
            if name not in POLICY_TYPES:
                yield not_supported(f"spec.policyTypes[{index}]", name, POLICY_TYPES)

    def _peer(self, peer: Mapping[str, Any], field: str) -> Iterator[FieldError]:
        for name in ("podSelector", "namespaceSelector"):
            if name in peer:
                yield from validate_selector(peer[name], f"{field}.{name}")
        if "ipBlock" in peer:
            yield from self._ip_block(peer["ipBlock"], f"{field}.ipBlock")
        if not peer:
            yield required(field, "must specify a peer")
        elif "ipBlock" in peer and len(peer) > 1:
            yield forbidden(field, "may not specify both ipBlock and another peer")

    def _ip_block(self, block: Mapping[str, Any], field: str) -> Iterator[FieldError]:
        if not block["cidr"]:
            yield required(f"{field}.cidr")
            return
        yield from self._cidr(block["cidr"], f"{field}.cidr")
        outer = parse_cidr(block["cidr"])
        if outer is None:
            return
        for index, text in enumerate(block.get("except", ())):
            place = f"{field}.except[{index}]"
            yield from self._cidr(text, place)
            inner = parse_cidr(text)
            if inner is not None and not is_strictly_inside(inner, outer):
                yield invalid(place, text, "must be a strict subset of `cidr`")

    def _cidr(self, text: str, field: str) -> Iterator[FieldError]:
        error = "" if text in self._known else cidr_error(text, strict=self._strict)
        if error:
            yield invalid(field, text, error)
