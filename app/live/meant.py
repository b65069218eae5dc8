"""Whom a form that is being filled in means, in pods and addresses, and the few words beside each field.

Law: pure; a count is of this moment. Where pods are not known, no count is told: "no pod" would be a lie.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.commands.preview import Understood
from app.domain.objects import Pod
from app.domain.peers import Block, Peer, Pods
from app.domain.policyspec import describe_rule_ports
from app.domain.proposal import Field, Proposal
from app.domain.selection import Role
from app.live.cluster import Kind, LiveCluster
from app.live.concerned import EndNow
from app.live.population import Population
from app.live.ranking import counted

_ALL_PORTS = "ALL ports are opened"


@dataclass(frozen=True, slots=True)
class Hint:
    """A few words beside a field."""

    text: str
    is_doubtful: bool = False
    """It can be granted, but is hardly what was meant."""


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a form means."""

    ends: tuple[EndNow, ...] = ()
    """The target first; a side that cannot be told is left out."""
    hints: dict[Field, Hint] = field(default_factory=dict)
    receivers: tuple[Pod, ...] = ()
    """The pods that would receive the connection, as far as they are pods."""


def meant(cluster: LiveCluster, population: Population, found: Understood, asked: Proposal) -> Meant:
    """Return whom a form means.

    Args:
        cluster: how far its pods are known.
        population: its pods.
        found: what the form says.
        asked: the form.
    """
    sides: dict[Field, tuple[Peer, ...]] = {}
    if found.selected is not None and found.namespace:
        sides[asked.selected] = (Pods(found.selected),)
    if found.peers is not None:
        sides[asked.peers] = found.peers
    ends: list[EndNow] = []
    hints: dict[Field, Hint] = {}
    for place, role in ((Field.TARGET, Role.TARGET), (Field.SOURCE, Role.SOURCE)):
        if place in sides:
            end = _end(role, sides[place], population, found.namespace)
            ends.append(end)
            spaces = _spaces(sides[place], population, found.namespace)
            is_known = all(cluster.knows(Kind.PODS, space) for space in spaces)
            hints[place] = _hint(end, sides[place], is_known)
    receivers = next((end.pods for end in ends if end.role is Role.TARGET), ())
    if Field.PORTS not in found.troubles:
        hints[Field.PORTS] = _ports_hint(found, asked, receivers)
    return Meant(tuple(ends), hints, receivers)


def _end(role: Role, peers: Sequence[Peer], population: Population, namespace: str) -> EndNow:
    pods: dict[str, Pod] = {}
    for peer in peers:
        if isinstance(peer, Pods):
            pods |= {
                f"{p.metadata.namespace}/{p.metadata.name}": p for p in population.meant(namespace, peer)
            }
    told = tuple(dict.fromkeys(str(peer) for peer in peers))
    return EndNow(role, told, tuple(pods.values()), 0, any(isinstance(peer, Pods) for peer in peers))


def _spaces(peers: Sequence[Peer], population: Population, namespace: str) -> set[str]:
    """Return the namespaces whose pods would have to be known."""
    found: set[str] = set()
    for peer in peers:
        if isinstance(peer, Pods):
            found |= {namespace} if peer.namespaces is None else {*population.namespaces(peer.namespaces)}
    return found


def _hint(end: EndNow, peers: Sequence[Peer], is_known: bool) -> Hint:
    words: list[str] = []
    is_doubtful = False
    if end.is_by_labels and is_known:
        is_doubtful = not end.pods
        words.append(counted(len(end.pods), "pod") if end.pods else "no pod: is that the label?")
    elif end.is_by_labels:
        words.append("pods are not known here")
    blocks = [peer for peer in peers if isinstance(peer, Block)]
    if blocks:
        words.append(_addresses(blocks))
        is_doubtful |= any(ipaddress.ip_network(block.cidr).prefixlen == 0 for block in blocks)
    return Hint(", ".join(words), is_doubtful)


def _addresses(blocks: Sequence[Block]) -> str:
    total = 0
    for block in blocks:
        network = ipaddress.ip_network(block.cidr)
        if network.prefixlen == 0:
            return "EVERYBODY, but for the exceptions" if block.excepts else "EVERYBODY"
        total += network.num_addresses
        total -= sum(ipaddress.ip_network(part).num_addresses for part in block.excepts)
    word = "CIDR" if len(blocks) == 1 else f"{len(blocks)} CIDRs"
    return f"{word}, {counted(total, 'address')}" if total < 10**9 else word


def _ports_hint(found: Understood, asked: Proposal, receivers: Sequence[Pod]) -> Hint:
    if not asked.ports.strip():
        told = describe_rule_ports(found.order.wishes[0].spec) if found.order else ""
        return Hint(told) if told and "all" not in told else Hint(_ALL_PORTS, is_doubtful=True)
    wanted = _wanted(asked.ports)
    if not receivers or not wanted:
        return Hint("")
    names = set()
    declaring = 0
    for pod in receivers:
        fits = _declared(pod) & wanted
        declaring += bool(fits)
        names |= {f"{number} ({name})" for number, name, _ in _ports_of(pod) if name and str(number) in fits}
    if not declaring:
        return Hint("no container declares it")
    told = f"on {declaring} of {counted(len(receivers), 'pod')}"
    return Hint(f"{', '.join(sorted(names))} {told}" if names and len(names) < 3 else told)


def _wanted(ports: str) -> set[str]:
    """Return the single ports that are asked for, by number or name."""
    return {piece.strip().partition("/")[0] for piece in ports.split(",") if "-" not in piece}


def _ports_of(pod: Pod) -> list[tuple[int, str, str]]:
    return [
        (port.container_port, port.name, port.protocol)
        for container in pod.spec.containers or ()
        for port in container.ports or ()
    ]


def _declared(pod: Pod) -> set[str]:
    return {word for number, name, _ in _ports_of(pod) for word in (str(number), name) if word}
