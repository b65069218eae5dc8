"""The pane about one grant: its tabs, and what each shows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from textual.widgets import Input

from app.domain.link import Link, LinkState
from app.domain.objects import NetworkPolicy
from app.domain.records import Json
from app.live.cluster import Kind, LiveCluster
from app.ui.app import NetgrantApp
from app.ui.widgets.detail import Detail
from app.ui.widgets.lines import Lines
from app.ui.widgets.stream_lines import StreamLines
from app.ui.widgets.tab_bar import TabBar
from tests.ui import objects
from tests.ui.detail_stage import DetailPage, opened, rested, shown
from tests.ui.history_stage import STORY, record
from tests.ui.objects import DATABASE, NOW, PODS
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, SMALL, StillBackend, app_on, connected, drawn, incident, set_scene, still

sizes = pytest.mark.parametrize("size", SIZES)
Arrange = Callable[[LiveCluster], None]


def linked(kind: Kind, state: LinkState, error: str = "") -> Arrange:
    """The incident, with the link of one kind in another state."""

    def arrange(cluster: LiveCluster) -> None:
        incident(cluster)
        cluster.set_link(kind, Link(state, NOW - timedelta(seconds=90), error))

    return arrange


def edited(spec: Json) -> objects.Made:
    """The database's grant, with another spec than it was granted with."""
    policy = DATABASE.policy
    return objects.Made(NetworkPolicy(policy.metadata, spec), DATABASE.job)


WIDER = {
    **objects.spec("app=database", "198.51.100.0/24", "5432"),
    "ingress": [
        {
            "from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}],
            "ports": [{"port": 5432, "protocol": "TCP"}],
        }
    ],
}


def drifted(cluster: LiveCluster) -> None:
    set_scene(cluster, (edited(WIDER), *objects.GRANTS[1:]))
    connected(cluster)


def app_with(arrange: Arrange = incident, *, is_known: bool = True, down: bool = False) -> NetgrantApp:
    """An app whose registry knows the database's grant, or not, or cannot be read."""
    backend = StillBackend(arrange)
    backend.world.clock.time = NOW
    if is_known:
        log = backend.world.log
        known = record(DATABASE.policy.metadata.labels["netgrant.dev/grant"])  # type: ignore[index]
        part = {
            "namespace": "production",
            "name": DATABASE.policy.metadata.name,
            "spec": DATABASE.policy.spec,
        }
        log.records[known.id] = replace(known, spec={"parts": [part]})
        for entry, _ in STORY[:3]:
            log._append(replace(entry, grant_id=known.id))
    backend.world.log.down = down
    return app_on(backend)


def text(page: DetailPage, selector: str) -> str:
    return page.query_one(selector, Lines).text()


