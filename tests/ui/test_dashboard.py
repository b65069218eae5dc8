"""The dashboard by keys: filter, order, marks, details, file, clipboard, and what it says when it cannot."""

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.link import Link, LinkState
from app.live.cluster import Kind, LiveCluster, Memory, Stage
from app.ui.app import NetgrantApp
from app.ui.emptiness import FIRST_RUN
from app.ui.screens.dashboard import Dashboard
from app.ui.widgets.detail import Detail
from app.ui.widgets.filter_bar import FilterBar
from app.ui.widgets.grant_table import GrantTable
from app.ui.widgets.header import Header
from app.ui.widgets.key_line import KeyLine
from tests.ui import objects
from tests.ui.stage import (
    LARGE,
    SMALL,
    StillBackend,
    connected,
    drawn,
    empty,
    incident,
    press,
    ready,
    set_scene,
    still,
)


def dashboard(app: NetgrantApp) -> Dashboard:
    assert isinstance(app.screen, Dashboard)
    return app.screen


def people(app: NetgrantApp) -> list[str]:
    """Who asked for the grants that are listed, from top to bottom."""
    return [shown.row.requested_by for shown in dashboard(app).arranged.rows]


def who(app: NetgrantApp) -> str:
    current = dashboard(app).current
    return current.row.requested_by if current else ""


def said(app: NetgrantApp) -> list[str]:
    return [notification.message for notification in app._notifications]


def header(app: NetgrantApp) -> str:
    return app.screen.query_one(Header).text


async def test_a_filter_acts_while_it_is_typed_stays_and_goes() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        bar = app.screen.query_one(FilterBar)
        assert bar.size.height == 0
        await press(pilot, ["/", "prod"])
        assert people(app) == ["alice", "dave"]
        assert "2 of 4" in _result(bar)
        assert "4 open" in header(app)
        await press(pilot, ["space", "!dave", "enter"])
        assert people(app) == ["alice"]
        assert bar.size.height == 1
        assert app.screen.query_one(GrantTable).has_focus
        await pilot.press("escape")
        assert len(people(app)) == 4
        assert not bar.display


def _result(bar: FilterBar) -> str:
    from textual.widgets import Static

    return str(bar.query_one("#filter-result", Static).render())


async def test_escape_while_typing_takes_the_filter_away_and_arrow_down_keeps_it() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["/", "bob", "down", "/"])
        assert people(app) == ["bob"]
        assert app.screen.query_one(FilterBar).is_typing
        await pilot.press("escape")
        assert len(people(app)) == 4
        assert app.screen.query_one(GrantTable).has_focus
        await press(pilot, ["/", "enter"])
        assert not app.screen.query_one(FilterBar).display


async def test_a_wrong_selector_is_said_and_hides_nothing() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["/", "-l app=mq"])
        assert people(app) == ["carol"]
        await press(pilot, ["/"])
        assert len(people(app)) == 4
        assert "is not a label" in _result(app.screen.query_one(FilterBar))
        app.feed.publish()
        await pilot.pause()
        assert "is not a label" in _result(app.screen.query_one(FilterBar))


async def test_each_key_of_the_order_and_again_turns_it() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert who(app) == "carol"
        for key, order in (
            ("T", ["bob", "dave", "alice", "carol"]),
            ("T", ["carol", "alice", "dave", "bob"]),
            ("B", ["alice", "bob", "carol", "dave"]),
            ("S", ["carol", "dave", "bob", "alice"]),
            ("L", ["carol", "bob", "alice", "dave"]),
            ("N", ["carol", "bob", "alice", "dave"]),
        ):
            await pilot.press(key)
            assert people(app) == order, key
            assert who(app) == "carol"
        assert "▲" in app.screen.query_one(GrantTable).render_line(0).text


async def test_marks_are_what_is_acted_on_and_come_off() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["space", "j", "space"])
        screen = dashboard(app)
        assert [shown.row.requested_by for shown in screen.chosen] == ["carol", "alice"]
        assert "✓ 2 marked" in header(app)
        await press(pilot, ["/", "alice", "enter"])
        assert [shown.row.requested_by for shown in screen.chosen] == ["alice"]
        assert "✓ 1 marked (+1 hidden)" in header(app)
        await press(pilot, ["escape", "ctrl+backslash"])
        assert "marked" not in header(app)
        assert [shown.row.requested_by for shown in screen.chosen] == ["alice"]
        await press(pilot, ["k", "k", "space", "escape"])
        assert "marked" not in header(app)


