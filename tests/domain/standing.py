"""Grants as they stand in a cluster, whole and spoilt."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from app.domain.durations import format_moment
from app.domain.grant import Grant, join
from app.domain.manifest import EXPIRES_AT, GRANT_LABEL, REASON, REQUESTED_BY, SPEC_HASH
from app.domain.objects import FullMeta, Job, JobSpec, JobStatus, NetworkPolicy, OwnerReference
from app.domain.policyspec import spec_hash
from tests.domain.test_policyspec import SEED

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
GRANT = "01KAV8ZC3Q5M7X9Y2W4T6R8P0N"
LIFE = timedelta(minutes=30)


def job(namespace: str = "production", **changes: Any) -> Job:
    """A dead-man Job that was started just now; ``changes`` go to metadata, spec or status, by field."""
    meta = FullMeta(
        name="netgrant-database-2w4t6r8p0n",
        namespace=namespace,
        uid=f"job-{namespace}",
        creation_timestamp=NOW,
        labels={GRANT_LABEL: GRANT},
        annotations={REQUESTED_BY: "alice", REASON: "debug"},
    )
    spec = JobSpec(
        active_deadline_seconds=int(LIFE.total_seconds()), ttl_seconds_after_finished=0, parallelism=0
    )
    return Job(_changed(meta, changes), _changed(spec, changes), _changed(JobStatus(NOW), changes))


def policy(namespace: str = "production", **changes: Any) -> NetworkPolicy:
    """The policy that ``job`` owns; ``annotations`` are added to its own, None takes one away."""
    notes = {
        REQUESTED_BY: "alice",
        REASON: "debug",
        EXPIRES_AT: format_moment(NOW + LIFE),
        SPEC_HASH: spec_hash(SEED),
        **changes.pop("annotations", {}),
    }
    owner = OwnerReference("batch/v1", "Job", "netgrant-database-2w4t6r8p0n", f"job-{namespace}")
    meta = FullMeta(
        name="netgrant-database-2w4t6r8p0n",
        namespace=namespace,
        uid=f"policy-{namespace}",
        creation_timestamp=NOW + timedelta(seconds=1),
        labels={GRANT_LABEL: GRANT},
        owner_references=(owner,),
        annotations={key: value for key, value in notes.items() if value is not None},
    )
    return NetworkPolicy(_changed(meta, changes), changes.get("spec", SEED))


def grant(*objects: NetworkPolicy | Job, jobs_readable: bool = True) -> Grant:
    """The one grant that ``objects`` make."""
    policies = [item for item in objects if isinstance(item, NetworkPolicy)]
    jobs = [item for item in objects if isinstance(item, Job)]
    (found,) = join(policies, jobs, jobs_readable)
    return found


def _changed(value: Any, changes: dict[str, Any]) -> Any:  # noqa: ANN401 (any Struct)
    own = {name: item for name, item in changes.items() if name in value.__struct_fields__}
    return msgspec.structs.replace(value, **own)
