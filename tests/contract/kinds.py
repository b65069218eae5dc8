"""The kinds that the generic tests run over, each with a body, a harmless change and its peculiarities."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.contract.objects import CORE, job, jobs, pod, pods, policies, policy
from tests.rest import Json


@dataclass(frozen=True)
class Kind:
    """One namespaced kind."""

    name: str
    api_version: str
    plural: str
    collection: Callable[[str], str]
    make: Callable[[str, str], Json]
    """A valid body for a namespace and a name."""
    spec_change: Json
    """A merge patch of something that the server lets one change after creation."""
    has_generation: bool = False
    counts_labels: bool = False
    """Its generation moves with its labels too."""
    returns_deleted: bool = False
    """DELETE answers with the object instead of a Status."""
    creates_on_update: bool = False
    """PUT of a name that is not there creates it."""

    def item(self, namespace: str, name: str) -> str:
        """Path of one object."""
        return f"{self.collection(namespace)}/{name}"

    def __str__(self) -> str:
        return self.plural


def _service(_namespace: str, name: str) -> Json:
    ports = [{"port": 80, "targetPort": "http"}]
    return _body("v1", "Service", name, spec={"selector": {"app": "web"}, "ports": ports})


def _slice(_namespace: str, name: str) -> Json:
    endpoints = [{"addresses": ["192.0.2.1"]}]
    return _body(
        "discovery.k8s.io/v1", "EndpointSlice", name, addressType="IPv4", endpoints=endpoints, ports=[]
    )


def _event(namespace: str, name: str) -> Json:
    involved = {"kind": "Pod", "name": "web", "namespace": namespace, "apiVersion": "v1"}
    return _body("v1", "Event", name, involvedObject=involved, reason="Tested", message="m", type="Normal")


def _lease(_namespace: str, name: str) -> Json:
    return _body("coordination.k8s.io/v1", "Lease", name, spec={"holderIdentity": "me"})


def _body(api_version: str, kind: str, name: str, **fields: Any) -> Json:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **fields}


def _namespaced(root: str, plural: str) -> Callable[[str], str]:
    return lambda namespace: f"{root}/namespaces/{namespace}/{plural}"


KINDS = [
    Kind(
        name="NetworkPolicy",
        api_version="networking.k8s.io/v1",
        plural="networkpolicies",
        collection=policies,
        make=lambda _namespace, name: policy(name),
        spec_change={"spec": {"podSelector": {"matchLabels": {"app": "db"}}}},
        has_generation=True,
    ),
    Kind(
        name="Job",
        api_version="batch/v1",
        plural="jobs",
        collection=jobs,
        make=lambda _namespace, name: job(name),
        spec_change={"spec": {"activeDeadlineSeconds": 90}},
        has_generation=True,
    ),
    Kind(
        name="Pod",
        api_version="v1",
        plural="pods",
        collection=pods,
        make=lambda _namespace, name: pod(name),
        spec_change={"spec": {"activeDeadlineSeconds": 90}},
        has_generation=True,
        returns_deleted=True,
    ),
    Kind(
        name="Service",
        api_version="v1",
        plural="services",
        collection=_namespaced(CORE, "services"),
        make=_service,
        spec_change={"spec": {"selector": {"app": "db"}}},
        returns_deleted=True,
        creates_on_update=True,
    ),
    Kind(
        name="EndpointSlice",
        api_version="discovery.k8s.io/v1",
        plural="endpointslices",
        collection=_namespaced("/apis/discovery.k8s.io/v1", "endpointslices"),
        make=_slice,
        spec_change={"endpoints": [{"addresses": ["192.0.2.2"]}]},
        has_generation=True,
        counts_labels=True,
    ),
    Kind(
        name="Event",
        api_version="v1",
        plural="events",
        collection=_namespaced(CORE, "events"),
        make=_event,
        spec_change={"message": "another"},
        creates_on_update=True,
    ),
    Kind(
        name="Lease",
        api_version="coordination.k8s.io/v1",
        plural="leases",
        collection=_namespaced("/apis/coordination.k8s.io/v1", "leases"),
        make=_lease,
        spec_change={"spec": {"holderIdentity": "you"}},
        creates_on_update=True,
    ),
]
