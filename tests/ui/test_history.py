"""The history screen: search, rows, one row, files, once more; with no cluster at all."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from app.domain.records import ChainedEntry, Entry, Happening, HistoryQuery, HistoryRow
from app.domain.telling import entry_json
from app.errors import UnreachableError
from app.live.cluster import LiveCluster
from app.registry import Registry
from app.ui.screens.grant_form import GrantForm
from app.ui.screens.history import MOST, HistoryScreen
from app.ui.widgets.grant_fields import GrantFields
from app.ui.widgets.lines import Lines
from tests.ui.history_stage import ONE, answered, app_over, entry, head, opened, record, rows, search, told
from tests.ui.objects import MINUTE, NOW
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, SMALL, StillBackend, drawn, ready, still


@pytest.fixture
async def log(tmp_path: Path) -> Registry:
    return Registry.open(tmp_path / "registry.db")


@pytest.mark.parametrize("size", SIZES)
async def test_rows_newest_first(log: Registry, size: tuple[int, int]) -> None:
    await told(log)
    app = app_over(log)
    async with app.run_test(size=size) as pilot:
        page = await opened(pilot)
        assert [line.rpartition("#")[2] for line in rows(page)] == ["5", "4", "3", "2", "1"]
        assert_looks_as_before(app, "history")


@pytest.mark.parametrize("size", SIZES)
async def test_search(log: Registry, size: tuple[int, int]) -> None:
    await told(log)
    app = app_over(log)
    async with app.run_test(size=size) as pilot:
        page = await opened(pilot)
        await search(pilot, "by:bob ns:payments")
        assert [line.rpartition("#")[2] for line in rows(page)] == ["4"]
        assert "by:bob" in head(page)
        assert_looks_as_before(app, "history-search")


@pytest.mark.parametrize("size", SIZES)
async def test_a_term_that_means_nothing(log: Registry, size: tuple[int, int]) -> None:
    await told(log)
    app = app_over(log)
    async with app.run_test(size=size) as pilot:
        page = await opened(pilot)
        await search(pilot, "since:yesterday")
        assert len(rows(page)) == 5  # what was found before stays
        assert_looks_as_before(app, "history-search-wrong")
        await pilot.press("slash", "ctrl+u", "enter")
        await answered(pilot)
        assert not page.query_one("#search-wrong").display


async def test_a_piece_of_an_id_that_fits_two_grants_is_an_error_at_the_line(log: Registry) -> None:
    await told(log)
    app = app_over(log)
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        await search(pilot, "id:01K")
        assert page.query_one("#search-wrong").display


@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_registry(log: Registry, size: tuple[int, int]) -> None:
    app = app_over(log)
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await pilot.press("e", "o", "w", "down", "G")
        await drawn(pilot)
        app.clear_notifications()
        await drawn(pilot)
        assert_looks_as_before(app, "history-empty")


@pytest.mark.parametrize("size", SIZES)
async def test_a_registry_that_cannot_be_read(size: tuple[int, int]) -> None:
    app = still()
    assert isinstance(app.backend, StillBackend)
    app.backend.world.log.down = True
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert_looks_as_before(app, "history-failing")


async def test_it_needs_no_cluster(log: Registry) -> None:
    def refuse(cluster: LiveCluster) -> None:
        raise UnreachableError("connection refused")

    await told(log)
    app = app_over(log, refuse)
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        assert len(rows(page)) == 5


async def test_the_newest_rows_and_that_there_are_older_ones(log: Registry) -> None:
    class Many:
        """A registry of more rows than are shown."""

        async def search(self, query: HistoryQuery) -> tuple[HistoryRow, ...]:
            item = ChainedEntry(1, entry(Happening.GRANTED, MINUTE), "0" * 64, "1" * 64)
            return tuple(HistoryRow(replace(item, seq=n), None) for n in range(query.limit))

        async def close(self) -> None:
            return

    app = app_over(Many())  # type: ignore[arg-type]
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        lines = rows(page)
        assert len(lines) == MOST
        assert lines[0].endswith(f"#{MOST}")
        assert "older ones: narrow the search" in head(page)


async def test_the_row_that_is_chosen_is_shown_whole_and_stays_chosen(log: Registry) -> None:
    await told(log)
    app = app_over(log)
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        await pilot.press("j", "j")
        await drawn(pilot)
        row = page.query_one("#row", Lines).text()
        assert row.startswith("#3 extended")
        assert '"reason": "vendor still connected"' in row
        assert "previous" in row
        await log.note(entry(Happening.REVOKED, 0 * MINUTE))
        page._ask(0)
        await answered(pilot)
        assert page.current is not None
        assert page.current.item.seq == 3
        assert len(rows(page)) == 6


async def test_a_row_is_chosen_by_mouse(log: Registry) -> None:
    await told(log)
    app = app_over(log)
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        await pilot.click("#rows", offset=(5, 3))
        await drawn(pilot)
        assert page.current is not None
        assert page.current.item.seq == 2


async def test_once_more_opens_the_form_filled_in(log: Registry) -> None:
    await told(log)
    app = app_over(log)
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot)
        await pilot.press("o")
        while not isinstance(app.screen, GrantForm):
            await pilot.pause()
        await drawn(pilot)
        found = app.screen.query_one(GrantFields).proposal
        assert (found.namespace, found.target, found.source) == (
            "production",
            "app=database",
            "198.51.100.0/24",
        )
        assert (found.ports, found.life, found.ticket) == ("5432/TCP", "45m", "INC-482")


async def test_once_more_of_what_the_form_cannot_say_is_refused_in_a_sentence(log: Registry) -> None:
    part = {"namespace": "a", "name": "b", "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}
    await log.note(entry(Happening.GRANTED, MINUTE), record(spec={"parts": [part]}))
    app = app_over(log)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("o")
        await drawn(pilot)
        assert isinstance(app.screen, HistoryScreen)
        assert any("more than the form can say" in note.message for note in app._notifications)


async def test_read_only_leaves_once_more_out(log: Registry) -> None:
    await told(log)
    app = app_over(log)
    assert isinstance(app.backend, StillBackend)
    app.backend.preferences = replace(app.backend.preferences, read_only=True)
    async with app.run_test(size=SMALL) as pilot:
        page = await opened(pilot)
        await pilot.press("o")
        await drawn(pilot)
        assert app.screen is page


async def test_what_is_shown_is_written_as_the_command_line_writes_it(
    log: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await told(log)
    app = app_over(log)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await search(pilot, "event:granted")
        await pilot.press("e", "J")
        await app.workers.wait_for_complete()
    (as_csv,), (as_json,) = tmp_path.glob("*.csv"), tmp_path.glob("*.json")
    assert as_csv.name == "netgrant-history-20261124T102054Z.csv"
    assert stat.S_IMODE(as_csv.stat().st_mode) == stat.S_IMODE(as_json.stat().st_mode) == 0o600
    found = json.loads(as_json.read_text())
    assert [row["seq"] for row in found] == [2, 4]
    assert found == [entry_json(item) for item in await log.history(HistoryQuery()) if item.seq in (2, 4)]
    header, *lines = as_csv.read_text().splitlines()
    assert header == "seq,at,event,grant,actor,cluster,detail,hash"
    assert len(lines) == 2


async def test_a_row_is_copied(log: Registry) -> None:
    await told(log)
    app = app_over(log)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("w")
        assert app.clipboard.startswith("2026-11-24T10:20:54Z  ended")


HOSTILE = "[@click=app.quit]x[/] [/foo] \x1b]52;c;eA==\x07 \u202eevil"


async def test_whatever_a_registry_holds_is_only_text(log: Registry) -> None:
    row = Entry(NOW, HOSTILE, ONE, Happening.GRANTED, HOSTILE, {"reason": HOSTILE, HOSTILE: [HOSTILE]})
    known = record(reason=HOSTILE, ticket=HOSTILE, target=HOSTILE, requested_by=HOSTILE, context=HOSTILE)
    await log.note(row, known)
    app = app_over(log)
    async with app.run_test(size=(160, 24)) as pilot:
        page = await opened(pilot)
        shown = "\n".join([*rows(page), page.query_one("#row", Lines).text(), head(page)])
        assert "[@click=app.quit]x[/]" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        await pilot.press("w")
        assert "\x1b" not in app.clipboard
        page.query_one("#search", Input).value = HOSTILE
        await pilot.press("slash", "enter")
        await answered(pilot)
        assert "\x1b" not in "\n".join([*rows(page), head(page)])


async def test_back_and_again_by_keys(log: Registry) -> None:
    app = app_over(log)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        before = app.screen
        await pilot.press("h")
        await answered(pilot)
        await pilot.press("slash", "a", "escape", "escape")
        await drawn(pilot)
        assert app.screen is before


@pytest.mark.parametrize("size", [(20, 5), (1, 1)])
async def test_any_size(log: Registry, size: tuple[int, int]) -> None:
    await told(log)
    app = app_over(log)
    async with app.run_test(size=size) as pilot:
        page = await opened(pilot)
        await pilot.press("j", "slash", "x")
        await answered(pilot)
        assert page.is_settled
