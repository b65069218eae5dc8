"""Patches: merge, JSON and strategic, and what each refuses."""

from collections.abc import Iterator

import pytest

from tests.contract.objects import container, pod, pods, policies, policy
from tests.rest import Json, Rest


@pytest.fixture
def stored(api: Rest, namespace: str) -> Iterator[Json]:
    """A policy with two labels."""
    yield api.post(policies(namespace), policy("one", {"a": "1", "b": "2"})).ok()


def test_merge_sets_and_null_removes(api: Rest, namespace: str, stored: Json) -> None:
    change = {"metadata": {"labels": {"a": None, "c": "3"}, "annotations": {"note": "x"}}}
    found = api.patch(policies(namespace, "one"), change).ok()["metadata"]
    assert found["labels"] == {"b": "2", "c": "3"}
    assert found["annotations"] == {"note": "x"}
    assert found["uid"] == stored["metadata"]["uid"]


def test_merge_replaces_a_list_whole(api: Rest, namespace: str, stored: Json) -> None:
    rules = {"spec": {"ingress": [{"ports": [{"port": 1}]}, {"ports": [{"port": 2}]}]}}
    api.patch(policies(namespace, "one"), rules).ok()
    found = api.patch(policies(namespace, "one"), {"spec": {"ingress": [{}]}}).ok()
    assert found["spec"]["ingress"] == [{}]


def test_merge_with_the_right_uid_and_version_is_taken(api: Rest, namespace: str, stored: Json) -> None:
    metadata = {key: stored["metadata"][key] for key in ("uid", "resourceVersion")}
    change = {"metadata": {**metadata, "labels": {"c": "3"}}}
    assert api.patch(policies(namespace, "one"), change).status == 200


def test_json_patch_applies_its_operations_in_order(api: Rest, namespace: str, stored: Json) -> None:
    operations: list[Json] = [
        {"op": "test", "path": "/metadata/labels/a", "value": "1"},
        {"op": "remove", "path": "/metadata/labels/a"},
        {"op": "replace", "path": "/metadata/labels/b", "value": "9"},
        {"op": "add", "path": "/metadata/labels/c~1d", "value": "slash"},
        {"op": "copy", "from": "/metadata/labels/b", "path": "/metadata/labels/e"},
        {"op": "move", "from": "/metadata/labels/e", "path": "/metadata/labels/f"},
        {"op": "add", "path": "/spec/ingress", "value": [{}]},
        {"op": "add", "path": "/spec/ingress/-", "value": {"ports": [{"port": 80, "protocol": "TCP"}]}},
    ]
    found = api.patch(policies(namespace, "one"), operations, "json").ok()
    assert found["metadata"]["labels"] == {"b": "9", "c/d": "slash", "f": "9"}
    assert found["spec"]["ingress"] == [{}, {"ports": [{"port": 80, "protocol": "TCP"}]}]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/metadata/labels/a", "value": "other"},
        {"op": "remove", "path": "/metadata/labels/absent"},
        {"op": "add", "path": "/metadata/absent/deeper", "value": "x"},
    ],
    ids=["test fails", "remove absent", "add under absent"],
)
def test_a_json_patch_that_cannot_apply_is_422_and_changes_nothing(
    api: Rest, namespace: str, stored: Json, operation: Json
) -> None:
    operations = [{"op": "add", "path": "/metadata/labels/z", "value": "z"}, operation]
    reply = api.patch(policies(namespace, "one"), operations, "json")
    assert (reply.status, reply.reason) == (422, "Invalid")
    assert api.get(policies(namespace, "one")).ok() == stored


def test_a_json_patch_with_an_unknown_operation_is_refused(api: Rest, namespace: str, stored: Json) -> None:
    reply = api.patch(policies(namespace, "one"), [{"op": "paint", "path": "/metadata"}], "json")
    assert reply.status == 422
    assert api.get(policies(namespace, "one")).ok() == stored


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("application/merge-patch+json", b"{nope"),
        ("application/json-patch+json", b"{nope"),
        ("application/json-patch+json", b"{}"),
        ("application/strategic-merge-patch+json", b"{nope"),
    ],
)
def test_a_malformed_patch_is_400(
    api: Rest, namespace: str, stored: Json, content_type: str, data: bytes
) -> None:
    reply = api.send("PATCH", policies(namespace, "one"), data, content_type=content_type)
    assert (reply.status, reply.reason) == (400, "BadRequest")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_another_content_type_is_415(api: Rest, namespace: str, stored: Json, content_type: str) -> None:
    reply = api.send("PATCH", policies(namespace, "one"), b"{}", content_type=content_type)
    assert (reply.status, reply.reason) == (415, "UnsupportedMediaType")


def test_strategic_merges_containers_by_name(api: Rest, namespace: str) -> None:
    api.post(pods(namespace), pod("p", containers=[container("a"), container("b")])).ok()
    change = {"spec": {"containers": [{"name": "b", "image": "newer"}]}}
    found = api.patch(pods(namespace, "p"), change, "strategic").ok()
    images = {entry["name"]: entry["image"] for entry in found["spec"]["containers"]}
    assert images == {"a": "inert", "b": "newer"}


def test_strategic_merges_maps_and_replaces_plain_lists(api: Rest, namespace: str, stored: Json) -> None:
    change = {
        "metadata": {"labels": {"a": None, "c": "3"}},
        "spec": {"policyTypes": ["Ingress", "Egress"]},
    }
    found = api.patch(policies(namespace, "one"), change, "strategic").ok()
    assert found["metadata"]["labels"] == {"b": "2", "c": "3"}
    assert found["spec"]["policyTypes"] == ["Ingress", "Egress"]


def test_a_patch_that_makes_the_object_invalid_changes_nothing(
    api: Rest, namespace: str, stored: Json
) -> None:
    change = {"spec": {"ingress": [{"ports": [{"port": 0}]}]}}
    reply = api.patch(policies(namespace, "one"), change)
    assert (reply.status, set(reply.causes)) == (422, {"spec.ingress[0].ports[0].port"})
    assert api.get(policies(namespace, "one")).ok() == stored


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"metadata": {"name": "two"}}, 400),
        ({"metadata": {"namespace": "default"}}, 400),
        ({"kind": "Pod"}, 422),
    ],
    ids=["name", "namespace", "kind"],
)
def test_a_patch_cannot_make_it_another_object(
    api: Rest, namespace: str, stored: Json, change: Json, status: int
) -> None:
    assert api.patch(policies(namespace, "one"), change).status == status
    assert api.get(policies(namespace, "one")).ok() == stored


def test_json_patch_replaces_a_key_that_was_not_there(api: Rest, namespace: str, stored: Json) -> None:
    # RFC 6902 says that the target must exist; the server's library takes it for an add
    operation = {"op": "replace", "path": "/metadata/labels/absent", "value": "x"}
    found = api.patch(policies(namespace, "one"), [operation], "json").ok()
    assert found["metadata"]["labels"]["absent"] == "x"


def test_a_patch_of_an_absent_object_is_404(api: Rest, namespace: str) -> None:
    reply = api.patch(policies(namespace, "absent"), {"metadata": {"labels": {"a": "b"}}})
    assert (reply.status, reply.reason) == (404, "NotFound")


def test_the_creation_timestamp_survives_a_patch(api: Rest, namespace: str, stored: Json) -> None:
    change = {"metadata": {"creationTimestamp": "2000-01-01T00:00:00Z", "labels": {"c": "3"}}}
    found = api.patch(policies(namespace, "one"), change)
    assert found.status == 200
    assert found.body["metadata"]["creationTimestamp"] == stored["metadata"]["creationTimestamp"]
