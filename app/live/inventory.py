"""Who and what is in one cluster, by namespace: pods, Services, workloads, policies, namespaces.

Law: pure and in memory; whoever follows the cluster feeds it. What is not known yet, or may not be read, is
simply not here: the links of the cluster's status tell which.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Generic, TypeVar

from app.domain.objects import Meta, Namespace, NetworkPolicy, Pod, Service, Workload

_ENDED = ("Succeeded", "Failed")

T = TypeVar("T", Namespace, Pod, Service, Workload, NetworkPolicy)


def is_reachable(pod: Pod) -> bool:
    """Tell whether policies concern the pod: it has not ended, and it is not on its node's network."""
    return pod.status.phase not in _ENDED and not pod.spec.host_network


class Shelf(Generic[T]):
    """The objects of one kind, by namespace and name."""

    def __init__(self) -> None:
        self._by_namespace: dict[str, dict[str, T]] = {}
        self._versions: dict[str, int] = {}
        self.version = 0
        """Grows with each change."""

    def put(self, item: T) -> None:
        """Hold an object, in place of an older state of it."""
        meta = item.metadata
        self._by_namespace.setdefault(meta.namespace, {})[meta.name] = item
        self._count(meta)

    def drop(self, item: T) -> None:
        """Forget an object that is gone."""
        meta = item.metadata
        held = self._by_namespace.get(meta.namespace, {})
        if held.pop(meta.name, None) is not None and not held:
            del self._by_namespace[meta.namespace]
        self._count(meta)

    def retain(self, is_kept: Callable[[tuple[str, str]], bool]) -> None:
        """Forget all objects but those whose namespace and name pass."""
        for item in [
            item
            for namespace, held in self._by_namespace.items()
            for name, item in held.items()
            if not is_kept((namespace, name))
        ]:
            self.drop(item)

    def _count(self, meta: Meta) -> None:
        self.version += 1
        self._versions[meta.namespace] = self.version

    def of(self, namespace: str) -> Collection[T]:
        """Return the objects of a namespace (empty for kinds that live in none), in no particular order."""
        return self._by_namespace.get(namespace, {}).values()

    def get(self, namespace: str, name: str) -> T | None:
        """Return one object, None where there is none."""
        return self._by_namespace.get(namespace, {}).get(name)

    def version_of(self, namespace: str) -> int:
        """Return a number that changes whenever something in the namespace does."""
        return self._versions.get(namespace, 0)

    @property
    def namespaces(self) -> Collection[str]:
        """Return the namespaces that hold any."""
        return self._by_namespace.keys()

    def __len__(self) -> int:
        return sum(len(held) for held in self._by_namespace.values())


class Inventory:
    """What one cluster holds, as far as we may see it."""

    def __init__(self) -> None:
        self.pods: Shelf[Pod] = Shelf()
        self.services: Shelf[Service] = Shelf()
        self.policies: Shelf[NetworkPolicy] = Shelf()
        self.namespace_objects: Shelf[Namespace] = Shelf()
        self.workloads: dict[str, Shelf[Workload]] = {
            resource: Shelf() for resource in ("deployments", "statefulsets", "daemonsets")
        }
        """By resource name."""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Return the names of all namespaces known of, sorted: those listed, and those of what was seen."""
        listed = (item.metadata.name for item in self.namespace_objects.of(""))
        return tuple(sorted({*listed, *self.pods.namespaces, *self.policies.namespaces}))

    def labels_of(self, namespace: str) -> Mapping[str, str]:
        """Return a namespace's labels; empty where it is not known."""
        found = self.namespace_objects.get("", namespace)
        return (found.metadata.labels or {}) if found else {}

    def reachable(self, namespaces: Iterable[str]) -> list[Pod]:
        """Return the pods of some namespaces that policies concern, sorted by namespace and name."""
        found = [pod for name in namespaces for pod in self.pods.of(name) if is_reachable(pod)]
        return sorted(found, key=lambda pod: (pod.metadata.namespace, pod.metadata.name))
