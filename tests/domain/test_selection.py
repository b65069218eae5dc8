"""Whom a policy means at either end."""

import pytest
from hypothesis import given

from app.domain.objects import FullMeta, NetworkPolicy
from app.domain.peers import Pods
from app.domain.records import Json
from app.domain.selection import End, Outside, Role, ends_of
from tests.domain import odd_objects
from tests.ui import objects


def told(spec: Json) -> list[tuple[str, str]]:
    """Role and words of each end."""
    policy = NetworkPolicy(FullMeta("p", "here"), spec)
    return [(str(end.role), str(end.pods) if isinstance(end, End) else end.told) for end in ends_of(policy)]


PEER = {"podSelector": {"matchLabels": {"app": "a"}}}
EVERYBODY = ("source", "anybody")


@pytest.mark.parametrize(
    ("spec", "ends"),
    [
        # no policyTypes: Ingress always, Egress only where there are egress rules
        ({"podSelector": {}}, [("target", "all pods")]),
        ({"podSelector": {}, "ingress": [{}]}, [("target", "all pods"), EVERYBODY]),
        (
            {"podSelector": {}, "egress": [{"to": [PEER]}]},
            [("target", "all pods"), ("source", "all pods"), ("target", "app=a")],
        ),
        # rules of a side that is not among the types count for nothing
        (
            {"podSelector": {}, "policyTypes": ["Egress"], "ingress": [{"from": [PEER]}], "egress": [{}]},
            [("source", "all pods"), ("target", "anybody")],
        ),
        ({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": []}, [("target", "all pods")]),
        ({"podSelector": {}, "ingress": [{"from": []}]}, [("target", "all pods"), EVERYBODY]),
        ({"podSelector": {}, "ingress": [None]}, [("target", "all pods"), EVERYBODY]),
        # one item with both selectors, two items with one each
        (
            {"podSelector": {}, "ingress": [{"from": [{**PEER, "namespaceSelector": {}}]}]},
            [("target", "all pods"), ("source", "ns=* app=a")],
        ),
        (
            {"podSelector": {}, "ingress": [{"from": [PEER, {"namespaceSelector": {}}]}]},
            [("target", "all pods"), ("source", "app=a"), ("source", "ns=*")],
        ),
        (
            {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
            [("target", "all pods"), ("source", "10.0.0.0/8")],
        ),
        # the same peer in two rules is one end
        (
            {"podSelector": {}, "ingress": [{"from": [PEER]}, {"from": [PEER]}]},
            [("target", "all pods"), ("source", "app=a")],
        ),
        (
            {"podSelector": {}, "ingress": [{"from": [{}]}]},
            [("target", "all pods"), ("source", "(unreadable)")],
        ),
        ({"podSelector": "x"}, [("target", "(unreadable)")]),
        ({"podSelector": {}, "policyTypes": 5}, [("target", "(unreadable)")]),
    ],
)
def test_ends(spec: Json, ends: list[tuple[str, str]]) -> None:
    assert told(spec) == ends


def test_a_peer_without_namespaces_is_looked_for_beside_its_policy() -> None:
    policy = NetworkPolicy(FullMeta("p", "here"), objects.spec("app=db", "app=api", "5432"))
    _, source = ends_of(policy)
    assert isinstance(source, End)
    assert (source.role, source.namespace) == (Role.SOURCE, "here")
    assert isinstance(source.pods, Pods)
    assert source.pods.namespaces is None


@given(odd_objects.POLICIES)
def test_no_shape_of_a_spec_is_too_odd(policy: NetworkPolicy) -> None:
    assert all(isinstance(end, End | Outside) for end in ends_of(policy))