async def test_a_mark_on_a_grant_that_ended_is_dropped() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pilot.press("space")
        assert [shown.row.requested_by for shown in dashboard(app).chosen] == ["carol"]
        app.feed.clusters[0].rows.drop_policy(objects.LEGACY.policy)
        app.feed.publish()
        await pilot.pause()
        assert "3 open" in header(app)
        assert "marked" not in header(app)
        assert who(app) == "bob" == dashboard(app).chosen[0].row.requested_by


async def test_the_cursor_stays_with_its_grant_while_others_come() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["j", "j"])
        assert who(app) == "alice"
        cluster = app.feed.clusters[0]
        wish, life = objects.spec("app=x", "10.0.0.1/32", "80"), 20 * objects.SECOND
        made = objects.grant(9, "ops", wish, objects.SECOND, by="eve", life=life)
        cluster.rows.put_policy(made.policy)
        cluster.rows.put_job(made.job)
        app.feed.publish()
        await pilot.pause()
        assert people(app) == ["carol", "eve", "bob", "alice", "dave"]
        assert who(app) == "alice"
        assert app.screen.query_one(GrantTable).render_line(2).text.startswith(" *")


async def test_details_grow_and_shrink_and_follow_the_cursor() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        table, detail = app.screen.query_one(GrantTable), app.screen.query_one(Detail)
        small = detail.size.height
        for key, back in (("d", "escape"), ("enter", "enter"), ("d", "d")):
            await pilot.press(key)
            assert table.size.height == 2 < small < detail.size.height
            assert table.render_line(1).text.startswith("▶")
            await pilot.press("j")
            assert table.render_line(1).text.startswith("▶")
            await pilot.press(back)
            assert detail.size.height == small
            assert table.has_focus
        assert who(app) == "dave"
        await press(pilot, ["y"])
        assert detail.front == "policy"
        await pilot.click(GrantTable, offset=(20, 1), times=2)
        assert dashboard(app).has_class("-detailed")


@pytest.mark.parametrize(("size", "seen"), [((80, 24), True), ((160, 45), True), ((80, 12), False)])
async def test_the_table_has_at_least_half_of_a_short_screen(size: tuple[int, int], seen: bool) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        table, detail = app.screen.query_one(GrantTable), app.screen.query_one(Detail)
        assert bool(detail.display) is seen
        assert table.size.height >= 10
        if size[1] < 30:
            assert table.size.height >= detail.size.height


async def test_a_low_screen_opens_a_tab_in_the_place_of_the_table() -> None:
    app = still()
    async with app.run_test(size=(80, 12)) as pilot:
        await ready(pilot)
        await pilot.press("y")
        assert app.screen.query_one(Detail).size.height > 5
        await pilot.press("escape")
        assert not app.screen.query_one(Detail).display


async def test_what_is_listed_goes_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["/", "prod", "enter", "B", "B", "ctrl+s"])
        await app.workers.wait_for_complete()
        (path,) = tmp_path.iterdir()
        assert path.name == "netgrant-grants-20261124T102054Z.csv"
        rows = list(csv.DictReader(path.read_text().splitlines()))
        assert [row["requestedBy"] for row in rows] == ["dave", "alice"]
        assert any(f"2 grants are in {path}" in text for text in said(app))


async def test_a_file_that_cannot_be_written_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+s")
        await app.workers.wait_for_complete()
        assert any("could not be written" in text for text in said(app))


async def test_the_grant_under_the_cursor_is_copied() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["j", "w"])
        assert app.clipboard == (
            "01KAV8ZC3Q5M7X9Y2W4T600002 prod-eu1 payments app=api ← ns=ops app=bastion 8080/TCP "
            "expiring until 2026-11-24T10:21:42Z bob debug the failing health check"
        )
        assert any("is on the clipboard" in text for text in said(app))


async def test_of_large_details_what_the_tab_shows_is_copied() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["j", "y", "d"])
        await drawn(pilot)
        await pilot.press("w")
        assert "kind: NetworkPolicy" in app.clipboard
        assert any("What the tab shows is on the clipboard" in text for text in said(app))


@pytest.mark.parametrize("key", ["e", "r", "ctrl+d"])
async def test_what_is_chosen_is_asked_about(key: str) -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["space", "space", key])
        await pilot.pause()
        assert not isinstance(app.screen, Dashboard)
        assert said(app) == []
        await pilot.press("escape")
        assert len(dashboard(app).chosen) == 2


