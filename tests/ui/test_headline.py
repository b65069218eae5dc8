"""What the header says, and what it leaves out first."""

from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len

from app.domain.link import Link, LinkState
from app.errors import UnreachableError
from app.live.cluster import Kind, LiveCluster, Memory, Stage
from app.ui.arrangement import Arrangement
from app.ui.headline import Headline, clock_time, composed, headline
from app.ui.view import View
from tests.ui import objects
from tests.ui.test_arrangement import followed

NOW = objects.NOW
SINCE = NOW - timedelta(seconds=90)


def told(*clusters: LiveCluster, read_only: bool = False, marks: tuple[int, int] = (0, 0)) -> Headline:
    view = View(NOW, clusters, 1)
    return headline(view, Arrangement().arrange(view), marks=marks, read_only=read_only)


def line(found: Headline, width: int = 160) -> str:
    pieces = composed(found, width)
    text = "".join(text for text, _ in pieces)
    assert cell_len(text) == width
    return text


def test_all_is_well() -> None:
    text = line(told(followed()), 120)
    assert text.startswith(" netgrant  prod-eu1  v1.36.3  alice@example.com  ● live ")
    assert text.endswith("  4 open · 1 overdue · 1 expiring · 1 drifted ")


def test_at_eighty_columns_it_is_condensed() -> None:
    assert line(told(followed()), 80) == (
        " prod-eu1  alice  ● live            4 open · 1 overdue · 1 expiring · 1 drifted "
    )


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ({kind: LinkState.STALE for kind in Kind}, "  ○ stale since 10:19:24Z  "),
        ({kind: LinkState.LOADING for kind in Kind}, "  ◌ loading  "),
        ({kind: LinkState.DENIED for kind in Kind}, "  ✕ denied  "),
        ({Kind.EVENTS: LinkState.DENIED}, "  ● live  ✕ events denied  "),
        (
            {Kind.PODS: LinkState.STALE, Kind.JOBS: LinkState.STALE},
            "  ● live  ○ jobs, pods stale since 10:19:24Z  ",
        ),
        ({Kind.POLICIES: LinkState.STALE}, "m  ○ policies stale since 10:19:24Z  "),
    ],
)
def test_what_is_not_live_is_named(links: dict[Kind, LinkState], said: str) -> None:
    cluster = followed()
    for kind, state in links.items():
        cluster.set_link(kind, Link(state, SINCE))
    assert said in line(told(cluster))


def test_since_when_the_link_is_lost_is_kept_at_eighty_columns() -> None:
    cluster = followed()
    for kind in Kind:
        cluster.set_link(kind, Link(LinkState.STALE, SINCE))
    text = line(told(cluster), 80)
    assert "○ stale since 10:19:24Z" in text
    assert "»" in text


def test_before_and_without_a_connection() -> None:
    cluster = LiveCluster("prod-eu1")
    assert line(told(cluster), 60).rstrip() == " netgrant  prod-eu1  ◌ connecting"
    cluster.set_status(stage=Stage.FAILED, error=UnreachableError("no answer"))
    assert line(told(cluster), 60).rstrip() == " netgrant  prod-eu1  ✕ not connected"


def test_a_clock_that_is_off_is_told_above_two_seconds() -> None:
    cluster = followed()
    cluster.set_status(offset=timedelta(seconds=-1.9))
    assert "Δclock" not in line(told(cluster))
    cluster.set_status(offset=timedelta(seconds=-7))
    assert "Δclock -7s" in line(told(cluster))


def test_where_not_all_namespaces_are_seen_it_is_said() -> None:
    cluster = followed()
    cluster.set_status(namespaces=("ops", "payments"))
    assert "in ops, payments" in line(told(cluster))
    cluster.set_status(namespaces=("a", "b", "c"))
    assert "in 3 namespaces" in line(told(cluster))


def test_read_only_is_said_at_any_width() -> None:
    assert "READ-ONLY" in line(told(followed(), read_only=True))
    assert "READ-ONLY" in line(told(followed(), read_only=True), 80)


def test_marks_are_counted() -> None:
    assert "✓ 2 marked · 4 open" in line(told(followed(), marks=(2, 0)))
    assert "✓ 0 marked (+1 hidden) · 4 open" in line(told(followed(), marks=(0, 1)))


def test_what_is_remembered_says_as_of_when() -> None:
    cluster = LiveCluster("prod-eu1")
    cluster.memory = Memory(tuple(followed().rows), SINCE)
    text = line(told(cluster))
    assert "as of 10:19:24Z  ◌ connecting" in text
    assert "4 open" in text


def test_several_clusters_share_the_line() -> None:
    good, other, bad = followed(), followed("staging"), followed("dev")
    bad.set_link(Kind.POLICIES, Link(LinkState.STALE, SINCE))
    text = line(told(good, other, bad))
    assert "prod-eu1, staging ● live  dev ○ policies stale since 10:19:24Z" in text
    assert "12 open · 3 overdue" in text
    text = line(told(good, other, followed("a"), followed("b")))
    assert "4 clusters ● live" in text


def test_what_is_unsafe_has_a_line_of_its_own() -> None:
    cluster = followed()
    cluster.set_status(warnings=("the certificate is not checked",))
    assert told(cluster).warnings == ("the certificate is not checked",)
    assert told(cluster, followed("b")).warnings == ("prod-eu1: the certificate is not checked",)


def test_names_from_a_file_are_harmless() -> None:
    cluster = followed("\x1b]0;x\x07[@click=app.quit]x[/]")
    text = line(told(cluster))
    assert "\x1b" not in text
    assert r"\x1b]0;x\x07[@click=app.quit]x[/]" in text


@pytest.mark.parametrize("width", [*range(0, 30), 39, 64, 100, 240])
def test_it_is_exactly_as_wide_as_it_may_be(width: int) -> None:
    cluster = followed("ein-kontext-数据库")
    cluster.set_link(Kind.EVENTS, Link(LinkState.DENIED, SINCE))
    found = told(cluster, read_only=True, marks=(2, 1))
    line(found, width)
    line(replace(found, right=()), width)


def test_the_day_is_said_where_it_is_another() -> None:
    assert clock_time(SINCE, NOW) == "10:19:24Z"
    assert clock_time(SINCE - timedelta(days=2), NOW) == "2026-11-22 10:19Z"
