"""The two objects of a grant, written and read back: the dead-man Job and the NetworkPolicy that it owns.

Law: pure; names follow from the grant's id, so a retry writes the very same objects.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.durations import format_moment
from app.domain.ids import object_name
from app.domain.objects import Job, NetworkPolicy
from app.domain.policyspec import canonical_spec, describe_target, spec_hash
from app.domain.records import Json

DOMAIN = "netgrant.dev"
GRANT_LABEL = f"{DOMAIN}/grant"
MANAGED_BY = "app.kubernetes.io/managed-by"
EXPIRES_AT = f"{DOMAIN}/expires-at"
REQUESTED_BY = f"{DOMAIN}/requested-by"
APPROVED_BY = f"{DOMAIN}/approved-by"
REASON = f"{DOMAIN}/reason"
TICKET = f"{DOMAIN}/ticket"
INCIDENT = f"{DOMAIN}/incident"
SPEC_HASH = f"{DOMAIN}/spec-hash"
AUDIT_HEAD = f"{DOMAIN}/audit-head"
ADOPTED = f"{DOMAIN}/adopted"

DEADMAN_IMAGE = "registry.k8s.io/pause:3.10"
"""Never pulled, for no pod is ever made; the best known image, for admission rules look at templates too."""


@dataclass(frozen=True, slots=True)
class Part:
    """One policy of a grant: where, under which name, and what it lets through."""

    namespace: str
    name: str
    spec: Json
    labels: Mapping[str, str] = field(default_factory=dict)
    """The manifest's own labels, kept beside ours."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the objects of a grant carry about it."""

    grant_id: str
    requested_by: str
    reason: str
    ticket: str = ""
    incident: str = ""
    audit_head: str = ""
    """``seq:hash`` of the registry's audit chain when the grant was asked for."""

    def labels(self) -> dict[str, str]:
        """Return the labels of each object."""
        return {MANAGED_BY: "netgrant", GRANT_LABEL: self.grant_id}

    def annotations(self) -> dict[str, str]:
        """Return the annotations of each object, without those that are empty."""
        found = {
            REQUESTED_BY: self.requested_by,
            REASON: self.reason,
            TICKET: self.ticket,
            INCIDENT: self.incident,
            AUDIT_HEAD: self.audit_head,
        }
        return {key: value for key, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Wish:
    """A policy that somebody wants for a while, not yet named: from options or from a manifest."""

    namespace: str
    spec: Json
    slug: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def parts_of(grant_id: str, wishes: Iterable[Wish]) -> tuple[Part, ...]:
    """Name each wish's object; the name is a function of id, slug and position within the namespace."""
    found: list[Part] = []
    for wish in wishes:
        number = sum(part.namespace == wish.namespace for part in found)
        name = object_name(grant_id, wish.slug or describe_target(wish.spec).split("=")[-1], number)
        found.append(Part(wish.namespace, name, canonical_spec(wish.spec), wish.labels))
    return tuple(found)


_INERT_CONTAINER = {
    "name": "never-runs",
    "image": DEADMAN_IMAGE,
    "resources": {
        "requests": {"cpu": "1m", "memory": "8Mi"},
        "limits": {"cpu": "1m", "memory": "8Mi"},
    },
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    },
}
_INERT_POD = {
    "restartPolicy": "Never",
    "automountServiceAccountToken": False,
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 65534,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
    "containers": [_INERT_CONTAINER],
}


def job_manifest(stamp: Stamp, namespace: str, name: str, ttl_seconds: int) -> Json:
    """Return the dead-man Job: it makes no pod, fails after ``ttl_seconds``, and is then removed at once.

    The template meets the "restricted" pod security standard and names requests and limits, since
    admission and quota look at it although nothing ever runs.
    """
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": stamp.labels(),
            "annotations": stamp.annotations(),
        },
        "spec": {
            "parallelism": 0,
            "backoffLimit": 0,
            "activeDeadlineSeconds": ttl_seconds,
            "ttlSecondsAfterFinished": 0,
            "template": {"metadata": {"labels": stamp.labels()}, "spec": _INERT_POD},
        },
    }


def owner_reference(job: Job) -> Json:
    """Return the reference that lets the garbage collector take a policy along with the Job."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "name": job.metadata.name,
        "uid": job.metadata.uid,
        "blockOwnerDeletion": False,
    }


def policy_manifest(stamp: Stamp, part: Part, deadline: datetime, owner: Job | None) -> Json:
    """Return the NetworkPolicy; without ``owner`` it is a preview, for no policy is made without a timer."""
    annotations = {
        **stamp.annotations(),
        EXPIRES_AT: format_moment(deadline),
        SPEC_HASH: spec_hash(part.spec),
    }
    metadata: Json = {
        "name": part.name,
        "namespace": part.namespace,
        "labels": {**part.labels, **stamp.labels()},
        "annotations": annotations,
    }
    if owner is not None:
        metadata["ownerReferences"] = [owner_reference(owner)]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": part.spec,
    }


def adoption_patch(stamp: Stamp, policy: NetworkPolicy, deadline: datetime, owner: Job) -> Json:
    """Return the merge patch that puts a standing policy under a deadline, its own labels kept.

    ``managed-by`` is left alone where somebody else set it: Helm and its kin look at it.
    """
    labels = {GRANT_LABEL: stamp.grant_id}
    if MANAGED_BY not in (policy.metadata.labels or {}):
        labels[MANAGED_BY] = "netgrant"
    annotations = {
        **stamp.annotations(),
        EXPIRES_AT: format_moment(deadline),
        SPEC_HASH: spec_hash(policy.spec or {}),
        ADOPTED: "true",
    }
    return {
        "metadata": {
            "labels": labels,
            "annotations": annotations,
            "ownerReferences": [owner_reference(owner)],
        }
    }


def deadline_patch(deadline: datetime) -> Json:
    """Return the merge patch that writes a new deadline on a policy."""
    return {"metadata": {"annotations": {EXPIRES_AT: format_moment(deadline)}}}


def with_audit_head(stamp: Stamp, seq: int, digest: str) -> Stamp:
    """Return the stamp anchored to the audit chain's head."""
    return replace(stamp, audit_head=f"{seq}:{digest}")
