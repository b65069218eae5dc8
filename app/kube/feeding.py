"""Keep what is known of one cluster equal to what its API server holds, kind by kind.

Law: grants come first; the kinds that come in thousands wait for them. A kind that may not be read is denied
and the rest works. Once anything has answered, failures are the links' own and end nothing.
"""

import asyncio
from contextlib import suppress
from typing import Any, NoReturn

from app.commands.session import Session
from app.domain.link import LinkState
from app.domain.manifest import GRANT_LABEL
from app.errors import ClusterError, UnauthorizedError, UnreachableError
from app.kube.happenings import EventStrands
from app.kube.intake import Intake
from app.kube.reflector import Timing
from app.kube.resources import (
    DAEMON_SETS,
    DEPLOYMENTS,
    JOBS,
    NAMESPACES,
    NETWORK_POLICIES,
    PODS,
    SERVICES,
    STATEFUL_SETS,
)
from app.kube.sinks import job_sink, policy_sink, shelf_sink
from app.kube.strands import Ground, Scope, Strands, combined
from app.kube.suspension import watch_for_sleep
from app.kube.wire import Wire
from app.live.cluster import Kind, LiveCluster, Stage
from app.live.timekeeper import Timekeeper
from app.ports import Identity

_FIRST = (Kind.POLICIES, Kind.JOBS)
_PATIENCE_SECONDS = 2.0
"""How long the other kinds wait for the grants."""


class Feeding:
    """Feeds one cluster over one connection: ``run`` it, cancel that to stop it.

    Args:
        wire: the connection.
        cluster: what to feed.
        session: who asks over that connection, and by which clock.
        scope: where to look.
        timing: how patient the reflectors are.
    """

    def __init__(
        self, wire: Wire, cluster: LiveCluster, session: Session, scope: Scope, timing: Timing | None = None
    ) -> None:
        self._wire = wire
        self._cluster = cluster
        self._session = session
        self._scope = scope
        self._timing = timing or Timing()
        self._strands: dict[Kind, tuple[Strands[Any], ...]] = {}
        self._events: EventStrands | None = None
        self._are_grants_settled = asyncio.Event()
        self._time = Timekeeper(session.cluster.access, session.clock, self._note_identity)

    async def run(self) -> NoReturn:
        """Follow until cancelled.

        Raises:
            ClusterError: nothing has answered.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                self._start(tasks)
        except ExceptionGroup as failed:  # one failure ends all: the others were called off
            raise failed.exceptions[0] from None
        finally:
            self._cluster.on_wish = _nothing
            self._cluster.lose(self._session.clock.now(), "nothing is asked any more")
        raise AssertionError("what runs for ever has ended")

    def _start(self, tasks: asyncio.TaskGroup) -> None:
        cluster, inventory = self._cluster, self._cluster.inventory
        intake = Intake(cluster.touch)
        ground = Ground(self._wire, self._session.clock, intake, tasks, self._timing)

        def strands(kind: Kind, resource: Any, sink: Any, labels: str = "") -> Strands[Any]:  # noqa: ANN401
            return Strands(ground, resource, sink, lambda: self._note(kind), labels)

        shelves = inventory.workloads
        self._strands = {
            Kind.POLICIES: (strands(Kind.POLICIES, NETWORK_POLICIES, policy_sink(cluster)),),
            Kind.JOBS: (strands(Kind.JOBS, JOBS, job_sink(cluster), GRANT_LABEL),),
            Kind.NAMESPACES: (strands(Kind.NAMESPACES, NAMESPACES, shelf_sink(inventory.namespace_objects)),),
            Kind.SERVICES: (strands(Kind.SERVICES, SERVICES, shelf_sink(inventory.services)),),
            Kind.WORKLOADS: tuple(
                strands(Kind.WORKLOADS, resource, shelf_sink(shelves[resource.plural]))
                for resource in (DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS)
            ),
            Kind.PODS: (strands(Kind.PODS, PODS, shelf_sink(inventory.pods)),),
        }
        cluster.covered.clear()
        cluster.rows.note_jobs_readable(False)  # until they have come: no grant is unarmed for lack of a list
        events = EventStrands(ground, cluster)
        cluster.on_wish = events.follow_wish
        self._events = events
        watch = watch_for_sleep(self._session.clock, self.wake)
        for work in (intake.run(), self._introduce(), self._follow_the_rest(events), watch):
            tasks.create_task(work)
        self._begin(*_FIRST)

    def wake(self) -> None:
        """Trust no stream that was open before the machine slept: go on over new ones."""
        for strands in (item for found in self._strands.values() for item in found):
            strands.reopen()
        if self._events is not None:
            self._events.reopen()
        self._time.ask_soon()

    def _begin(self, *kinds: Kind) -> None:
        for kind in kinds:
            scope = Scope() if kind is Kind.NAMESPACES else self._scope
            for strands in self._strands[kind]:
                strands.start(scope)
            self._note(kind)

    async def _follow_the_rest(self, events: EventStrands) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._are_grants_settled.wait()
        self._begin(*(kind for kind in self._strands if kind not in _FIRST))
        events.follow_wish()

    async def _introduce(self) -> None:
        """Say who we are and what the server is, then measure its clock again and again."""
        try:
            await self._time.ask()
        except (UnreachableError, UnauthorizedError):
            if not self._has_answered():
                raise
            self._time.ask_soon()
        except ClusterError:  # it has answered, if only with an error: the links say more
            self._time.ask_soon()
        self._cluster.set_status(stage=Stage.FOLLOWING, error=None)
        with suppress(ClusterError):  # nothing depends on it
            self._cluster.set_status(version=await self._session.cluster.access.server_version())
        await self._time.run()

    def _has_answered(self) -> bool:
        link = self._cluster.status.links.get(Kind.POLICIES)
        return link is not None and link.state is not LinkState.LOADING

    def _note_identity(self, identity: Identity) -> None:
        self._cluster.set_status(
            username=identity.username, offset=identity.offset, offset_error=identity.offset_error
        )

    def _note(self, kind: Kind) -> None:
        """Pass on how far a kind may be believed now."""
        cluster, strands = self._cluster, self._strands[kind]
        link = combined(link for item in strands for link in item.links)
        before = cluster.status.links.get(kind)
        covered = [item.covered for item in strands]
        cluster.covered[kind] = _common(covered)
        if kind is Kind.JOBS:
            cluster.rows.note_jobs_readable(cluster.covered[kind])
        if kind is Kind.POLICIES:
            self._note_policies(strands[0])
        cluster.set_link(kind, link)
        if link is not None and link.state is LinkState.LIVE and before is not None and before.failures:
            self._time.ask_soon()
        links = cluster.status.links
        if all(first in links and links[first].state is not LinkState.LOADING for first in _FIRST):
            self._are_grants_settled.set()

    def _note_policies(self, strands: Strands[Any]) -> None:
        cluster = self._cluster
        if cluster.covered[Kind.POLICIES] != frozenset():
            cluster.memory = None  # the cluster itself has answered
        if cluster.status.namespaces != strands.namespaces:
            cluster.set_status(namespaces=strands.namespaces)


def _common(covered: list[frozenset[str] | None]) -> frozenset[str] | None:
    """Return the namespaces that all of several resources cover; None is all namespaces."""
    some = [names for names in covered if names is not None]
    return frozenset.intersection(*some) if some else None


def _nothing() -> None:
    """Follow no wish."""
