"""The cluster's objects as netgrant sees them: only the fields we use, decoded in one step.

Law: values are frozen; a field that the server leaves out has its zero. Structs are built by msgspec
straight from the wire (kube/decode.py), so the field names here, in camelCase, are the API's own.
``gc=False`` is safe because no value can refer back to its holder.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""metav1.Time: always with an offset; one without could not be compared with anything."""


class Value(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """Base of all decoded values."""


class OwnerReference(Value, frozen=True):
    """metav1.OwnerReference: the object that takes this one along when it is deleted."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class Meta(Value, frozen=True):
    """metav1.ObjectMeta without annotations, for the kinds that come in tens of thousands."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: Moment | None = None
    deletion_timestamp: Moment | None = None
    labels: dict[str, str] | None = None
    owner_references: tuple[OwnerReference, ...] | None = None


class FullMeta(Meta, frozen=True):
    """metav1.ObjectMeta with annotations and finalizers, for the kinds that grants are made of."""

    annotations: dict[str, str] | None = None
    finalizers: tuple[str, ...] | None = None
    generation: int = 0


class NetworkPolicy(Value, frozen=True):
    """networking.k8s.io/v1 NetworkPolicy; ``spec`` is kept as JSON so that drift can be told exactly."""

    metadata: FullMeta
    spec: dict[str, Any] | None = None


class JobSpec(Value, frozen=True):
    """The fields of batch/v1 JobSpec that make a deadline."""

    active_deadline_seconds: int | None = None
    ttl_seconds_after_finished: int | None = None
    suspend: bool | None = None
    parallelism: int | None = None


class Condition(Value, frozen=True):
    """A status condition (Job: Complete, Failed, Suspended; Pod: Ready …)."""

    type: str
    status: str
    reason: str = ""
    message: str = ""


class JobStatus(Value, frozen=True):
    """The fields of batch/v1 JobStatus that tell whether the clock runs."""

    start_time: Moment | None = None
    conditions: tuple[Condition, ...] | None = None


class Job(Value, frozen=True):
    """batch/v1 Job."""

    metadata: FullMeta
    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


class ContainerPort(Value, frozen=True):
    """A declared port of a container."""

    container_port: int
    name: str = ""
    protocol: str = "TCP"


class Container(Value, frozen=True):
    """A container with the ports it declares."""

    name: str = ""
    ports: tuple[ContainerPort, ...] | None = None


class PodSpec(Value, frozen=True):
    """The fields of core/v1 PodSpec that decide where and how a pod is reached."""

    node_name: str = ""
    host_network: bool = False
    containers: tuple[Container, ...] | None = None


class ContainerStatus(Value, frozen=True):
    """Readiness and restarts of one container."""

    name: str = ""
    ready: bool = False
    restart_count: int = 0


class PodIP(Value, frozen=True):
    """One of a pod's addresses."""

    ip: str = ""


class PodStatus(Value, frozen=True):
    """The fields of core/v1 PodStatus that the dashboard shows."""

    phase: str = ""
    reason: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    pod_ips: tuple[PodIP, ...] | None = msgspec.field(default=None, name="podIPs")
    container_statuses: tuple[ContainerStatus, ...] | None = None


class Pod(Value, frozen=True):
    """core/v1 Pod."""

    metadata: Meta
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class Namespace(Value, frozen=True):
    """core/v1 Namespace."""

    metadata: Meta


class ServicePort(Value, frozen=True):
    """One port of a Service; ``target_port`` is a number, a container port's name, or absent (= port)."""

    port: int
    name: str = ""
    protocol: str = "TCP"
    target_port: int | str | None = None


class ServiceSpec(Value, frozen=True):
    """The fields of core/v1 ServiceSpec that lead to pods."""

    type: str = ""
    selector: dict[str, str] | None = None
    ports: tuple[ServicePort, ...] | None = None


class Service(Value, frozen=True):
    """core/v1 Service."""

    metadata: Meta
    spec: ServiceSpec = ServiceSpec()


class WorkloadSpec(Value, frozen=True):
    """What Deployment, StatefulSet, DaemonSet and ReplicaSet share: whom they select."""

    selector: dict[str, Any] | None = None


class Workload(Value, frozen=True):
    """An apps/v1 workload."""

    metadata: Meta
    spec: WorkloadSpec = WorkloadSpec()


class ObjectReference(Value, frozen=True):
    """What an Event is about."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""


class Event(Value, frozen=True):
    """core/v1 Event."""

    metadata: Meta
    involved_object: ObjectReference = ObjectReference()
    type: str = ""
    reason: str = ""
    message: str = ""
    count: int = 1
    last_timestamp: Moment | None = None
    event_time: Moment | None = None
