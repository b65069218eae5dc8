"""Objects, their history and the one counter of versions: what etcd and the watch cache are to a cluster.

Law: single-threaded (one event loop); a stored object is never changed in place, so a record may be
handed out without a copy; every write takes the next version of one global counter.
"""

from asyncio import Event
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from app.demo.resources import Object, Resource

Key = tuple[str, str]
"""Namespace (empty for a cluster-wide object) and name."""
FIRST_VERSION = 1000
"""Where the counter starts: a client that asks for version 1 asks for the past, as on any real cluster."""


class Record:
    """One stored state of an object, with its JSON made at most once."""

    __slots__ = ("_raw", "obj", "version")

    def __init__(self, obj: Object, version: int) -> None:
        self.obj = obj
        self.version = version
        self._raw: bytes | None = None

    @property
    def key(self) -> Key:
        """The object's namespace (empty for a cluster-wide one) and name."""
        meta = self.obj["metadata"]
        return (meta.get("namespace", ""), meta["name"])

    @property
    def raw(self) -> bytes:
        """The object as JSON, without kind and apiVersion (a list's items have none)."""
        if self._raw is None:
            self._raw = msgspec.json.encode(self.obj)
        return self._raw

    def typed(self, resource: Resource) -> bytes:
        """Return the object as JSON with its kind and apiVersion in front."""
        head = f'{{"kind":"{resource.kind}","apiVersion":"{resource.api_version}",'
        return head.encode() + self.raw[1:]

    def revised(self, version: int) -> "Record":
        """Return the same state under another version, as the last sight of an object has it."""
        meta = {**self.obj["metadata"], "resourceVersion": str(version)}
        return Record({**self.obj, "metadata": meta}, version)


@dataclass(frozen=True, slots=True)
class Change:
    """One write: ``before`` is None for an addition, ``after`` is None for a removal."""

    version: int
    key: Key
    before: Record | None
    after: Record | None


class TooOldError(Exception):
    """The asked version lies before the history that is kept; ``oldest`` is the first that does not."""

    def __init__(self, oldest: int) -> None:
        super().__init__(oldest)
        self.oldest = oldest


@dataclass
class _Table:
    """All of one resource."""

    records: dict[Key, Record] = field(default_factory=dict)
    history: deque[Change] = field(default_factory=deque)
    oldest: int = FIRST_VERSION
    waiting: set[Event] = field(default_factory=set)


Listener = Callable[[Resource, Change], None]


class Store:
    """The state of one embedded cluster; keeps the last ``window`` changes of each resource."""

    def __init__(self, window: int) -> None:
        self.version = FIRST_VERSION
        self._window = window
        self._tables: dict[Resource, _Table] = {}
        self._listeners: list[Listener] = []

    def _table(self, resource: Resource) -> _Table:
        if resource not in self._tables:
            self._tables[resource] = _Table()
        return self._tables[resource]

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` after every change, from now on."""
        self._listeners.append(listener)

    def get(self, resource: Resource, namespace: str, name: str) -> Record | None:
        """Return what is stored under that name, or None."""
        return self._table(resource).records.get((namespace if resource.namespaced else "", name))

    def put(self, resource: Resource, obj: Object) -> Record:
        """Store ``obj`` (which then belongs to the store) under the next version."""
        self.version += 1
        obj["metadata"]["resourceVersion"] = str(self.version)
        record = Record(obj, self.version)
        table = self._table(resource)
        before = table.records.get(record.key)
        table.records[record.key] = record
        self._note(resource, Change(self.version, record.key, before, record))
        return record

    def remove(self, resource: Resource, record: Record) -> Record:
        """Remove an object; return its last sight, which carries the version of the removal."""
        del self._table(resource).records[record.key]
        self.version += 1
        self._note(resource, Change(self.version, record.key, record, None))
        return record.revised(self.version)

    def _note(self, resource: Resource, change: Change) -> None:
        table = self._table(resource)
        table.history.append(change)
        if len(table.history) > self._window:
            table.oldest = table.history.popleft().version
        for event in table.waiting:
            event.set()
        for listener in self._listeners:
            listener(resource, change)

    def records(self, resource: Resource, namespace: str = "", at: int | None = None) -> list[Record]:
        """Return all objects, by key; of one namespace if it is named; as they were at version ``at``.

        Raises:
            TooOldError: the history does not reach back to ``at``.
        """
        found = self._table(resource).records
        if at is not None and at < self.version:
            found = self._rewound(resource, at)
        keys = sorted(key for key in found if not namespace or key[0] == namespace)
        return [found[key] for key in keys]

    def _rewound(self, resource: Resource, version: int) -> dict[Key, Record]:
        changes = [*self.changes_since(resource, version)]
        found = dict(self._table(resource).records)
        for change in reversed(changes):
            if change.before is None:
                found.pop(change.key, None)
            else:
                found[change.key] = change.before
        return found

    def changes_since(self, resource: Resource, version: int) -> Iterator[Change]:
        """Return the changes after ``version``, oldest first.

        Raises:
            TooOldError: some of them are forgotten.
        """
        table = self._table(resource)
        if version < table.oldest:
            raise TooOldError(table.oldest)
        found: list[Change] = []
        for change in reversed(table.history):
            if change.version <= version:
                break
            found.append(change)
        return reversed(found)

    def forget_history(self) -> None:
        """Drop all history, as a compaction does: every older version is too old from now on."""
        for table in self._tables.values():
            table.history.clear()
            table.oldest = self.version

    def wait_on(self, resource: Resource) -> Event:
        """Return an event that is set at each change of ``resource``; give it back to ``stop_waiting``."""
        event = Event()
        self._table(resource).waiting.add(event)
        return event

    def stop_waiting(self, resource: Resource, event: Event) -> None:
        """Forget an event of ``wait_on``."""
        self._table(resource).waiting.discard(event)
