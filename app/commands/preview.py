"""What a form says, read while it is filled in: what is wrong where, whom it means, when it would end.

Law: writes nothing. Every field is judged by itself, by the rules of the command line, so that one mistake
hides no other; what is still empty is called missing, and is no mistake yet.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from app.commands.draft import Draft, Order, draft
from app.commands.resolve import Opening, check, resolve
from app.commands.session import Cluster, Limits
from app.domain.durations import EXAMPLES as LIVES
from app.domain.durations import Life, read_life
from app.domain.labels import Selector, selector_from_object
from app.domain.manifest import Wish
from app.domain.names import is_dns1123_label
from app.domain.peers import EXAMPLES as PEERS
from app.domain.peers import Peer, peer_from_object
from app.domain.proposal import Field, Proposal
from app.domain.remarks import parse_reason, parse_reference
from app.domain.text import quote
from app.errors import ClusterError, InputError, NetgrantError

_OPTION = re.compile(r"--(?P<name>[a-z]+)(?:: | (?='))")
_DASHES = re.compile(r"(?<![\w-])--(?=[a-z])")
_ANYBODY = "0.0.0.0/0"
_FIELDS = {
    "to": Field.TARGET,
    "from": Field.SOURCE,
    "port": Field.PORTS,
    "for": Field.LIFE,
    "until": Field.LIFE,
    "reason": Field.REASON,
    "ticket": Field.TICKET,
    "incident": Field.INCIDENT,
}
"""The field of the form for each option that an error may name."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps a field from being what is needed."""

    message: str
    """In the first words what is wrong."""
    fix: str = ""
    is_missing: bool = False
    """Nothing is written there yet."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a form is judged."""

    limits: Limits
    username: str
    """Who asks, as the cluster names them; empty where that is not known yet."""
    now: datetime
    """The server's time."""
    zone: tzinfo | None = None
    """Whose wall clock ``until 18:00`` means; None is this machine's."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a form says, as far as it says anything."""

    troubles: dict[Field, Trouble]
    namespace: str = ""
    selected: Selector | None = None
    """The pods that the policy would select; None while that cannot be told."""
    peers: tuple[Peer, ...] | None = None
    """The other side; None while that cannot be told."""
    notes: tuple[str, ...] = ()
    """What was translated into what, and what was masked."""
    order: Order | None = None
    """What it asks for; None while something is wrong or missing."""
    plan: Draft | None = None
    """The same, named: what a dry run would try."""
    at_large: Trouble | None = None
    """What is wrong with no field in particular."""


@dataclass(slots=True)
class _Reading:
    """A form that is being read."""

    asked: Proposal
    terms: Terms
    troubles: dict[Field, Trouble] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def fail(self, place: Field, error: NetgrantError) -> None:
        """Keep what is wrong with a field; the first says most."""
        self.troubles.setdefault(place, trouble_of(error))

    def missing(self, place: Field, message: str, fix: str = "") -> None:
        self.troubles.setdefault(place, Trouble(message, fix, is_missing=True))

    def judged(self, place: Field, judge: Callable[[str], object]) -> None:
        """Let a field's text be judged."""
        try:
            judge(self.asked.text(place))
        except InputError as error:
            self.fail(place, error)


def trouble_of(error: NetgrantError) -> Trouble:
    """Return an error as the trouble of its field: here are no options, and no shell that wants quotes."""
    message = error.message
    if found := _OPTION.match(message):
        message = message[found.end() :]
    fix = error.fix.replace("add --egress", "choose egress").replace("with --reason", "here")
    for examples in (PEERS, LIVES):
        fix = fix.replace(examples, examples.replace("'", ""))
    return Trouble(_DASHES.sub("", message), _DASHES.sub("", fix))


def field_of(error: NetgrantError, asked: Proposal) -> Field | None:
    """Return the field that an error is about, None where it names none."""
    named = error.field if isinstance(error, InputError) else ""
    if not named and (found := _OPTION.match(error.message)):
        named = found["name"]
    return asked.selected if named == "policy" else _FIELDS.get(named)


def opening_of(asked: Proposal) -> Opening:
    """Return the form's texts as the options of the command line."""
    peers = _pieces(asked.text(asked.peers), ";")
    ports = _pieces(asked.ports, ",")
    return Opening(asked.namespace.strip(), asked.text(asked.selected), peers, ports, asked.direction)


def _pieces(text: str, separator: str) -> tuple[str, ...]:
    """Return what stands between the separators; where nothing does at all, that is one empty piece."""
    if not text.strip():
        return ()
    return tuple(piece.strip() for piece in text.split(separator) if piece.strip()) or ("",)


