"""Read what a user may name instead of labels: the port Lookup.

Law: reads only; the kinds of workload are a closed list, for the name becomes part of a path.
"""

from collections.abc import Mapping

from app.domain.objects import Pod, Service, Workload
from app.errors import ForbiddenError, InvalidError
from app.kube.objects import Objects
from app.kube.resources import (
    DAEMON_SETS,
    DEPLOYMENTS,
    NAMESPACES,
    PODS,
    REPLICA_SETS,
    SERVICES,
    STATEFUL_SETS,
    Resource,
)
from app.kube.wire import Wire

_WORKLOADS: Mapping[str, Resource[Workload]] = {
    resource.plural: resource for resource in (DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS, REPLICA_SETS)
}


class Reader:
    """Implements Lookup."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._namespaces = Objects(wire, NAMESPACES)
        self._pods = Objects(wire, PODS)
        self._services = Objects(wire, SERVICES)

    async def namespace_exists(self, name: str) -> bool | None:
        """Tell whether the namespace exists; None where we may not know (403)."""
        try:
            return await self._namespaces.get(None, name) is not None
        except ForbiddenError:
            return None

    async def service(self, namespace: str, name: str) -> Service | None:
        """Return the Service, None where there is none."""
        return await self._services.get(namespace, name)

    async def workload(self, kind: str, namespace: str, name: str) -> Workload | None:
        """Return an apps/v1 workload by its resource name (``deployments``), None where there is none."""
        if kind not in _WORKLOADS:
            raise InvalidError(f"{kind!r} is no workload", fix=f"use one of {', '.join(_WORKLOADS)}")
        return await Objects(self._wire, _WORKLOADS[kind]).get(namespace, name)

    async def pod(self, namespace: str, name: str) -> Pod | None:
        """Return the pod, None where there is none."""
        return await self._pods.get(namespace, name)

    async def pods(self, namespace: str, selector: str) -> tuple[Pod, ...]:
        """Return the namespace's pods with the label selector."""
        return await self._pods.list(namespace, selector)
