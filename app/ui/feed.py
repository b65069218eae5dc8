"""Follow the clusters and tell the screens: the only crossing between what happens and what is shown.

Law: widgets are touched by nobody but their screens, which subscribe here. However much happens, screens are
told ten times a second at most, and each second even if nothing does, for time alone changes what they show.
"""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.signal import Signal
from textual.timer import Timer

from app.errors import NetgrantError
from app.live.cluster import LiveCluster, Stage
from app.live.projector import RowChange
from app.ui.view import View

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp

_PAUSE_SECONDS = 0.1
_TICK_SECONDS = 1.0
_RETRY_SECONDS = 30.0

Happened = tuple[LiveCluster, RowChange]


class Feed:
    """The clusters that are shown.

    ``views`` is published with the newest View, ``happenings`` with what became of rows since the last.
    """

    def __init__(self, app: "NetgrantApp") -> None:
        self._app = app
        self._backend = app.backend
        self.views: Signal[View] = Signal(app, "views")
        self.happenings: Signal[tuple[Happened, ...]] = Signal(app, "happenings")
        self.clusters: tuple[LiveCluster, ...] = ()
        self._tasks: dict[LiveCluster, asyncio.Task[None]] = {}
        self._pending: Timer | None = None
        self._version = 0
        self.view = View(self._backend.clock.now(), (), 0)

    def start(self) -> None:
        """Begin to tell the time."""
        self._app.set_interval(_TICK_SECONDS, self.publish)

    def show(self, contexts: Iterable[str | None]) -> None:
        """Follow these contexts and no others; those that are followed already go on as they are."""
        known = {cluster.wanted: cluster for cluster in self.clusters}
        expiring = self._backend.preferences.limits.expiring
        wanted = dict.fromkeys(contexts)
        self.clusters = tuple(known.get(name) or LiveCluster(name, expiring) for name in wanted)
        for cluster in known.values():
            if cluster not in self.clusters:
                self._stop(cluster)
        for cluster in self.clusters:
            if cluster not in self._tasks:
                self._begin(cluster)
        self._version += 1
        self.publish()

    def retry(self, cluster: LiveCluster) -> None:
        """Connect anew, at once."""
        self._stop(cluster)
        cluster.set_status(stage=Stage.CONNECTING, error=None)
        self._begin(cluster)

    def _begin(self, cluster: LiveCluster) -> None:
        cluster.on_change = self._note
        self._tasks[cluster] = asyncio.create_task(self._follow(cluster), name=f"follow {cluster.name}")

    def _stop(self, cluster: LiveCluster) -> None:
        if (task := self._tasks.pop(cluster, None)) is not None:
            task.cancel()

    async def _follow(self, cluster: LiveCluster) -> None:
        """Keep one cluster current; what makes that impossible is shown, and tried again now and then."""
        while True:
            try:
                await self._backend.follow(cluster)
            except NetgrantError as error:
                cluster.set_status(stage=Stage.FAILED, error=error)
            await asyncio.sleep(_RETRY_SECONDS)

    async def stop(self) -> None:
        """End all following."""
        tasks = tuple(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _note(self) -> None:
        if self._pending is None:
            self._pending = self._app.set_timer(_PAUSE_SECONDS, self.publish)

    def publish(self) -> None:
        """Tell the screens now."""
        if self._pending is not None:
            self._pending.stop()
            self._pending = None
        now = self._backend.clock.now()
        happened: list[Happened] = []
        for cluster in self.clusters:
            cluster.rows.advance(cluster.server_now(now))
            happened += [(cluster, change) for change in cluster.rows.take_changes()]
        self._version += bool(happened)
        self.view = View(now, self.clusters, self._version)
        if happened:
            self.happenings.publish(tuple(happened))
        self.views.publish(self.view)
