"""Writes that lost a race, and the preconditions that make it visible."""

from collections.abc import Iterator

import pytest

from tests.contract.objects import finalized, job, jobs, namespaces, policies, policy
from tests.rest import Json, Rest

OTHER_UID = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def stored(api: Rest, namespace: str) -> Iterator[Json]:
    """A policy that was changed once since it was read."""
    first = api.post(policies(namespace), policy("one")).ok()
    api.patch(policies(namespace, "one"), {"metadata": {"labels": {"changed": "yes"}}}).ok()
    yield first


def test_a_name_that_is_taken_is_409_already_exists(api: Rest, namespace: str, stored: Json) -> None:
    reply = api.post(policies(namespace), policy("one"))
    assert (reply.status, reply.reason) == (409, "AlreadyExists")
    assert reply.body["details"] == {
        "name": "one",
        "group": "networking.k8s.io",
        "kind": "networkpolicies",
    }


def test_a_namespace_that_exists_is_409_already_exists(api: Rest, namespace: str) -> None:
    reply = api.post(namespaces(), {"metadata": {"name": namespace}})
    assert (reply.status, reply.reason) == (409, "AlreadyExists")


def test_a_replace_at_an_old_version_is_409(api: Rest, namespace: str, stored: Json) -> None:
    reply = api.put(policies(namespace, "one"), stored)
    assert (reply.status, reply.reason) == (409, "Conflict")
    assert reply.body["details"]["name"] == "one"


def test_a_replace_without_a_version_is_taken(api: Rest, namespace: str, stored: Json) -> None:
    found = api.put(policies(namespace, "one"), policy("one")).ok()
    assert found["metadata"]["uid"] == stored["metadata"]["uid"]
    assert "labels" not in found["metadata"]


def test_a_replace_with_another_uid_is_409(api: Rest, namespace: str, stored: Json) -> None:
    body = policy("one")
    body["metadata"]["uid"] = OTHER_UID
    reply = api.put(policies(namespace, "one"), body)
    assert (reply.status, reply.reason) == (409, "Conflict")


@pytest.mark.parametrize("kind", ["merge", "strategic"])
def test_a_patch_at_an_old_version_is_409(api: Rest, namespace: str, stored: Json, kind: str) -> None:
    old = stored["metadata"]["resourceVersion"]
    change = {"metadata": {"resourceVersion": old, "labels": {"late": "yes"}}}
    reply = api.patch(policies(namespace, "one"), change, kind)
    assert (reply.status, reply.reason) == (409, "Conflict")


@pytest.mark.parametrize("kind", ["merge", "strategic"])
def test_a_patch_with_another_uid_is_422_not_409(api: Rest, namespace: str, stored: Json, kind: str) -> None:
    change = {"metadata": {"uid": OTHER_UID, "labels": {"late": "yes"}}}
    reply = api.patch(policies(namespace, "one"), change, kind)
    assert (reply.status, reply.reason, set(reply.causes)) == (422, "Invalid", {"metadata.uid"})
    assert api.get(policies(namespace, "one")).ok()["metadata"]["labels"] == {"changed": "yes"}


def test_a_deadline_patched_on_a_job_with_another_uid_is_not_moved(api: Rest, namespace: str) -> None:
    api.post(jobs(namespace), job("j")).ok()
    change = {"metadata": {"uid": OTHER_UID}, "spec": {"activeDeadlineSeconds": 3600}}
    reply = api.patch(jobs(namespace, "j"), change)
    assert reply.status == 422
    assert "metadata.uid" in reply.causes  # beside the labels that the server made of the uid
    assert api.get(jobs(namespace, "j")).ok()["spec"]["activeDeadlineSeconds"] == 60


@pytest.mark.parametrize("key", ["uid", "resourceVersion"])
def test_a_delete_with_a_precondition_that_fails_is_409(
    api: Rest, namespace: str, stored: Json, key: str
) -> None:
    wrong = {"uid": OTHER_UID, "resourceVersion": stored["metadata"]["resourceVersion"]}[key]
    reply = api.delete(policies(namespace, "one"), {"preconditions": {key: wrong}})
    assert (reply.status, reply.reason) == (409, "Conflict")
    assert api.get(policies(namespace, "one")).status == 200


def test_a_delete_with_preconditions_that_hold_is_done(api: Rest, namespace: str, stored: Json) -> None:
    now = api.get(policies(namespace, "one")).ok()["metadata"]
    preconditions = {"uid": now["uid"], "resourceVersion": now["resourceVersion"]}
    assert api.delete(policies(namespace, "one"), {"preconditions": preconditions}).status == 200
    assert api.get(policies(namespace, "one")).status == 404


def test_a_delete_by_uid_does_not_take_the_successor_of_the_same_name(
    api: Rest, namespace: str, stored: Json
) -> None:
    api.delete(policies(namespace, "one")).ok()
    successor = api.post(policies(namespace), policy("one")).ok()
    options = {"preconditions": {"uid": stored["metadata"]["uid"]}}
    assert api.delete(policies(namespace, "one"), options).status == 409
    found = api.get(policies(namespace, "one")).ok()
    assert found["metadata"]["uid"] == successor["metadata"]["uid"] != stored["metadata"]["uid"]


def test_delete_options_may_name_their_kind(api: Rest, namespace: str, stored: Json) -> None:
    options = {
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "propagationPolicy": "Background",
        "preconditions": {"uid": stored["metadata"]["uid"]},
    }
    assert api.delete(policies(namespace, "one"), options).status == 200


def test_a_deleted_object_that_waits_for_a_finalizer_cannot_be_made_anew(api: Rest, namespace: str) -> None:
    api.post(policies(namespace), finalized(policy("held"), "netgrant.dev/test")).ok()
    api.delete(policies(namespace, "held")).ok()
    reply = api.post(policies(namespace), policy("held"))
    assert (reply.status, reply.reason) == (409, "AlreadyExists")
    api.patch(policies(namespace, "held"), {"metadata": {"finalizers": None}}).ok()
