"""Dry runs answer as the real thing would, and leave no trace."""

import pytest

from tests.contract.objects import job, jobs, namespaces, policies, policy
from tests.rest import Json, Rest


@pytest.fixture
def stored(api: Rest, namespace: str) -> Json:
    """A policy as it stands."""
    return api.post(policies(namespace), policy("one", {"a": "1"})).ok()


def test_a_create_answers_the_object_without_a_version(api: Rest, namespace: str) -> None:
    reply = api.post(policies(namespace), policy("dry"), dryRun="All")
    assert reply.status == 201
    metadata = reply.body["metadata"]
    assert metadata["uid"]
    assert metadata["creationTimestamp"]
    assert "resourceVersion" not in metadata
    assert api.get(policies(namespace)).ok()["items"] == []


def test_a_create_of_a_job_starts_no_deadline(api: Rest, namespace: str) -> None:
    assert api.post(jobs(namespace), job("dry"), dryRun="All").status == 201
    assert api.get(jobs(namespace)).ok()["items"] == []


def test_a_create_is_validated(api: Rest, namespace: str) -> None:
    bad = policy("dry", ingress=[{"ports": [{"port": 0}]}])
    reply = api.post(policies(namespace), bad, dryRun="All")
    assert (reply.status, set(reply.causes)) == (422, {"spec.ingress[0].ports[0].port"})


def test_a_create_meets_a_taken_name(api: Rest, namespace: str, stored: Json) -> None:
    reply = api.post(policies(namespace), policy("one"), dryRun="All")
    assert (reply.status, reply.reason) == (409, "AlreadyExists")


def test_a_create_needs_its_namespace(api: Rest) -> None:
    assert api.post(policies("no-such-namespace"), policy("dry"), dryRun="All").status == 404


def test_a_replace_answers_the_change_and_keeps_the_object(api: Rest, namespace: str, stored: Json) -> None:
    reply = api.put(policies(namespace, "one"), policy("one", {"a": "2"}), dryRun="All")
    assert reply.ok()["metadata"]["labels"] == {"a": "2"}
    assert api.get(policies(namespace, "one")).ok() == stored


def test_a_patch_answers_the_change_and_keeps_the_object(api: Rest, namespace: str, stored: Json) -> None:
    change = {"metadata": {"labels": {"a": "2"}}}
    reply = api.patch(policies(namespace, "one"), change, dryRun="All")
    assert reply.ok()["metadata"]["labels"] == {"a": "2"}
    assert api.get(policies(namespace, "one")).ok() == stored


@pytest.mark.parametrize(
    ("options", "query"), [(None, "All"), ({"dryRun": ["All"]}, None)], ids=["query", "options"]
)
def test_a_delete_keeps_the_object(
    api: Rest, namespace: str, stored: Json, options: Json | None, query: str | None
) -> None:
    path = policies(namespace, "one")
    assert api.delete(path, options, dryRun=query).ok()["status"] == "Success"
    assert api.get(path).ok() == stored


def test_a_delete_checks_its_preconditions(api: Rest, namespace: str, stored: Json) -> None:
    options = {"preconditions": {"uid": "other"}, "dryRun": ["All"]}
    assert api.delete(policies(namespace, "one"), options).status == 409


def test_a_delete_of_a_collection_keeps_it(api: Rest, namespace: str, stored: Json) -> None:
    assert api.delete(policies(namespace), dryRun="All").status == 200
    assert api.get(policies(namespace, "one")).ok() == stored


def test_a_namespace_is_not_made(api: Rest) -> None:
    assert api.post(namespaces(), {"metadata": {"name": "dry-space"}}, dryRun="All").status == 201
    assert api.get(namespaces("dry-space")).status == 404


@pytest.mark.parametrize("value", ["Some", "all", "true"])
def test_another_value_is_422(api: Rest, namespace: str, value: str) -> None:
    reply = api.post(policies(namespace), policy("dry"), dryRun=value)
    assert (reply.status, reply.causes) == (422, ["dryRun"])
    assert api.get(policies(namespace)).ok()["items"] == []
