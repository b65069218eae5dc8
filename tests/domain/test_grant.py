"""A grant as it stands: its switch, its deadline, its drift and its state."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.durations import FAR
from app.domain.grant import Deadman, LivePart, State, deadline_of, join, state_of
from app.domain.manifest import ADOPTED, APPROVED_BY, EXPIRES_AT, GRANT_LABEL, INCIDENT, SPEC_HASH, TICKET
from app.domain.objects import OwnerReference
from tests.domain.standing import GRANT, LIFE, NOW, grant, job, policy
from tests.domain.test_policyspec import SEED

END = NOW + LIFE
OTHER = OwnerReference("batch/v1", "Job", "other", "other-uid")
OWN = OwnerReference("batch/v1", "Job", "netgrant-database-2w4t6r8p0n", "job-production")
EDITED = {**SEED, "ingress": [{}]}


def test_a_whole_grant() -> None:
    found = grant(policy(), job())
    assert found.id == GRANT
    assert found.is_armed()
    assert found.drift() == ()
    assert found.deadline() == END
    assert found.created_at == NOW
    assert found.namespaces == ("production",)
    assert state_of(found, NOW) is State.ACTIVE


@pytest.mark.parametrize(
    ("on_policy", "on_job", "deadman"),
    [
        ({}, {}, Deadman.ARMED),
        ({}, {"suspend": False}, Deadman.ARMED),
        ({}, {"suspend": True}, Deadman.SUSPENDED),
        ({}, {"suspend": True, "start_time": None}, Deadman.SUSPENDED),
        ({}, {"start_time": None}, Deadman.NOT_STARTED),
        ({}, {"active_deadline_seconds": None}, Deadman.NO_DEADLINE),
        ({}, {"deletion_timestamp": NOW}, Deadman.NO_JOB),
        ({}, {"finalizers": ("x/hold",)}, Deadman.HELD),
        ({}, {"finalizers": ("orphan",)}, Deadman.HELD),
        ({}, {"ttl_seconds_after_finished": 86400}, Deadman.LINGERS),
        ({}, {"ttl_seconds_after_finished": None}, Deadman.LINGERS),
        ({"finalizers": ("x/hold",)}, {}, Deadman.HELD),
        ({"owner_references": None}, {}, Deadman.NOT_OWNER),
        ({"owner_references": ()}, {}, Deadman.NOT_OWNER),
        ({"owner_references": (OTHER,)}, {}, Deadman.NOT_OWNER),
        ({"owner_references": (OWN, OTHER)}, {}, Deadman.NOT_OWNER),
        ({"owner_references": (OTHER, OWN)}, {}, Deadman.NOT_OWNER),
        ({}, {"uid": "a-later-job-of-the-same-name"}, Deadman.NOT_OWNER),
    ],
)
def test_what_the_switch_is_worth(
    on_policy: dict[str, Any], on_job: dict[str, Any], deadman: Deadman
) -> None:
    found = grant(policy(**on_policy), job(**on_job))
    assert found.parts[0].deadman() is deadman
    assert found.is_armed() == (deadman is Deadman.ARMED)
    assert found.drift() == (
        () if deadman is Deadman.ARMED else (f"production/netgrant-database-2w4t6r8p0n: {deadman}",)
    )


def test_where_jobs_may_not_be_read_nothing_is_claimed() -> None:
    found = grant(policy(), jobs_readable=False)
    assert found.parts[0].deadman() is Deadman.UNKNOWN
    assert not found.is_armed()
    assert found.drift() == ()
    assert found.deadline() == END
    assert state_of(found, NOW) is State.ACTIVE


def test_without_a_job_nothing_ends_it() -> None:
    found = grant(policy())
    assert found.parts[0].deadman() is Deadman.NO_JOB
    assert found.deadline() == END
    assert state_of(found, NOW) is State.DRIFTED


def test_a_job_alone_is_pending() -> None:
    found = grant(job())
    assert found.policies == ()
    assert found.parts[0].namespace == "production"
    assert not found.is_armed()
    assert found.drift() == ()
    assert state_of(found, END + LIFE) is State.PENDING


@pytest.mark.parametrize(
    ("on_policy", "word"),
    [
        ({"spec": EDITED}, "spec edited"),
        ({"spec": None}, "spec edited"),
        ({"spec": EDITED, "annotations": {SPEC_HASH: None}}, "whether the spec was edited"),
        ({"annotations": {SPEC_HASH: ""}}, "whether the spec was edited"),
        ({"annotations": {SPEC_HASH: "garbage\\x1b"}}, "spec edited"),
        ({"annotations": {EXPIRES_AT: None}}, "deadline unreadable"),
        ({"annotations": {EXPIRES_AT: "tomorrow"}}, "deadline unreadable"),
        ({"annotations": {EXPIRES_AT: "2026-11-24T18:30:00"}}, "deadline unreadable"),
        ({"annotations": {EXPIRES_AT: "0001-01-01T00:00:00+14:00"}}, "deadline unreadable"),
        (
            {"annotations": {EXPIRES_AT: "2026-11-24T20:00:00Z"}},
            "says 2026-11-24T20:00:00Z, its Job ends it at",
        ),
        ({"annotations": {EXPIRES_AT: "2026-11-24T18:29:00Z"}}, "its Job ends it at 2026-11-24T18:30:00Z"),
    ],
)
def test_drift_is_told(on_policy: dict[str, Any], word: str) -> None:
    found = grant(policy(**on_policy), job())
    assert len(found.drift()) == 1
    assert word in found.drift()[0]
    assert found.drift()[0].startswith("production/netgrant-database-2w4t6r8p0n: ")
    assert state_of(found, NOW) is State.DRIFTED


def test_a_second_more_or_less_is_no_drift() -> None:
    assert grant(policy(annotations={EXPIRES_AT: "2026-11-24T18:30:02Z"}), job()).drift() == ()


def test_a_deadline_moved_behind_our_back_is_what_counts() -> None:
    found = grant(policy(), job(active_deadline_seconds=7200))
    assert found.deadline() == NOW + timedelta(hours=2)
    assert found.drift()


@pytest.mark.parametrize("seconds", [10**6, 2**63 - 1, 10**30])
def test_a_deadline_beyond_the_calendar(seconds: int) -> None:
    spoilt = job(active_deadline_seconds=seconds)
    found = grant(policy(), spoilt)
    assert NOW < (deadline_of(spoilt) or NOW) <= FAR
    assert state_of(found, NOW) is State.DRIFTED
    assert state_of(found, FAR + timedelta(seconds=0)) in (State.OVERDUE, State.ENDING)


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z"]
)
def test_a_written_deadline_at_the_calendars_edge(text: str) -> None:
    found = grant(policy(annotations={EXPIRES_AT: text}))
    assert state_of(found, NOW) in (State.DRIFTED, State.OVERDUE)


@pytest.mark.parametrize(
    ("seconds_before_the_end", "state"),
    [
        (1800, State.ACTIVE),
        (301, State.ACTIVE),
        (300, State.EXPIRING),
        (1, State.EXPIRING),
        (0, State.ENDING),
        (-1, State.ENDING),
        (-2, State.OVERDUE),
        (-3600, State.OVERDUE),
    ],
)
def test_a_life_by_the_clock(seconds_before_the_end: int, state: State) -> None:
    assert state_of(grant(policy(), job()), END - timedelta(seconds=seconds_before_the_end)) is state


def test_how_early_it_is_said_is_an_argument() -> None:
    found = grant(policy(), job())
    assert state_of(found, NOW, expiring=LIFE) is State.EXPIRING
    assert state_of(found, END - timedelta(seconds=1), expiring=timedelta(0)) is State.ACTIVE


@pytest.mark.parametrize(
    ("on_policy", "at", "state"),
    [
        # The worst of what holds is what is said.
        ({"deletion_timestamp": NOW}, NOW, State.ENDING),
        ({"deletion_timestamp": NOW, "spec": EDITED}, NOW, State.ENDING),
        ({"deletion_timestamp": NOW, "finalizers": ("x/hold",)}, NOW, State.ENDING),
        ({"deletion_timestamp": NOW, "finalizers": ("x/hold",)}, END + LIFE, State.OVERDUE),
        ({"spec": EDITED}, END - timedelta(seconds=1), State.DRIFTED),
        ({"spec": EDITED}, END, State.ENDING),
        ({"spec": EDITED}, END + LIFE, State.OVERDUE),
    ],
)
def test_which_state_comes_first(on_policy: dict[str, Any], at: Any, state: State) -> None:  # noqa: ANN401
    assert state_of(grant(policy(**on_policy), job()), at) is state


def test_a_deadline_that_nobody_can_tell_has_passed() -> None:
    found = grant(policy(annotations={EXPIRES_AT: "soon"}))
    assert found.deadline() is None
    assert state_of(found, NOW) is State.OVERDUE


def test_two_namespaces_are_one_grant() -> None:
    found = grant(policy("b"), policy("a"), job("a"), job("b"))
    assert [part.namespace for part in found.parts] == ["a", "b"]
    assert found.namespaces == ("a", "b")
    assert found.is_armed()
    assert len(found.jobs) == 2
    assert state_of(found, NOW) is State.ACTIVE


def test_one_part_that_is_not_armed_disarms_the_whole() -> None:
    found = grant(policy("a"), policy("b"), job("a"), job("b", suspend=True))
    assert not found.is_armed()
    assert state_of(found, NOW) is State.DRIFTED


def test_one_part_that_stands_too_long_makes_the_whole_overdue() -> None:
    found = grant(policy("a"), policy("b"), job("a"), job("b", active_deadline_seconds=7200))
    assert found.deadline() == NOW + timedelta(hours=2)
    assert state_of(found, END + timedelta(seconds=10)) is State.OVERDUE


def test_a_part_that_is_gone_does_not_make_the_rest_overdue() -> None:
    found = grant(job("a"), policy("b"), job("b"))
    assert found.deadline() == END
    assert found.is_armed()
    assert state_of(found, NOW) is State.ACTIVE


def test_two_policies_of_one_namespace_share_its_job() -> None:
    second = policy(name="netgrant-database-2w4t6r8p0n-2", uid="second")
    found = grant(policy(), second, job())
    assert len(found.policies) == 2
    assert len(found.jobs) == 1
    assert found.is_armed()


def test_a_policy_goes_with_the_job_that_owns_it() -> None:
    mine, other = job(uid="mine", name="z"), job(uid="other", name="a")
    owner = OwnerReference("batch/v1", "Job", "z", "mine")
    found = grant(policy(owner_references=(owner,)), other, mine)
    assert [(part.policy is not None, part.job and part.job.metadata.uid) for part in found.parts] == [
        (False, "other"),
        (True, "mine"),
    ]


def test_a_job_of_another_namespace_is_nobodys_owner() -> None:
    # Owners are looked for in the policy's own namespace: to the garbage collector there is none.
    owner = OwnerReference("batch/v1", "Job", "x", "job-b")
    found = grant(policy("a", owner_references=(owner,)), job("b"))
    assert found.parts[0].deadman() is Deadman.NO_JOB
    assert not found.is_armed()


@pytest.mark.parametrize("labels", [None, {}, {"app": "x"}, {GRANT_LABEL: ""}])
def test_what_is_not_ours_is_not_joined(labels: dict[str, str] | None) -> None:
    assert join([policy(labels=labels)], [job(labels=labels)]) == ()


def test_grants_come_in_the_order_of_their_ids() -> None:
    ids = ["01C", "01A", "01B"]
    found = join([policy(labels={GRANT_LABEL: i}) for i in ids], [])
    assert [one.id for one in found] == sorted(ids)


def test_notes_come_from_the_first_object_that_has_them() -> None:
    notes = {TICKET: "INC-1", INCIDENT: "4711", APPROVED_BY: "bob"}
    found = grant(policy("a"), policy("b", annotations=notes), job("a"), job("b"))
    assert (found.ticket, found.incident, found.approved_by) == ("INC-1", "4711", "bob")
    assert (found.requested_by, found.reason) == ("alice", "debug")
    assert grant(job(annotations=None)).reason == ""


def test_an_adopted_policy_is_as_old_as_its_job() -> None:
    old = policy(creation_timestamp=NOW - timedelta(days=300), annotations={ADOPTED: "true"})
    found = grant(old, job())
    assert found.is_adopted
    assert found.created_at == NOW
    assert grant(policy(creation_timestamp=None), job(creation_timestamp=None)).created_at is None


def test_a_part_of_nothing_is_nowhere() -> None:
    assert LivePart(None, None).namespace == ""
    assert LivePart(None, None).end() is None
