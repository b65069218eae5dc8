"""Bodies and paths of the objects that the contract is about: small, valid, and ours to spoil."""

from copy import deepcopy

from tests.rest import Json

CORE = "/api/v1"
NETWORKING = "/apis/networking.k8s.io/v1"
BATCH = "/apis/batch/v1"


def namespaces(name: str = "") -> str:
    """Path of the namespaces, or of one."""
    return _under(f"{CORE}/namespaces", name)


def policies(namespace: str, name: str = "") -> str:
    """Path of a namespace's NetworkPolicies, or of one."""
    return _under(f"{NETWORKING}/namespaces/{namespace}/networkpolicies", name)


def jobs(namespace: str, name: str = "") -> str:
    """Path of a namespace's Jobs, or of one."""
    return _under(f"{BATCH}/namespaces/{namespace}/jobs", name)


def pods(namespace: str, name: str = "") -> str:
    """Path of a namespace's Pods, or of one."""
    return _under(f"{CORE}/namespaces/{namespace}/pods", name)


def policy(name: str = "policy", labels: Json | None = None, **spec: object) -> Json:
    """A NetworkPolicy that selects every pod; ``spec`` fields are added or replaced."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, **({"labels": labels} if labels is not None else {})},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"], **spec},
    }


def job(name: str = "job", **spec: object) -> Json:
    """A Job that never runs a pod, with a minute to live; ``spec`` fields are added or replaced."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {
            "parallelism": 0,
            "activeDeadlineSeconds": 60,
            "ttlSecondsAfterFinished": 0,
            "backoffLimit": 0,
            "template": {"spec": {"restartPolicy": "Never", "containers": [container()]}},
            **spec,
        },
    }


def container(name: str = "inert") -> Json:
    """A container of an image that nobody pulls."""
    return {"name": name, "image": "inert"}


def pod(name: str = "pod", labels: Json | None = None, **spec: object) -> Json:
    """A Pod that stays pending, as there are no nodes."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {"containers": [container()], **spec},
    }


def owned(body: Json, owner: Json, **reference: object) -> Json:
    """The same object with one owner reference to a stored object, as netgrant writes it."""
    copy = deepcopy(body)
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        **reference,
    }
    copy["metadata"]["ownerReferences"] = [reference]
    return copy


def finalized(body: Json, *finalizers: str) -> Json:
    """The same object with finalizers, so that a delete waits."""
    copy = deepcopy(body)
    copy["metadata"]["finalizers"] = list(finalizers)
    return copy


def _under(collection: str, name: str) -> str:
    return f"{collection}/{name}" if name else collection
