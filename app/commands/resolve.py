"""Turn what a user named (``deploy/api``, ``svc/db:5432``, ``pod/x``, ``me``) into labels, ports and CIDRs.

Law: reads only; each translation is told, so that nobody grants something else than they think, and each
error names the option that it is about. A port that a Service brings opens that Service's pods alone.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.commands.named import Found, look_up
from app.commands.session import Cluster
from app.domain.labels import Operator, Requirement, Selector
from app.domain.manifest import Wish
from app.domain.peers import EXAMPLES, NAMESPACE_LABEL, Block, Me, Named, Peer, Pods, parse_block, parse_peer
from app.domain.policyspec import Direction, build_spec
from app.domain.portspec import PortRange, parse_port
from app.domain.records import Json
from app.errors import InputError, NotFoundError


@dataclass(frozen=True, slots=True)
class Opening:
    """A grant as its options say it, not yet looked up."""

    namespace: str
    selected: str
    """The pods that the policy selects: targets for ingress, sources for egress."""
    peers: tuple[str, ...]
    ports: tuple[str, ...] = ()
    direction: Direction = Direction.INGRESS

    @property
    def selected_option(self) -> str:
        """Return the option that names the selected pods."""
        return "to" if self.direction is Direction.INGRESS else "from"

    @property
    def peer_option(self) -> str:
        """Return the option that names the other side."""
        return "from" if self.direction is Direction.INGRESS else "to"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A wish with only labels, numbers and CIDRs in it."""

    wish: Wish
    notes: tuple[str, ...] = ()
    """What was translated into what, and what was masked."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """An opening whose words were read."""

    selected: Pods | Named
    peers: tuple[tuple[str, Pods | Block | Named | Me], ...]
    """Each with how it was written."""
    ports: tuple[PortRange, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of the connection, looked up."""

    peer: Peer
    ports: tuple[PortRange, ...]
    """What a Service says of where its pods listen; none where nothing is said."""
    notes: tuple[str, ...]


@contextmanager
def _about(option: str) -> Iterator[None]:
    """Name the option in the errors of the block."""
    try:
        yield
    except InputError as error:
        raise InputError(f"--{option}: {error.message}", field=option, fix=error.fix) from error
    except NotFoundError as error:
        raise NotFoundError(f"--{option}: {error.message}", status=error.status, fix=error.fix) from error


def check(opening: Opening) -> bool:
    """Check all that can be checked without a cluster; return whether anything must be looked up there.

    Raises:
        InputError: a value is wrong, naming its option.
    """
    parsed = _parse(opening)
    return any(
        isinstance(peer, Named | Me) for peer in (parsed.selected, *(peer for _, peer in parsed.peers))
    )


def _parse(opening: Opening) -> _Parsed:
    selected, peers = _selected_peer(opening), _parsed_peers(opening)
    with _about("port"):
        ports = tuple(dict.fromkeys(parse_port(text) for text in opening.ports))
    receivers = (selected,) if opening.direction is Direction.INGRESS else tuple(peer for _, peer in peers)
    for peer in receivers:
        if ports and isinstance(peer, Named) and peer.port:
            raise InputError(
                f"--port and svc/{peer.name}:{peer.port} both name the port",
                field="port",
                fix="leave one out",
            )
    return _Parsed(selected, peers, ports)


def _selected_peer(opening: Opening) -> Pods | Named:
    option, text = opening.selected_option, opening.selected.strip()
    if text == "*":
        return Pods(Selector())
    with _about(option):
        peer = parse_peer(text) if text else None
    if isinstance(peer, Pods | Named) and peer.namespaces is None:
        return peer
    turn = "; for access from these pods to somewhere else add --egress" if option == "to" else ""
    raise InputError(
        f"--{option} {text!r} must be pods of the namespace, since it is these that the policy selects",
        field=option,
        fix=f"labels, deploy/NAME, pod/NAME, svc/NAME:PORT, or '*' for all{turn}",
    )


def _parsed_peers(opening: Opening) -> tuple[tuple[str, Pods | Block | Named | Me], ...]:
    option = opening.peer_option
    if not opening.peers:
        raise InputError(
            f"--{option} is missing: who is the other side?", field=option, fix=f"e.g. {EXAMPLES}"
        )
    with _about(option):
        return tuple((text, parse_peer(text)) for text in opening.peers)


async def resolve(cluster: Cluster | None, opening: Opening) -> Resolved:
    """Look up everything that is named, and build the policy's spec.

    Args:
        cluster: where to look; may be None where ``check`` said that nothing must be looked up.
        opening: what is asked for.

    Raises:
        InputError: a value is wrong, naming its option.
        NotFoundError: a Service, workload or pod that does not exist.
        ClusterError: it could not be looked up.
    """
    parsed = _parse(opening)
    receives = opening.direction is Direction.INGRESS
    with _about(opening.selected_option):
        target = await _selected(cluster, opening.namespace, parsed, receives)
    sides = []
    for text, peer in parsed.peers:
        with _about(opening.peer_option):
            sides.append(await _side(cluster, opening, parsed, (text, peer)))
    selector = target.peer.pods if isinstance(target.peer, Pods) else None
    rules = _rules(parsed.ports or target.ports, sides, opening.direction)
    spec = _spec(opening.direction, selector or Selector(), rules)
    slug = parsed.selected.name if isinstance(parsed.selected, Named) else _slug(selector or Selector())
    notes = (*target.notes, *(note for side in sides for note in side.notes))
    return Resolved(Wish(opening.namespace, spec, slug), tuple(dict.fromkeys(notes)))


