"""What makes a NetworkPolicy valid: the same verdict, naming the same fields."""

import pytest

from tests.contract.objects import policies, policy
from tests.contract.policy_accepted import ACCEPTED
from tests.contract.policy_bodies import Accepted, Case
from tests.contract.policy_refused import REFUSED, UNREADABLE
from tests.rest import Json, Rest


@pytest.fixture(scope="module")
def anywhere() -> str:
    """A namespace for dry runs: nothing is stored, so it need not be fresh."""
    return "default"


def body(spec: Json | None) -> Json:
    """A policy with exactly this spec over an empty podSelector."""
    made = policy("case")
    made["spec"] = {"podSelector": {}, **spec} if isinstance(spec, dict) else spec
    return made


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_refused_with_the_fields_that_are_wrong(api: Rest, minor: int, anywhere: str, case: Case) -> None:
    reply = api.post(policies(anywhere), body(case.spec), dryRun="All")
    if minor < case.since:
        assert (reply.status, "Warning" in reply.headers) == (201, True)
        return
    assert (reply.status, reply.reason) == (422, "Invalid")
    assert set(reply.causes) == case.fields


@pytest.mark.parametrize("case", UNREADABLE, ids=str)
def test_refused_as_it_cannot_be_read(api: Rest, anywhere: str, case: Case) -> None:
    reply = api.post(policies(anywhere), body(case.spec), dryRun="All")
    assert (reply.status, reply.reason) == (400, "BadRequest")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted_and_stored(api: Rest, anywhere: str, case: Accepted) -> None:
    reply = api.post(policies(anywhere), body(case.spec), dryRun="All")
    assert reply.status == 201, reply.body
    assert reply.body["spec"] == case.expected


@pytest.mark.parametrize("spec", ["text", [], 1], ids=str)
def test_a_spec_of_another_type_cannot_be_read(api: Rest, anywhere: str, spec: Json) -> None:
    assert api.post(policies(anywhere), {**policy(), "spec": spec}, dryRun="All").status == 400


def test_a_policy_without_a_spec_isolates_its_whole_namespace(api: Rest, namespace: str) -> None:
    made = policy()
    del made["spec"]
    stored = api.post(policies(namespace), made).ok()
    assert stored["spec"] == {"podSelector": {}, "policyTypes": ["Ingress"]}


@pytest.mark.parametrize(
    ("block", "canonical"), [("2001:DB8::/32", "2001:db8::/32"), ("2001:0db8::/32", "2001:db8::/32")]
)
def test_an_address_in_an_unusual_spelling_is_warned_about(
    api: Rest, anywhere: str, block: str, canonical: str
) -> None:
    spec = {"ingress": [{"from": [{"ipBlock": {"cidr": block}}]}]}
    reply = api.post(policies(anywhere), body(spec), dryRun="All")
    assert f'should be in RFC 5952 canonical format (\\"{canonical}\\")' in reply.headers["Warning"]


METADATA = [
    ({"name": "Upper"}, "metadata.name"),
    ({"name": "under_score"}, "metadata.name"),
    ({"name": "-lead"}, "metadata.name"),
    ({"name": "trail-"}, "metadata.name"),
    ({"name": "two..dots"}, "metadata.name"),
    ({"name": "a" * 254}, "metadata.name"),
    ({"name": "a/b"}, "metadata.name"),
    ({"generateName": "Upper-"}, "metadata."),
    ({"labels": {"a b": "x"}}, "metadata.labels"),
    ({"labels": {"a": "x" * 64}}, "metadata.labels"),
    ({"labels": {"a": "-x"}}, "metadata.labels"),
    ({"labels": {"a/b/c": "x"}}, "metadata.labels"),
    ({"annotations": {"a b": "x"}}, "metadata.annotations"),
    ({"annotations": {"a": "x" * 262144}}, "metadata.annotations"),
    ({"finalizers": ["unqualified"]}, "metadata.finalizers"),
    ({"finalizers": ["a b/c"]}, "metadata.finalizers"),
    ({"ownerReferences": [{}]}, "metadata.ownerReferences"),
]


@pytest.mark.parametrize(("metadata", "field"), METADATA, ids=str)
def test_metadata_that_is_refused(api: Rest, anywhere: str, metadata: Json, field: str) -> None:
    made = policy("case")
    made["metadata"] = metadata if "generateName" in metadata else {"name": "case", **metadata}
    reply = api.post(policies(anywhere), made, dryRun="All")
    assert (reply.status, reply.reason) == (422, "Invalid")
    assert reply.causes
    assert all(cause.startswith(field) for cause in reply.causes)


@pytest.mark.parametrize(
    "metadata",
    [
        {"name": "a"},
        {"name": "1.2.3"},
        {"name": "a" * 253},
        {"labels": None, "annotations": None},
        {"labels": {"a": ""}},
        {"labels": {"example.com/A_b.c": "X_y.z"}},
        {"annotations": {"netgrant.dev/reason": "any text: \u001b[31m \u202e ä"}},
        {"annotations": {"Example.com/upper": "x"}},
        {"finalizers": ["netgrant.dev/test"]},
        {"ownerReferences": None},
    ],
    ids=str,
)
def test_metadata_that_is_accepted(api: Rest, anywhere: str, metadata: Json) -> None:
    made = policy("case")
    made["metadata"] = {"name": "case", **metadata}
    reply = api.post(policies(anywhere), made, dryRun="All")
    assert reply.status == 201, reply.body
    kept = {key: value for key, value in metadata.items() if value is not None}
    assert kept.items() <= reply.body["metadata"].items()


def test_a_stored_policy_may_be_changed_into_anything_valid(api: Rest, namespace: str) -> None:
    api.post(policies(namespace), policy()).ok()
    other = policy(podSelector={"matchLabels": {"app": "db"}}, policyTypes=["Egress"], egress=[{}])
    assert api.put(policies(namespace, "policy"), other).ok()["spec"] == other["spec"]


@pytest.mark.parametrize("case", REFUSED[::8], ids=str)
def test_a_stored_policy_may_not_be_changed_into_something_invalid(
    api: Rest, namespace: str, case: Case
) -> None:
    stored = api.post(policies(namespace), policy("case")).ok()
    reply = api.put(policies(namespace, "case"), body(case.spec))
    assert (reply.status, frozenset(reply.causes)) == (422, case.fields)
    assert api.get(policies(namespace, "case")).ok() == stored
