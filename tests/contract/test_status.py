"""Failures, as the Status that a client maps to words and exit codes."""

import pytest

from tests.contract.clusters import Cluster
from tests.contract.objects import CORE, NETWORKING, namespaces, pod, policies, policy
from tests.rest import Json, Reply, Rest


def assert_status(reply: Reply, code: int, reason: str) -> Json:
    """The body is a Status that repeats the HTTP code; returns its details."""
    body = reply.body
    assert (reply.status, body["kind"], body["apiVersion"]) == (code, "Status", "v1"), body
    assert (body["status"], body["code"], body["reason"]) == ("Failure", code, reason)
    assert body["message"]
    assert reply.headers["Content-Type"] == "application/json"
    details: Json = body.get("details") or {}
    return details


def test_an_absent_object_is_404_with_its_name(api: Rest, namespace: str) -> None:
    reply = api.get(policies(namespace, "absent"))
    details = assert_status(reply, 404, "NotFound")
    assert details == {"name": "absent", "group": "networking.k8s.io", "kind": "networkpolicies"}
    assert reply.body["message"] == 'networkpolicies.networking.k8s.io "absent" not found'


def test_an_absent_namespace_is_404_when_something_is_put_in_it(api: Rest) -> None:
    reply = api.post(policies("no-such-namespace"), policy())
    details = assert_status(reply, 404, "NotFound")
    assert (details["name"], details["kind"]) == ("no-such-namespace", "namespaces")


@pytest.mark.parametrize(
    "path",
    [f"{NETWORKING}/namespaces/default/absences", f"{CORE}/absences", "/apis/batch/v9/jobs"],
)
def test_a_resource_that_is_not_served_is_404(api: Rest, path: str) -> None:
    assert_status(api.get(path), 404, "NotFound")


@pytest.mark.parametrize("path", ["/apis/absent.example/v1/things", "/nothing"])
def test_a_group_or_a_path_that_is_not_served_is_plain_404(api: Rest, path: str) -> None:
    reply = api.get(path)
    assert (reply.status, reply.body) == (404, {"raw": "404 page not found\n"})


def test_a_wrong_token_is_401(cluster: Cluster) -> None:
    reply = cluster.http_with_token("wrong").get(namespaces())
    assert_status(reply, 401, "Unauthorized")
    assert reply.body["message"] == "Unauthorized"


def test_no_token_is_403_as_anonymous(cluster: Cluster) -> None:
    reply = cluster.http_with_token(None).get(namespaces())
    assert_status(reply, 403, "Forbidden")
    assert 'User "system:anonymous"' in reply.body["message"]


def test_a_missing_right_is_403_and_says_which(cluster: Cluster, namespace: str) -> None:
    bob = cluster.http("bob")
    details = assert_status(bob.get(policies(namespace, "p")), 403, "Forbidden")
    assert details == {"name": "p", "group": "networking.k8s.io", "kind": "networkpolicies"}
    reply = bob.post(policies(namespace), policy())
    assert_status(reply, 403, "Forbidden")
    assert reply.body["message"] == (
        'networkpolicies.networking.k8s.io is forbidden: User "bob" cannot create resource '
        f'"networkpolicies" in API group "networking.k8s.io" in the namespace "{namespace}"'
    )
    assert "at the cluster scope" in bob.get(namespaces()).body["message"]


def test_the_right_is_asked_before_the_object_is_looked_for(cluster: Cluster, namespace: str) -> None:
    assert cluster.http("bob").get(policies(namespace, "absent")).status == 403
    assert cluster.http("bob").get(policies("no-such-namespace")).status == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", policies("default")),
        ("PATCH", policies("default")),
        ("POST", policies("default", "one")),
        ("POST", "/apis/networking.k8s.io/v1/networkpolicies"),
        ("DELETE", namespaces()),
    ],
)
def test_a_method_that_a_path_does_not_have_is_405(api: Rest, method: str, path: str) -> None:
    assert_status(api.send(method, path, policy()), 405, "MethodNotAllowed")


