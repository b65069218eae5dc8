"""The dead-man switch on the embedded cluster, second by second."""

import pytest

from app.demo.kinds import JOBS, NETWORK_POLICIES
from app.demo.writes import Target
from tests.demo.rig import NAMESPACE, Rig, owned_by
from tests.rest import Json


@pytest.fixture
def rig() -> Rig:
    return Rig()


def status(rig: Rig) -> Json:
    job = rig.find(JOBS, "timer")
    assert job is not None
    found: Json = job["status"]
    return found


def test_a_job_gets_its_start_time_in_whole_seconds(rig: Rig) -> None:
    rig.job()
    rig.at(0)
    assert status(rig)["startTime"] == "2026-10-01T12:00:00Z"


def test_at_the_deadline_the_job_goes_and_takes_its_policy_along(rig: Rig) -> None:
    rig.policy(owners=[owned_by(rig.job())])
    rig.at(0)
    rig.at(59.4)
    assert rig.find(NETWORK_POLICIES, "hole")
    rig.at(59.5)  # the start was cut to a whole second, half a second back
    assert rig.find(JOBS, "timer") is None
    assert rig.find(NETWORK_POLICIES, "hole") is None
    assert rig.event_reasons() == ["DeadlineExceeded"]


def test_a_longer_deadline_counts_from_the_same_start(rig: Rig) -> None:
    rig.job()
    rig.at(0)
    rig.patch(JOBS, "timer", {"spec": {"activeDeadlineSeconds": 100}})
    rig.at(99)
    assert rig.find(JOBS, "timer")
    rig.at(100)
    assert rig.find(JOBS, "timer") is None


def test_a_deadline_moved_into_the_past_ends_the_job_at_once(rig: Rig) -> None:
    rig.job()
    rig.at(0)
    rig.at(30)
    rig.patch(JOBS, "timer", {"spec": {"activeDeadlineSeconds": 10}})
    rig.at(30)
    assert rig.find(JOBS, "timer") is None


def test_suspending_stops_the_clock_and_resuming_starts_it_anew(rig: Rig) -> None:
    rig.job()
    rig.at(0)
    rig.patch(JOBS, "timer", {"spec": {"suspend": True}})
    rig.at(10)
    assert "startTime" not in status(rig)
    assert status(rig)["conditions"][0]["type"] == "Suspended"
    rig.at(1000)
    rig.patch(JOBS, "timer", {"spec": {"suspend": False}})
    rig.at(1000)
    assert status(rig)["startTime"] == "2026-10-01T12:16:40Z"
    rig.at(1059)
    assert rig.find(JOBS, "timer")
    rig.at(1061)
    assert rig.find(JOBS, "timer") is None
    assert rig.event_reasons() == ["Suspended", "Resumed", "DeadlineExceeded"]


def test_a_job_born_suspended_never_starts(rig: Rig) -> None:
    rig.job(suspend=True)
    rig.at(10_000)
    assert "startTime" not in status(rig)


def test_a_job_without_a_deadline_stays(rig: Rig) -> None:
    rig.job(activeDeadlineSeconds=None)
    rig.at(10**7)
    assert status(rig)["startTime"]


def test_a_deadline_beyond_the_calendar_stays(rig: Rig) -> None:
    rig.job(activeDeadlineSeconds=2**63 - 1)
    rig.at(10**7)
    assert "conditions" not in status(rig)


def test_a_job_of_another_controller_is_left_alone(rig: Rig) -> None:
    rig.job(managedBy="example.com/queue")
    rig.at(100)
    assert status(rig) == {}


def test_a_failed_job_stays_for_its_ttl_with_both_conditions(rig: Rig) -> None:
    rig.job(ttlSecondsAfterFinished=30)
    rig.at(0)
    rig.at(60)
    assert [item["type"] for item in status(rig)["conditions"]] == ["FailureTarget", "Failed"]
    rig.at(89)
    assert rig.find(JOBS, "timer")
    rig.at(90.5)
    assert rig.find(JOBS, "timer") is None


def test_without_a_ttl_a_failed_job_stays(rig: Rig) -> None:
    rig.job(ttlSecondsAfterFinished=None)
    rig.at(0)
    rig.at(10**6)
    assert status(rig)["conditions"][-1]["type"] == "Failed"


def test_controllers_that_were_away_act_as_soon_as_they_are_back(rig: Rig) -> None:
    rig.policy(owners=[owned_by(rig.job())])
    rig.at(0)
    rig.at(500)  # nobody looked in between
    assert rig.find(NETWORK_POLICIES, "hole") is None


def test_the_loop_says_when_it_wants_to_be_asked_again(rig: Rig) -> None:
    rig.job()
    due = rig.controllers.settle()
    assert due is not None
    assert due.isoformat() == "2026-10-01T12:01:00+00:00"


def test_a_finalizer_holds_an_expired_job_and_its_blocking_policy_goes(rig: Rig) -> None:
    job = rig.job()
    rig.policy(owners=[owned_by(job, blockOwnerDeletion=True)])
    rig.patch(JOBS, "timer", {"metadata": {"finalizers": ["example.com/hold"]}})
    rig.at(0)
    rig.at(60)
    held = rig.find(JOBS, "timer")
    assert held is not None
    assert held["metadata"]["finalizers"] == ["example.com/hold"]
    assert rig.find(NETWORK_POLICIES, "hole") is None
    rig.writer.patch(Target(JOBS, NAMESPACE, "timer"), *_no_finalizers())
    assert rig.find(JOBS, "timer") is None


def _no_finalizers() -> tuple[str, Json]:
    return "application/merge-patch+json", {"metadata": {"finalizers": None}}


def test_controllers_that_come_late_find_what_is_there(rig: Rig) -> None:
    rig.policy(owners=[owned_by(rig.job())])
    rig.at(0)
    late = Rig(store=rig.store)
    late.at(60)
    assert rig.find(NETWORK_POLICIES, "hole") is None
