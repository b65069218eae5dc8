"""Everything that is known of one cluster at this moment: the one value that screens read.

Law: pure and in memory. Whoever follows the cluster (kube/) feeds it and calls ``touch`` after each change;
whoever shows it (ui/) sets ``on_change`` and reads. Neither knows the other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.commands.session import Session
from app.domain.link import Link, LinkState
from app.domain.view import GrantRow
from app.errors import NetgrantError
from app.live.events import EventLog
from app.live.inventory import Inventory
from app.live.population import Population
from app.live.rows import Rows


class Kind(StrEnum):
    """What is followed, in the order in which a header names it."""

    POLICIES = "policies"
    JOBS = "jobs"
    PODS = "pods"
    EVENTS = "events"
    NAMESPACES = "namespaces"
    SERVICES = "services"
    WORKLOADS = "workloads"


class Stage(StrEnum):
    """How far we are with a cluster."""

    CONNECTING = "connecting"
    FOLLOWING = "following"
    FAILED = "failed"
    """As things stand nothing can be followed: ``Status.error`` says why."""


@dataclass(frozen=True, slots=True)
class Status:
    """Who we are to the cluster, and how far what is shown of it may be believed."""

    context: str
    """The kubeconfig context; empty while it is not known which one is the current."""
    stage: Stage = Stage.CONNECTING
    server: str = ""
    version: str = ""
    """The server's gitVersion, empty while it is not known."""
    username: str = ""
    offset: timedelta = timedelta()
    """Server clock minus ours."""
    offset_error: timedelta = timedelta()
    namespaces: tuple[str, ...] | None = None
    """The namespaces whose grants are shown: one was asked for, or not all may be listed; None is all."""
    links: Mapping[Kind, Link] = field(default_factory=dict)
    """Of each kind that is followed; EVENTS has one while somebody looks at a grant's events."""
    error: NetgrantError | None = None
    warnings: tuple[str, ...] = ()
    """What is unsafe about the connection."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the registry remembers of a cluster, shown until the cluster itself has answered."""

    rows: tuple[GrantRow, ...]
    as_of: datetime
    """When the registry last heard of this cluster."""


def _nothing() -> None:
    """Tell nobody."""


class LiveCluster:
    """One cluster.

    Args:
        context: the kubeconfig context to follow; None is the current one.
        expiring: how long before its end a grant counts as expiring.
    """

    def __init__(self, context: str | None, expiring: timedelta = timedelta(minutes=5)) -> None:
        self.wanted = context
        self.status = Status(context or "")
        self.rows = Rows(context or "", expiring)
        self.inventory = Inventory()
        self.population = Population(self.inventory)
        """The pods by their labels, looked through once for all who ask whom a selector means."""
        self.events = EventLog()
        self.session: Session | None = None
        """What verbs act through; None while there is no connection.

        Its ``lookup`` answers from ``inventory`` wherever that is live: resolving while somebody types costs
        no network.
        """
        self.memory: Memory | None = None
        self.covered: dict[Kind, frozenset[str] | None] = {}
        """Of which namespaces all objects of a kind are known; None is all. Set by whoever follows."""
        self.on_change: Callable[[], None] = _nothing
        self.event_namespaces: tuple[str, ...] = ()
        """Where events are wanted from."""
        self.on_wish: Callable[[], None] = _nothing
        """Called when ``event_namespaces`` has changed; set by whoever follows."""

    @property
    def name(self) -> str:
        """Return what to call it: its context, or a word in place of one."""
        return self.status.context or self.wanted or "current context"

    @property
    def is_synced(self) -> bool:
        """Tell whether the list of grants is complete: before, emptiness means nothing."""
        link = self.status.links.get(Kind.POLICIES)
        return link is not None and link.state in (LinkState.LIVE, LinkState.STALE)

    def knows(self, kind: Kind, namespace: str = "") -> bool:
        """Tell whether what is held of a kind in a namespace is what stands there now."""
        link = self.status.links.get(kind)
        if link is None or link.state is not LinkState.LIVE or kind not in self.covered:
            return False
        covered = self.covered[kind]
        return covered is None or namespace in covered

    def set_status(self, **changes: object) -> None:
        """Replace some fields of the status, and say so."""
        self.status = replace(self.status, **changes)  # type: ignore[arg-type]
        self.rows.context = self.status.context
        self.touch()

    def set_link(self, kind: Kind, link: Link | None) -> None:
        """Replace one kind's link (None: it is not followed any more), and say so."""
        links = {**self.status.links}
        if link is None:
            links.pop(kind, None)
        else:
            links[kind] = link
        self.set_status(links=links)

    def lose(self, now: datetime, why: str) -> None:
        """Say that nothing of it is kept up to date any more; everything stays readable.

        Args:
            now: our time.
            why: what happened, in one line.
        """
        links = self.status.links.items()
        self.set_status(
            links={
                kind: Link(LinkState.STALE, now, why) if link.state is LinkState.LIVE else link
                for kind, link in links
            }
        )

    def touch(self) -> None:
        """Say that something has changed."""
        self.on_change()

    def wish_events(self, namespaces: Iterable[str]) -> None:
        """Ask for the events of these namespaces, and of no others."""
        wished = tuple(dict.fromkeys(namespaces))
        if wished != self.event_namespaces:
            self.event_namespaces = wished
            self.on_wish()

    def server_now(self, now: datetime) -> datetime:
        """Return the cluster's time, given ours."""
        return now + self.status.offset
