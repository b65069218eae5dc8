"""The Backend of the screens: clusters over the network, one registry for all of them, and the clock."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.session import Session
from app.domain.text import clean
from app.errors import NetgrantError, RegistryError
from app.live.cluster import LiveCluster, Memory
from app.ports import Clock, GrantLog
from app.settings import Settings
from app.ui.backend import ContextChoice, Preferences
from app.wiring.embedded import demo_cluster
from app.wiring.preferences import Wish, preferences
from app.wiring.recollection import Moment, Recollection, remember
from app.wiring.sessions import (
    cluster_over,
    limits,
    open_registry,
    options_for,
    wall_clock,
)

if TYPE_CHECKING:
    from app.kube.exchange import Connection

DEMO = "netgrant demo"
"""What the embedded cluster is followed by; no kubeconfig has a context of that name."""
_KNOWN_NAMESPACES = 20
"""How many namespaces of the registry are tried where not all may be listed; the newest first."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one cluster is, and the registry that goes with it."""

    settings: Settings
    context: str | None
    log: GrantLog


class Screens:
    """Implements Backend.

    Args:
        settings: the settings.
        wish: what the command line says besides.
        recollection: what is being read of the registry already.
    """

    def __init__(self, settings: Settings, wish: Wish, recollection: Recollection | None = None) -> None:
        self._settings = settings
        self._wish = wish
        self._preferences = preferences(settings, wish)
        self._recollection = recollection
        self._clock = wall_clock()
        self._log = open_registry(settings)
        self._demo: _Place | None = None
        self._at_the_end = ExitStack()

    @property
    def preferences(self) -> Preferences:
        """Return what settings and command line say."""
        return self._preferences

    @property
    def clock(self) -> Clock:
        """Return this machine's clock."""
        return self._clock

    @property
    def log(self) -> GrantLog:
        """Return the registry that the settings name."""
        return self._log

    def _place(self, context: str | None) -> _Place:
        if context == DEMO and self._demo is not None:
            return self._demo
        return _Place(self._settings, context, self._log)

    def recollect(self, context: str | None) -> Memory | None:
        """Return what was read of a context's cluster while the screens were being loaded."""
        return self._recollection.take(context) if self._recollection else None

    async def remember(self, context: str | None) -> Memory | None:
        """Return what the registry remembers as standing in a context's cluster; None if nothing."""
        place = self._place(context)
        moment = Moment(self._clock.now(), self._preferences.limits.expiring)
        return await asyncio.to_thread(remember, place.settings, place.context, moment)

    async def contexts(self) -> tuple[ContextChoice, ...]:
        """Return the contexts that can be chosen."""
        from app.kube.choosing import list_contexts

        found = list_contexts(options_for(self._settings, None))
        return tuple(
            ContextChoice(item.name, item.server, item.user, item.namespace, item.is_current)
            for item in found
        )

    async def follow(self, cluster: LiveCluster, *, may_prompt: bool = False) -> None:
        """Connect to ``cluster.wanted``, finish what a dead process left, and keep it current for ever."""
        from app.kube.feeding import Feeding
        from app.kube.strands import Scope

        place = self._place(cluster.wanted)
        async with self._connected(place, cluster, may_prompt) as (connection, session):
            scope = Scope(self._wish.namespace, lambda: _known_namespaces(session))
            recovery = asyncio.create_task(self._recover(cluster, session))
            try:
                await Feeding(connection, cluster, session, scope).run()
            finally:
                recovery.cancel()

    @asynccontextmanager
    async def _connected(
        self, place: _Place, cluster: LiveCluster, may_prompt: bool
    ) -> "AsyncIterator[tuple[Connection, Session]]":
        from app.kube.connection import connect
        from app.live.lookup import StoredLookup
        from app.registry.processes import LocalProcesses

        options = replace(options_for(place.settings, place.context), allow_prompt=may_prompt)
        connection = await connect(options, self._clock)
        session = None
        try:
            reached = cluster_over(connection, place.settings, self._clock)
            reached = replace(reached, lookup=StoredLookup(cluster, reached.lookup))
            session = Session(reached, self._clock, place.log, LocalProcesses(), limits(place.settings))
            cluster.session = session
            cluster.set_status(
                context=reached.context,
                server=reached.server,
                warnings=tuple(clean(text) for text in reached.warnings),
            )
            yield connection, session
        finally:
            if cluster.session is session:
                cluster.session = None
            await connection.close()

    async def _recover(self, cluster: LiveCluster, session: Session) -> None:
        """Finish what a dead process left, and say so; whatever goes wrong there ends nothing."""
        from app.commands.recover import recover

        if self._preferences.read_only:
            return  # it writes
        try:
            found = tuple(str(recovered) for recovered in await recover(session))
        except NetgrantError as error:
            found = (f"unfinished work could not be looked at: {error.message}",)
        if found:
            cluster.set_status(warnings=(*cluster.status.warnings, *found))

    async def start_demo(self) -> str:
        """Start the embedded cluster with its incident, and return the context to follow it by."""
        if self._demo is None:
            folder = Path(
                self._at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="netgrant-demo-"))
            )
            files = await asyncio.to_thread(self._at_the_end.enter_context, demo_cluster(folder))
            settings = replace(
                self._settings, kubeconfig=str(files.kubeconfig), registry=files.registry, namespace=""
            )
            self._demo = _Place(settings, None, open_registry(settings))
        return DEMO

    async def close(self) -> None:
        """Let go of everything that was opened."""
        await self._log.close()
        if self._demo is not None:
            await self._demo.log.close()
        await asyncio.to_thread(self._at_the_end.close)


async def _known_namespaces(session: Session) -> Sequence[str]:
    """Return the context's own namespace and those of the registry's grants, the newest first."""
    own = session.cluster.namespace
    try:
        records = await session.log.grants(session.cluster.server)
    except RegistryError:
        return (own,)
    named = (name for record in reversed(records) for name in record.namespaces)
    return tuple(dict.fromkeys((own, *named)))[:_KNOWN_NAMESPACES]
