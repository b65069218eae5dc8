"""The dead-man switch: a Job that runs nothing, and what its deadline takes with it.

Deadlines are short and the waits generous: the contract is that it happens, in this order, by itself.
"""

import time

from tests.contract.eventually import eventually
from tests.contract.objects import finalized, job, jobs, owned, pods, policies, policy
from tests.rest import Json, Rest


def started(api: Rest, namespace: str, name: str = "job") -> Json:
    """The Job once the job controller has started its clock."""

    def probe() -> Json | None:
        found = api.get(jobs(namespace, name)).ok()
        return found if found["status"].get("startTime") else None

    return eventually(probe, what="startTime")


def is_gone(api: Rest, path: str) -> bool:
    """Whether the object is not there any more."""
    return api.get(path).status == 404


def grant(api: Rest, namespace: str, seconds: int) -> None:
    """A Job with a deadline and the policy that it owns."""
    made = api.post(jobs(namespace), job(activeDeadlineSeconds=seconds)).ok()
    api.post(policies(namespace), owned(policy(), made, blockOwnerDeletion=False)).ok()


def wait_gone(api: Rest, namespace: str) -> float:
    """Waits until Job and policy are gone; returns how long the policy stood from now, in seconds."""
    begun = time.monotonic()
    eventually(lambda: is_gone(api, policies(namespace, "policy")), seconds=20, what="the policy's end")
    stood = time.monotonic() - begun
    # Which of the two goes first is not promised: after a TTL the policy does, as its owner waits for it.
    eventually(lambda: is_gone(api, jobs(namespace, "job")), what="the Job's end")
    return stood


def test_the_clock_starts_at_once_and_no_pod_is_made(api: Rest, namespace: str) -> None:
    api.post(jobs(namespace), job()).ok()
    status = started(api, namespace)["status"]
    assert not status.get("conditions")
    assert status.get("active", 0) == 0
    assert api.get(pods(namespace)).ok()["items"] == []


def test_the_deadline_takes_the_job_and_then_its_policy(api: Rest, namespace: str) -> None:
    grant(api, namespace, 2)
    assert wait_gone(api, namespace) > 0.9  # startTime is cut to whole seconds
    assert api.get(pods(namespace)).ok()["items"] == []


def test_a_policy_without_owner_outlives_the_deadline(api: Rest, namespace: str) -> None:
    grant(api, namespace, 1)
    api.post(policies(namespace), policy("free")).ok()
    wait_gone(api, namespace)
    assert api.get(policies(namespace, "free")).status == 200


def test_without_a_ttl_the_job_stays_and_says_why_it_failed(api: Rest, namespace: str) -> None:
    api.post(jobs(namespace), job(activeDeadlineSeconds=1, ttlSecondsAfterFinished=None)).ok()

    def failed() -> Json | None:
        conditions = api.get(jobs(namespace, "job")).ok()["status"].get("conditions") or []
        return next((one for one in conditions if one["type"] == "Failed"), None)

    condition = eventually(failed, what="the Failed condition")
    assert (condition["status"], condition["reason"]) == ("True", "DeadlineExceeded")
    assert condition["message"] == "Job was active longer than specified deadline"


def test_the_end_is_told_in_a_warning_event(api: Rest, namespace: str) -> None:
    api.post(jobs(namespace), job(activeDeadlineSeconds=1)).ok()
    path = f"/api/v1/namespaces/{namespace}/events"
    query = {"fieldSelector": "involvedObject.kind=Job,involvedObject.name=job"}

    def told() -> Json | None:
        events = api.get(path, **query).ok()["items"]
        return next((event for event in events if event["reason"] == "DeadlineExceeded"), None)

    assert eventually(told, what="the event")["type"] == "Warning"


def test_a_ttl_keeps_the_failed_job_for_so_long(api: Rest, namespace: str) -> None:
    api.post(jobs(namespace), job(activeDeadlineSeconds=1, ttlSecondsAfterFinished=2)).ok()
    started(api, namespace)
    path = jobs(namespace, "job")
    eventually(lambda: api.get(path).ok()["status"].get("conditions"), what="failure")
    eventually(lambda: is_gone(api, path), what="removal after the TTL")


