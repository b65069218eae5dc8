"""A NetworkPolicy's spec as JSON: built from options, brought to its one canonical form, described, hashed.

Law: pure. The canonical form is what a server would store: specs that differ only in defaults and empties
have the same. What comes from a cluster may be of any shape, and is then said to be unreadable: only
``build_spec`` and ``canonical_spec``, which are for specs of our own, raise.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from app.domain.labels import Selector, selector_from_object
from app.domain.peers import ALL_PODS, Peer, Pods, peer_from_object
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


_SIDES = {"ingress": "from", "egress": "to"}
_POINTERS = frozenset({"podSelector", "namespaceSelector", "ipBlock"})
"""Fields that mean something even when they are empty."""
_STRUCTS = frozenset({"ingress", "egress", "from", "to", "ports", "matchExpressions"})
"""Lists in which null counts as an empty object; in all others it counts as an empty text."""


def _tidy(value: Any, name: str = "") -> Any:  # noqa: ANN401 (any JSON)
    """Return ``value``, found in the field ``name``, with null, empty lists and maps dropped as Go does."""
    if isinstance(value, list):
        blank: Any = {} if name in _STRUCTS else ""
        return [blank if item is None else _tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, item in value.items():
        if item is None and name != "matchLabels":
            continue
        kept = "" if item is None else _tidy(item, key)
        if kept or key in _POINTERS or not isinstance(kept, list | dict):
            found[key] = kept
    return found


def canonical_spec(spec: Mapping[str, Any]) -> Json:
    """Return the spec with the API server's defaults filled in and what means nothing left out.

    ``policyTypes`` missing means Ingress always, and Egress if there are egress rules; a port's protocol
    is TCP; empty lists and maps are dropped, but for the empty selectors and rules that mean "all". Fields
    that we do not know are kept.

    Raises:
        AttributeError, TypeError, ValueError: it has not the types of a NetworkPolicySpec.
    """
    found: Json = {"podSelector": {}, **_tidy(spec)}
    for side in _SIDES:
        for rule in found.get(side, ()):
            for port in rule.get("ports", ()):
                port.setdefault("protocol", "TCP")
    found.setdefault("policyTypes", ["Ingress", "Egress"] if "egress" in found else ["Ingress"])
    return found


_ODD = (AttributeError, InputError, KeyError, RecursionError, TypeError, ValueError)
"""What reading a spec of an unforeseen shape may raise."""
UNREADABLE = "(unreadable)"


def spec_hash(spec: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical spec, in 64 hex digits: equal exactly if nothing has drifted."""
    try:
        text = json.dumps(canonical_spec(spec), sort_keys=True, separators=(",", ":"))
    except _ODD:
        text = UNREADABLE  # which no spec that was granted ever is
    return hashlib.sha256(text.encode()).hexdigest()


def _telling(describe: Callable[[Mapping[str, Any]], str]) -> Callable[[Mapping[str, Any]], str]:
    @wraps(describe)
    def told(spec: Mapping[str, Any]) -> str:
        try:
            return describe(spec)
        except _ODD:
            return UNREADABLE

    return told


def sides_of(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the sides that count, ingress first: the rules of a side that is not in policyTypes do not."""
    types = spec.get("policyTypes") or ("Ingress", *(["Egress"] if spec.get("egress") else []))
    return tuple(side for side in _SIDES if side.capitalize() in types)


@_telling
def direction_of(spec: Mapping[str, Any]) -> str:
    """Return ``ingress``, ``egress`` or ``both``."""
    types = sides_of(spec)
    return "both" if len(types) == 2 else types[0] if types else UNREADABLE


def _selector_text(selector: Selector) -> str:
    return str(selector) or ALL_PODS


@_telling
def describe_target(spec: Mapping[str, Any]) -> str:
    """Write the selected pods: ``app=database``, or ``all pods``."""
    return _selector_text(selector_from_object(spec.get("podSelector")))


def _rules(spec: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]]:
    return [(rule or {}, _SIDES[side]) for side in sides_of(spec) for rule in spec.get(side) or ()]


def _peer_text(value: object) -> str:
    try:
        peer = peer_from_object(value)
    except InputError:
        return "(unreadable peer)"
    if isinstance(peer, Pods) and peer.namespaces is None and not str(peer.pods):
        return "all pods here"
    return str(peer)


def _joined(found: Sequence[str], nothing: str) -> str:
    return ", ".join(dict.fromkeys(found)) or nothing


@_telling
def describe_peers(spec: Mapping[str, Any]) -> str:
    """Write the other side of all rules; ``anybody`` for a rule without peers, ``nobody`` without rules."""
    texts = [
        text
        for rule, key in _rules(spec)
        for text in ([_peer_text(peer) for peer in rule.get(key) or ()] or ["anybody"])
    ]
    return _joined(texts, "nobody")


@_telling
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
