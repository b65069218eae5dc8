"""Follow one watch stream into a store.

Law: one stream, from its first line to its last; it never reconnects, waits or decides what comes after.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

from app.errors import ClusterError
from app.kube.decode import ClusterObject, Undecodable
from app.kube.events import Bookmark, Changed, Fault, WatchEvent, decode_events
from app.kube.failures import Refusal, error_from_reply
from app.kube.resources import Target
from app.kube.store import Key, Store, key_of
from app.kube.versions import is_older

T = TypeVar("T", bound=ClusterObject)

# The garbage collector counts allocations less releases, and a stream of changes has as many of one as of the
# other. It would wait until all tuples of all objects are new to it, then look at them in one go: 15 ms for
# 20,000 pods. Looked at every megabyte, they take 0.1 ms.
_SWEEP_BYTES = 1 << 20


class RewoundError(ClusterError):
    """The cluster's resourceVersions went back: it was restored from an older state."""


class InitialState(Generic[T]):
    """What a watch-list has sent so far of the whole state that it begins with."""

    def __init__(self, share: Callable[[T], object]) -> None:
        self._share = share
        self.version = ""
        """The version of the whole, once it is there."""
        self.items: dict[Key, T] = {}
        self.skipped: dict[Key, Undecodable] = {}

    def add(self, event: Changed[T] | Bookmark | Undecodable) -> None:
        """Take one event in; a change may come before the whole is there."""
        if isinstance(event, Bookmark):
            if event.initial_end:
                self.version = event.resource_version
            return
        meta = event.value.metadata if isinstance(event, Changed) else event.metadata
        key = key_of(meta)
        self.items.pop(key, None)
        self.skipped.pop(key, None)
        if event.type == "DELETED":
            return
        if isinstance(event, Changed):
            self._share(event.value)
            self.items[key] = event.value
        else:
            self.skipped[key] = event


class Feed(Generic[T]):
    """Applies the events of one stream to a store, and remembers how far they came.

    Args:
        target: what the stream follows.
        store: what the events are applied to.
        version: the newest resourceVersion seen before; empty if none was.
        on_complete: given where the stream begins with the whole state (a watch-list), which the store gets
            in one piece; called then with its version.
    """

    def __init__(
        self,
        target: Target[T],
        store: Store[T],
        version: str,
        on_complete: Callable[[str], object] | None = None,
    ) -> None:
        self.version = version
        self.events = 0
        self.initial: InitialState[T] | None = InitialState(store.share) if on_complete else None
        self.completed = asyncio.Event()
        """Set once the store holds the whole state."""
        self._target = target
        self._store = store
        self._on_complete = on_complete
        if on_complete is None:
            self.completed.set()

    def apply(self, event: WatchEvent[T]) -> None:
        """Apply one event.

        Raises:
            GoneError: the watch can't go on from where it is.
            RewoundError: the versions went back.
            ClusterError: the server ended the watch for another reason.
        """
        self.events += 1
        if self.initial is not None and not isinstance(event, Fault):
            self.initial.add(event)
        elif isinstance(event, Changed):
            self._change(event.type, event.value)
        elif isinstance(event, Bookmark):
            self._advance(event.resource_version)
        elif isinstance(event, Undecodable):
            self._store.skip(event)
            self.version = event.metadata.resource_version or self.version
        else:
            call = self._target.call({"watch": "true"}, timeout_seconds=0.0)
            raise error_from_reply(Refusal(call, event.code, event.body))

    async def hand_over(self, initial: InitialState[T]) -> None:
        """Give the store the whole state that ``initial`` has become."""
        rewound = is_older(initial.version, self.version)
        await self._store.replace(initial.items, initial.skipped.values(), rewound=rewound)
        self.version, self.initial = initial.version, None
        self.completed.set()
        if self._on_complete is not None:
            self._on_complete(initial.version)

    def _change(self, change: str, value: T) -> None:
        meta = value.metadata
        if change != "DELETED":
            self._advance(meta.resource_version)
            self._store.add(value)
            return
        self._store.delete(meta, value)
        if not is_older(meta.resource_version, self.version):  # that of the last state, not of the deletion
            self._advance(meta.resource_version)

    def _advance(self, version: str) -> None:
        if is_older(version, self.version):
            raise RewoundError(
                f"the cluster's resourceVersion went back from {self.version} to {version}: reading all again"
            )
        self.version = version or self.version


async def follow(blocks: AsyncIterator[bytes], kind: type[T], feed: Feed[T]) -> None:
    """Apply each line of ``blocks`` until the stream ends in order.

    Raises:
        ClusterError: what the blocks raise, what ``Feed.apply`` does, or a line is no event.
    """
    unswept = 0
    async for block in blocks:
        for event in decode_events(block, kind):
            feed.apply(event)
            if feed.initial is not None and feed.initial.version:
                await feed.hand_over(feed.initial)
        unswept += len(block)
        if unswept >= _SWEEP_BYTES:
            unswept = 0
            gc.collect(0)
        await asyncio.sleep(0)  # what is buffered is read without a turn of the event loop
