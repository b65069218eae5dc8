"""The shapes of the kinds that the embedded cluster serves, beside NetworkPolicy.

Law: data only. What netgrant reads or writes is spelled out; what it never touches is any JSON.
"""

from app.domain.policy_schema import ANY, BOOL, INT32, INT64, LABEL_SELECTOR, OBJECT_META, STRING, TEXT_MAP
from app.domain.schema import Always, ListOf, MapOf, Pointer, Scalar, Shape, Struct

TIME = Scalar.TIME
MAYBE_TEXT = Pointer(STRING)
MAYBE_INT = Pointer(INT32)
MAYBE_BOOL = Pointer(BOOL)


def kind(name: str, **fields: Shape) -> Struct:
    """Return the shape of a top-level object: type, metadata and ``fields``."""
    return Struct(name, {"kind": STRING, "apiVersion": STRING, "metadata": OBJECT_META, **fields})


_RESOURCES = Struct(
    "ResourceRequirements",
    {
        "limits": MapOf(Scalar.QUANTITY),
        "requests": MapOf(Scalar.QUANTITY),
        "claims": ListOf(ANY),
    },
)
_CONTAINER_PORT = Struct(
    "ContainerPort",
    {"name": STRING, "hostPort": INT32, "containerPort": Always(INT32), "protocol": STRING, "hostIP": STRING},
)
_CONTAINER = Struct(
    "Container",
    {
        "name": Always(STRING),
        "image": STRING,
        "command": ListOf(STRING),
        "args": ListOf(STRING),
        "workingDir": STRING,
        "ports": ListOf(_CONTAINER_PORT),
        "envFrom": ANY,
        "env": ANY,
        "resources": _RESOURCES,
        "resizePolicy": ANY,
        "restartPolicy": MAYBE_TEXT,
        "volumeMounts": ANY,
        "volumeDevices": ANY,
        "livenessProbe": ANY,
        "readinessProbe": ANY,
        "startupProbe": ANY,
        "lifecycle": ANY,
        "terminationMessagePath": STRING,
        "terminationMessagePolicy": STRING,
        "imagePullPolicy": STRING,
        "securityContext": Pointer(ANY),
        "stdin": BOOL,
        "stdinOnce": BOOL,
        "tty": BOOL,
    },
)
POD_SPEC = Struct(
    "PodSpec",
    {
        "volumes": ANY,
        "initContainers": ListOf(_CONTAINER),
        "containers": ListOf(_CONTAINER),
        "ephemeralContainers": ANY,
        "restartPolicy": STRING,
        "terminationGracePeriodSeconds": Pointer(INT64),
        "activeDeadlineSeconds": Pointer(INT64),
        "dnsPolicy": STRING,
        "nodeSelector": TEXT_MAP,
        "serviceAccountName": STRING,
        "serviceAccount": STRING,
        "automountServiceAccountToken": MAYBE_BOOL,
        "nodeName": STRING,
        "hostNetwork": BOOL,
        "hostPID": BOOL,
        "hostIPC": BOOL,
        "shareProcessNamespace": MAYBE_BOOL,
        "securityContext": Pointer(ANY),
        "imagePullSecrets": ANY,
        "hostname": STRING,
        "subdomain": STRING,
        "affinity": ANY,
        "schedulerName": STRING,
        "tolerations": ANY,
        "hostAliases": ANY,
        "priorityClassName": STRING,
        "priority": MAYBE_INT,
        "dnsConfig": ANY,
        "readinessGates": ANY,
        "runtimeClassName": MAYBE_TEXT,
        "enableServiceLinks": MAYBE_BOOL,
        "preemptionPolicy": MAYBE_TEXT,
        "overhead": ANY,
        "topologySpreadConstraints": ANY,
        "setHostnameAsFQDN": MAYBE_BOOL,
        "os": ANY,
        "hostUsers": MAYBE_BOOL,
        "schedulingGates": ANY,
        "resourceClaims": ANY,
        "resources": Pointer(ANY),
    },
)
POD = kind("Pod", spec=POD_SPEC, status=ANY)
_JOB_SPEC = Struct(
    "JobSpec",
    {
        "parallelism": MAYBE_INT,
        "completions": MAYBE_INT,
        "activeDeadlineSeconds": Pointer(INT64),
        "podFailurePolicy": ANY,
        "successPolicy": ANY,
        "backoffLimit": MAYBE_INT,
        "backoffLimitPerIndex": MAYBE_INT,
        "maxFailedIndexes": MAYBE_INT,
        "selector": Pointer(LABEL_SELECTOR),
        "manualSelector": MAYBE_BOOL,
        "template": Struct("PodTemplateSpec", {"metadata": OBJECT_META, "spec": POD_SPEC}),
        "ttlSecondsAfterFinished": MAYBE_INT,
        "completionMode": MAYBE_TEXT,
        "suspend": MAYBE_BOOL,
        "podReplacementPolicy": MAYBE_TEXT,
        "managedBy": MAYBE_TEXT,
    },
)
_JOB_CONDITION = Struct(
    "JobCondition",
    {
        "type": Always(STRING),
        "status": Always(STRING),
        "lastProbeTime": TIME,
        "lastTransitionTime": TIME,
        "reason": STRING,
        "message": STRING,
    },
)
_JOB_STATUS = Struct(
    "JobStatus",
    {
        "conditions": ListOf(_JOB_CONDITION),
        "startTime": Pointer(TIME),
        "completionTime": Pointer(TIME),
        "active": INT32,
        "succeeded": INT32,
        "failed": INT32,
        "terminating": MAYBE_INT,
        "completedIndexes": STRING,
        "failedIndexes": MAYBE_TEXT,
        "uncountedTerminatedPods": Pointer(
            Struct("UncountedTerminatedPods", {"succeeded": ListOf(STRING), "failed": ListOf(STRING)})
        ),
        "ready": MAYBE_INT,
    },
)
JOB = kind("Job", spec=_JOB_SPEC, status=_JOB_STATUS)
NAMESPACE = kind(
    "Namespace",
    spec=Struct("NamespaceSpec", {"finalizers": ListOf(STRING)}),
    status=Struct("NamespaceStatus", {"phase": STRING, "conditions": ListOf(ANY)}),
)
_SERVICE_PORT = Struct(
    "ServicePort",
    {
        "name": STRING,
        "protocol": STRING,
        "appProtocol": MAYBE_TEXT,
        "port": Always(INT32),
        "targetPort": Pointer(Scalar.INT_OR_STRING),
        "nodePort": INT32,
    },
)
SERVICE = kind(
    "Service",
    spec=Struct(
        "ServiceSpec",
        {
            "ports": ListOf(_SERVICE_PORT),
            "selector": TEXT_MAP,
            "clusterIP": STRING,
            "clusterIPs": ListOf(STRING),
            "type": STRING,
            "externalIPs": ListOf(STRING),
            "sessionAffinity": STRING,
            "loadBalancerIP": STRING,
            "loadBalancerSourceRanges": ListOf(STRING),
            "externalName": STRING,
            "externalTrafficPolicy": STRING,
            "publishNotReadyAddresses": BOOL,
            "ipFamilies": ListOf(STRING),
            "ipFamilyPolicy": MAYBE_TEXT,
            "internalTrafficPolicy": MAYBE_TEXT,
            "allocateLoadBalancerNodePorts": MAYBE_BOOL,
        },
    ),
    status=Struct("ServiceStatus", {"loadBalancer": Struct("LoadBalancerStatus", {"ingress": ListOf(ANY)})}),
)
_OBJECT_REFERENCE = Struct(
    "ObjectReference",
    dict.fromkeys(("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"), STRING),
)
EVENT = kind(
    "Event",
    involvedObject=_OBJECT_REFERENCE,
    reason=STRING,
    message=STRING,
    source=Struct("EventSource", {"component": STRING, "host": STRING}),
    firstTimestamp=Always(TIME),
    lastTimestamp=Always(TIME),
    count=INT32,
    type=STRING,
    eventTime=Always(Scalar.MICRO_TIME),
    series=Pointer(ANY),
    action=STRING,
    related=Pointer(_OBJECT_REFERENCE),
    reportingComponent=Always(STRING),
    reportingInstance=Always(STRING),
)
ENDPOINT_SLICE = kind("EndpointSlice", addressType=Always(STRING), endpoints=ListOf(ANY), ports=ListOf(ANY))
LEASE = kind(
    "Lease",
    spec=Struct(
        "LeaseSpec",
        {
            "holderIdentity": MAYBE_TEXT,
            "leaseDurationSeconds": MAYBE_INT,
            "acquireTime": Pointer(Scalar.MICRO_TIME),
            "renewTime": Pointer(Scalar.MICRO_TIME),
            "leaseTransitions": MAYBE_INT,
            "strategy": MAYBE_TEXT,
            "preferredHolder": MAYBE_TEXT,
        },
    ),
)
CONFIG_MAP = kind("ConfigMap", data=TEXT_MAP, binaryData=TEXT_MAP, immutable=MAYBE_BOOL)
WORKLOAD_SPEC_FIELDS: dict[str, Shape] = {
    "replicas": MAYBE_INT,
    "selector": Pointer(LABEL_SELECTOR),
    "template": ANY,
}


