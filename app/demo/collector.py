"""The garbage collector: what nobody owns any more goes; what is orphaned stays.

Law: an owner is the object with that uid; the same name with another uid is nobody. An owner of an unknown
kind is never judged, so its dependents stay for ever, as on a real cluster.
Source: k8s.io/kubernetes pkg/controller/garbagecollector.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from app.demo.deletion import BACKGROUND, FOREGROUND, ORPHAN, DeleteOptions, Deleter
from app.demo.kinds import BY_KIND
from app.demo.resources import Object, Resource
from app.demo.status import ApiError
from app.demo.storage import Change, Key, Record, Store
from app.demo.writes import MERGE, Target, Writer

Item = tuple[Resource, Key]


class GarbageCollector:
    """Follows ownerReferences over all resources."""

    def __init__(self, store: Store, writer: Writer, deleter: Deleter) -> None:
        self._store = store
        self._writer = writer
        self._deleter = deleter
        self._queue: deque[Item] = deque()
        self._dependents: dict[str, set[Item]] = {}
        self._owners: dict[Item, frozenset[str]] = {}

    def observe(self, resource: Resource, change: Change) -> None:
        """Keep the graph, and look at whatever the change may have freed."""
        item = (resource, change.key)
        owners = _owner_uids(change.after)
        for uid in self._owners.pop(item, frozenset()):
            self._dependents[uid].discard(item)
        for uid in owners:
            self._dependents.setdefault(uid, set()).add(item)
        if owners:
            self._owners[item] = owners
        if change.after is not None:
            self._queue.append(item)
        if change.before is not None:
            # Gone, recreated under its name, or about to go: its dependents, and owners that wait for it.
            uid = change.before.obj["metadata"]["uid"]
            self._queue.extend(self._dependents.get(uid, ()))
            if change.after is None:
                self._queue.extend(self._located(change.before))

    def _located(self, record: Record) -> Iterable[Item]:
        meta = record.obj["metadata"]
        for reference in meta.get("ownerReferences", ()):
            resource = BY_KIND.get((reference["apiVersion"], reference["kind"]))
            if resource is not None:
                namespace = meta.get("namespace", "") if resource.namespaced else ""
                yield resource, (namespace, reference["name"])

    def step(self, now: datetime) -> datetime | None:
        """Look at everything in the queue."""
        while self._queue:
            resource, key = self._queue.popleft()
            record = self._store.get(resource, *key)
            if record is None:
                continue
            try:
                self._look(resource, record)
            except ApiError as error:
                # It changed under our hands, or may not be deleted: the next change brings it back.
                if error.code not in (403, 404, 409):
                    raise
        return None

    def _look(self, resource: Resource, record: Record) -> None:
        meta = record.obj["metadata"]
        finalizers = meta.get("finalizers", ())
        if "deletionTimestamp" not in meta:
            self._judge(resource, record)
        elif "orphan" in finalizers:
            for item in [*self._dependents.get(meta["uid"], ())]:
                self._disown(item, {meta["uid"]})
            self._release(resource, record, "orphan")
        elif "foregroundDeletion" in finalizers:
            blocking = [item for item in self._dependents.get(meta["uid"], ()) if self._blocks(item, meta)]
            if not blocking:
                self._release(resource, record, "foregroundDeletion")

    def _blocks(self, item: Item, owner: Object) -> bool:
        record = self._store.get(item[0], *item[1])
        references = record.obj["metadata"].get("ownerReferences", ()) if record else ()
        return any(
            reference["uid"] == owner["uid"] and reference.get("blockOwnerDeletion")
            for reference in references
        )

    def _judge(self, resource: Resource, record: Record) -> None:
        """Delete an object whose owners are all gone; cut the references to those of several that are."""
        meta = record.obj["metadata"]
        solid, gone, waiting = 0, set(), set()
        for reference in meta.get("ownerReferences", ()):
            owner_kind = BY_KIND.get((reference["apiVersion"], reference["kind"]))
            if owner_kind is None or (owner_kind.namespaced and not resource.namespaced):
                return
            owner = self._store.get(owner_kind, meta.get("namespace", ""), reference["name"])
            if owner is None or owner.obj["metadata"]["uid"] != reference["uid"]:
                gone.add(reference["uid"])
            elif "foregroundDeletion" in owner.obj["metadata"].get("finalizers", ()):
                waiting.add(reference["uid"])
            else:
                solid += 1
        if solid and (gone or waiting):
            self._disown((resource, (meta.get("namespace", ""), meta["name"])), gone | waiting)
        elif gone or (waiting and not solid):
            self._delete(resource, record, bool(waiting))

    def _delete(self, resource: Resource, record: Record, is_awaited: bool) -> None:
        meta = record.obj["metadata"]
        policy = BACKGROUND
        if "orphan" in meta.get("finalizers", ()):
            policy = ORPHAN
        elif is_awaited and self._dependents.get(meta["uid"]):
            policy = FOREGROUND
        target = Target(resource, meta.get("namespace", ""), meta["name"])
        options = DeleteOptions(propagation=policy, uid=meta["uid"], version=meta["resourceVersion"])
        self._deleter.delete(target, options)

    def _disown(self, item: Item, uids: set[str]) -> None:
        resource, key = item
        record = self._store.get(resource, *key)
        if record is None:
            return
        kept = [
            reference
            for reference in record.obj["metadata"].get("ownerReferences", ())
            if reference["uid"] not in uids
        ]
        self._patch(resource, record, {"ownerReferences": kept or None})

    def _release(self, resource: Resource, record: Record, finalizer: str) -> None:
        kept = [name for name in record.obj["metadata"]["finalizers"] if name != finalizer]
        self._patch(resource, record, {"finalizers": kept or None})

    def _patch(self, resource: Resource, record: Record, meta: Object) -> None:
        own = record.obj["metadata"]
        target = Target(resource, own.get("namespace", ""), own["name"])
        self._writer.patch(target, MERGE, {"metadata": meta})


def _owner_uids(record: Record | None) -> frozenset[str]:
    references = record.obj["metadata"].get("ownerReferences", ()) if record else ()
    return frozenset(reference["uid"] for reference in references)
