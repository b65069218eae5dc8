"""Deleting what owns and what is owned: propagation, finalizers, garbage."""

import time

import pytest

from tests.contract.eventually import eventually
from tests.contract.objects import (
    finalized,
    job,
    jobs,
    owned,
    policies,
    policy,
)
from tests.rest import Json, Rest

FINALIZER = "netgrant.dev/test"
OTHER_UID = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def owner(api: Rest, namespace: str) -> Json:
    """A Job that owns the policy ``owned``, with the label ``keep``."""
    made = api.post(jobs(namespace), job("owner", activeDeadlineSeconds=600)).ok()
    api.post(policies(namespace), owned(policy("owned", {"keep": "me"}), made)).ok()
    return made


def gone(api: Rest, path: str) -> bool:
    """Whether the object is not there any more."""
    return api.get(path).status == 404


def test_background_takes_the_owner_at_once_and_the_owned_soon(
    api: Rest, namespace: str, owner: Json
) -> None:
    reply = api.delete(jobs(namespace, "owner"), propagationPolicy="Background")
    assert (reply.body["kind"], reply.body["status"]) == ("Status", "Success")
    assert gone(api, jobs(namespace, "owner"))
    eventually(lambda: gone(api, policies(namespace, "owned")), what="garbage collection")


@pytest.mark.parametrize(
    "options", [{"propagationPolicy": "Orphan"}, {"orphanDependents": True}, {}], ids=str
)
def test_orphan_keeps_the_owned_and_takes_its_reference_away(
    api: Rest, namespace: str, owner: Json, options: Json
) -> None:
    """The last case is the trap: a Job deleted without a word about propagation frees what it owns."""
    time.sleep(0.5)  # the collector frees only what it has heard of, and collects what it hears of later
    reply = api.delete(jobs(namespace, "owner"), options)
    assert reply.ok()["kind"] == "Job"  # not a Status: the garbage collector has work to do first
    assert "deletionTimestamp" in reply.body["metadata"]
    eventually(lambda: gone(api, jobs(namespace, "owner")), what="the owner's removal")
    found = api.get(policies(namespace, "owned")).ok()
    assert "ownerReferences" not in found["metadata"]
    assert found["metadata"]["labels"] == {"keep": "me"}


def test_a_job_deleted_without_a_word_about_propagation_is_warned_about(
    api: Rest, namespace: str, owner: Json
) -> None:
    reply = api.delete(jobs(namespace, "owner"), dryRun="All")
    assert "propagationPolicy=Background" in reply.headers["Warning"]


def test_foreground_takes_the_owned_first(api: Rest, namespace: str) -> None:
    made = api.post(jobs(namespace), job("owner")).ok()
    held = finalized(owned(policy("owned"), made, blockOwnerDeletion=True), FINALIZER)
    api.post(policies(namespace), held).ok()
    api.delete(jobs(namespace, "owner"), propagationPolicy="Foreground").ok()
    waiting = api.get(jobs(namespace, "owner")).ok()["metadata"]
    assert "foregroundDeletion" in waiting["finalizers"]
    assert waiting["deletionTimestamp"]
    path = policies(namespace, "owned")
    eventually(lambda: "deletionTimestamp" in api.get(path).ok()["metadata"], what="the deletion")
    assert api.get(jobs(namespace, "owner")).status == 200
    api.patch(path, {"metadata": {"finalizers": None}}).ok()
    eventually(lambda: gone(api, jobs(namespace, "owner")), what="the owner's removal")


def test_an_unknown_propagation_is_422(api: Rest, namespace: str, owner: Json) -> None:
    reply = api.delete(jobs(namespace, "owner"), propagationPolicy="Sideways")
    assert (reply.status, reply.causes) == (422, ["propagationPolicy"])
    assert api.get(jobs(namespace, "owner")).status == 200


def test_propagation_and_orphan_dependents_together_are_422(api: Rest, namespace: str, owner: Json) -> None:
    options = {"propagationPolicy": "Background", "orphanDependents": True}
    assert api.delete(jobs(namespace, "owner"), options).status == 422


@pytest.mark.parametrize(
    "reference",
    [{"uid": OTHER_UID}, {"uid": OTHER_UID, "name": "never-was"}],
    ids=["another uid", "never there"],
)
def test_what_is_owned_by_nobody_that_exists_is_garbage(
    api: Rest, namespace: str, owner: Json, reference: Json
) -> None:
    api.post(policies(namespace), owned(policy("stray"), owner, **reference)).ok()
    eventually(lambda: gone(api, policies(namespace, "stray")), what="garbage collection")
    assert api.get(policies(namespace, "owned")).status == 200


