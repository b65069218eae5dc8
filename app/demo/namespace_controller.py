"""What becomes of a namespace that is being deleted, and of pods on nodes that are."""

from datetime import datetime, timedelta

from app.demo import kinds
from app.demo.deletion import BACKGROUND, DeleteOptions, Deleter
from app.demo.resources import Resource
from app.demo.storage import Change, Key, Store
from app.demo.writes import Target

_KUBELET_SECONDS = 1.0


class NamespaceController:
    """Empties namespaces that are being deleted, and lets them go once they are empty."""

    def __init__(self, store: Store, deleter: Deleter) -> None:
        self._store = store
        self._deleter = deleter
        self._terminating: set[str] = set()
        self._has_news = False

    def observe(self, resource: Resource, change: Change) -> None:
        """Notice a namespace that begins to go, and every change inside one."""
        if resource is kinds.NAMESPACES:
            name = change.key[1]
            if change.after and "deletionTimestamp" in change.after.obj["metadata"]:
                self._terminating.add(name)
            elif change.after is None:
                self._terminating.discard(name)
        self._has_news = True

    def step(self, now: datetime) -> datetime | None:
        """Delete what is in them; remove those that are empty."""
        if self._has_news:
            self._has_news = False
            for name in [*self._terminating]:
                self._empty(name)
        return None

    def _empty(self, name: str) -> None:
        resources = [item for item in kinds.RESOURCES if item.namespaced]
        for resource in resources:
            records = self._store.records(resource, name)
            fresh = [item for item in records if "deletionTimestamp" not in item.obj["metadata"]]
            self._deleter.delete_all(resource, fresh, DeleteOptions(propagation=BACKGROUND))
        record = self._store.get(kinds.NAMESPACES, "", name)
        is_empty = not any(self._store.records(resource, name) for resource in resources)
        if record and is_empty and not record.obj["metadata"].get("finalizers"):
            self._store.remove(kinds.NAMESPACES, record)


class Kubelets:
    """Ends pods that are being deleted, as the kubelets of their nodes would."""

    def __init__(self, store: Store, deleter: Deleter) -> None:
        self._store = store
        self._deleter = deleter
        self._ending: dict[Key, datetime | None] = {}

    def observe(self, resource: Resource, change: Change) -> None:
        """Notice a pod that was asked to end."""
        if resource is kinds.PODS:
            if change.after and "deletionTimestamp" in change.after.obj["metadata"]:
                self._ending.setdefault(change.key, None)
            elif change.after is None:
                self._ending.pop(change.key, None)

    def step(self, now: datetime) -> datetime | None:
        """End each of them a second after it was asked to."""
        for key, due in [*self._ending.items()]:
            if due is None:
                self._ending[key] = now + timedelta(seconds=_KUBELET_SECONDS)
            elif due <= now:
                del self._ending[key]
                if self._store.get(kinds.PODS, *key):
                    self._deleter.delete(Target(kinds.PODS, *key), DeleteOptions(grace_seconds=0))
        return min(filter(None, self._ending.values()), default=None)
