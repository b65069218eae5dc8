"""WATCH: the changes of a resource as JSON lines, each seen through the watcher's own filter.

Law: a watcher is a place in the store's history and nothing more; one that falls off the end of what is
remembered gets 410 inside the stream (HTTP 200), as does one that starts too far back.
Source: k8s.io/apiserver pkg/storage/cacher.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from app.demo.clock import ServerClock
from app.demo.lists import ListQuery
from app.demo.resources import Object, Resource
from app.demo.selectors import Filter
from app.demo.status import ApiError, expired, too_large_version
from app.demo.storage import Change, Record, Store, TooOldError
from app.domain.schema import decode

INITIAL_END = "k8s.io/initial-events-end"
_FIRST_WAIT_SECONDS = 3.0
_LAST_BOOKMARK_SECONDS = 2.0
_LINES_PER_WRITE = 200


@dataclass(frozen=True)
class Subject:
    """What is watched."""

    resource: Resource
    namespace: str
    selection: Filter


class Watcher:
    """Streams from one store; ``bookmark_seconds`` is the pace of bookmarks on a quiet stream."""

    def __init__(self, store: Store, clock: ServerClock, bookmark_seconds: float) -> None:
        self._store = store
        self._clock = clock
        self._bookmark_seconds = bookmark_seconds

    async def chunks(self, subject: Subject, query: ListQuery) -> AsyncGenerator[bytes, None]:
        """Yield whole lines, several at a time, until ``query.timeout_seconds`` of server time are over."""
        end = self._clock.now() + timedelta(seconds=query.timeout_seconds)
        asked = int(query.version or 0)
        wants_state = query.sends_initial if query.sends_initial is not None else asked == 0
        if wants_state and asked > self._store.version:
            await self._clock.sleep(_FIRST_WAIT_SECONDS)
            yield _error(too_large_version(asked, self._store.version))
            return
        position = self._store.version if wants_state or not asked else asked
        if wants_state:
            for lines in _batched(self._initial(subject, query)):
                yield lines
        async with aclosing(self._changes(subject, query, position, end)) as changes:
            async for lines in changes:
                yield lines

    def _initial(self, subject: Subject, query: ListQuery) -> Iterator[bytes]:
        for record in self._store.records(subject.resource, subject.namespace):
            if subject.selection.matches(record.obj):
                yield _line("ADDED", subject.resource, record)
        if query.sends_initial and query.bookmarks:
            yield _bookmark(subject.resource, self._store.version, {INITIAL_END: "true"})

    async def _changes(
        self, subject: Subject, query: ListQuery, position: int, end: datetime
    ) -> AsyncGenerator[bytes, None]:
        changed = self._store.wait_on(subject.resource)
        try:
            bookmark_at = self._next_bookmark(end)
            while True:
                changed.clear()
                try:
                    changes = [*self._store.changes_since(subject.resource, position)]
                except TooOldError as error:
                    yield _error(expired(f"too old resource version: {position} ({error.oldest})"))
                    return
                for lines in _batched(filter(None, (_event(subject, item) for item in changes))):
                    yield lines
                position = changes[-1].version if changes else position
                now = self._clock.now()
                if now >= end:
                    return
                if now >= bookmark_at:
                    bookmark_at = self._next_bookmark(end)
                    if query.bookmarks:
                        position = max(position, self._store.version)
                        yield _bookmark(subject.resource, position, {})
                seconds = (min(bookmark_at, end) - self._clock.now()).total_seconds()
                await self._clock.wait(changed, seconds)
        finally:
            self._store.stop_waiting(subject.resource, changed)

    def _next_bookmark(self, end: datetime) -> datetime:
        """Every so often, and once shortly before the end, so that the client knows where to go on."""
        now = self._clock.now()
        last = end - timedelta(seconds=_LAST_BOOKMARK_SECONDS)
        regular = now + timedelta(seconds=self._bookmark_seconds)
        return min(regular, last) if last > now else max(regular, end)


def _batched(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines into writes of a size that neither stalls the loop nor wastes a system call on each."""
    lines = iter(lines)
    while batch := b"".join(islice(lines, _LINES_PER_WRITE)):
        yield batch


def _event(subject: Subject, change: Change) -> bytes | None:
    """Return the line that ``change`` is to this watcher: what enters the selection is added to it."""
    if subject.namespace and change.key[0] != subject.namespace:
        return None
    was = change.before if change.before and subject.selection.matches(change.before.obj) else None
    now = change.after if change.after and subject.selection.matches(change.after.obj) else None
    if now is not None:
        return _line("MODIFIED" if was else "ADDED", subject.resource, now)
    if was is not None:
        return _line("DELETED", subject.resource, was.revised(change.version))
    return None


def _line(kind: str, resource: Resource, record: Record) -> bytes:
    return b'{"type":"' + kind.encode() + b'","object":' + record.typed(resource) + b"}\n"


def _bookmark(resource: Resource, version: int, annotations: dict[str, str]) -> bytes:
    empty: Object = decode({}, resource.shape).value
    meta: Object = {"resourceVersion": str(version)}
    if annotations:
        meta["annotations"] = annotations
    return _line("BOOKMARK", resource, Record({**empty, "metadata": meta}, version))


def _error(error: ApiError) -> bytes:
    return msgspec.json.encode({"type": "ERROR", "object": error.status}) + b"\n"
