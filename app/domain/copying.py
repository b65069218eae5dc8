"""A grant that was, or is, as the form would have it written: "once more".

Law: pure. What is proposed opens exactly what the grant opened, which is proved by building its spec again;
a grant of which the form cannot say that is refused in a sentence.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.domain.durations import format_duration
from app.domain.grant import Grant
from app.domain.labels import Selector, selector_from_object
from app.domain.peers import Block, Peer, Pods, parse_peer, peer_from_object
from app.domain.policyspec import Direction, build_spec, canonical_spec, sides_of
from app.domain.portspec import parse_port, port_from_object
from app.domain.proposal import Proposal
from app.domain.records import GrantRecord, Json
from app.domain.text import clean
from app.errors import InputError

_PEER_KEYS = {Direction.INGRESS: "from", Direction.EGRESS: "to"}
_FIX = "open the form and write it anew, or use a manifest: netgrant grant -f"
_ODD = (AttributeError, InputError, KeyError, TypeError, ValueError)


def of_record(record: GrantRecord) -> Proposal:
    """Return what to write into the form for a grant that the registry knows.

    Raises:
        InputError: the form cannot say it.
    """
    parts = [(str(part["namespace"]), part.get("spec") or {}) for part in record.spec.get("parts", ())]
    namespace, spec = _only(parts)
    return _proposal(
        namespace,
        spec,
        Proposal(
            context=clean(record.context),
            life=_life(record.deadline - record.created_at),
            reason=clean(record.reason),
            ticket=clean(record.ticket),
            incident=clean(record.incident),
        ),
    )


def of_grant(grant: Grant, context: str) -> Proposal:
    """Return what to write into the form for a grant that stands in a context's cluster.

    Raises:
        InputError: the form cannot say it.
    """
    namespace, spec = _only([(policy.metadata.namespace, policy.spec or {}) for policy in grant.policies])
    created, deadline = grant.created_at, grant.deadline()
    about = Proposal(context=context, reason=grant.reason, ticket=grant.ticket, incident=grant.incident)
    life = _life(deadline - created) if created and deadline else about.life
    return _proposal(
        namespace,
        spec,
        Proposal(context, life=life, reason=about.reason, ticket=about.ticket, incident=about.incident),
    )


def _only(parts: Sequence[tuple[str, Any]]) -> tuple[str, Any]:
    match parts:
        case [(namespace, spec)] if spec:
            return namespace, spec
        case [] | [_]:
            raise InputError("what this grant opened is not known here", fix=_FIX)
    raise InputError(f"this grant has {len(parts)} policies, and the form writes one", fix=_FIX)


def _life(span: timedelta) -> str:
    """Return a life to the minute: a deadline counts from when its timer started, just after the asking."""
    if span >= timedelta(minutes=2):
        span = timedelta(minutes=round(span / timedelta(minutes=1)))
    return format_duration(max(span, timedelta(seconds=1)))


def _proposal(namespace: str, spec: Any, about: Proposal) -> Proposal:  # noqa: ANN401 (a file's or cluster's word)
    try:
        direction = _direction(spec)
        selected = str(Pods(selector_from_object(spec.get("podSelector"))))
        peers, ports = _rule(spec, direction)
        same = _built(direction, selected, peers, ports) == canonical_spec(spec)
    except _ODD as error:
        raise InputError("what this grant opened is more than the form can say", fix=_FIX) from error
    if not same:
        raise InputError("what this grant opened is more than the form can say", fix=_FIX)
    target, source = (selected, peers) if direction is Direction.INGRESS else (peers, selected)
    return Proposal(
        context=about.context,
        namespace=namespace,
        direction=direction,
        target=target,
        source=source,
        ports=ports,
        life=about.life,
        reason=about.reason,
        ticket=about.ticket,
        incident=about.incident,
    )


def _direction(spec: Json) -> Direction:
    (side,) = sides_of(spec)
    return Direction(side)


def _rule(spec: Json, direction: Direction) -> tuple[str, str]:
    """Return the peers and the ports of the one rule, as they are typed."""
    (rule,) = spec[str(direction)]
    peers = [str(peer_from_object(value)) for value in rule[_PEER_KEYS[direction]]]
    ports = [port_from_object(value) for value in rule.get("ports") or ()]
    return "; ".join(peers), ", ".join(map(str, ports))


def _built(direction: Direction, selected: str, peers: str, ports: str) -> Json:
    """Return the spec that these words make, read as the form reads them."""
    return canonical_spec(
        build_spec(
            direction,
            _labels(parse_peer(selected)),
            [_finished(parse_peer(text)) for text in peers.split(";")],
            [parse_port(text) for text in ports.split(",")] if ports else (),
        )
    )


def _labels(peer: object) -> Selector:
    if not isinstance(peer, Pods) or peer.pods is None or peer.namespaces is not None:
        raise ValueError
    return peer.pods


def _finished(peer: object) -> Peer:
    if not isinstance(peer, Pods | Block):
        raise ValueError
    return peer