async def test_what_is_only_remembered_cannot_be_acted_on_yet() -> None:
    app = still(lambda cluster: cluster.set_status(context="prod-eu1"))
    assert isinstance(app.backend, StillBackend)
    live = LiveCluster("prod-eu1")
    incident(live)
    live.rows.advance(objects.NOW)
    app.backend.memory = Memory(tuple(live.rows), objects.NOW)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert len(people(app)) == 4
        assert "as of 10:20:54Z" in header(app)
        await pilot.press("r")
        assert isinstance(app.screen, Dashboard)
        assert any("has not told yet what stands" in text for text in said(app))


@pytest.mark.parametrize("key", ["e", "r", "o", "w", "d", "y", "1", "3"])
async def test_without_a_grant_there_is_a_sentence(key: str) -> None:
    app = still(empty)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pilot.press(key)
        assert isinstance(app.screen, Dashboard)
        assert any("no grant under the cursor" in text for text in said(app))


@pytest.mark.parametrize("key", ["n", "e", "r", "a", "o"])
async def test_without_a_connection_there_is_a_sentence(key: str) -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        app.feed.clusters[0].session = None
        await pilot.press(key)
        assert isinstance(app.screen, Dashboard)
        assert any("no connection to prod-eu1" in text for text in said(app))


async def test_connect_again_tries_at_once() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        backend = app.backend
        await pilot.press("ctrl+r")
        while len(backend.prompts) < 2:  # type: ignore[attr-defined]
            await pilot.pause()
        assert any("Connecting to prod-eu1 again" in text for text in said(app))


async def test_read_only_has_no_keys_that_write() -> None:
    app = still(read_only=True)
    async with app.run_test(size=LARGE) as pilot:
        await ready(pilot)
        assert "READ-ONLY" in header(app)
        keys = app.screen.query_one(KeyLine).text
        assert "new" not in keys and "revoke" not in keys and "filter" in keys
        await press(pilot, ["n", "e", "r", "a", "o", "ctrl+d"])
        assert isinstance(app.screen, Dashboard)
        assert said(app) == []


async def test_the_hint_goes_at_the_first_key() -> None:
    app = still(empty, hint=FIRST_RUN)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        hint = app.screen.query_one("#hint")
        assert hint.size.height == 5
        await pilot.press("x")
        assert not hint.display


async def test_without_a_hint_no_line_is_spent_on_it() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert not app.screen.query_one("#hint").display


async def test_a_first_list_is_no_news_but_what_comes_later_is() -> None:
    app = still(loading_first)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        set_scene(app.feed.clusters[0], [objects.DATABASE])
        connected(app.feed.clusters[0])
        app.feed.publish()
        await drawn(pilot)
        table = app.screen.query_one(GrantTable)
        assert table.render_line(1).text.startswith("▶  ")
        set_scene(
            app.feed.clusters[0],
            [objects.grant(9, "ops", objects.spec("a=b", "10.0.0.1/32", "80"), timedelta(hours=2))],
        )
        app.feed.publish()
        await drawn(pilot)
        assert table.render_line(2).text.startswith(" * ")


def loading_first(cluster: LiveCluster) -> None:
    cluster.set_status(
        context="prod-eu1", stage=Stage.FOLLOWING, links={Kind.POLICIES: Link(LinkState.LOADING, objects.NOW)}
    )


async def test_the_keys_in_the_foot_fit_and_act() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        line = app.screen.query_one(KeyLine)
        assert line.text == (
            " n new  e extend  r revoke  space mark  / filter  d details  y yaml  ? help   »"
        )
        await pilot.click(KeyLine, offset=(line.text.index("/ filter"), 0))
        await pilot.pause()
        assert app.screen.query_one(FilterBar).is_typing
        assert "n new" not in line.text  # it would be typed


@pytest.mark.parametrize("arrange", [incident, empty, loading_first])
async def test_any_size_is_survived(arrange: Callable[[LiveCluster], None]) -> None:
    app = still(arrange, hint=FIRST_RUN)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        for size in ((1, 1), (20, 5), (200, 60), (40, 12), (119, 33)):
            await pilot.resize_terminal(*size)
            await pilot.press("slash", "x", "escape", "space", "d", "escape")
            await drawn(pilot)
        assert app.is_running
