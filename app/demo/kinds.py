"""The table of all resources that the embedded cluster serves.

Law: data only; the order is the order of discovery.
"""

from app.demo import shapes
from app.demo.jobs import JobStrategy
from app.demo.pods import PodStrategy
from app.demo.resources import Object, Resource
from app.demo.strategies import (
    RBAC_GROUP,
    BindingStrategy,
    ConfigMapStrategy,
    EndpointSliceStrategy,
    EventStrategy,
    LeaseStrategy,
    NamespaceStrategy,
    PolicyStrategy,
    ServiceStrategy,
    WorkloadStrategy,
)
from app.domain.names import dns1123_label_errors
from app.domain.policy_schema import NETWORK_POLICY


def _node_name(pod: Object) -> str:
    return str(pod["spec"].get("nodeName", ""))


def _succeeded(job: Object) -> str:
    return str(job["status"].get("succeeded", 0))


CONFIG_MAPS = Resource(
    "configmaps",
    "ConfigMap",
    short_names=("cm",),
    shape=shapes.CONFIG_MAP,
    strategy=ConfigMapStrategy(),
)
EVENTS = Resource(
    "events",
    "Event",
    short_names=("ev",),
    may_create_on_update=True,
    shape=shapes.EVENT,
    strategy=EventStrategy(),
    selectable={
        **{
            f"involvedObject.{name}": ("involvedObject", name)
            for name in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
        },
        "reason": ("reason",),
        "reportingComponent": ("reportingComponent",),
        "source": ("source", "component"),
        "type": ("type",),
    },
)
NAMESPACES = Resource(
    "namespaces",
    "Namespace",
    namespaced=False,
    short_names=("ns",),
    has_status=True,
    returns_deleted=True,
    may_delete_all=False,
    shape=shapes.NAMESPACE,
    strategy=NamespaceStrategy(),
    name_rule=dns1123_label_errors,
    selectable={"status.phase": ("status", "phase")},
)
PODS = Resource(
    "pods",
    "Pod",
    short_names=("po",),
    categories=("all",),
    has_status=True,
    has_generation=True,
    returns_deleted=True,
    shape=shapes.POD,
    strategy=PodStrategy(),
    selectable={
        "spec.nodeName": _node_name,
        "spec.restartPolicy": ("spec", "restartPolicy"),
        "spec.schedulerName": ("spec", "schedulerName"),
        "spec.serviceAccountName": ("spec", "serviceAccountName"),
        "status.phase": ("status", "phase"),
        "status.podIP": ("status", "podIP"),
        "status.nominatedNodeName": ("status", "nominatedNodeName"),
    },
)
SERVICES = Resource(
    "services",
    "Service",
    short_names=("svc",),
    categories=("all",),
    has_status=True,
    returns_deleted=True,
    may_create_on_update=True,
    shape=shapes.SERVICE,
    strategy=ServiceStrategy(),
    name_rule=dns1123_label_errors,
    selectable={"spec.clusterIP": ("spec", "clusterIP"), "spec.type": ("spec", "type")},
)


def _workload(plural: str, kind: str, short: str, *more: str) -> Resource:
    return Resource(
        plural,
        kind,
        "apps",
        short_names=(short,),
        categories=("all",),
        has_status=True,
        has_generation=True,
        shape=shapes.workload(kind, *more),
        strategy=WorkloadStrategy(),
    )


DAEMON_SETS = _workload("daemonsets", "DaemonSet", "ds", "updateStrategy", "revisionHistoryLimit")
DEPLOYMENTS = _workload(
    "deployments",
    "Deployment",
    "deploy",
    "strategy",
    "minReadySeconds",
    "revisionHistoryLimit",
    "paused",
    "progressDeadlineSeconds",
)
REPLICA_SETS = _workload("replicasets", "ReplicaSet", "rs", "minReadySeconds")
STATEFUL_SETS = _workload(
    "statefulsets",
    "StatefulSet",
    "sts",
    "serviceName",
    "updateStrategy",
    "podManagementPolicy",
    "revisionHistoryLimit",
    "volumeClaimTemplates",
)
JOBS = Resource(
    "jobs",
    "Job",
    "batch",
    categories=("all",),
    has_status=True,
    has_generation=True,
    orphans_by_default=True,
    shape=shapes.JOB,
    strategy=JobStrategy(),
    selectable={"status.successful": _succeeded},
)
LEASES = Resource(
    "leases",
    "Lease",
    "coordination.k8s.io",
    may_create_on_update=True,
    needs_version_to_update=True,
    shape=shapes.LEASE,
    strategy=LeaseStrategy(),
)
ENDPOINT_SLICES = Resource(
    "endpointslices",
    "EndpointSlice",
    "discovery.k8s.io",
    has_generation=True,
    shape=shapes.ENDPOINT_SLICE,
    strategy=EndpointSliceStrategy(),
)
NETWORK_POLICIES = Resource(
    "networkpolicies",
    "NetworkPolicy",
    "networking.k8s.io",
    short_names=("netpol",),
    has_generation=True,
    shape=NETWORK_POLICY,
    strategy=PolicyStrategy(),
)
CLUSTER_ROLE_BINDINGS = Resource(
    "clusterrolebindings",
    "ClusterRoleBinding",
    RBAC_GROUP,
    namespaced=False,
    shape=shapes.CLUSTER_ROLE_BINDING,
    strategy=BindingStrategy(),
    name_rule=lambda _: (),
)
CLUSTER_ROLES = Resource(
    "clusterroles",
    "ClusterRole",
    RBAC_GROUP,
    namespaced=False,
    shape=shapes.CLUSTER_ROLE,
    name_rule=lambda _: (),
)
ROLE_BINDINGS = Resource(
    "rolebindings",
    "RoleBinding",
    RBAC_GROUP,
    shape=shapes.ROLE_BINDING,
    strategy=BindingStrategy(),
    name_rule=lambda _: (),
)
ROLES = Resource("roles", "Role", RBAC_GROUP, shape=shapes.ROLE, name_rule=lambda _: ())

RESOURCES = (
    CONFIG_MAPS,
    EVENTS,
    NAMESPACES,
    PODS,
    SERVICES,
    DAEMON_SETS,
    DEPLOYMENTS,
    REPLICA_SETS,
    STATEFUL_SETS,
    JOBS,
    LEASES,
    ENDPOINT_SLICES,
    NETWORK_POLICIES,
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    ROLE_BINDINGS,
    ROLES,
)
BY_PATH = {(item.group, item.version, item.plural): item for item in RESOURCES}
BY_KIND = {(item.api_version, item.kind): item for item in RESOURCES}
