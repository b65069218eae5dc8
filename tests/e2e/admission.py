"""Admission rules of the cluster's owner: quotas and policies that refuse or change what is created."""

import pytest

from tests.contract.eventually import eventually
from tests.controlplane.plane import ControlPlane
from tests.e2e.manifests import idle_job, policy_in
from tests.rest import Json

REGISTRATION = "/apis/admissionregistration.k8s.io/v1"
RESOURCES = {"networkpolicies": "networking.k8s.io", "jobs": "batch"}


def matching(namespace: str, resource: str) -> Json:
    """Constraints: creations of one resource in one namespace."""
    rule = {
        "apiGroups": [RESOURCES[resource]],
        "apiVersions": ["v1"],
        "operations": ["CREATE"],
        "resources": [resource],
    }
    labels = {"kubernetes.io/metadata.name": namespace}
    return {"resourceRules": [rule], "namespaceSelector": {"matchLabels": labels}}


def deny(plane: ControlPlane, namespace: str, resource: str, *, unless: str = "false") -> None:
    """A validating policy that refuses creations unless a CEL expression holds; awaited until it bites."""
    admin = plane.rest()
    rule = {"expression": unless, "message": f"no {resource} here, says the platform team"}
    spec = {"matchConstraints": matching(namespace, resource), "validations": [rule], "failurePolicy": "Fail"}
    name = f"deny-{resource}-{namespace}"
    admin.post(f"{REGISTRATION}/validatingadmissionpolicies", {"metadata": {"name": name}, "spec": spec}).ok()
    bound = {"policyName": name, "validationActions": ["Deny"]}
    admin.post(
        f"{REGISTRATION}/validatingadmissionpolicybindings", {"metadata": {"name": name}, "spec": bound}
    ).ok()
    path, body = creation(namespace, resource)
    # The probe has an owner, so that it meets rules which let only rehearsals pass.
    body["metadata"]["ownerReferences"] = [OWNER]
    eventually(lambda: admin.post(path, body, dryRun="All").status == 422, what="the validating policy")


OWNER = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "name": "nobody",
    "uid": "00000000-0000-0000-0000-000000000000",
}


def suspend_jobs(plane: ControlPlane, namespace: str) -> None:
    """A mutating policy that suspends each Job, as a queueing controller does; awaited until it acts."""
    admin = plane.rest()
    if admin.get(f"{REGISTRATION}/mutatingadmissionpolicies").status == 404:
        pytest.skip(f"Kubernetes {plane.programs.version} serves no MutatingAdmissionPolicy v1")
    change = {"expression": "Object{spec: Object.spec{suspend: true}}"}
    spec = {
        "matchConstraints": matching(namespace, "jobs"),
        "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": change}],
        "failurePolicy": "Fail",
        "reinvocationPolicy": "Never",
    }
    name = f"suspend-{namespace}"
    admin.post(f"{REGISTRATION}/mutatingadmissionpolicies", {"metadata": {"name": name}, "spec": spec}).ok()
    admin.post(
        f"{REGISTRATION}/mutatingadmissionpolicybindings",
        {"metadata": {"name": name}, "spec": {"policyName": name}},
    ).ok()
    path, body = creation(namespace, "jobs")
    eventually(
        lambda: admin.post(path, body, dryRun="All").ok()["spec"].get("suspend"), what="the mutating policy"
    )


def forbid_jobs_by_quota(plane: ControlPlane, namespace: str) -> None:
    """A ResourceQuota of no Jobs; awaited until it bites."""
    admin = plane.rest()
    quota = {"metadata": {"name": "no-jobs"}, "spec": {"hard": {"count/jobs.batch": "0"}}}
    admin.post(f"/api/v1/namespaces/{namespace}/resourcequotas", quota).ok()
    path, body = creation(namespace, "jobs")
    eventually(lambda: admin.post(path, body, dryRun="All").status == 403, what="the quota")


def creation(namespace: str, resource: str) -> tuple[str, Json]:
    """Path and body of a harmless creation to probe with."""
    path = f"/apis/{RESOURCES[resource]}/v1/namespaces/{namespace}/{resource}"
    return path, policy_in(namespace, "probe") if resource == "networkpolicies" else idle_job("probe")
