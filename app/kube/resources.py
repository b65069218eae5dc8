"""Where each kind lives on the API server, and the value it is decoded into.

Law: the only place in kube/ that spells an API path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote

from app.domain.objects import Event, Job, Namespace, NetworkPolicy, Pod, Service, Workload
from app.kube.decode import ClusterObject
from app.kube.wire import Call

T = TypeVar("T", bound=ClusterObject)


@dataclass(frozen=True, slots=True)
class Resource(Generic[T]):
    """A resource of the API: ``root`` is ``/api/v1`` or ``/apis/GROUP/VERSION``."""

    root: str
    plural: str
    kind: type[T]

    def path(self, namespace: str | None = None, name: str = "") -> str:
        """Return the quoted path of the collection, or of one object in it.

        Args:
            namespace: None for all namespaces, and for kinds that live in none.
            name: the object's name, empty for the collection.
        """
        scope = f"/namespaces/{quote(namespace, safe='')}" if namespace is not None else ""
        return f"{self.root}{scope}/{self.plural}" + (f"/{quote(name, safe='')}" if name else "")


NAMESPACES = Resource("/api/v1", "namespaces", Namespace)
PODS = Resource("/api/v1", "pods", Pod)
SERVICES = Resource("/api/v1", "services", Service)
EVENTS = Resource("/api/v1", "events", Event)
NETWORK_POLICIES = Resource("/apis/networking.k8s.io/v1", "networkpolicies", NetworkPolicy)
JOBS = Resource("/apis/batch/v1", "jobs", Job)
DEPLOYMENTS = Resource("/apis/apps/v1", "deployments", Workload)
STATEFUL_SETS = Resource("/apis/apps/v1", "statefulsets", Workload)
DAEMON_SETS = Resource("/apis/apps/v1", "daemonsets", Workload)
REPLICA_SETS = Resource("/apis/apps/v1", "replicasets", Workload)


@dataclass(frozen=True, slots=True)
class Target(Generic[T]):
    """What one reflector follows: a resource, in one namespace or in all, narrowed by selectors."""

    resource: Resource[T]
    namespace: str | None = None
    labels: str = ""
    """A label selector as the API writes it (``app=db,tier in (a,b)``)."""
    fields: str = ""
    """A field selector (``status.phase=Running``)."""

    @property
    def kind(self) -> type[T]:
        """What its objects are decoded into."""
        return self.resource.kind

    def __str__(self) -> str:
        return self.resource.plural + (f" in {self.namespace}" if self.namespace is not None else "")

    def call(self, query: Mapping[str, str], timeout_seconds: float = 0.0) -> Call:
        """Return the GET of the collection with ``query`` and the selectors; empty values are left out."""
        wanted = {**query, "labelSelector": self.labels, "fieldSelector": self.fields}
        return Call(
            "GET",
            self.resource.path(self.namespace),
            {key: value for key, value in wanted.items() if value},
            timeout_seconds=timeout_seconds,
        )