def test_a_body_of_another_media_type_is_415(api: Rest, namespace: str) -> None:
    reply = api.send("POST", policies(namespace), b"{}", content_type="text/plain")
    assert_status(reply, 415, "UnsupportedMediaType")


@pytest.mark.parametrize(
    "data",
    [b"{nope", b"", b"[]", b'"text"', b'{"metadata": {"name": "x"}', b"\xff\xfe"],
    ids=str,
)
def test_a_body_that_is_not_a_json_object_is_400(api: Rest, namespace: str, data: bytes) -> None:
    assert_status(api.send("POST", policies(namespace), data), 400, "BadRequest")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "Pod"},
        {"apiVersion": "v1"},
        {"apiVersion": "networking.k8s.io/v9"},
        {"metadata": {"name": "one", "namespace": "elsewhere"}},
    ],
    ids=["kind", "group", "version", "namespace"],
)
def test_a_body_that_belongs_elsewhere_is_400(api: Rest, namespace: str, change: Json) -> None:
    assert_status(api.post(policies(namespace), {**policy("one"), **change}), 400, "BadRequest")


def test_a_body_of_another_kind_is_400(api: Rest, namespace: str) -> None:
    assert_status(api.post(policies(namespace), pod("p")), 400, "BadRequest")


def test_a_replace_under_another_name_is_400(api: Rest, namespace: str) -> None:
    api.post(policies(namespace), policy("one")).ok()
    assert_status(api.put(policies(namespace, "one"), policy("two")), 400, "BadRequest")


def test_an_invalid_object_is_422_with_a_cause_for_each_field(api: Rest, namespace: str) -> None:
    bad = policy("Bad_Name", policyTypes=["Sideways"], ingress=[{"ports": [{"port": 70000}]}])
    reply = api.post(policies(namespace), bad)
    details = assert_status(reply, 422, "Invalid")
    assert (details["name"], details["group"], details["kind"]) == (
        "Bad_Name",
        "networking.k8s.io",
        "NetworkPolicy",
    )
    causes = {(cause["field"], cause["reason"]) for cause in details["causes"]}
    assert causes == {
        ("metadata.name", "FieldValueInvalid"),
        ("spec.ingress[0].ports[0].port", "FieldValueInvalid"),
        ("spec.policyTypes[0]", "FieldValueNotSupported"),
    }
    assert all(cause["message"] for cause in details["causes"])


def test_an_object_without_a_name_is_422(api: Rest, namespace: str) -> None:
    reply = api.post(policies(namespace), {"spec": {"podSelector": {}}})
    assert (reply.status, reply.causes) == (422, ["metadata.name"])


def test_an_unknown_field_is_dropped_with_a_warning(api: Rest, namespace: str) -> None:
    reply = api.post(policies(namespace), policy("one", colour="red"))
    assert reply.status == 201
    assert "colour" not in reply.body["spec"]
    assert reply.headers["Warning"] == '299 - "unknown field \\"spec.colour\\""'


def test_an_unknown_field_is_400_where_strictness_is_asked(api: Rest, namespace: str) -> None:
    reply = api.post(policies(namespace), policy("one", colour="red"), fieldValidation="Strict")
    assert_status(reply, 400, "BadRequest")
    assert 'unknown field "spec.colour"' in reply.body["message"]


def test_an_unknown_field_is_dropped_in_silence_where_asked(api: Rest, namespace: str) -> None:
    reply = api.post(policies(namespace), policy("one", colour="red"), fieldValidation="Ignore")
    assert reply.status == 201
    assert "Warning" not in reply.headers


def test_another_strictness_is_422(api: Rest, namespace: str) -> None:
    reply = api.post(policies(namespace), policy("one"), fieldValidation="Fussy")
    assert (reply.status, reply.causes) == (422, ["fieldValidation"])


def test_every_reply_has_a_date(api: Rest) -> None:
    assert api.get("/version").headers["Date"].endswith(" GMT")