def test_what_has_two_owners_lives_until_the_last_is_gone(api: Rest, namespace: str, owner: Json) -> None:
    second = api.post(jobs(namespace), job("second")).ok()
    body = owned(policy("shared"), owner)
    body["metadata"]["ownerReferences"] += owned(policy(), second)["metadata"]["ownerReferences"]
    api.post(policies(namespace), body).ok()
    api.delete(jobs(namespace, "owner"), propagationPolicy="Background").ok()
    eventually(lambda: gone(api, policies(namespace, "owned")), what="the first collection")

    def owners() -> list[str]:
        found = api.get(policies(namespace, "shared")).ok()["metadata"]["ownerReferences"]
        return [reference["name"] for reference in found]

    eventually(lambda: owners() == ["second"], what="the first owner's removal from the list")
    api.delete(jobs(namespace, "second"), propagationPolicy="Background").ok()
    eventually(lambda: gone(api, policies(namespace, "shared")), what="the second collection")


def test_taking_the_reference_away_frees_the_policy(api: Rest, namespace: str, owner: Json) -> None:
    api.patch(policies(namespace, "owned"), {"metadata": {"ownerReferences": None}}).ok()
    api.post(policies(namespace), owned(policy("witness"), owner)).ok()
    api.delete(jobs(namespace, "owner"), propagationPolicy="Background").ok()
    eventually(lambda: gone(api, policies(namespace, "witness")), what="garbage collection")
    assert api.get(policies(namespace, "owned")).status == 200


def test_an_owner_in_another_namespace_is_no_owner(api: Rest, namespace: str, owner: Json) -> None:
    name = f"abroad-{namespace}"
    api.post(policies("default"), owned(policy(name), owner)).ok()
    eventually(lambda: gone(api, policies("default", name)), what="garbage collection")


def test_a_finalizer_holds_a_deleted_object_until_it_is_taken_away(api: Rest, namespace: str) -> None:
    created = api.post(policies(namespace), finalized(policy("held"), FINALIZER)).ok()
    reply = api.delete(policies(namespace, "held"))
    assert reply.status == 200
    found = api.get(policies(namespace, "held")).ok()["metadata"]
    assert found["uid"] == created["metadata"]["uid"]
    assert found["deletionTimestamp"]
    assert found["deletionGracePeriodSeconds"] == 0
    assert found["finalizers"] == [FINALIZER]
    again = api.delete(policies(namespace, "held"))
    assert again.status == 200
    api.patch(policies(namespace, "held"), {"metadata": {"finalizers": []}}).ok()
    assert gone(api, policies(namespace, "held"))


def test_a_finalizer_cannot_be_added_to_a_deleted_object(api: Rest, namespace: str) -> None:
    api.post(policies(namespace), finalized(policy("held"), FINALIZER)).ok()
    api.delete(policies(namespace, "held")).ok()
    change = {"metadata": {"finalizers": [FINALIZER, "netgrant.dev/late"]}}
    reply = api.patch(policies(namespace, "held"), change)
    assert (reply.status, set(reply.causes)) == (422, {"metadata.finalizers"})
    api.patch(policies(namespace, "held"), {"metadata": {"finalizers": None}}).ok()


def test_the_steps_of_a_held_deletion_as_a_watch_sees_them(api: Rest, namespace: str) -> None:
    created = api.post(policies(namespace), finalized(policy("held"), FINALIZER)).ok()
    start = created["metadata"]["resourceVersion"]
    with api.watch(policies(namespace), resourceVersion=start) as stream:
        api.delete(policies(namespace, "held")).ok()
        api.patch(policies(namespace, "held"), {"metadata": {"finalizers": None}}).ok()
        events = stream.take(2)
    assert [event["type"] for event in events] == ["MODIFIED", "DELETED"]
    assert all(event["object"]["metadata"]["deletionTimestamp"] for event in events)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"uid": ""}, "uid"),
        ({"name": ""}, "name"),
        ({"kind": ""}, "kind"),
        ({"apiVersion": ""}, "apiVersion"),
        ({"apiVersion": "a/b/c"}, "apiVersion"),
    ],
    ids=str,
)
def test_an_owner_reference_that_is_incomplete_is_422(
    api: Rest, namespace: str, owner: Json, change: Json, field: str
) -> None:
    reply = api.post(policies(namespace), owned(policy("stray"), owner, **change))
    assert reply.status == 422
    assert all(cause.startswith("metadata.ownerReferences") for cause in reply.causes)
    assert any(cause.endswith(field) for cause in reply.causes)


def test_two_controllers_are_422(api: Rest, namespace: str, owner: Json) -> None:
    second = api.post(jobs(namespace), job("second")).ok()
    body = owned(policy("stray"), owner, controller=True)
    other = owned(policy(), second, controller=True)
    body["metadata"]["ownerReferences"] += other["metadata"]["ownerReferences"]
    reply = api.post(policies(namespace), body)
    assert (reply.status, set(reply.causes)) == (422, {"metadata.ownerReferences"})
