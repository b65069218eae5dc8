"""Answer what a user may name from what is known already; only for the rest is the cluster asked.

Law: an answer comes from memory only where the link to its kind is live there; so does "there is none".
"""

from app.domain.labels import parse_selector
from app.domain.objects import Pod, Service, Workload
from app.live.cluster import Kind, LiveCluster
from app.ports import Lookup


class StoredLookup:
    """Implements Lookup: resolving while somebody types costs no network.

    Args:
        cluster: what is known.
        beyond: whom to ask where it is not.
    """

    def __init__(self, cluster: LiveCluster, beyond: Lookup) -> None:
        self._cluster = cluster
        self._inventory = cluster.inventory
        self._beyond = beyond

    async def namespace_exists(self, name: str) -> bool | None:
        """Tell whether the namespace exists; None where we may not know (403)."""
        if self._cluster.knows(Kind.NAMESPACES):
            return self._inventory.namespace_objects.get("", name) is not None
        return await self._beyond.namespace_exists(name)

    async def service(self, namespace: str, name: str) -> Service | None:
        """Return the Service, None where there is none."""
        if self._cluster.knows(Kind.SERVICES, namespace):
            return self._inventory.services.get(namespace, name)
        return await self._beyond.service(namespace, name)

    async def workload(self, kind: str, namespace: str, name: str) -> Workload | None:
        """Return an apps/v1 workload by its resource name (``deployments``), None where there is none."""
        shelf = self._inventory.workloads.get(kind)
        if shelf is not None and self._cluster.knows(Kind.WORKLOADS, namespace):
            return shelf.get(namespace, name)
        return await self._beyond.workload(kind, namespace, name)

    async def pod(self, namespace: str, name: str) -> Pod | None:
        """Return the pod, None where there is none."""
        if self._cluster.knows(Kind.PODS, namespace):
            return self._inventory.pods.get(namespace, name)
        return await self._beyond.pod(namespace, name)

    async def pods(self, namespace: str, selector: str) -> tuple[Pod, ...]:
        """Return the namespace's pods with the label selector."""
        if not self._cluster.knows(Kind.PODS, namespace):
            return await self._beyond.pods(namespace, selector)
        wanted = parse_selector(selector)
        return tuple(
            pod for pod in self._inventory.pods.of(namespace) if wanted.matches(pod.metadata.labels or {})
        )