def test_a_longer_deadline_is_counted_from_the_start(api: Rest, namespace: str) -> None:
    grant(api, namespace, 2)
    start = started(api, namespace)["status"]["startTime"]
    begun = time.monotonic()
    change = {"spec": {"activeDeadlineSeconds": 4}}
    assert api.patch(jobs(namespace, "job"), change).ok()["status"]["startTime"] == start
    wait_gone(api, namespace)
    assert time.monotonic() - begun > 2.5


def test_a_shorter_deadline_ends_it_sooner(api: Rest, namespace: str) -> None:
    grant(api, namespace, 600)
    started(api, namespace)
    api.patch(jobs(namespace, "job"), {"spec": {"activeDeadlineSeconds": 1}}).ok()
    wait_gone(api, namespace)


def test_a_deadline_that_has_passed_ends_it_at_once(api: Rest, namespace: str) -> None:
    grant(api, namespace, 600)
    started(api, namespace)
    time.sleep(2)
    api.patch(jobs(namespace, "job"), {"spec": {"activeDeadlineSeconds": 1}}).ok()
    wait_gone(api, namespace)


def test_deleting_the_job_in_background_takes_the_policy(api: Rest, namespace: str) -> None:
    grant(api, namespace, 600)
    api.delete(jobs(namespace, "job"), propagationPolicy="Background").ok()
    wait_gone(api, namespace)


def is_suspended(api: Rest, namespace: str) -> bool:
    """Whether the job controller says that the Job is suspended."""
    conditions = api.get(jobs(namespace, "job")).ok()["status"].get("conditions") or []
    return any(one["type"] == "Suspended" and one["status"] == "True" for one in conditions)


def test_a_suspended_job_has_no_clock(api: Rest, namespace: str) -> None:
    api.post(jobs(namespace), job(activeDeadlineSeconds=1, suspend=True)).ok()
    eventually(lambda: is_suspended(api, namespace), what="the Suspended condition")
    assert "startTime" not in api.get(jobs(namespace, "job")).ok()["status"]


def test_suspending_stops_the_clock_and_resuming_starts_it_anew(
    api: Rest, minor: int, namespace: str
) -> None:
    grant(api, namespace, 2)
    first = started(api, namespace)["status"]["startTime"]
    api.patch(jobs(namespace, "job"), {"spec": {"suspend": True}}).ok()
    eventually(lambda: is_suspended(api, namespace), what="the Suspended condition")
    kept = api.get(jobs(namespace, "job")).ok()["status"].get("startTime")
    assert kept == (None if minor >= 36 else first)  # so a startTime alone does not mean that it ticks
    time.sleep(2.5)  # past the deadline that was
    assert api.get(policies(namespace, "policy")).status == 200
    api.patch(jobs(namespace, "job"), {"spec": {"suspend": False}}).ok()
    if minor >= 36:  # before, the old startTime still counted: the Job failed in the act of resuming
        eventually(lambda: not is_suspended(api, namespace), what="the end of the suspension")
        assert started(api, namespace)["status"]["startTime"] > first
    wait_gone(api, namespace)


def test_a_finalizer_keeps_the_policy_past_the_deadline(api: Rest, namespace: str) -> None:
    made = api.post(jobs(namespace), job(activeDeadlineSeconds=1)).ok()
    held = finalized(owned(policy(), made), "netgrant.dev/test")
    api.post(policies(namespace), held).ok()
    path = policies(namespace, "policy")
    found = eventually(
        lambda: (body := api.get(path).ok())["metadata"].get("deletionTimestamp") and body,
        what="the deletion",
    )
    assert "netgrant.dev/test" in found["metadata"]["finalizers"]
    api.patch(path, {"metadata": {"finalizers": None}}).ok()
    assert is_gone(api, path)
