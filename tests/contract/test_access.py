"""Who one is, what one may do, and a user whose rights end at one namespace."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.clusters import Cluster
from tests.contract.objects import NETWORKING, jobs, namespaces, policies, policy
from tests.rest import Json, Rest

AUTHENTICATION = "/apis/authentication.k8s.io/v1"
AUTHORIZATION = "/apis/authorization.k8s.io/v1"
READ = ["get", "list", "watch"]
POLICY_RULE = {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": ["*"]}
POD_RULE = {"apiGroups": [""], "resources": ["pods"], "verbs": READ}


def review(client: Rest, **attributes: str) -> Json:
    """Status of a SelfSubjectAccessReview."""
    spec = {"resourceAttributes": attributes}
    reply = client.post(f"{AUTHORIZATION}/selfsubjectaccessreviews", {"spec": spec})
    assert reply.status == 201
    status: Json = reply.body["status"]
    return status


@pytest.fixture
def alice(cluster: Cluster, namespace: str) -> Rest:
    """Alice, who may do anything to policies and read pods in one namespace, and nothing else."""
    cluster.allow("alice", namespace, [POD_RULE, POLICY_RULE])
    return cluster.http("alice")


@pytest.mark.parametrize(("user", "group"), [("admin", "system:masters"), ("alice", "sre"), ("bob", "sre")])
def test_one_may_ask_who_one_is(cluster: Cluster, user: str, group: str) -> None:
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    reply = cluster.http(user).post(f"{AUTHENTICATION}/selfsubjectreviews", body)
    assert reply.status == 201
    assert reply.body["kind"] == "SelfSubjectReview"
    info = reply.body["status"]["userInfo"]
    assert (info["username"], info["groups"]) == (user, [group, "system:authenticated"])
    assert info["uid"]


def test_the_answer_carries_the_servers_clock(cluster: Cluster) -> None:
    reply = cluster.http("bob").post(f"{AUTHENTICATION}/selfsubjectreviews", {})
    stamp = reply.ok()["metadata"]["creationTimestamp"]
    clock = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - clock) < timedelta(seconds=5)


def test_who_one_is_is_not_told_to_a_stranger(cluster: Cluster) -> None:
    path = f"{AUTHENTICATION}/selfsubjectreviews"
    assert cluster.http_with_token("wrong").post(path, {}).status == 401
    assert cluster.http_with_token(None).post(path, {}).status == 403


def test_what_one_may_do_is_allowed_with_a_reason(alice: Rest, namespace: str) -> None:
    status = review(
        alice, namespace=namespace, group="networking.k8s.io", resource="networkpolicies", verb="create"
    )
    assert status["allowed"] is True
    assert not status.get("denied", False)


@pytest.mark.parametrize(
    "attributes",
    [
        {"group": "networking.k8s.io", "resource": "networkpolicies", "verb": "list", "namespace": ""},
        {"group": "networking.k8s.io", "resource": "networkpolicies", "verb": "list", "namespace": "default"},
        {"group": "batch", "resource": "jobs", "verb": "create"},
        {"group": "", "resource": "pods", "verb": "delete"},
        {"group": "", "resource": "networkpolicies", "verb": "get"},
        {"group": "netgrant.dev", "resource": "grants", "verb": "approve"},
    ],
    ids=lambda attributes: " ".join(attributes.values()),
)
def test_what_one_may_not_do_is_not_allowed(alice: Rest, namespace: str, attributes: Json) -> None:
    status = review(alice, **{"namespace": namespace, **attributes})
    assert status["allowed"] is False


def test_an_administrator_may_do_everything(api: Rest, namespace: str) -> None:
    assert review(api, namespace=namespace, group="batch", resource="jobs", verb="create")["allowed"]
    assert review(api, group="", resource="nodes", verb="delete")["allowed"]


def test_a_review_needs_something_to_review(api: Rest) -> None:
    reply = api.post(f"{AUTHORIZATION}/selfsubjectaccessreviews", {"spec": {}})
    assert (reply.status, reply.reason) == (422, "Invalid")


def test_rules_of_a_namespace_can_be_asked_for_at_once(alice: Rest, namespace: str) -> None:
    reply = alice.post(f"{AUTHORIZATION}/selfsubjectrulesreviews", {"spec": {"namespace": namespace}})
    assert reply.status == 201
    status = reply.body["status"]
    assert status["incomplete"] is False
    rules = [
        {key: rule[key] for key in ("apiGroups", "resources", "verbs")} for rule in status["resourceRules"]
    ]
    assert POLICY_RULE in rules
    assert POD_RULE in rules


def test_rules_of_another_namespace_lack_them(alice: Rest) -> None:
    reply = alice.post(f"{AUTHORIZATION}/selfsubjectrulesreviews", {"spec": {"namespace": "default"}})
    resources = {name for rule in reply.ok()["status"]["resourceRules"] for name in rule["resources"]}
    assert not {"networkpolicies", "pods", "*"} & resources


def test_rules_need_a_namespace(alice: Rest) -> None:
    reply = alice.post(f"{AUTHORIZATION}/selfsubjectrulesreviews", {"spec": {}})
    assert reply.status == 400


def test_rights_in_one_namespace_end_there(alice: Rest, namespace: str) -> None:
    assert alice.get(policies(namespace)).status == 200
    assert alice.get(policies("default")).status == 403
    assert alice.get(f"{NETWORKING}/networkpolicies").status == 403
    assert alice.get(namespaces()).status == 403
    assert alice.get(namespaces(namespace)).status == 403
    assert alice.get(jobs(namespace)).status == 403


def test_rights_in_one_namespace_are_full_there(alice: Rest, namespace: str) -> None:
    alice.post(policies(namespace), policy("one")).ok()
    start = alice.get(policies(namespace)).ok()["metadata"]["resourceVersion"]
    with alice.watch(policies(namespace), resourceVersion=start) as stream:
        alice.patch(policies(namespace, "one"), {"metadata": {"labels": {"a": "b"}}}).ok()
        assert stream.take(1)[0]["type"] == "MODIFIED"
    alice.delete(policies(namespace, "one")).ok()


def test_a_right_to_read_is_none_to_write(alice: Rest, namespace: str) -> None:
    assert alice.get(f"/api/v1/namespaces/{namespace}/pods").status == 200
    assert alice.delete(f"/api/v1/namespaces/{namespace}/pods/x").status == 403
    assert alice.delete(f"/api/v1/namespaces/{namespace}/pods").status == 403


def test_a_right_to_one_name_is_none_to_the_list(cluster: Cluster, namespace: str, api: Rest) -> None:
    for name in ("mine", "other"):
        api.post(policies(namespace), policy(name)).ok()
    rule = {**POLICY_RULE, "verbs": ["get"], "resourceNames": ["mine"]}
    witness = {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get"]}
    cluster.allow("bob", namespace, [rule, witness])
    bob = cluster.http("bob")
    assert bob.get(policies(namespace, "mine")).status == 200
    assert bob.get(policies(namespace, "other")).status == 403
    assert bob.get(policies(namespace)).status == 403
