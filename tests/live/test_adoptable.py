"""Which policies can be put under a deadline, what is said of each, and what a search finds."""

from datetime import timedelta

import msgspec
import pytest

from app.domain.manifest import MANAGED_BY
from app.domain.objects import NetworkPolicy
from app.domain.records import Json
from app.live.adoptable import Adoptable, candidate, found_by, selected
from app.live.cluster import LiveCluster
from tests.ui.objects import DATABASE, NOW, PODS, spec

DENY: Json = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def policy(namespace: str, name: str, wish: Json | None = None, **meta: object) -> NetworkPolicy:
    fields = {"namespace": namespace, "name": name, "uid": f"{namespace}-{name}", **meta}
    fields["creationTimestamp"] = (NOW - timedelta(days=30)).isoformat()
    return msgspec.convert({"metadata": fields, "spec": wish or DENY}, NetworkPolicy)


def cluster(*policies: NetworkPolicy) -> LiveCluster:
    found = LiveCluster("prod")
    for item in policies:
        found.inventory.policies.put(item)
    for pod in PODS:
        found.inventory.pods.put(pod)
    return found


def names(adoptable: Adoptable) -> list[str]:
    return [one.policy.metadata.name for one in adoptable.all]


OWNED = policy("a", "owned", ownerReferences=[{"apiVersion": "v1", "kind": "Thing", "name": "x", "uid": "u"}])
HELD = policy("a", "held", finalizers=["cni.example/flows"])
GOING = policy("a", "going", deletionTimestamp=NOW.isoformat())


def test_grants_are_left_out_and_what_cannot_be_adopted_comes_last_with_its_reason() -> None:
    adoptable = Adoptable()
    assert adoptable.look(
        (cluster(DATABASE.policy, OWNED, HELD, GOING, policy("b", "two"), policy("b", "one")),)
    )
    assert names(adoptable) == ["one", "two", "going", "held", "owned"]
    assert [one.refusal for one in adoptable.all] == [
        "",
        "",
        "is being deleted",
        "is held by finalizer cni.example/flows: the deadline could not remove it",
        "is owned by Thing/x: the garbage collector keeps it while any owner lives",
    ]


def test_each_is_described_once_until_it_changes() -> None:
    adoptable, where = Adoptable(), cluster(policy("b", "one"), policy("b", "two"))
    assert adoptable.look((where,))
    first, second = adoptable.all
    assert not adoptable.look((where,))
    where.inventory.policies.put(policy("b", "two", spec("app=x", "app=y", "22")))
    assert adoptable.look((where,))
    assert adoptable.all[0] is first
    assert adoptable.all[1] is not second
    where.inventory.policies.drop(policy("b", "one"))
    assert adoptable.look((where,))
    assert names(adoptable) == ["two"]


def test_the_same_name_in_two_clusters_is_two() -> None:
    adoptable = Adoptable()
    one, other = cluster(policy("b", "one")), LiveCluster("staging")
    other.inventory.policies.put(policy("b", "one"))
    adoptable.look((one, other))
    assert [found.key for found in adoptable.all] == [("prod", "b", "b-one"), ("staging", "b", "b-one")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["one", "two"]),
        ("ONE", ["one"]),
        ("b database", ["two"]),
        ("argo", ["two"]),
        ("prod tw", ["two"]),
        ("three", []),
    ],
)
def test_a_search_finds_what_holds_every_word(text: str, found: list[str]) -> None:
    adoptable = Adoptable()
    second = policy("b", "two", spec("app=database", "app=y", "22"), labels={MANAGED_BY: "argocd"})
    adoptable.look((cluster(policy("b", "one"), second),))
    assert [one.policy.metadata.name for one in found_by(text, adoptable.all)] == found


def test_what_it_selects_now() -> None:
    where = cluster()
    one = candidate(where, policy("production", "x", spec("app=database", "app=y", "22")))
    pods = selected(one)
    assert pods is not None
    assert [pod.metadata.name for pod in pods] == ["database-0", "database-1", "database-2"]
    told = (one.told.target, one.told.direction, one.told.peers, one.told.ports)
    assert told == ("app=database", "ingress", "app=y", "22/TCP")
    assert selected(candidate(where, policy("production", "x", {"podSelector": {"matchLabels": 3}}))) is None
