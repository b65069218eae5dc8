"""Keep a store equal to what the API server holds of one kind: list, watch, and begin again for ever.

Law: no failure ends it, none is passed over, and none is met with haste: at most one request a second on
average whatever the server does. What it cannot know it says in its link. A whole list comes at least every
five minutes, so that a watch that lies cannot do so for long.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, NoReturn, TypeVar

from app.domain.link import Link, LinkState
from app.errors import ClusterError, ForbiddenError, InvalidError, UnreachableError
from app.kube.backoff import Backoff, Curve, Jitter
from app.kube.decode import ClusterObject
from app.kube.listing import list_all
from app.kube.recovery import Remedy, remedy, wished_seconds
from app.kube.resources import Target
from app.kube.store import Store
from app.kube.versions import is_older
from app.kube.watching import Feed, follow
from app.kube.wire import Wire
from app.ports import Clock

T = TypeVar("T", bound=ClusterObject)

_SILENT_ROUNDS = 6  # a watch-list that talks all the time, but was not complete after so many, never will be


class ShortWatchError(UnreachableError):
    """The server closed a watch at once, with nothing in it."""


class UnmarkedStartError(ClusterError):
    """A watch-list did not say when it was complete: the server does not know the question."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient a reflector is; the defaults are client-go's and kopf's."""

    page_size: int = 500
    idle_seconds: float = 70.0
    """Longest silence of a watch: above the 60 s between bookmarks, below the 75 s a server keeps events."""
    relist_seconds: float = 300.0
    """Longest time between two lists; each takes up to a fifth off, so that kinds don't go together."""
    watch_seconds: tuple[float, float] = (300.0, 600.0)
    """How long the server is asked to keep a watch."""
    pause_seconds: float = 1.0
    """From one watch to the next, and how short a watch with nothing in it is a failure."""
    denied_seconds: float = 30.0
    """Least wait before asking again for what is forbidden."""
    silence_seconds: float = 10.0
    """Longest silence within the first state of a watch-list."""
    curve: Curve = field(default_factory=Curve)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reflector needs beside the server: time, chance, and who hears about the link."""

    clock: Clock
    jitter: Jitter = random.random
    on_link: Callable[[Link], object] = lambda link: None


class Reflector(Generic[T]):
    """Follows one target into one store: ``run`` it in a task, cancel that to stop it."""

    def __init__(
        self,
        wire: Wire,
        target: Target[T],
        store: Store[T],
        surroundings: Surroundings,
        timing: Timing | None = None,
    ) -> None:
        self._wire = wire
        self._target = target
        self._store = store
        self._clock = surroundings.clock
        self._jitter = surroundings.jitter
        self._on_link = surroundings.on_link
        self._timing = timing or Timing()
        self._backoff = Backoff(self._jitter, self._timing.curve)
        self._link = Link(LinkState.LOADING, self._clock.now())
        self._version = ""  # where the watch goes on; empty while a list is due
        self._seen = ""  # the newest version ever seen; a list that is older is a cluster that went back
        self._relist_between = (self._link.since, self._link.since)  # listed at, due again at
        self._next_watch = self._link.since
        self._has_watch_list = True  # until the server shows that it has not
        self._is_plain_due = False  # a watch-list just failed: the next list is a plain one
        self._is_polling = False  # we may list but not watch

    @property
    def link(self) -> Link:
        """What can be said about the link now."""
        return self._link

    async def run(self) -> NoReturn:
        """List, watch and recover until cancelled."""
        while True:
            try:
                await self._step()
            except ClusterError as error:
                await self._clock.sleep(self._recover(error))

    async def _step(self) -> None:
        """Do the one thing that is due: a list, or a watch until it ends."""
        listed, due = self._relist_between
        if not listed <= self._clock.now() < due:  # a clock that was set back must not put it off
            self._version = ""
        if self._version:
            await self._watch(Feed(self._target, self._store, self._version))
        elif self._has_watch_list and not self._is_plain_due and not self._is_polling:
            await self._stream_list()
        else:
            await self._list()

    async def _list(self) -> None:
        listing = await list_all(self._wire, self._target, self._timing.page_size, self._store.share)
        rewound = is_older(listing.resource_version, self._seen)
        await self._store.replace(listing.items, listing.undecodable, rewound=rewound)
        self._note_listed(listing.resource_version)

    async def _stream_list(self) -> None:
        """Let a watch begin with the whole state; the store changes only when that is complete."""
        self._is_plain_due = True  # unless _note_listed says that it came to be complete
        try:
            await self._watch(Feed(self._target, self._store, self._seen, self._note_listed))
        except (InvalidError, UnmarkedStartError):
            self._has_watch_list = False
            self._next_watch = self._clock.now()  # that was no watch yet
        except ForbiddenError:
            if not self._is_plain_due:
                raise  # else the list itself will show whether the kind is forbidden, or only its watch

    def _note_listed(self, version: str) -> None:
        now = self._clock.now()
        seconds = self._timing.relist_seconds * (1.0 - 0.2 * self._jitter())
        self._relist_between = now, now + timedelta(seconds=seconds)
        self._version = self._seen = version
        self._is_plain_due = False
        if not self._is_polling:
            self._set_link(LinkState.LIVE)

    async def _watch(self, feed: Feed[T]) -> None:
        """Follow one stream until it ends, or until a list is due."""
        await self._pause()
        began = self._clock.now()
        try:
            async with (
                asyncio.timeout(None) as limit,
                _beside(self._guard(feed, limit), self._settle(feed)),
                self._open(feed) as blocks,
            ):
                await follow(blocks, self._target.kind, feed)
        except TimeoutError:
            if not feed.completed.is_set():
                raise UnmarkedStartError(f"the list of {self._target} in a watch did not end") from None
            return
        finally:
            if feed.completed.is_set():
                self._version = self._seen = feed.version
        if not feed.completed.is_set():
            raise UnreachableError(f"the server ended the watch of {self._target} before it was complete")
        lived = self._clock.now() - began
        if not feed.events and lived < timedelta(seconds=self._timing.pause_seconds):
            raise ShortWatchError(f"the server closed the watch of {self._target} at once")

    async def _pause(self) -> None:
        """Keep the least time from one watch to the next, whatever ended the last one."""
        pause = self._timing.pause_seconds
        wait = (self._next_watch - self._clock.now()).total_seconds()
        if wait > 0:
            await self._clock.sleep(min(wait, pause))
        self._next_watch = self._clock.now() + timedelta(seconds=pause)

    def _open(self, feed: Feed[T]) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        shortest, longest = self._timing.watch_seconds
        seconds = int(shortest + (longest - shortest) * self._jitter())
        query = {"watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": str(seconds)}
        if feed.completed.is_set():
            query["resourceVersion"] = feed.version
        else:
            query |= {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
        # The server ends the stream; the call's own limit only catches one that forgets to.
        call = self._target.call(query, timeout_seconds=seconds + 30.0)
        return self._wire.stream(call, idle_seconds=self._timing.idle_seconds)

    async def _guard(self, feed: Feed[T], limit: asyncio.Timeout) -> None:
        """End the stream when its first state does not come to an end, and when a list is due."""
        rounds, events = 0, -1
        while not feed.completed.is_set() and rounds < _SILENT_ROUNDS and feed.events != events:
            rounds, events = rounds + 1, feed.events
            await self._clock.sleep(self._timing.silence_seconds)
        if feed.completed.is_set():
            _, due = self._relist_between
            await self._clock.sleep(max(0.0, (due - self._clock.now()).total_seconds()))
        limit.reschedule(asyncio.get_running_loop().time())

    async def _settle(self, feed: Feed[T]) -> None:
        """Call the link live once the stream has stood for a moment."""
        await feed.completed.wait()
        await self._clock.sleep(self._timing.pause_seconds)
        self._is_polling = False
        self._set_link(LinkState.LIVE)

    def _recover(self, error: ClusterError) -> float:
        """Prepare the next attempt after ``error``, and return how many seconds to wait before it."""
        was_watching = bool(self._version)
        what = remedy(error)
        if what is not Remedy.RESUME:
            self._version = ""
        if what is Remedy.WAIT:
            self._is_polling = was_watching
            self._set_link(LinkState.STALE if was_watching else LinkState.DENIED, error)
            return self._timing.denied_seconds * (1.0 + self._jitter())
        self._set_link(LinkState.STALE if self._store.synced else LinkState.LOADING, error)
        return max(self._backoff.delay(self._clock.now()), wished_seconds(error))

    def _set_link(self, state: LinkState, error: ClusterError | None = None) -> None:
        old = self._link
        since = old.since if state is old.state else self._clock.now()
        new = Link(state, since, error.message, old.failures + 1) if error else Link(state, since)
        if new != old:
            self._link = new
            asyncio.get_running_loop().call_soon(self._on_link, new)


@asynccontextmanager
async def _beside(*companions: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run ``companions`` while the body runs, and end them with it."""
    tasks = [asyncio.create_task(companion) for companion in companions]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
