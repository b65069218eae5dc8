"""A NetworkPolicy's spec as JSON: built from options, brought to its one canonical form, described, hashed.

Law: pure. Two specs mean the same to the API server exactly if their canonical forms are equal.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.labels import Selector, selector_from_object
from app.domain.peers import Peer, Pods, peer_from_object
from app.domain.portspec import PortRange, describe_ports
from app.domain.records import Json
from app.errors import InputError


class Direction(StrEnum):
    """Which end the policy stands at: ``ingress`` selects the targets, ``egress`` the sources."""

    INGRESS = "ingress"
    EGRESS = "egress"


def build_spec(
    direction: Direction, selected: Selector, peers: Sequence[Peer], ports: Sequence[PortRange]
) -> Json:
    """Return the spec that lets ``peers`` and the selected pods talk on ``ports``.

    Args:
        direction: ingress opens the way from the peers to the selected pods, egress the other way round.
        selected: the pods that the policy selects.
        peers: the other side; must not be empty, since an empty list would mean everybody.
        ports: none means all ports.

    Raises:
        InputError: no peers.
    """
    if not peers:
        raise InputError(
            "a grant needs at least one peer", field="from", fix="an empty list would mean everybody"
        )
    rule: Json = {"from" if direction is Direction.INGRESS else "to": [peer.to_object() for peer in peers]}
    if ports:
        rule["ports"] = [port.to_object() for port in ports]
    return {
        "podSelector": selected.to_object(),
        "policyTypes": [direction.capitalize()],
        str(direction): [rule],
    }


def _compact(value: Mapping[str, Any]) -> Json:
    return {key: item for key, item in value.items() if item not in (None, [], {})}


def _canonical_selector(value: Mapping[str, Any] | None) -> Json:
    return _compact(value or {})


def _canonical_peer(value: Mapping[str, Any]) -> Json:
    found = {
        k: _canonical_selector(value[k])
        for k in ("namespaceSelector", "podSelector")
        if value.get(k) is not None
    }
    if value.get("ipBlock") is not None:
        found["ipBlock"] = _compact(value["ipBlock"])
    return found


def _canonical_rule(rule: Mapping[str, Any]) -> Json:
    side = {k: [_canonical_peer(peer) for peer in rule[k]] for k in ("from", "to") if rule.get(k)}
    ports = [
        _compact({**port, "protocol": port.get("protocol") or "TCP"}) for port in rule.get("ports") or ()
    ]
    return {**side, **({"ports": ports} if ports else {})}


def canonical_spec(spec: Mapping[str, Any]) -> Json:
    """Return the spec with the API server's defaults filled in and what means nothing left out.

    ``policyTypes`` missing means Ingress always, and Egress if there are egress rules; a port's protocol
    is TCP; empty lists and maps are dropped, but for the empty selectors and rules that mean "all".
    """
    found: Json = {"podSelector": _canonical_selector(spec.get("podSelector"))}
    for side in ("ingress", "egress"):
        if spec.get(side):
            found[side] = [_canonical_rule(rule) for rule in spec[side]]
    types = list(spec.get("policyTypes") or ())
    found["policyTypes"] = types or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
    return found


def spec_hash(spec: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical spec, in 64 hex digits: equal exactly if nothing has drifted."""
    text = json.dumps(canonical_spec(spec), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def direction_of(spec: Mapping[str, Any]) -> str:
    """Return ``ingress``, ``egress`` or ``both``."""
    types = canonical_spec(spec)["policyTypes"]
    return "both" if len(types) == 2 else types[0].lower()


def _selector_text(selector: Selector) -> str:
    return str(selector) or "all pods"


def describe_target(spec: Mapping[str, Any]) -> str:
    """Write the selected pods: ``app=database``, or ``all pods``; unreadable selectors are said to be so."""
    try:
        return _selector_text(selector_from_object(spec.get("podSelector")))
    except InputError:
        return "(unreadable selector)"


def _rules(spec: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]]:
    return [
        (rule, key) for side, key in (("ingress", "from"), ("egress", "to")) for rule in spec.get(side) or ()
    ]


def _peer_text(value: dict[str, Any]) -> str:
    try:
        peer = peer_from_object(value)
    except InputError:
        return "(unreadable peer)"
    if isinstance(peer, Pods) and peer.namespaces is None and not str(peer.pods):
        return "all pods here"
    return str(peer)


def _joined(found: Sequence[str], nothing: str) -> str:
    return ", ".join(dict.fromkeys(found)) or nothing


def describe_peers(spec: Mapping[str, Any]) -> str:
    """Write the other side of all rules; ``anybody`` for a rule without peers, ``nobody`` without rules."""
    texts = [
        text
        for rule, key in _rules(spec)
        for text in ([_peer_text(peer) for peer in rule.get(key) or ()] or ["anybody"])
    ]
    return _joined(texts, "nobody")


def describe_rule_ports(spec: Mapping[str, Any]) -> str:
    """Write the ports of all rules: ``5432/TCP``, ``all``, or ``none`` without rules."""
    return _joined([describe_ports(rule.get("ports")) for rule, _ in _rules(spec)], "none")


@dataclass(frozen=True, slots=True)
class Summary:
    """Some specs in words, each word once."""

    direction: str
    target: str
    peers: str
    ports: str


def summarise(specs: Iterable[Mapping[str, Any]]) -> Summary:
    """Return what the policies of one grant let through, in words."""
    kept = list(specs)
    words = (direction_of, describe_target, describe_peers, describe_rule_ports)
    return Summary(*("; ".join(dict.fromkeys(word(spec) for spec in kept)) for word in words))