def workload(name: str, *more: str) -> Struct:
    """Return the shape of an apps/v1 workload: who it selects, and ``more`` fields of its spec."""
    fields = {**WORKLOAD_SPEC_FIELDS, **dict.fromkeys(more, ANY)}
    return kind(name, spec=Struct(f"{name}Spec", fields), status=ANY)


_RULE = Struct(
    "PolicyRule",
    {
        "verbs": ListOf(STRING),
        "apiGroups": ListOf(STRING),
        "resources": ListOf(STRING),
        "resourceNames": ListOf(STRING),
        "nonResourceURLs": ListOf(STRING),
    },
)
_SUBJECT = Struct(
    "Subject",
    {"kind": Always(STRING), "apiGroup": STRING, "name": Always(STRING), "namespace": STRING},
)
_ROLE_REF = Struct("RoleRef", dict.fromkeys(("apiGroup", "kind", "name"), Always(STRING)))
ROLE = kind("Role", rules=ListOf(_RULE))
CLUSTER_ROLE = kind("ClusterRole", rules=ListOf(_RULE), aggregationRule=ANY)
ROLE_BINDING = kind("RoleBinding", subjects=ListOf(_SUBJECT), roleRef=_ROLE_REF)
CLUSTER_ROLE_BINDING = kind("ClusterRoleBinding", subjects=ListOf(_SUBJECT), roleRef=_ROLE_REF)
