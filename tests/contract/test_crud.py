"""Create, read, replace, delete: the same for every kind."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.kinds import KINDS, Kind
from tests.contract.objects import namespaces, policies, policy
from tests.rest import Json, Rest

every_kind = pytest.mark.parametrize("kind", KINDS, ids=str)


def identity(body: Json) -> tuple[str, str]:
    """What tells an object from a namesake."""
    return body["metadata"]["name"], body["metadata"]["uid"]


@every_kind
def test_create_answers_201_with_what_the_server_set(api: Rest, namespace: str, kind: Kind) -> None:
    reply = api.post(kind.collection(namespace), kind.make(namespace, "one"))
    assert reply.status == 201
    assert (reply.body["kind"], reply.body["apiVersion"]) == (kind.name, kind.api_version)
    metadata = reply.body["metadata"]
    assert metadata["namespace"] == namespace
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", metadata["uid"])
    assert int(metadata["resourceVersion"]) > 0
    assert metadata.get("generation") == (1 if kind.has_generation else None)
    created = datetime.strptime(metadata["creationTimestamp"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=1)


@every_kind
def test_get_answers_the_object_that_create_answered(api: Rest, namespace: str, kind: Kind) -> None:
    created = api.post(kind.collection(namespace), kind.make(namespace, "one")).ok()
    found = api.get(kind.item(namespace, "one")).ok()
    assert identity(found) == identity(created)
    assert found.get("spec") == created.get("spec")


@every_kind
def test_list_names_its_kind_and_leaves_the_items_bare(api: Rest, namespace: str, kind: Kind) -> None:
    created = api.post(kind.collection(namespace), kind.make(namespace, "one")).ok()
    found = api.get(kind.collection(namespace)).ok()
    assert (found["kind"], found["apiVersion"]) == (f"{kind.name}List", kind.api_version)
    assert int(found["metadata"]["resourceVersion"]) >= int(created["metadata"]["resourceVersion"])
    assert [identity(item) for item in found["items"]] == [identity(created)]
    assert not {"kind", "apiVersion"} & found["items"][0].keys()


@every_kind
def test_an_empty_list_has_an_items_array(api: Rest, namespace: str, kind: Kind) -> None:
    assert api.get(kind.collection(namespace)).ok()["items"] == []


@every_kind
def test_replace_moves_the_version_and_keeps_the_identity(api: Rest, namespace: str, kind: Kind) -> None:
    created = api.post(kind.collection(namespace), kind.make(namespace, "one")).ok()
    fresh = api.get(kind.item(namespace, "one")).ok()
    fresh["metadata"]["labels"] = {"changed": "yes"}
    reply = api.put(kind.item(namespace, "one"), fresh)
    assert reply.status in (200, 409)  # a controller may have written the status in between
    if reply.status == 200:
        assert identity(reply.body) == identity(created)
        assert int(reply.body["metadata"]["resourceVersion"]) > int(created["metadata"]["resourceVersion"])
        assert reply.body["metadata"]["labels"]["changed"] == "yes"


@every_kind
def test_replace_of_a_name_that_is_not_there(api: Rest, namespace: str, kind: Kind) -> None:
    reply = api.put(kind.item(namespace, "absent"), kind.make(namespace, "absent"))
    assert reply.status == (201 if kind.creates_on_update else 404)


@every_kind
def test_generation_counts_changes_of_the_spec(api: Rest, namespace: str, kind: Kind) -> None:
    api.post(kind.collection(namespace), kind.make(namespace, "one")).ok()
    labelled = api.patch(kind.item(namespace, "one"), {"metadata": {"labels": {"a": "b"}}}).ok()
    changed = api.patch(kind.item(namespace, "one"), kind.spec_change).ok()
    seen = [body["metadata"].get("generation") for body in (labelled, changed)]
    first = 1 + kind.counts_labels
    assert seen == ([first, first + 1] if kind.has_generation else [None, None])


@every_kind
def test_a_change_that_changes_nothing_keeps_the_version(api: Rest, namespace: str, kind: Kind) -> None:
    api.post(kind.collection(namespace), kind.make(namespace, "one")).ok()
    api.patch(kind.item(namespace, "one"), kind.spec_change).ok()
    before = api.get(kind.item(namespace, "one")).ok()
    again = api.patch(kind.item(namespace, "one"), kind.spec_change).ok()
    if again["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]:
        assert again.get("status") != before.get("status")  # only a controller moved it


@every_kind
def test_delete_answers_and_the_object_is_gone(api: Rest, namespace: str, kind: Kind) -> None:
    created = api.post(kind.collection(namespace), kind.make(namespace, "one")).ok()
    reply = api.delete(kind.item(namespace, "one"), propagationPolicy="Background")
    assert reply.status == 200
    if kind.returns_deleted:
        assert reply.body["kind"] == kind.name
        assert identity(reply.body) == identity(created)
    else:
        assert (reply.body["kind"], reply.body["status"]) == ("Status", "Success")
        assert reply.body["details"]["uid"] == created["metadata"]["uid"]
        assert reply.body["details"]["kind"] == kind.plural
    assert api.get(kind.item(namespace, "one")).status == 404


@every_kind
def test_delete_of_a_name_that_is_not_there(api: Rest, namespace: str, kind: Kind) -> None:
    reply = api.delete(kind.item(namespace, "absent"))
    assert (reply.status, reply.reason) == (404, "NotFound")


@every_kind
def test_generate_name_adds_five_characters(api: Rest, namespace: str, kind: Kind) -> None:
    body = kind.make(namespace, "unused")
    body["metadata"] = {"generateName": "made-"}
    made = [api.post(kind.collection(namespace), body).ok()["metadata"] for _ in range(2)]
    assert all(re.fullmatch(r"made-[a-z0-9]{5}", metadata["name"]) for metadata in made)
    assert made[0]["name"] != made[1]["name"]
    assert made[0]["generateName"] == "made-"


def test_a_name_wins_over_generate_name(api: Rest, namespace: str) -> None:
    body = policy("given")
    body["metadata"]["generateName"] = "made-"
    assert api.post(policies(namespace), body).ok()["metadata"]["name"] == "given"


def test_what_only_the_server_may_set_is_not_taken_from_a_client(api: Rest, namespace: str) -> None:
    forged = {
        "uid": "forged",
        "creationTimestamp": "2000-01-01T00:00:00Z",
        "deletionTimestamp": "2000-01-01T00:00:00Z",
        "generation": 9,
        "selfLink": "/forged",
    }
    body = policy("one")
    body["metadata"].update(forged)
    metadata = api.post(policies(namespace), body).ok()["metadata"]
    assert not {name for name, value in forged.items() if metadata.get(name) == value}
    assert "deletionTimestamp" not in metadata


def test_kind_and_api_version_may_be_left_out(api: Rest, namespace: str) -> None:
    body = policy("bare")
    del body["kind"], body["apiVersion"]
    assert api.post(policies(namespace), body).ok()["kind"] == "NetworkPolicy"


def test_the_same_name_may_be_used_in_two_namespaces(api: Rest, namespace: str) -> None:
    first = api.post(policies(namespace), policy("twin")).ok()
    second = api.post(policies("default"), policy(f"twin-of-{namespace}")).ok()
    listed = api.get("/apis/networking.k8s.io/v1/networkpolicies").ok()["items"]
    found = {(item["metadata"]["namespace"], item["metadata"]["name"]) for item in listed}
    assert {(namespace, "twin"), ("default", second["metadata"]["name"])} <= found
    api.delete(policies("default", second["metadata"]["name"])).ok()
    assert api.get(policies(namespace, "twin")).ok()["metadata"]["uid"] == first["metadata"]["uid"]


def test_delete_of_a_collection_takes_what_its_selector_matches(api: Rest, namespace: str) -> None:
    for name, tier in (("a", "web"), ("b", "db"), ("c", "web")):
        api.post(policies(namespace), policy(name, {"tier": tier})).ok()
    reply = api.delete(policies(namespace), labelSelector="tier=web")
    assert reply.status == 200
    left = api.get(policies(namespace)).ok()["items"]
    assert [item["metadata"]["name"] for item in left] == ["b"]


def test_defaults_are_written_out(api: Rest, namespace: str) -> None:
    body = policy("one", ingress=[{"ports": [{"port": 80}]}], policyTypes=None)
    stored = api.post(policies(namespace), body).ok()["spec"]
    assert stored == {
        "podSelector": {},
        "ingress": [{"ports": [{"protocol": "TCP", "port": 80}]}],
        "policyTypes": ["Ingress"],
    }


def test_policy_types_default_to_egress_too_when_there_are_egress_rules(api: Rest, namespace: str) -> None:
    stored = api.post(policies(namespace), policy("one", policyTypes=[], egress=[{}])).ok()["spec"]
    assert stored == {"podSelector": {}, "egress": [{}], "policyTypes": ["Ingress", "Egress"]}


def test_a_namespace_gets_the_label_that_policies_select_it_by(api: Rest, namespace: str) -> None:
    found = api.get(namespaces(namespace)).ok()
    assert found["metadata"]["labels"] == {"kubernetes.io/metadata.name": namespace}
    assert found["spec"] == {"finalizers": ["kubernetes"]}
    assert found["status"] == {"phase": "Active"}
