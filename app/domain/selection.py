"""Which pods a policy's selectors mean, at either end of the connections that it opens.

Law: pure; semantics are NetworkPolicy's own. A peer's podSelector alone means the policy's own namespace;
with a namespaceSelector beside it both must hold; a namespaceSelector alone means all pods of those
namespaces; a rule without peers means everybody; rules of a side that is not in policyTypes do not count.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.labels import selector_from_object
from app.domain.objects import NetworkPolicy
from app.domain.peers import Block, Pods, peer_from_object
from app.domain.policyspec import sides_of
from app.errors import InputError


class Role(StrEnum):
    """Which end of the connection."""

    TARGET = "target"
    """Receives it."""
    SOURCE = "source"
    """Opens it."""


@dataclass(frozen=True, slots=True)
class End:
    """Some pods that a policy means."""

    role: Role
    namespace: str
    """The policy's own: where pods without a namespaceSelector are looked for."""
    pods: Pods


@dataclass(frozen=True, slots=True)
class Outside:
    """An end that is not said by labels: a CIDR, everybody, or something that cannot be read."""

    role: Role
    told: str


ANYBODY = "anybody"
UNREADABLE = "(unreadable)"


def ends_of(policy: NetworkPolicy) -> tuple[End | Outside, ...]:
    """Return both ends of a policy, each once, the selected pods first."""
    return tuple(dict.fromkeys(_ends(policy.metadata.namespace, policy.spec or {})))


def _ends(namespace: str, spec: Mapping[str, Any]) -> Iterator[End | Outside]:
    try:
        sides = sides_of(spec)
    except (AttributeError, TypeError):
        yield Outside(Role.TARGET, UNREADABLE)
        return
    for side in sides:
        own, other = (Role.TARGET, Role.SOURCE) if side == "ingress" else (Role.SOURCE, Role.TARGET)
        try:
            yield End(own, namespace, Pods(selector_from_object(spec.get("podSelector"))))
        except InputError:
            yield Outside(own, UNREADABLE)
        yield from _peers(namespace, other, spec.get(side))


def _peers(namespace: str, role: Role, rules: object) -> Iterator[End | Outside]:
    for rule in rules if isinstance(rules, list) else ():
        if not isinstance(rule, dict | None):
            yield Outside(role, UNREADABLE)
            continue
        peers = (rule or {}).get("from" if role is Role.SOURCE else "to")
        if not peers:
            yield Outside(role, ANYBODY)
        else:
            yield from (
                _peer(namespace, role, peer) for peer in (peers if isinstance(peers, list) else [None])
            )


def _peer(namespace: str, role: Role, value: object) -> End | Outside:
    try:
        peer = peer_from_object(value)
    except InputError:
        return Outside(role, UNREADABLE)
    return Outside(role, str(peer)) if isinstance(peer, Block) else End(role, namespace, peer)
