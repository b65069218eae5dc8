"""Follow the clusters and tell the screens: the only crossing between what happens and what is shown.

Law: widgets are touched by nobody but their screens, which subscribe here. However much happens, screens are
told ten times a second at most, and each second even if nothing does, for time alone changes what they show.
A first list of ten thousand grants is judged a little at a time.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from textual.signal import Signal
from textual.timer import Timer

from app.domain.text import clean
from app.errors import ConfigError, NetgrantError, UnauthorizedError
from app.live.cluster import LiveCluster, Stage
from app.live.projector import RowChange
from app.ui.garbage import Garbage
from app.ui.view import View

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp

_PAUSE_SECONDS = 0.1
_TICK_SECONDS = 1.0
_LEAST_SECONDS = 0.01
"""How long to gather what comes together even where nobody was told for long."""
_AT_ONCE = 150
"""Grants judged before the screens get their turn: about 12 ms."""
Happened = tuple[LiveCluster, RowChange]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait until a cluster that cannot be followed is tried again by itself."""

    seconds: float = 30.0
    config_seconds: float = 300.0
    """After an error of configuration or credentials: it rarely heals, and asking may open a browser."""


class Feed:
    """The clusters that are shown.

    ``views`` is published with the newest View, ``happenings`` with what became of rows since the last.

    Args:
        app: whose screens are told.
        patience: when to try again.
    """

    def __init__(self, app: "NetgrantApp", patience: Patience | None = None) -> None:
        self._app = app
        self._patience = patience or Patience()
        self._backend = app.backend
        self.views: Signal[View] = Signal(app, "views")
        self.happenings: Signal[tuple[Happened, ...]] = Signal(app, "happenings")
        self.clusters: tuple[LiveCluster, ...] = ()
        self._tasks: dict[LiveCluster, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._needed: set[asyncio.Task[None]] = set()  # of those: whose connection a write may still use
        self._pending: Timer | None = None
        self._judging: Timer | None = None
        self._told_at = 0.0
        self._changed = asyncio.Event()
        self._garbage = Garbage()
        self._version = 0
        self._basis: tuple[object, ...] = ()
        self._is_over = False
        self.view = View(self._backend.clock.now(), (), 0)

    def start(self) -> None:
        """Begin to tell the time."""
        self._app.set_interval(_TICK_SECONDS, self.publish)

    def prepare(self, contexts: Iterable[str | None]) -> None:
        """Have what the registry remembers of these ready for the first frame; nothing is followed yet."""
        self.clusters = tuple(self._made(name) for name in dict.fromkeys(contexts))
        self._version += 1
        self.view = View(self._backend.clock.now(), self.clusters, self._version)

    def _made(self, name: str | None) -> LiveCluster:
        cluster = LiveCluster(name, self._backend.preferences.limits.expiring)
        cluster.memory = self._backend.recollect(name)
        return cluster

    def show(self, contexts: Iterable[str | None]) -> None:
        """Follow these contexts and no others; those that are followed already go on as they are."""
        known = {cluster.wanted: cluster for cluster in self.clusters}
        self.clusters = tuple(known.get(name) or self._made(name) for name in dict.fromkeys(contexts))
        for cluster in known.values():
            if cluster not in self.clusters:
                self._stop(cluster)
        for cluster in self.clusters:
            if cluster not in self._tasks:
                self._begin(cluster)
        self.publish()

    def retry(self, cluster: LiveCluster, *, may_prompt: bool = False) -> None:
        """Connect anew, at once; what is known of the cluster stays readable meanwhile.

        Args:
            cluster: one of ``clusters``; any other is left alone.
            may_prompt: whether a credential plugin may ask on the terminal, which the app has let go of.
        """
        if cluster not in self.clusters:
            return
        before = self._stop(cluster)
        cluster.session = None
        cluster.set_status(stage=Stage.CONNECTING, error=None)
        self._begin(cluster, before, may_prompt=may_prompt)

    async def log_in(self, cluster: LiveCluster) -> None:
        """Connect anew while a credential plugin may ask on the terminal; return once it has asked."""
        self.retry(cluster, may_prompt=True)
        while cluster in self.clusters and not (cluster.session or cluster.status.stage is Stage.FAILED):
            self._changed.clear()
            await self._changed.wait()

    def _begin(
        self, cluster: LiveCluster, before: asyncio.Task[None] | None = None, *, may_prompt: bool = False
    ) -> None:
        cluster.on_change = self._note
        work = self._follow(cluster, before, may_prompt)
        self._tasks[cluster] = asyncio.create_task(work, name=f"follow {cluster.name}")

    def _stop(self, cluster: LiveCluster) -> asyncio.Task[None] | None:
        """Begin to end the following of a cluster; return what has yet to end.

        Its connection stays until the writes have ended that are under way: it may be what they go over.
        """
        task = self._tasks.pop(cluster, None)
        if task is not None:
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
            self._needed.add(task)
            self._app.runner.when_idle(partial(self._cancel, task))
        return task

    def _cancel(self, task: asyncio.Task[None]) -> None:
        if task in self._needed:  # once: a second cancel would break into its tidying up
            self._needed.discard(task)
            task.cancel()

    async def _follow(
        self, cluster: LiveCluster, before: asyncio.Task[None] | None, may_prompt: bool
    ) -> None:
        """Keep one cluster current; what makes that impossible is shown, and tried again now and then."""
        if before is not None:
            await asyncio.wait((before,))  # it still holds the connection that this one takes the place of
        remembering = asyncio.create_task(self._remember(cluster))
        try:
            await self._keep_current(cluster, may_prompt)
        finally:
            remembering.cancel()

    async def _remember(self, cluster: LiveCluster) -> None:
        """Show what the registry remembers, until the cluster itself has answered."""
        if cluster.memory is not None:
            return
        with suppress(NetgrantError):  # what is wrong is said where a connection or the registry is asked for
            memory = await self._backend.remember(cluster.wanted)
            if not cluster.is_synced and not cluster.rows:
                cluster.memory = memory
                cluster.touch()

    async def _keep_current(self, cluster: LiveCluster, may_prompt: bool) -> NoReturn:
        while True:
            error = await self._outcome(cluster, may_prompt)
            may_prompt = False
            cluster.set_status(stage=Stage.FAILED, error=error)
            is_config = isinstance(error, ConfigError | UnauthorizedError)
            await asyncio.sleep(self._patience.config_seconds if is_config else self._patience.seconds)

    async def _outcome(self, cluster: LiveCluster, may_prompt: bool) -> NetgrantError:
        """Follow a cluster for as long as that is possible; return why it is not any more."""
        try:
            await self._backend.follow(cluster, may_prompt=may_prompt)
        except NetgrantError as error:
            return error
        except Exception as error:  # noqa: BLE001 - the outermost seam: the other clusters go on being shown
            what = f"this is a bug: {type(error).__name__} while following {clean(cluster.name)}"
            return NetgrantError(f"{what}; what is shown of it is not kept up", fix="please report it")
        return NetgrantError(f"the following of {clean(cluster.name)} has ended")

    async def stop(self) -> None:
        """End all following."""
        self._is_over = True
        for cluster in tuple(self._tasks):
            self._stop(cluster)
        for task in tuple(self._needed):
            self._cancel(task)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _note(self) -> None:
        """Tell the screens soon, together with what else happens until then."""
        self._changed.set()
        if self._pending is None and not self._is_over:
            wait = self._told_at + _PAUSE_SECONDS - asyncio.get_running_loop().time()
            self._pending = self._app.set_timer(max(_LEAST_SECONDS, wait), self.publish)

    def _judge(self, now: datetime) -> None:
        """Judge what has changed; go on later if that is much."""
        done = [cluster.rows.advance(cluster.server_now(now), _AT_ONCE) for cluster in self.clusters]
        self._garbage.mind(self.clusters, is_judged=all(done), now=asyncio.get_running_loop().time())
        if not all(done) and self._judging is None and not self._is_over:
            self._judging = self._app.set_timer(_LEAST_SECONDS, self._judge_on)

    def _judge_on(self) -> None:
        self._judging = None
        self._judge(self._backend.clock.now())
        self._note()

    def publish(self) -> None:
        """Tell the screens now."""
        if self._pending is not None:
            self._pending.stop()
            self._pending = None
        if self._is_over:
            return
        now = self._backend.clock.now()
        self._judge(now)
        happened = [(item, change) for item in self.clusters for change in item.rows.take_changes()]
        basis = tuple((cluster, cluster.memory, cluster.is_synced) for cluster in self.clusters)
        self._version += bool(happened) or basis != self._basis
        self._basis = basis
        self._told_at = asyncio.get_running_loop().time()
        self.view = View(now, self.clusters, self._version)
        if happened:
            self.happenings.publish(tuple(happened))
        self.views.publish(self.view)
