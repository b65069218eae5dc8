"""The two objects of a grant, as they are written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.field_errors import Cause
from app.domain.grant import Deadman, LivePart, join, state_of
from app.domain.manifest import (
    ADOPTED,
    AUDIT_HEAD,
    DOMAIN,
    EXPIRES_AT,
    GRANT_LABEL,
    MANAGED_BY,
    REQUESTED_BY,
    SPEC_HASH,
    Part,
    Stamp,
    Wish,
    adoption_patch,
    deadline_patch,
    job_manifest,
    owner_reference,
    parts_of,
    policy_manifest,
    with_audit_head,
)
from app.domain.objects import FullMeta, Job, NetworkPolicy
from app.domain.policyspec import canonical_spec, spec_hash
from app.domain.validation import validate_policy
from tests.domain.test_policyspec import SEED
from tests.rest import Json

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
GRANT = "01KAV8ZC3Q5M7X9Y2W4T6R8P0N"
STAMP = Stamp(GRANT, "alice", "debug replication lag", "INC-1")
PART = Part("production", "netgrant-database-2w4t6r8p0n", SEED)


def started(manifest: Json) -> Job:
    """The Job as the server would have it a moment later."""
    metadata = {**manifest["metadata"], "uid": "job-uid", "creationTimestamp": "2026-11-24T18:00:00Z"}
    return msgspec.convert(
        {**manifest, "metadata": metadata, "status": {"startTime": "2026-11-24T18:00:00Z"}}, Job, strict=False
    )


JOB = started(job_manifest(STAMP, PART.namespace, PART.name, 1800))


def test_the_job_never_runs_a_pod_and_ends_what_it_owns() -> None:
    manifest = job_manifest(STAMP, "production", "x", 1800)
    spec = manifest["spec"]
    assert (spec["parallelism"], spec["backoffLimit"]) == (0, 0)
    assert (spec["activeDeadlineSeconds"], spec["ttlSecondsAfterFinished"]) == (1800, 0)
    assert manifest["metadata"]["labels"] == {MANAGED_BY: "netgrant", GRANT_LABEL: GRANT}


def test_the_template_passes_the_restricted_standard_and_a_quota() -> None:
    pod = job_manifest(STAMP, "production", "x", 1800)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert (
        {"cpu", "memory"}
        == container["resources"]["requests"].keys()
        == container["resources"]["limits"].keys()
    )
    assert pod["automountServiceAccountToken"] is False


def test_the_policy_is_owned_by_the_job_and_blocks_nothing() -> None:
    manifest = policy_manifest(STAMP, PART, NOW + timedelta(minutes=30), JOB)
    assert manifest["metadata"]["ownerReferences"] == [owner_reference(JOB)]
    assert owner_reference(JOB)["blockOwnerDeletion"] is False
    assert manifest["metadata"]["annotations"][EXPIRES_AT] == "2026-11-24T18:30:00Z"
    assert manifest["spec"] == SEED
    assert validate_policy(manifest) == ()


def test_what_was_written_is_read_back_as_an_armed_grant() -> None:
    manifest = policy_manifest(STAMP, PART, NOW + timedelta(minutes=30), JOB)
    (grant,) = join([msgspec.convert(manifest, NetworkPolicy)], [JOB])
    assert (grant.id, grant.requested_by, grant.reason, grant.ticket) == (GRANT, *_asked())
    assert grant.deadline() == NOW + timedelta(minutes=30)
    assert grant.parts[0].deadman() is Deadman.ARMED
    assert grant.is_armed()
    assert grant.drift() == ()
    assert state_of(grant, NOW) == "active"


def _asked() -> tuple[str, str, str]:
    return STAMP.requested_by, STAMP.reason, STAMP.ticket


def test_a_preview_has_no_owner_and_is_no_grant_that_is_armed() -> None:
    manifest = policy_manifest(STAMP, PART, NOW, None)
    assert "ownerReferences" not in manifest["metadata"]
    assert not join([msgspec.convert(manifest, NetworkPolicy)], [])[0].is_armed()


def test_empty_annotations_are_left_out() -> None:
    assert Stamp(GRANT, "alice", "why").annotations().keys() == {REQUESTED_BY, f"{DOMAIN}/reason"}
    assert with_audit_head(STAMP, 7, "ab").annotations()[AUDIT_HEAD] == "7:ab"


def test_the_labels_of_a_manifest_stay_and_ours_win() -> None:
    labels = {"team": "data", GRANT_LABEL: "another", MANAGED_BY: "Helm"}
    manifest = policy_manifest(STAMP, Part("a", "b", SEED, labels), NOW, JOB)
    assert manifest["metadata"]["labels"] == {"team": "data", GRANT_LABEL: GRANT, MANAGED_BY: "netgrant"}


def test_a_reason_that_is_not_utf8_can_still_be_judged() -> None:
    stamp = Stamp(GRANT, "alice", "\udcff" * 10)
    assert validate_policy(policy_manifest(stamp, PART, NOW, JOB)) == ()
    long = Stamp(GRANT, "alice", "\udcff" * 100_000)
    assert [error.reason for error in validate_policy(policy_manifest(long, PART, NOW, JOB))] == [
        Cause.TOO_LONG
    ]


def test_parts_are_named_by_slug_and_place_within_their_namespace() -> None:
    wishes = [Wish("a", SEED), Wish("b", SEED, "web"), Wish("a", {}, "Allow_All!"), Wish("a", {})]
    parts = parts_of(GRANT, wishes)
    assert [part.name for part in parts] == [
        "netgrant-database-2w4t6r8p0n",
        "netgrant-web-2w4t6r8p0n",
        "netgrant-allow-all-2w4t6r8p0n-2",
        "netgrant-all-pods-2w4t6r8p0n-3",
    ]
    assert parts == parts_of(GRANT, wishes)
    assert all(part.spec == canonical_spec(part.spec) for part in parts)


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.text(max_size=50)), min_size=1, max_size=120))
@example([("a", "x" * 99)] * 120)
def test_any_parts_can_be_made(wanted: list[tuple[str, str]]) -> None:
    parts = parts_of(GRANT, [Wish(namespace, SEED, slug) for namespace, slug in wanted])
    assert len({(part.namespace, part.name) for part in parts}) == len(wanted)
    for part in parts[-3:]:
        assert validate_policy(policy_manifest(STAMP, part, NOW, None)) == ()


STANDING = NetworkPolicy(
    FullMeta(name="allow-db", namespace="a", labels={"team": "data"}, annotations={"note": "kept"}), SEED
)


def merged(policy: NetworkPolicy, patch: Json) -> NetworkPolicy:
    """What a server makes of a merge patch (RFC 7386)."""
    return msgspec.convert(_merge(msgspec.to_builtins(policy), patch), NetworkPolicy)


def _merge(target: Any, patch: Any) -> Any:  # noqa: ANN401 (any JSON)
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = _merge(found.get(key), value)
    return found


def adopted(policy: NetworkPolicy) -> NetworkPolicy:
    return merged(policy, adoption_patch(STAMP, policy, NOW + timedelta(minutes=30), JOB))


def test_an_adopted_policy_is_a_grant_and_keeps_what_it_had() -> None:
    job = msgspec.structs.replace(JOB, metadata=msgspec.structs.replace(JOB.metadata, namespace="a"))
    policy = adopted(STANDING)
    (grant,) = join([policy], [job])
    assert grant.is_adopted and grant.is_armed() and grant.drift() == ()
    assert (policy.metadata.labels or {})["team"] == "data"
    assert (policy.metadata.annotations or {})["note"] == "kept"
    assert (policy.metadata.annotations or {})[ADOPTED] == "true"
    assert policy.spec == STANDING.spec


@pytest.mark.parametrize("manager", [None, "Helm", "netgrant"])
def test_another_manager_is_left_alone(manager: str | None) -> None:
    labels = {"team": "data", **({MANAGED_BY: manager} if manager else {})}
    policy = msgspec.structs.replace(STANDING, metadata=FullMeta(name="x", namespace="a", labels=labels))
    assert (adopted(policy).metadata.labels or {})[MANAGED_BY] == (manager or "netgrant")


def test_a_new_deadline_changes_nothing_else() -> None:
    tied = adopted(STANDING)
    later = merged(tied, deadline_patch(NOW + timedelta(hours=2)))
    assert LivePart(later, None).written_deadline() == NOW + timedelta(hours=2)
    assert (later.metadata.annotations or {})[SPEC_HASH] == spec_hash(SEED)
    assert later.metadata.labels == tied.metadata.labels
