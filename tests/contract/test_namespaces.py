"""Namespaces: a life of their own, and everything in them ends with them."""

from uuid import uuid4

import pytest

from tests.contract.eventually import eventually
from tests.contract.objects import (
    finalized,
    job,
    jobs,
    namespaces,
    pod,
    pods,
    policies,
    policy,
)
from tests.rest import Json, Rest

FINALIZER = "netgrant.dev/test"


@pytest.fixture
def doomed(api: Rest) -> str:
    """A namespace that the test deletes."""
    name = f"doomed-{uuid4().hex[:8]}"
    api.post(namespaces(), {"metadata": {"name": name}}).ok()
    return name


def phase(api: Rest, name: str) -> str:
    """Phase of a namespace that is there."""
    return str(api.get(namespaces(name)).ok()["status"]["phase"])


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public", "kube-node-lease"])
def test_a_cluster_is_born_with_four(api: Rest, name: str) -> None:
    assert phase(api, name) == "Active"


def test_deletion_takes_the_content_along(api: Rest, doomed: str) -> None:
    api.post(policies(doomed), policy()).ok()
    api.post(jobs(doomed), job()).ok()
    api.post(pods(doomed), pod()).ok()
    reply = api.delete(namespaces(doomed))
    assert (reply.status, reply.body["kind"]) == (200, "Namespace")
    assert reply.body["status"]["phase"] == "Terminating"
    eventually(lambda: api.get(namespaces(doomed)).status == 404, seconds=30, what="removal")
    for collection in (policies(doomed), jobs(doomed), pods(doomed)):
        assert api.get(collection).ok()["items"] == []


def test_nothing_new_enters_while_it_ends(api: Rest, doomed: str) -> None:
    api.post(policies(doomed), finalized(policy("held"), FINALIZER)).ok()
    api.delete(namespaces(doomed)).ok()
    assert phase(api, doomed) == "Terminating"
    reply = api.post(policies(doomed), policy("late"))
    assert (reply.status, reply.reason) == (403, "Forbidden")
    assert reply.body["details"]["causes"][0]["reason"] == "NamespaceTerminating"
    api.patch(policies(doomed, "held"), {"metadata": {"finalizers": None}})
    eventually(lambda: api.get(namespaces(doomed)).status == 404, seconds=30, what="removal")


def test_a_held_object_holds_its_namespace(api: Rest, doomed: str) -> None:
    api.post(policies(doomed), finalized(policy("held"), FINALIZER)).ok()
    api.post(policies(doomed), policy("free")).ok()
    api.delete(namespaces(doomed)).ok()
    eventually(lambda: api.get(policies(doomed, "free")).status == 404, what="the free one's end")
    held = eventually(
        lambda: (
            (body := api.get(policies(doomed, "held")).ok())["metadata"].get("deletionTimestamp") and body
        ),
        what="the held one's deletion",
    )
    assert held["metadata"]["finalizers"] == [FINALIZER]
    assert phase(api, doomed) == "Terminating"
    api.patch(policies(doomed, "held"), {"metadata": {"finalizers": None}})
    eventually(lambda: api.get(namespaces(doomed)).status == 404, seconds=30, what="removal")


@pytest.mark.parametrize("name", ["Upper", "under_score", "-lead", "trail-", "dot.ted", "x" * 64, ""])
def test_a_name_that_is_no_dns_label_is_422(api: Rest, name: str) -> None:
    reply = api.post(namespaces(), {"metadata": {"name": name}})
    assert reply.status == 422
    # the name is also the value of a label, whose own rule some of these break too
    assert "metadata.name" in reply.causes
    assert set(reply.causes) <= {"metadata.name", "metadata.labels"}


def test_labels_can_be_changed_but_not_the_one_that_names_it(api: Rest, namespace: str) -> None:
    change: Json = {"metadata": {"labels": {"team": "db", "kubernetes.io/metadata.name": "forged"}}}
    found = api.patch(namespaces(namespace), change).ok()["metadata"]["labels"]
    assert found == {"team": "db", "kubernetes.io/metadata.name": namespace}


def test_a_collection_of_namespaces_cannot_be_deleted(api: Rest) -> None:
    assert api.delete(namespaces()).status == 405
