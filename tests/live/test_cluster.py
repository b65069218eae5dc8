"""The one value that screens read of a cluster."""

from datetime import timedelta

import pytest

from app.domain.link import Link, LinkState
from app.live.cluster import Kind, LiveCluster
from tests.ui.objects import NOW
from tests.ui.stage import live_links


def heard(cluster: LiveCluster) -> list[int]:
    calls: list[int] = []
    cluster.on_change = lambda: calls.append(1)
    return calls


def test_a_change_is_told_to_whoever_shows_it() -> None:
    cluster = LiveCluster("prod")
    calls = heard(cluster)
    cluster.set_status(version="v1.36.3")
    cluster.set_link(Kind.PODS, Link(LinkState.LIVE, NOW))
    cluster.touch()
    assert len(calls) == 3
    assert cluster.status.version == "v1.36.3"
    cluster.set_link(Kind.PODS, None)
    cluster.set_link(Kind.PODS, None)
    assert cluster.status.links == {}


def test_it_is_called_by_what_is_known_of_its_name() -> None:
    cluster = LiveCluster(None)
    assert cluster.name == "current context"
    cluster.set_status(context="prod-eu1")
    assert (cluster.name, cluster.rows.context) == ("prod-eu1", "prod-eu1")
    assert LiveCluster("wanted").name == "wanted"


@pytest.mark.parametrize(
    ("state", "is_synced"),
    [(None, False), *((state, state in (LinkState.LIVE, LinkState.STALE)) for state in LinkState)],
)
def test_emptiness_means_something_once_policies_were_listed(
    state: LinkState | None, is_synced: bool
) -> None:
    cluster = LiveCluster("prod")
    if state:
        cluster.set_link(Kind.POLICIES, Link(state, NOW))
    assert cluster.is_synced is is_synced


def test_it_knows_a_kind_where_all_of_it_was_listed_and_the_link_is_live() -> None:
    cluster = LiveCluster("prod")
    cluster.set_link(Kind.PODS, Link(LinkState.LIVE, NOW))
    assert not cluster.knows(Kind.PODS, "a"), "nobody has said where"
    cluster.covered[Kind.PODS] = frozenset({"a"})
    assert cluster.knows(Kind.PODS, "a") and not cluster.knows(Kind.PODS, "b")
    cluster.covered[Kind.PODS] = None
    assert cluster.knows(Kind.PODS, "b")
    cluster.set_link(Kind.PODS, Link(LinkState.STALE, NOW))
    assert not cluster.knows(Kind.PODS, "a")


def test_what_is_lost_was_live_until_now() -> None:
    cluster = LiveCluster("prod")
    denied = Link(LinkState.DENIED, NOW - timedelta(hours=1), "forbidden")
    cluster.set_status(links={**live_links(), Kind.JOBS: denied})
    cluster.lose(NOW, "gone")
    assert cluster.status.links[Kind.PODS] == Link(LinkState.STALE, NOW, "gone")
    assert cluster.status.links[Kind.JOBS] == denied
    assert cluster.is_synced, "everything stays readable"


def test_a_wish_is_told_once() -> None:
    cluster, wishes = LiveCluster("prod"), list[tuple[str, ...]]()
    cluster.on_wish = lambda: wishes.append(cluster.event_namespaces)
    cluster.wish_events(["a", "b", "a"])
    cluster.wish_events(("a", "b"))
    cluster.wish_events(())
    assert wishes == [("a", "b"), ()]


def test_the_servers_time_is_ours_and_the_offset() -> None:
    cluster = LiveCluster("prod")
    cluster.set_status(offset=timedelta(seconds=-3))
    assert cluster.server_now(NOW) == NOW - timedelta(seconds=3)