_Rules = dict[tuple[PortRange, ...], list[Peer]]


def _rules(ports: tuple[PortRange, ...], sides: Sequence[_Side], direction: Direction) -> _Rules:
    """Return the peers by their own ports; one rule for all would open each on the others' ports."""
    found: _Rules = {}
    for side in sides:
        own = side.ports if direction is Direction.EGRESS else ()
        found.setdefault(ports or own, []).append(side.peer)
    return found


def _spec(direction: Direction, selector: Selector, rules: _Rules) -> Json:
    specs = [build_spec(direction, selector, peers, ports) for ports, peers in rules.items()]
    return {**specs[0], str(direction): [rule for spec in specs for rule in spec[str(direction)]]}


def _slug(selector: Selector) -> str:
    values = [value for item in selector.requirements for value in item.values[:1]]
    return values[0] if values else "all-pods"


async def _selected(cluster: Cluster | None, namespace: str, parsed: _Parsed, receives: bool) -> _Side:
    if isinstance(parsed.selected, Pods):
        return _Side(parsed.selected, (), ())
    found = await look_up(_needed(cluster), namespace, parsed.selected)
    ports = found.ports if receives else ()
    note = _translation(found, parsed.selected, parsed.ports, receives)
    return _Side(Pods(found.selector), ports, (note,))


async def _side(
    cluster: Cluster | None, opening: Opening, parsed: _Parsed, given: tuple[str, Pods | Block | Named | Me]
) -> _Side:
    text, peer = given
    match peer:
        case Me():
            block = await _me(_needed(cluster))
            return _Side(block, (), (f"me is {block}",))
        case Named():
            namespace = _one_namespace(peer, opening)
            found = await look_up(_needed(cluster), namespace, peer)
            receives = opening.direction is Direction.EGRESS
            note = _translation(found, peer, parsed.ports, receives)
            return _Side(Pods(found.selector, peer.namespaces), found.ports if receives else (), (note,))
        case Block():
            return _Side(peer, (), tuple(_masked(text, peer)))
        case Pods():
            return _Side(peer, (), await _absent(cluster, peer))


def _translation(found: Found, named: Named, ports: tuple[PortRange, ...], receives: bool) -> str:
    """Say what a name became, and what came of the ports of a Service."""
    if named.resource != "services":
        return found.told
    if not receives:
        return f"{found.told}{'; its port is not on this side' if named.port else ''}"
    if not ports:
        return f"{found.told}, pod port {','.join(map(str, found.ports)) or 'all'}"
    translated = [
        f"{item.port} is {item.target_port}"
        for item in found.service_ports
        for port in ports
        if port.port == item.port and item.target_port not in (None, item.port)
    ]
    if not translated:
        return found.told
    return f"{found.told}; --port names the pod's port, and of the Service's {', '.join(translated)} there"


def _masked(text: str, block: Block) -> Iterator[str]:
    """Yield a sentence for each CIDR whose host bits were masked."""
    whole, *rest = re.split(r"\s+except\s+", text.strip(), maxsplit=1)
    given = [whole, *(item for part in rest for item in part.split(","))]
    for word, meant in zip(given, (block.cidr, *block.excepts), strict=True):
        if ipaddress.ip_interface(word.strip()).ip != ipaddress.ip_network(meant).network_address:
            yield f"{word.strip()} has host bits set: {meant} is meant"


async def _absent(cluster: Cluster | None, peer: Pods) -> tuple[str, ...]:
    """Say so if the one namespace that is meant does not exist: nobody would be let in."""
    name = _namespace_name(peer.namespaces)
    if cluster is None or not name or await cluster.lookup.namespace_exists(name) is not False:
        return ()
    return (f"there is no namespace {name} now, so {peer} is nobody",)


def _namespace_name(namespaces: Selector | None) -> str:
    match namespaces.requirements if namespaces else ():
        case (Requirement(key=key, operator=Operator.IN, values=(name,)),) if key == NAMESPACE_LABEL:
            return name
    return ""


def _one_namespace(peer: Named, opening: Opening) -> str:
    if peer.namespaces is None:
        return opening.namespace
    if name := _namespace_name(peer.namespaces):
        return name
    raise InputError(
        f"{peer.resource}/{peer.name} can only be looked up in one namespace", fix="write ns=NAME before it"
    )


async def _me(cluster: Cluster) -> Block:
    if address := await cluster.access.my_address():
        return parse_block(address)
    raise InputError(
        "'me': your address as the pods would see it cannot be known from here (NAT, VPN, proxies)",
        fix="give the CIDR, for example 198.51.100.7/32",
    )


def _needed(cluster: Cluster | None) -> Cluster:
    if cluster is None:
        raise ValueError("something must be looked up, and no cluster was given")
    return cluster
