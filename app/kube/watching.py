"""Follow one watch stream into a store.

Law: one stream, from its first line to its last; it never reconnects, waits or decides what comes after.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

from app.errors import ClusterError, ForbiddenError, GoneError, ServerFaultError, ThrottledError
from app.kube.decode import Bookmark, Changed, ClusterObject, Fault, Status, Undecodable, decode_event
from app.kube.store import Key, Store
from app.kube.versions import is_older

T = TypeVar("T", bound=ClusterObject)

# A turn of the loop at least every so many lines, and sooner where they are long: what a socket has buffered
# is read without one, and 200 pods of 5 KB take 2 ms.
_TURN_LINES = 200
_TURN_BYTES = 2_000_000


class RewoundError(ClusterError):
    """The cluster's resourceVersions went back: it was restored from an older state."""


class Feed(Generic[T]):
    """Applies the events of one stream to a store, and remembers how far they came.

    Args:
        store: what they are applied to.
        version: the newest resourceVersion seen before; empty if none was.
        on_complete: given where the stream begins with the whole state (a watch-list), which the store gets
            in one piece; called then with its version.
    """

    def __init__(
        self, store: Store[T], version: str, on_complete: Callable[[str], object] | None = None
    ) -> None:
        self.version = version
        self.events = 0
        self.completed = asyncio.Event()
        """Set once the store holds the whole state."""
        self._store = store
        self._on_complete = on_complete
        self._initial: dict[Key, T] = {}
        self._skipped: dict[Key, Undecodable] = {}
        if on_complete is None:
            self.completed.set()

    def apply(self, line: bytes, kind: type[T]) -> None:
        """Apply one line.

        Raises:
            GoneError: the watch can't go on from where it is.
            RewoundError: the versions went back.
            ClusterError: the server ended the watch for another reason, or the line is no event.
        """
        event = decode_event(line, kind)
        self.events += 1
        if isinstance(event, Fault):
            raise fault_error(event.status)
        if not self.completed.is_set():
            self._collect(event)
        elif isinstance(event, Changed):
            self._change(event)
        elif isinstance(event, Undecodable):
            self._store.skip(event)
            self._advance(event.metadata.resource_version or self.version)
        else:
            self._reject_older(event.resource_version)
            self._advance(event.resource_version)

    def _change(self, event: Changed[T]) -> None:
        meta = event.value.metadata
        if event.type == "DELETED":  # may carry the version of the last state, not that of the deletion
            self._store.delete(meta, event.value)
            if not is_older(meta.resource_version, self.version):
                self._advance(meta.resource_version)
            return
        self._reject_older(meta.resource_version)
        self._store.add(event.value)
        self._advance(meta.resource_version)

    def _collect(self, event: Changed[T] | Bookmark | Undecodable) -> None:
        if isinstance(event, Bookmark):
            if event.initial_end:
                self._complete(event.resource_version)
            return
        meta = event.value.metadata if isinstance(event, Changed) else event.metadata
        key = meta.namespace, meta.name
        self._initial.pop(key, None)
        self._skipped.pop(key, None)
        if event.type == "DELETED":
            return
        if isinstance(event, Changed):
            self._initial[key] = event.value
        else:
            self._skipped[key] = event

    def _complete(self, version: str) -> None:
        rewound = is_older(version, self.version)
        self._store.replace(self._initial.values(), self._skipped.values(), rewound=rewound)
        self._initial, self._skipped = {}, {}
        self._advance(version)
        self.completed.set()
        if self._on_complete is not None:
            self._on_complete(version)

    def _reject_older(self, version: str) -> None:
        if is_older(version, self.version):
            raise RewoundError(
                f"the cluster's resourceVersion went back from {self.version} to {version}: reading all again"
            )

    def _advance(self, version: str) -> None:
        if version:
            self.version = version


async def follow(lines: AsyncIterator[bytes], kind: type[T], feed: Feed[T]) -> None:
    """Apply each of ``lines`` until the stream ends in order.

    Raises:
        ClusterError: what the lines raise, and what ``Feed.apply`` does.
    """
    line_count = byte_count = 0
    async for line in lines:
        feed.apply(line, kind)
        line_count += 1
        byte_count += len(line)
        if line_count >= _TURN_LINES or byte_count >= _TURN_BYTES:
            line_count = byte_count = 0
            await asyncio.sleep(0)


def fault_error(status: Status) -> ClusterError:
    """Return the error that an ERROR event stands for."""
    text = status.message or status.reason or "the server ended the watch without a reason"
    if status.code == 410 or status.reason in ("Expired", "Gone"):
        return GoneError(text, status=410, reason=status.reason)
    if status.code == 429:
        return ThrottledError(text, retry_after_seconds=status.retry_after_seconds, reason=status.reason)
    if status.code == 403:
        return ForbiddenError(text, status=403, reason=status.reason)
    return ServerFaultError(text, status=status.code, reason=status.reason)
