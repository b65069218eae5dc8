"""How many pods a target means, counted no more often than needed."""

import msgspec
import pytest

from app.domain.labels import parse_selector
from app.domain.link import Link, LinkState
from app.domain.objects import NetworkPolicy
from app.domain.records import Json
from app.live.cluster import Kind, LiveCluster
from app.live.counting import Counting
from tests.ui import objects
from tests.ui.stage import connected, set_scene


@pytest.fixture
def cluster() -> LiveCluster:
    found = LiveCluster("prod-eu1")
    set_scene(found)
    connected(found)
    found.rows.advance(objects.NOW)
    return found


def id_of(made: objects.Made) -> str:
    return (made.policy.metadata.labels or {})["netgrant.dev/grant"]


def with_spec(cluster: LiveCluster, selector: Json) -> str:
    made = objects.grant(9, "payments", {"podSelector": selector}, objects.MINUTE)
    cluster.rows.put_policy(made.policy)
    cluster.rows.advance(objects.NOW)
    return id_of(made)


def test_the_pods_that_the_target_means(cluster: LiveCluster) -> None:
    counting = Counting(cluster)
    assert [counting.count(id_of(made), 0) for made in objects.GRANTS] == [3, 4, 1, 2]


@pytest.mark.parametrize(
    ("selector", "pods"),
    [
        ("", 4),
        ("app=api,tier=backend", 4),
        ("app=api,tier=frontend", 0),
        ("app in (api, web)", 4),
        ("!app", 0),
        ("app!=api", 0),
        ("app=gone", 0),
    ],
)
def test_every_kind_of_selector(cluster: LiveCluster, selector: str, pods: int) -> None:
    asked = parse_selector(selector).to_object()
    assert Counting(cluster).count(with_spec(cluster, asked), 0) == pods


def test_a_selector_that_cannot_be_read_is_not_nobody(cluster: LiveCluster) -> None:
    assert Counting(cluster).count(with_spec(cluster, {"matchLabels": 7}), 0) is None


def test_within_a_second_nothing_is_counted_twice(cluster: LiveCluster) -> None:
    counting = Counting(cluster)
    assert counting.count(id_of(objects.DATABASE), 0) == 3
    cluster.inventory.pods.drop(objects.PODS[0])
    assert counting.count(id_of(objects.DATABASE), 0) == 3
    assert counting.count(id_of(objects.DATABASE), 1) == 2


def test_a_grant_that_changed_is_counted_at_once(cluster: LiveCluster) -> None:
    counting = Counting(cluster)
    assert counting.count(id_of(objects.DATABASE), 0) == 3
    spec = objects.spec("app=cache", "198.51.100.0/24", "5432")
    policy: NetworkPolicy = msgspec.structs.replace(objects.DATABASE.policy, spec=spec)
    cluster.rows.put_policy(policy)
    cluster.rows.advance(objects.NOW)
    assert counting.count(id_of(objects.DATABASE), 0) == 2


def test_what_is_not_known_is_not_nobody(cluster: LiveCluster) -> None:
    assert Counting(cluster).count("no such grant", 0) is None
    cluster.set_link(Kind.PODS, Link(LinkState.STALE, objects.NOW))
    assert Counting(cluster).count(id_of(objects.DATABASE), 0) == 3
    for state in (LinkState.LOADING, LinkState.DENIED):
        cluster.set_link(Kind.PODS, Link(state, objects.NOW))
        assert Counting(cluster).count(id_of(objects.DATABASE), 0) is None
    cluster.set_link(Kind.PODS, None)
    assert Counting(cluster).count(id_of(objects.DATABASE), 0) is None


def test_counts_of_grants_by_the_thousand_are_not_all_kept(cluster: LiveCluster) -> None:
    counting = Counting(cluster)
    wish = objects.spec("app=api", "10.0.0.1/32", "80")
    made = [objects.grant(number, "payments", wish, objects.MINUTE) for number in range(100, 1300)]
    for one in made:
        cluster.rows.put_policy(one.policy)
    cluster.rows.advance(objects.NOW)
    assert {counting.count(id_of(one), 0) for one in made} == {4}
    assert len(counting._counted) <= 1000