async def understand(cluster: Cluster, asked: Proposal, terms: Terms) -> Understood:
    """Return what a form says.

    Args:
        cluster: where names are looked up.
        asked: the form's texts.
        terms: the time, the cap, who asks.

    Raises:
        nothing: what goes wrong is a trouble of its field.
    """
    reading = _Reading(asked, terms)
    await _judge_namespace(cluster, reading)
    life = _judge_words(reading)
    wish, found = await _judge_sides(cluster, reading)
    found = replace(found, namespace=asked.namespace.strip(), notes=tuple(dict.fromkeys(reading.notes)))
    if wish is None or life is None or reading.troubles:
        return replace(found, troubles=reading.troubles)
    ticket, incident = (parse_reference(asked.text(place), place) for place in (Field.TICKET, Field.INCIDENT))
    order = Order((wish,), parse_reason(asked.reason), life.ttl, life.until, ticket, incident)
    try:
        plan = draft(terms.limits, order, terms.username, terms.now)
    except InputError as error:
        place = field_of(error, asked)
        if place is None:
            return replace(found, troubles={}, at_large=trouble_of(error))
        return replace(found, troubles={place: trouble_of(error)})
    return replace(found, troubles={}, order=order, plan=plan)


async def _judge_namespace(cluster: Cluster, reading: _Reading) -> None:
    name = reading.asked.namespace.strip()
    if not name:
        reading.missing(Field.NAMESPACE, "whose pods? name a namespace")
    elif not is_dns1123_label(name):
        reading.fail(
            Field.NAMESPACE,
            InputError(f"{quote(name)} is not a namespace's name", fix="small letters, digits, dashes"),
        )
    else:
        try:
            if await cluster.lookup.namespace_exists(name) is False:
                reading.fail(Field.NAMESPACE, InputError(f"there is no namespace {name}"))
        except ClusterError as error:
            reading.fail(Field.NAMESPACE, error)


def _judge_words(reading: _Reading) -> Life | None:
    """Judge what needs no cluster; return how long it is to last."""
    asked = reading.asked
    found = None
    if not asked.life.strip():
        reading.missing(Field.LIFE, "for how long?", "write for example 45m or until 18:00")
    else:
        try:
            found = read_life(asked.life, reading.terms.now, reading.terms.zone)
        except InputError as error:
            reading.fail(Field.LIFE, error)
    if not asked.reason.strip():
        reading.missing(Field.REASON, "why is this needed?", "it is kept on the object and on record")
    else:
        reading.judged(Field.REASON, parse_reason)
    reading.judged(Field.TICKET, lambda text: parse_reference(text, "ticket"))
    reading.judged(Field.INCIDENT, lambda text: parse_reference(text, "incident"))
    return found


async def _judge_sides(cluster: Cluster, reading: _Reading) -> tuple[Wish | None, Understood]:
    """Look up both sides together; where that fails, each alone, so that each says what is wrong with it."""
    asked, opening = reading.asked, opening_of(reading.asked)
    for place, question in ((asked.selected, "which pods?"), (asked.peers, "who is the other side?")):
        if not asked.text(place).strip():
            reading.missing(place, question)
    if not reading.troubles.keys() & {Field.TARGET, Field.SOURCE, Field.NAMESPACE}:
        try:
            whole = await resolve(cluster, opening)
        except (InputError, ClusterError) as error:
            alone = await _judge_alone(cluster, reading, opening)
            if not reading.troubles.keys() & {Field.TARGET, Field.SOURCE, Field.PORTS}:
                reading.fail(field_of(error, asked) or asked.selected, error)
            return None, alone
        reading.notes += whole.notes
        return whole.wish, Understood({}, selected=_selected(whole.wish), peers=_peers(whole.wish))
    return None, await _judge_alone(cluster, reading, opening)


async def _judge_alone(cluster: Cluster, reading: _Reading, opening: Opening) -> Understood:
    asked = reading.asked
    bare = replace(opening, ports=())
    selected = await _side(cluster, reading, asked.selected, replace(bare, peers=(_ANYBODY,)))
    peers = await _side(cluster, reading, asked.peers, replace(bare, selected="*"))
    try:
        check(replace(opening, selected="*", peers=(_ANYBODY,)))
    except InputError as error:
        reading.fail(Field.PORTS, error)
    return Understood(
        {},
        selected=None if selected is None else _selected(selected),
        peers=None if peers is None else _peers(peers),
    )


async def _side(cluster: Cluster, reading: _Reading, place: Field, opening: Opening) -> Wish | None:
    """Look up one side, with a stand-in for the other."""
    if place in reading.troubles:
        return None
    try:
        found = await resolve(cluster, opening)
    except (InputError, ClusterError) as error:
        reading.fail(place, error)
        return None
    reading.notes += found.notes
    return found.wish


def _selected(wish: Wish) -> Selector:
    return selector_from_object(wish.spec["podSelector"])


def _peers(wish: Wish) -> tuple[Peer, ...]:
    sides = (("ingress", "from"), ("egress", "to"))
    rules = [(rule, key) for side, key in sides for rule in wish.spec.get(side, ())]
    return tuple(peer_from_object(peer) for rule, key in rules for peer in rule[key])
