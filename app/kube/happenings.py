"""Follow the Events of those namespaces that somebody looks at.

Law: events are many and few are looked at: only what is wished for is followed, and what was looked at a
moment ago, for eyes go back and forth.
"""

from collections.abc import Callable
from dataclasses import replace

from app.domain.objects import Event
from app.kube.intake import Sink
from app.kube.resources import EVENTS
from app.kube.store import Key
from app.kube.strands import Ground, Scope, Strands, combined
from app.live.cluster import Kind, LiveCluster
from app.live.events import EventLog, moment_of

KEPT = 4
"""Namespaces that are followed on though nobody looks at them any more."""


_RELIST_SECONDS = 1800.0
"""A namespace in trouble has more events than anything else: listing all again and again would be a load."""


class EventStrands:
    """The Events that are followed.

    Args:
        ground: what all strands of the cluster share.
        cluster: what tells the wish, and gets the events.
    """

    def __init__(self, ground: Ground, cluster: LiveCluster) -> None:
        self._ground = replace(ground, timing=replace(ground.timing, relist_seconds=_RELIST_SECONDS))
        self._cluster = cluster
        self._strands: dict[str, Strands[Event]] = {}

    def follow_wish(self) -> None:
        """Follow what is wished for now."""
        wished = self._cluster.event_namespaces
        for name in wished:
            strands = self._strands.pop(name, None)
            if strands is None:
                strands = Strands(self._ground, EVENTS, _sink(self._cluster.events), self._note)
                strands.start(Scope(only=name))
            self._strands[name] = strands  # the newest wish last
        for name in [name for name in self._strands if name not in wished][:-KEPT]:
            self._strands.pop(name).end()
        self._note()

    def reopen(self) -> None:
        """Go on over new streams."""
        for strands in self._strands.values():
            strands.reopen()

    def _note(self) -> None:
        wished = self._cluster.event_namespaces
        found = [self._strands[name] for name in wished if name in self._strands]
        self._cluster.covered[Kind.EVENTS] = frozenset(
            name for strands in found for name in strands.covered or ()
        )
        link = combined(link for strands in found for link in strands.links)
        if link != self._cluster.status.links.get(Kind.EVENTS):
            self._cluster.set_link(Kind.EVENTS, link)


def _sink(log: EventLog) -> Sink[Event]:
    # An Event that the cluster forgets after an hour has happened all the same.
    return Sink(log.put, _keep, _keep_all, _keep_all, order=moment_of)


def _keep(_: Event) -> None:
    """Keep an Event that is gone."""


def _keep_all(_: Callable[[Key], bool]) -> None:
    """Keep what an earlier connection has seen."""
