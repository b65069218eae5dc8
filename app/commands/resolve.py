"""Turn what a user named (``deploy/api``, ``svc/db:5432``, ``pod/x``, ``me``) into labels, ports and CIDRs.

Law: reads only; each translation is told, so that nobody grants something else than they think.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.commands.session import Cluster
from app.domain.labels import Operator, Requirement, Selector, selector_from_object
from app.domain.manifest import Wish
from app.domain.objects import Service, ServicePort
from app.domain.peers import EXAMPLES, NAMESPACE_LABEL, Block, Me, Named, Peer, Pods, parse_block, parse_peer
from app.domain.policyspec import Direction, build_spec
from app.domain.portspec import PortRange, parse_port
from app.errors import InputError, NotFoundError

_STATEFUL_POD = "statefulset.kubernetes.io/pod-name"


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
class _Found:
    selector: Selector
    ports: tuple[PortRange, ...] = ()
    notes: tuple[str, ...] = ()


def _selected_peer(opening: Opening) -> Pods | Named:
    option, text = opening.selected_option, opening.selected.strip()
    if text == "*":
        return Pods(Selector())
    try:
        peer = parse_peer(text) if text else None
    except InputError as error:
        raise InputError(f"--{option}: {error.message}", field=option, fix=error.fix) from error
    if isinstance(peer, Pods | Named) and peer.namespaces is None:
        return peer
    turn = " ; for access from these pods to somewhere else add --egress" if option == "to" else ""
    raise InputError(
        f"--{option} {text!r} must be pods of the namespace, since it is these that the policy selects",
        field=option,
        fix=f"labels, deploy/NAME, pod/NAME, svc/NAME:PORT, or '*' for all{turn}",
    )


def check(opening: Opening) -> bool:
    """Check all that can be checked without a cluster; return whether anything must be looked up there.

    Raises:
        InputError: a value is wrong, naming its option.
    """
    named = [_selected_peer(opening), *(peer for _, peer in _parsed_peers(opening))]
    for text in opening.ports:
        parse_port(text)
    return any(isinstance(peer, Named | Me) for peer in named)


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
    selected, peer_texts = _selected_peer(opening), _parsed_peers(opening)
    ports = tuple(parse_port(text) for text in opening.ports)
    target = await _selected(cluster, opening, selected)
    peers, notes = [], list(target.notes)
    peer_ports: tuple[PortRange, ...] = ()
    for text, peer in peer_texts:
        found, via, told = await _peer(cluster, opening, text, peer)
        peers.append(found)
        peer_ports += via
        notes += told
    implied = target.ports if opening.direction is Direction.INGRESS else peer_ports
    spec = build_spec(opening.direction, target.selector, peers, ports or implied)
    slug = selected.name if isinstance(selected, Named) else _slug(target.selector)
    return Resolved(Wish(opening.namespace, spec, slug), tuple(notes))


def _slug(selector: Selector) -> str:
    values = [value for item in selector.requirements for value in item.values[:1]]
    return values[0] if values else "all-pods"


def _parsed_peers(opening: Opening) -> list[tuple[str, Pods | Block | Named | Me]]:
    option = opening.peer_option
    if not opening.peers:
        raise InputError(
            f"--{option} is missing: who is the other side?", field=option, fix=f"e.g. {EXAMPLES}"
        )
    found = []
    for text in opening.peers:
        try:
            found.append((text, parse_peer(text)))
        except InputError as error:
            raise InputError(f"--{option}: {error.message}", field=option, fix=error.fix) from error
    return found


async def _selected(cluster: Cluster | None, opening: Opening, peer: Pods | Named) -> _Found:
    if isinstance(peer, Pods):
        return _Found(peer.pods or Selector())
    return await _lookup(cluster, opening.namespace, peer)


async def _peer(
    cluster: Cluster | None, opening: Opening, text: str, peer: Pods | Block | Named | Me
) -> tuple[Peer, tuple[PortRange, ...], tuple[str, ...]]:
    match peer:
        case Me():
            block = await _me(cluster)
            return block, (), (f"me is {block}",)
        case Named():
            namespace = _one_namespace(peer, opening)
            found = await _lookup(cluster, namespace, peer)
            return Pods(found.selector, peer.namespaces), found.ports, found.notes
        case Block():
            given = text.partition(" except ")[0].strip()
            masked = "/" in given and given.lower() != peer.cidr
            return peer, (), ((f"{given} has host bits set: {peer.cidr} is meant",) if masked else ())
        case Pods():
            return peer, (), ()


def _one_namespace(peer: Named, opening: Opening) -> str:
    if peer.namespaces is None:
        return opening.namespace
    match peer.namespaces.requirements:
        case (Requirement(key=key, operator=Operator.IN, values=(name,)),) if key == NAMESPACE_LABEL:
            return name
    raise InputError(
        f"{peer.resource}/{peer.name} can only be looked up in one namespace",
        field=opening.peer_option,
        fix="write ns=NAME before it",
    )


async def _me(cluster: Cluster | None) -> Block:
    if address := await _needed(cluster).access.my_address():
        return parse_block(address)
    raise InputError(
        "'me': your address as the pods would see it cannot be known from here (NAT, VPN, proxies)",
        fix="give the CIDR, for example 198.51.100.7/32",
    )


def _needed(cluster: Cluster | None) -> Cluster:
    if cluster is None:
        raise ValueError("something must be looked up, and no cluster was given")
    return cluster


async def _lookup(given: Cluster | None, namespace: str, named: Named) -> _Found:
    cluster = _needed(given)
    if named.resource == "services":
        return await _service(cluster, namespace, named)
    if named.resource == "pods":
        return await _pod(cluster, namespace, named.name)
    workload = await cluster.lookup.workload(named.resource, namespace, named.name)
    if workload is None:
        raise _missing(named.resource, namespace, named.name)
    selector = selector_from_object(workload.spec.selector)
    return _Found(selector, (), (f"{named.resource}/{named.name} is {selector} in {namespace}",))


def _missing(resource: str, namespace: str, name: str) -> NotFoundError:
    return NotFoundError(f"there is no {resource}/{name} in namespace {namespace}", status=404)


async def _pod(cluster: Cluster, namespace: str, name: str) -> _Found:
    pod = await cluster.lookup.pod(namespace, name)
    if pod is None:
        raise _missing("pods", namespace, name)
    labels = pod.metadata.labels or {}
    if not labels:
        raise InputError(f"pod {namespace}/{name} has no labels, so no policy can select it alone")
    kept = {_STATEFUL_POD: labels[_STATEFUL_POD]} if _STATEFUL_POD in labels else labels
    selector = Selector(tuple(Requirement(key, Operator.IN, (value,)) for key, value in sorted(kept.items())))
    also = [
        p.metadata.name
        for p in await cluster.lookup.pods(namespace, str(selector))
        if p.metadata.name != name
    ]
    more = f"; the same labels also select {len(also)} more: {', '.join(also[:3])}" if also else ""
    return _Found(selector, (), (f"pod/{name} is {selector} in {namespace}{more}",))


async def _service(cluster: Cluster, namespace: str, named: Named) -> _Found:
    service = await cluster.lookup.service(namespace, named.name)
    if service is None:
        raise _missing("services", namespace, named.name)
    if not service.spec.selector:
        raise InputError(
            f"Service {namespace}/{named.name} selects no pods (no selector)", fix="name the pods"
        )
    pairs = sorted(service.spec.selector.items())
    selector = Selector(tuple(Requirement(key, Operator.IN, (value,)) for key, value in pairs))
    ports = tuple(_pod_port(port) for port in _service_ports(service, namespace, named))
    shown = ",".join(map(str, ports))
    asked = f"svc/{named.name}{f':{named.port}' if named.port else ''}"
    return _Found(selector, ports, (f"{asked} is {selector} in {namespace}, pod port {shown}",))


def _service_ports(service: Service, namespace: str, named: Named) -> Sequence[ServicePort]:
    ports = service.spec.ports or ()
    if not named.port:
        return ports
    found = [port for port in ports if named.port in (str(port.port), port.name)]
    if not found:
        known = ", ".join(f"{port.port}{f' ({port.name})' if port.name else ''}" for port in ports) or "none"
        raise InputError(
            f"Service {namespace}/{named.name} has no port {named.port!r}", fix=f"its ports are: {known}"
        )
    return found


def _pod_port(port: ServicePort) -> PortRange:
    """Return the pod's port behind a Service's: policies see traffic after the Service's translation."""
    return PortRange(port.target_port or port.port, None, port.protocol)