@sizes
async def test_activity(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert_looks_as_before(app, "detail-activity")


@sizes
async def test_activity_of_pods_in_several_namespaces(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        page = await opened(pilot, 2)
        assert "ops/bastion-7f6c-q8zzp" in text(page, "#pods")
        assert_looks_as_before(app, "detail-activity-peers")


@sizes
async def test_events_that_may_not_be_read(size: tuple[int, int]) -> None:
    app = still(linked(Kind.EVENTS, LinkState.DENIED, "events is forbidden"))
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert_looks_as_before(app, "detail-activity-denied")


@sizes
async def test_no_grant(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        await opened(pilot, None)
        assert_looks_as_before(app, "detail-activity-empty")


@sizes
async def test_paused_and_filtered(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        page = await opened(pilot)
        await pilot.press("p")
        cluster = app.feed.clusters[0]
        cluster.events.put(objects.event(PODS[0], 1, "Killing", "Stopping container database"))
        app.feed.publish()
        await drawn(pilot)
        assert "Killing" not in text(page, "#stream")
        await pilot.press("f", *"database-1")
        await drawn(pilot)
        assert text(page, "#stream").count("\n") == 1
        assert_looks_as_before(app, "detail-activity-paused")
        await pilot.press("enter")
        assert not page.query_one(Input).display
        await pilot.press("escape", "p")
        await drawn(pilot)
        assert "Killing" in text(page, "#stream")


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        (Kind.PODS, LinkState.LOADING, "loading pods"),
        (Kind.PODS, LinkState.DENIED, "pods may not be read here: why not"),
        (Kind.PODS, LinkState.STALE, "pods as of 10:19:24 UTC: the link is lost"),
        (Kind.EVENTS, LinkState.LOADING, "loading"),
        (Kind.EVENTS, LinkState.STALE, "as of 10:19:24: the link is lost"),
    ],
)
async def test_how_far_it_may_be_believed(kind: Kind, state: LinkState, words: str) -> None:
    app = still(linked(kind, state, "why not"))
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        head = str(page.query_one("#events-head").render())
        assert words in (text(page, "#pods") if kind is Kind.PODS else head)


async def test_events_are_asked_for_where_the_pods_are() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, 2)
        assert set(app.feed.clusters[0].event_namespaces) == {"payments", "ops"}


async def test_the_pane_follows_the_cursor_once_it_rests() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        for number in (4, 3, 2):
            page.detail.look_at(shown(page, number), app.feed.view)
        assert "database" in text(page, "#pods")
        assert not page.detail.is_settled
        await rested(pilot)
        assert "api-6d9f8" in text(page, "#pods")


async def test_what_becomes_of_the_grant_is_said_in_its_stream() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        cluster = app.feed.clusters[0]
        cluster.rows.put_policy(edited(WIDER).policy)
        app.feed.publish()
        assert isinstance(app.backend, StillBackend)
        app.backend.world.clock.time = NOW + timedelta(seconds=3)  # a drift is believed once it has lasted
        app.feed.publish()
        await rested(pilot)
        assert "drifted: production/netgrant-grant-00001: spec edited" in text(page, "#stream")


async def test_ten_thousand_events_are_two_thousand_lines() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        events = app.feed.clusters[0].events
        for number in range(10_000):
            event = objects.event(PODS[0], 30_000 - number, f"R{number}", "x")
            events.put(event)
        app.feed.publish()
        await drawn(pilot)
        stream = page.query_one(StreamLines)
        assert len(stream.lines) <= 2000
        assert stream.is_following
        assert "dropped" in str(page.query_one("#events-head").render()) or events.dropped


async def test_who_has_scrolled_up_goes_on_seeing_what_they_saw() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        events = app.feed.clusters[0].events
        for number in range(60):
            events.put(objects.event(PODS[0], 200 - number, f"R{number}", "x"))
        app.feed.publish()
        await drawn(pilot)
        stream = page.query_one(StreamLines)
        stream.focus()
        await pilot.press("k", "k", "k")
        await drawn(pilot)
        assert not stream.is_following
        assert "more below" in str(page.query_one("#events-head").render())
        top = stream.lines[stream.scroll_offset.y]
        events.put(objects.event(PODS[0], 2000, "Early", "sorted in above"))
        events.put(objects.event(PODS[0], 1, "Late", "below"))
        app.feed.publish()
        await drawn(pilot)
        assert stream.lines[stream.scroll_offset.y] == top
        await pilot.press("G")
        await drawn(pilot)
        assert stream.is_following


@sizes
async def test_policy(size: tuple[int, int]) -> None:
    app = app_with()
    async with app.run_test(size=size) as pilot:
        page = await opened(pilot)
        await pilot.press("y")
        await rested(pilot)
        assert page.detail.copyable().startswith("apiVersion: networking.k8s.io/v1")
        assert_looks_as_before(app, "detail-policy")


@sizes
async def test_policy_that_drifted(size: tuple[int, int]) -> None:
    app = app_with(drifted)
    async with app.run_test(size=size) as pilot:
        page = await opened(pilot)
        await pilot.press("y")
        await rested(pilot)
        lines = text(page, "#policy").splitlines()
        assert "-         cidr: 198.51.100.0/24" in lines
        assert "+         cidr: 0.0.0.0/0" in lines
        assert "- " not in page.detail.copyable().splitlines()[0]
        await pilot.press("tab", "G")
        await drawn(pilot)
        assert_looks_as_before(app, "detail-policy-drifted")


@pytest.mark.parametrize(("down", "words"), [(True, "its disk is full"), (False, "does not know")])
async def test_drift_that_cannot_be_shown_beside_what_was_granted(down: bool, words: str) -> None:
    app = app_with(drifted, is_known=False, down=down)
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        await pilot.press("y")
        await rested(pilot)
        assert words in text(page, "#policy")
        assert "0.0.0.0/0" in text(page, "#policy")


@sizes
async def test_record(size: tuple[int, int]) -> None:
    app = app_with()
    async with app.run_test(size=size) as pilot:
        page = await opened(pilot)
        await pilot.press("3")
        await rested(pilot)
        assert text(page, "#record").count("\n") == 4
        assert_looks_as_before(app, "detail-record")


@sizes
async def test_record_that_nobody_has(size: tuple[int, int]) -> None:
    app = app_with(is_known=False)
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await pilot.press("3")
        await rested(pilot)
        assert_looks_as_before(app, "detail-record-unknown")


@sizes
async def test_record_that_cannot_be_read(size: tuple[int, int]) -> None:
    app = app_with(down=True)
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await pilot.press("3")
        await rested(pilot)
        assert_looks_as_before(app, "detail-record-failing")


async def test_tabs_are_made_when_they_are_opened_and_by_mouse_too() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        assert not page.query("Policy, Record")
        await pilot.click(TabBar, offset=(18, 0))
        await rested(pilot)
        assert page.detail.front == "policy"
        assert len(page.query("Policy")) == 1
        assert not page.query("Record")


async def test_a_tab_opened_before_the_cursor_rests_shows_the_new_grant() -> None:
    app = app_with()
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        page.detail.look_at(shown(page, 2), app.feed.view)
        page.detail.open("policy")
        await rested(pilot)
        assert "netgrant-grant-00002" in text(page, "#policy")


HOSTILE = "[@click=app.quit]x[/] [/foo] [a='b[0]]"


async def test_whatever_a_cluster_says_is_only_text() -> None:
    def arrange(cluster: LiveCluster) -> None:
        incident(cluster)
        pod = objects.pod("production", f"database-{HOSTILE}", {"app": "database"}, node=HOSTILE)
        cluster.inventory.pods.put(pod)
        cluster.events.put(objects.event(pod, 1, HOSTILE, HOSTILE))
        meta = replace_annotations(DATABASE.policy)
        cluster.rows.put_policy(meta)

    app = app_with(arrange)
    async with app.run_test(size=(160, 24)) as pilot:
        page = await opened(pilot)
        assert HOSTILE in text(page, "#stream")
        assert HOSTILE in text(page, "#pods")
        await pilot.press("f", "left_square_bracket", "slash")
        await drawn(pilot)
        await pilot.press("enter", "y")
        await rested(pilot)
        assert "click=app.quit" in text(page, "#policy")
        await pilot.press("3")
        await rested(pilot)
        assert isinstance(page.query_one(Detail).copyable(), str)


def replace_annotations(policy: NetworkPolicy) -> NetworkPolicy:
    meta = msgspec.structs.replace(
        policy.metadata, annotations={**(policy.metadata.annotations or {}), "netgrant.dev/reason": HOSTILE}
    )
    return NetworkPolicy(meta, policy.spec)


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (300, 90)])
async def test_any_size(size: tuple[int, int]) -> None:
    app = app_with(drifted)
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        for key in ("y", "3", "1", "f"):
            await pilot.press(key)
            await rested(pilot)
