"""Which policies are refused, where, and in which words (taken from kube-apiserver 1.36.3)."""

import copy

import pytest
from hypothesis import given

from app.domain.field_errors import Cause, FieldError, join_errors, too_long
from app.domain.validation import policy_cidrs, policy_warnings, validate_policy
from tests.domain.wild_policies import POLICIES, broken
from tests.rest import Json

SOUND: Json = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "allow-db-debug", "namespace": "production"},
    "spec": {
        "podSelector": {"matchLabels": {"app": "database"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [{"ipBlock": {"cidr": "198.51.100.0/24", "except": ["198.51.100.128/25"]}}],
                "ports": [{"protocol": "TCP", "port": 5432}],
            }
        ],
    },
}


def refusals(spec: Json, metadata: Json | None = None) -> list[str]:
    policy = {"metadata": {**SOUND["metadata"], **(metadata or {})}, "spec": {"podSelector": {}, **spec}}
    return [str(error) for error in validate_policy(policy)]


def ingress(**rule: object) -> Json:
    return {"ingress": [rule]}


def test_a_sound_policy_is_not_refused_and_not_changed() -> None:
    before = copy.deepcopy(SOUND)
    assert validate_policy(SOUND) == ()
    assert before == SOUND


PORT = "spec.ingress[0].ports[0]"


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ({"port": 0}, f"{PORT}.port: Invalid value: 0: must be between 1 and 65535, inclusive"),
        ({"port": 65536}, f"{PORT}.port: Invalid value: 65536: must be between 1 and 65535, inclusive"),
        (
            {"protocol": "tcp"},
            f'{PORT}.protocol: Unsupported value: "tcp": supported values: "TCP", "UDP", "SCTP"',
        ),
        ({"port": "a" * 16}, f'{PORT}.port: Invalid value: "{"a" * 16}": must be no more than 15 characters'),
        ({"port": "8080"}, f'{PORT}.port: Invalid value: "8080": must contain at least one letter (a-z)'),
        (
            {"port": 90, "endPort": 80},
            f"{PORT}.endPort: Invalid value: 90: must be greater than or equal to `port`",
        ),
        (
            {"endPort": 80},
            f"{PORT}.endPort: Invalid value: 80: may not be specified when `port` is not specified",
        ),
        (
            {"port": "http", "endPort": 80},
            f"{PORT}.endPort: Invalid value: 80: may not be specified when `port` is non-numeric",
        ),
    ],
)
def test_a_port(port: Json, expected: str) -> None:
    assert refusals(ingress(ports=[port])) == [expected]


PEER = "spec.ingress[0].from[0]"


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ({}, f"{PEER}: Required value: must specify a peer"),
        (
            {"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}},
            f"{PEER}: Forbidden: may not specify both ipBlock and another peer",
        ),
        ({"ipBlock": {}}, f"{PEER}.ipBlock.cidr: Required value"),
        (
            {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/8"]}},
            f'{PEER}.ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
        ),
        (
            {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}},
            f'{PEER}.ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
        ),
        (
            {"podSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}},
            f"{PEER}.podSelector.matchExpressions[0].values: Required value:"
            " must be specified when `operator` is 'In' or 'NotIn'",
        ),
        (
            {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}},
            f"{PEER}.podSelector.matchExpressions[0].values: Forbidden:"
            " may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        ),
        (
            {"namespaceSelector": {"matchExpressions": [{"key": "a", "operator": "Gt"}]}},
            f"{PEER}.namespaceSelector.matchExpressions[0].operator:"
            ' Invalid value: "Gt": not a valid selector operator',
        ),
    ],
)
def test_a_peer(peer: Json, expected: str) -> None:
    assert refusals({"ingress": [{"from": [peer]}]}) == [expected]


def test_three_policy_types_are_one_error_with_all_of_them() -> None:
    found = refusals({"policyTypes": ["Ingress", "Egress", "Other"]})
    assert found == [
        'spec.policyTypes: Invalid value: ["Ingress","Egress","Other"]:'
        " may not specify more than two policyTypes"
    ]


def test_an_unknown_policy_type_names_the_known_ones() -> None:
    assert refusals({"policyTypes": ["ingress"]}) == [
        'spec.policyTypes[0]: Unsupported value: "ingress": supported values: "Ingress", "Egress"'
    ]


