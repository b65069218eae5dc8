"""Why the table lists nothing is never mistaken."""

import pytest

from app.domain.link import Link, LinkState
from app.errors import UnreachableError
from app.live.cluster import Kind, LiveCluster, Stage
from app.live.filtering import parse_filter
from app.ui.arrangement import Arrangement
from app.ui.emptiness import FIRST_RUN, why_empty
from app.ui.view import View
from tests.ui import objects
from tests.ui.stage import connected
from tests.ui.test_arrangement import followed


def said(*clusters: LiveCluster, text: str = "", read_only: bool = False) -> str:
    view, arrangement = View(objects.NOW, clusters, 1), Arrangement()
    arrangement.filter = parse_filter(text)
    found = why_empty(view, arrangement.arrange(view), read_only=read_only)
    return "\n".join(line for line, _ in found)


def nothing(name: str = "prod-eu1") -> LiveCluster:
    cluster = LiveCluster(name)
    connected(cluster, name)
    return cluster


def test_rows_need_no_words() -> None:
    assert said(followed()) == ""


def test_an_empty_cluster_says_what_to_press() -> None:
    text = said(nothing())
    assert text.startswith("No grants stand in prod-eu1.\n")
    for key in ("n  new grant", "a  adopt", "c  ", "?  "):
        assert key in text


def test_of_some_namespaces_no_more_is_claimed() -> None:
    cluster = nothing()
    cluster.set_status(namespaces=("ops", "payments"))
    assert "No grants stand in prod-eu1, in ops, payments." in said(cluster)


def test_read_only_offers_no_form() -> None:
    assert "new grant" not in said(nothing(), read_only=True)
    assert "?  all keys" in said(nothing(), read_only=True)


def test_a_filter_that_hides_all_says_so() -> None:
    text = said(followed(), text="nothing-like-it")
    assert text.startswith("The filter hides all 4 grants.")
    assert "esc" in text


def test_a_filter_is_not_blamed_for_an_empty_cluster() -> None:
    assert "No grants stand" in said(nothing(), text="x")


def test_connecting_and_loading_are_not_emptiness() -> None:
    cluster = LiveCluster("prod-eu1")
    assert said(cluster) == "◌ Connecting to prod-eu1 …"
    cluster.set_link(Kind.POLICIES, Link(LinkState.LOADING, objects.NOW, "no answer"))
    assert said(cluster) == "◌ Loading the grants of prod-eu1 …\nthe last attempt failed: no answer"


def test_denied_is_not_emptiness() -> None:
    cluster = nothing()
    cluster.set_link(Kind.POLICIES, Link(LinkState.DENIED, objects.NOW, "forbidden\x1b[2J"))
    text = said(cluster)
    assert "you may not list NetworkPolicies" in text
    assert r"forbidden\x1b[2J" in text
    assert "No grants stand" not in text


def test_a_lost_link_is_said_beside_what_was_known() -> None:
    cluster = nothing()
    cluster.set_link(Kind.POLICIES, Link(LinkState.STALE, objects.NOW))
    assert "the link is lost" in said(cluster)


def test_a_failure_is_told_with_what_to_do() -> None:
    cluster = LiveCluster("prod-eu1")
    cluster.set_status(stage=Stage.FAILED, error=UnreachableError("no answer", fix="check the VPN"))
    assert said(cluster).startswith("✕ prod-eu1: no answer; check the VPN\n")


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_clusters_each_is_judged_alone(order: int) -> None:
    loading = LiveCluster("staging")
    text = said(*(nothing(), loading)[::order])
    assert "No grants stand in prod-eu1." in text
    assert "Connecting to staging" in text


def test_the_first_run_hint_has_five_lines_that_fit() -> None:
    lines = FIRST_RUN.splitlines()
    assert len(lines) == 5
    assert max(map(len, lines)) <= 78
