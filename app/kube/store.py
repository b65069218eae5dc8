"""Hold the newest known state of one kind's objects, and tell listeners what changed.

Law: knows no network. Time does not go back: an object whose resourceVersion is older than the one held is
dropped, whoever brings it (a late answer to a write, a list from a lagging server). Only ``replace`` with
``rewound`` may turn the clock back, when the cluster's own did. Changes are told once per turn of the event
loop, a whole list in one piece, as the difference between what a listener knew and what is held now.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeAlias, TypeVar

from app.domain.objects import Meta
from app.kube.decode import ClusterObject, Undecodable
from app.kube.sharing import Sharing
from app.kube.versions import is_older

T = TypeVar("T", bound=ClusterObject)

Key: TypeAlias = tuple[str, str]
"""Namespace (empty for kinds that live in none) and name."""

_REMEMBERED_GONE = 1024  # UIDs; enough for the writes that can be under way at once
_SLICE = 1000  # objects put between two turns of the loop: about 2 ms


@dataclass(frozen=True, slots=True)
class Changes(Generic[T]):
    """What differs from what was told before."""

    added: tuple[T, ...] = ()
    updated: tuple[tuple[T, T], ...] = ()
    """Before and after."""
    deleted: tuple[T, ...] = ()
    """Tombstones: the last state that was seen, of deletions that were missed too."""
    relisted: bool = False
    """A complete list was among it; told even where nothing changed, for it ends the loading."""


Listener: TypeAlias = Callable[[Changes[T]], object]


def key_of(meta: Meta) -> Key:
    """Return what an object with this metadata is held under."""
    return meta.namespace, meta.name


class Store(Generic[T]):
    """The objects of one kind by namespace and name."""

    def __init__(self) -> None:
        self._items: dict[Key, T] = {}
        self._undecodable: dict[Key, str] = {}
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._listeners: list[Listener[T]] = []
        self._untold: dict[Key, T | None] = {}  # what listeners still believe, of what changed since
        self._tombstones: dict[Key, T] = {}  # the last state of what they will be told is deleted
        self._sharing = Sharing()
        self._relisted = False
        self._is_telling = False
        self._is_replacing = False
        self._is_synced = False

    @property
    def synced(self) -> bool:
        """Whether a complete list was seen: before, emptiness means nothing."""
        return self._is_synced

    @property
    def undecodable(self) -> int:
        """How many objects exist that could not be read, and are missing here or stand as they once were."""
        return len(self._undecodable)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def get(self, namespace: str, name: str) -> T | None:
        """Return the object, None where there is none."""
        return self._items.get((namespace, name))

    def values(self) -> tuple[T, ...]:
        """Return all objects, in no particular order."""
        return tuple(self._items.values())

    def share(self, value: T) -> None:
        """Let a new ``value`` use what is held already of equal labels, owners and namespaces.

        For whoever collects many values before ``replace``; the other verbs do it themselves.
        """
        held = self._items.get(key_of(value.metadata))
        self._sharing.share(value.metadata, None if held is None else held.metadata)

    def add(self, value: T) -> bool:
        """Hold ``value``; return False where it is older than what is held, or known to be deleted."""
        meta = value.metadata
        key = meta.namespace, meta.name
        held = self._items.get(key)
        self._sharing.share(meta, None if held is None else held.metadata)
        return self._accept(key, held, value)

    def update(self, value: T) -> bool:
        """Do what ``add`` does: who missed the ADDED is not made to miss the object."""
        return self.add(value)

    def delete(self, meta: Meta, final: T | None = None) -> bool:
        """Drop the very object that ``meta`` names; return False where another UID, or none, is held.

        Args:
            meta: its identity; an empty UID means whichever is held.
            final: its last state, for the tombstone.
        """
        self._forget(meta.uid)
        key = key_of(meta)
        held = self._items.get(key)
        if held is None or meta.uid not in ("", held.metadata.uid):
            return False
        self._undecodable.pop(key, None)
        self._drop(key, held, held if final is None else final)
        return True

    def skip(self, undecodable: Undecodable) -> None:
        """Count an object that could not be read; an earlier state of it stays as it is."""
        if undecodable.type == "DELETED":
            self._undecodable.pop(key_of(undecodable.metadata), None)
            self.delete(undecodable.metadata)
        else:
            self._undecodable[key_of(undecodable.metadata)] = undecodable.why

    async def replace(
        self, listed: Mapping[Key, T], undecodable: Iterable[Undecodable] = (), *, rewound: bool = False
    ) -> None:
        """Make the store equal to a complete list; what the list lacks becomes a tombstone.

        Others get turns of the loop meanwhile; listeners hear of it when it is done.

        Args:
            listed: the whole list by ``key_of`` each object, which was shared already.
            undecodable: its objects that could not be read: they exist, so they get no tombstone.
            rewound: the cluster itself went back in time (a restored etcd): older states are the truth now.
        """
        self._is_replacing = True
        if rewound:
            self._gone.clear()
        try:
            entries = iter(listed.items())
            while part := tuple(islice(entries, _SLICE)):
                self._put_all(part, rewound=rewound)
                await asyncio.sleep(0)
            self._undecodable = {key_of(item.metadata): item.why for item in undecodable}
            self._drop_all_but(listed)
            self._is_synced = self._relisted = True
        finally:
            self._sharing = Sharing()  # what is gone must not be kept by its copies
            self._is_replacing = False
            self._tell_soon()

    def subscribe(self, listener: Listener[T]) -> Callable[[], None]:
        """Tell ``listener`` all changes from now on, the present state first if it is complete.

        Returns:
            What ends the subscription; the listener is not called any more after it.
        """
        self._flush()
        self._listeners.append(listener)
        if self._is_synced:
            self._pass_on(listener, Changes(added=self.values(), relisted=True))

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _put_all(self, entries: Iterable[tuple[Key, T]], *, rewound: bool) -> None:
        for key, value in entries:
            if rewound:
                self._put(key, self._items.get(key), value)
            else:
                self._accept(key, self._items.get(key), value)

    def _accept(self, key: Key, held: T | None, value: T) -> bool:
        meta = value.metadata
        if held is not None:
            version = held.metadata.resource_version
            if is_older(meta.resource_version, version):
                return False
            if meta.resource_version == version and meta.uid == held.metadata.uid:
                return True
        elif meta.uid in self._gone:
            return False
        self._put(key, held, value)
        return True

    def _drop_all_but(self, listed: Container[Key]) -> None:
        for key in [key for key in self._items if key not in listed and key not in self._undecodable]:
            held = self._items[key]
            self._forget(held.metadata.uid)
            self._drop(key, held, held)

    def _put(self, key: Key, held: T | None, value: T) -> None:
        self._items[key] = value
        if self._undecodable:
            self._undecodable.pop(key, None)
        if self._listeners and key not in self._untold:
            self._untold[key] = held
            self._tell_soon()

    def _drop(self, key: Key, held: T, final: T) -> None:
        del self._items[key]
        if self._listeners:
            self._untold.setdefault(key, held)
            self._tombstones.setdefault(key, final)
            self._tell_soon()

    def _forget(self, uid: str) -> None:
        if uid:
            self._gone[uid] = None
        if len(self._gone) > _REMEMBERED_GONE:
            self._gone.popitem(last=False)

    def _tell_soon(self) -> None:
        if self._listeners and not self._is_telling:
            self._is_telling = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._is_telling = False
        if not self._is_replacing:
            self._flush()

    def _flush(self) -> None:
        if not self._untold and not self._relisted:
            return
        changes = self._changes()
        self._untold, self._tombstones, self._relisted = {}, {}, False
        for listener in self._listeners:
            self._pass_on(listener, changes)

    def _pass_on(self, listener: Listener[T], changes: Changes[T]) -> None:
        """Call one listener from the loop, so that one that fails costs neither the others nor the feeder."""
        asyncio.get_running_loop().call_soon(self._call, listener, changes)

    def _call(self, listener: Listener[T], changes: Changes[T]) -> None:
        if listener in self._listeners:
            listener(changes)

    def _changes(self) -> Changes[T]:
        added: list[T] = []
        updated: list[tuple[T, T]] = []
        deleted: list[T] = []
        for key, before in self._untold.items():
            after = self._items.get(key)
            if before is not None and after is not None and before.metadata.uid == after.metadata.uid:
                updated.append((before, after))
                continue
            if before is not None:
                final = self._tombstones.get(key, before)
                deleted.append(final if final.metadata.uid == before.metadata.uid else before)
            if after is not None:
                added.append(after)
        return Changes(tuple(added), tuple(updated), tuple(deleted), self._relisted)