def test_errors_come_in_the_servers_order() -> None:
    spec = {
        "egress": [{"ports": [{"port": 0}]}],
        "ingress": [{"from": [{}], "ports": [{"port": 0}]}],
        "policyTypes": ["x"],
    }
    fields = [text.partition(": ")[0] for text in refusals(spec, {"name": "A"})]
    assert fields == [
        "metadata.name",
        "spec.ingress[0].ports[0].port",
        "spec.ingress[0].from[0]",
        "spec.egress[0].ports[0].port",
        "spec.policyTypes[0]",
    ]


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"name": ""}, "metadata.name"),
        ({"name": "Upper"}, "metadata.name"),
        ({"namespace": "a.b"}, "metadata.namespace"),
        ({"labels": {"a b": "c"}}, "metadata.labels"),
        ({"labels": {"a": "b" * 64}}, "metadata.labels"),
        ({"annotations": {"A/": ""}}, "metadata.annotations"),
        ({"finalizers": ["unqualified"]}, "metadata.finalizers[0]"),
        (
            {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "x"}]},
            "metadata.ownerReferences.uid",
        ),
    ],
)
def test_metadata(metadata: Json, field: str) -> None:
    assert {text.partition(": ")[0] for text in refusals({}, metadata)} == {field}


def test_annotations_may_hold_256_kib_in_all_and_not_a_byte_more() -> None:
    full = {"netgrant.dev/reason": "é" * ((256 * 1024 - 19) // 2)}
    assert refusals({}, {"annotations": full}) == []
    full["a"] = "b"
    assert refusals({}, {"annotations": full}) == [
        "metadata.annotations: Too long: may not be more than 262144 bytes"
    ]


@pytest.mark.parametrize(
    ("manifest", "path"),
    [
        ({"spec": {"ingress": "all"}}, "spec.ingress"),
        ({"spec": {"ingress": [{"ports": [{"port": True}]}]}}, "spec.ingress.ports.port"),
        ({"spec": {"ingress": [{"ports": [{"endPort": "80"}]}]}}, "spec.ingress.ports.endPort"),
        ({"spec": {"policyTypes": "Ingress"}}, "spec.policyTypes"),
        ({"metadata": {"labels": {"a": 1}}}, "metadata.labels"),
        ({"kind": "Pod"}, "kind"),
        ({"apiVersion": "v1"}, "apiVersion"),
    ],
)
def test_a_value_of_the_wrong_type_is_the_only_error(manifest: Json, path: str) -> None:
    (error,) = validate_policy(manifest)
    assert (error.field, error.reason) == (path, Cause.TYPE_INVALID)


def test_older_servers_take_host_bits() -> None:
    policy = copy.deepcopy(SOUND)
    policy["spec"]["ingress"][0]["from"] = [{"ipBlock": {"cidr": "10.1.2.3/8"}}]
    assert [error.detail for error in validate_policy(policy)] == [
        "must not have bits set beyond the prefix length"
    ]
    assert validate_policy(policy, strict_cidrs=False) == ()
    assert policy_warnings(policy) == (
        'spec.ingress[0].from[0].ipBlock.cidr: CIDR value "10.1.2.3/8" is ambiguous in this context'
        ' (should be "10.0.0.0/8" or "10.1.2.3/32"?)',
    )


def test_an_update_does_not_judge_cidrs_that_stood_before() -> None:
    policy = copy.deepcopy(SOUND)
    policy["spec"]["egress"] = [{"to": [{"ipBlock": {"cidr": "10.1.2.3/8", "except": ["10.9.9.9/16"]}}]}]
    known = policy_cidrs(policy)
    assert known == {"198.51.100.0/24", "198.51.100.128/25", "10.1.2.3/8", "10.9.9.9/16"}
    assert validate_policy(policy, known_cidrs=known) == ()
    assert len(validate_policy(policy)) == 2


def test_several_errors_are_joined_as_a_server_joins_them() -> None:
    one, two = FieldError("a", Cause.REQUIRED), too_long("b", 5)
    assert join_errors((one,)) == "a: Required value"
    assert join_errors((one, two, one)) == "[a: Required value, b: Too long: may not be more than 5 bytes]"


@given(policy=POLICIES)
def test_any_policy_gets_a_verdict(policy: Json) -> None:
    assert all(error.message for error in validate_policy(policy))


@given(policy=broken())
def test_any_json_gets_a_verdict(policy: Json) -> None:
    assert all(error.message for error in validate_policy(policy))
