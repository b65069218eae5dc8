"""Whatever somebody wrote under our label, the list of grants stands: nothing here may raise."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.grant import join, state_of
from app.domain.manifest import GRANT_LABEL
from app.domain.objects import Job, NetworkPolicy, OwnerReference
from app.domain.view import row_of, urgency
from app.live.projector import Scene, changes, project
from tests.domain.odd_objects import JOBS, POLICIES
from tests.domain.standing import NOW, grant, job, policy
from tests.rest import Json

NOWS = st.sampled_from(
    [
        datetime(2026, 11, 24, 18, 10, tzinfo=UTC),
        datetime(2026, 11, 24, 18, 30, tzinfo=UTC),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ]
)


@given(st.lists(POLICIES, max_size=3), st.lists(JOBS, max_size=3), st.booleans(), NOWS)
def test_no_object_breaks_the_list(
    policies: list[NetworkPolicy], jobs: list[Job], readable: bool, now: datetime
) -> None:
    grants = join(policies, jobs, readable)
    rows = []
    for found in grants:
        state_of(found, now)
        found.drift()
        rows.append(row_of(found, now, "context"))
        assert json.loads(json.dumps(rows[-1].to_json()))["id"] == found.id
    assert len(sorted(rows, key=urgency)) == len(grants)
    # Nothing is lost and nothing is counted twice.
    labelled = [item for item in policies if (item.metadata.labels or {}).get(GRANT_LABEL)]
    assert sum(len(one.policies) for one in grants) == len(labelled)
    assert len({one.id for one in grants}) == len(grants)


@given(st.lists(POLICIES, max_size=3), st.lists(JOBS, max_size=3), st.booleans(), NOWS)
def test_nor_the_watch(policies: list[NetworkPolicy], jobs: list[Job], readable: bool, now: datetime) -> None:
    scene = Scene(tuple(policies), tuple(jobs), readable, "context", timedelta(minutes=5))
    rows = project(scene, now)
    assert list(changes(rows, rows)) == []
    assert len(list(changes({}, rows))) == len(list(changes(rows, {}))) == len(rows)


OWN = OwnerReference("batch/v1", "Job", "x", "job-production")
OTHER = OwnerReference("batch/v1", "Job", "x", "other")
ON_POLICY = st.fixed_dictionaries(
    {},
    optional={
        "owner_references": st.sampled_from([None, (), (OWN,), (OTHER,), (OWN, OTHER)]),
        "finalizers": st.sampled_from([None, (), ("x/hold",)]),
    },
)
ON_JOB = st.fixed_dictionaries(
    {},
    optional={
        "finalizers": st.sampled_from([None, (), ("orphan",)]),
        "deletion_timestamp": st.sampled_from([None, NOW]),
        "suspend": st.sampled_from([None, False, True]),
        "start_time": st.sampled_from([None, NOW]),
        "active_deadline_seconds": st.sampled_from([None, 0, 60]),
        "ttl_seconds_after_finished": st.sampled_from([None, 0, 60]),
        "uid": st.sampled_from(["job-production", "other"]),
    },
)


@given(ON_POLICY, ON_JOB)
def test_armed_is_said_exactly_of_a_policy_that_will_go(on_policy: Json, on_job: Json) -> None:
    one, timer = policy(**on_policy), job(**on_job)
    will_fail = (
        timer.status.start_time and not timer.spec.suspend and timer.metadata.deletion_timestamp is None
    )
    will_fail = bool(will_fail) and timer.spec.active_deadline_seconds is not None
    goes_at_once = timer.spec.ttl_seconds_after_finished == 0 and not timer.metadata.finalizers
    goes_along = [owner.uid for owner in one.metadata.owner_references or ()] == [timer.metadata.uid]
    goes_along = goes_along and not one.metadata.finalizers
    assert grant(one, timer).is_armed() == (will_fail and goes_at_once and goes_along)


@pytest.mark.parametrize("field", ["creationTimestamp", "deletionTimestamp"])
def test_a_time_without_an_offset_is_refused_at_the_door(field: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"metadata": {field: "2026-11-24T18:00:00"}}, NetworkPolicy)
