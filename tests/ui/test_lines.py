"""What panes say, as lines: whatever objects and registry rows hold, and what a terminal shows of a line."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.selection import Selection

from app.domain.grant import join
from app.domain.objects import Job, NetworkPolicy
from app.domain.records import ChainedEntry, Entry, GrantRecord, HistoryRow
from app.domain.text import clean
from app.domain.view import row_of
from app.live.cluster import LiveCluster
from app.live.concerned import Concerned
from app.live.own_words import beginning
from app.ui.sheets import sheet
from app.ui.widgets.history_lines import history_lines, row_lines
from app.ui.widgets.lines import TOKENS, Chooser, Line, Lines, plain, text_of, width_of
from app.ui.widgets.pod_lines import MOST, pod_lines
from app.ui.widgets.policy_lines import Standing, policy_lines, policy_yaml
from app.ui.widgets.record_lines import entry_line, record_lines, unknown_lines
from tests.domain import odd_objects
from tests.registry import samples
from tests.ui import objects
from tests.ui.objects import NOW
from tests.ui.stage import incident

odd = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def assert_shown(lines: list[Line]) -> None:
    """Every span has a token that the sheets know."""
    assert all(token in TOKENS or not token for line in lines for _, token in line)


def assert_inert(lines: list[Line]) -> None:
    """Nothing is left that a terminal would obey, and each line is one."""
    assert_shown(lines)
    assert all(text_of(line) == clean(text_of(line), 10**6) for line in lines)


@odd
@given(st.lists(odd_objects.POLICIES, max_size=2), st.lists(odd_objects.JOBS, max_size=2))
def test_odd_objects_are_told_all_the_same(policies: list[NetworkPolicy], jobs: list[Job]) -> None:
    cluster = LiveCluster("x")
    for grant in join(policies, jobs):
        row = row_of(grant, NOW, "x")
        ends = Concerned(cluster.population).ends(grant.policies)
        assert_shown(pod_lines(ends, cluster, grant.namespaces, NOW))
        assert_shown(unknown_lines(row))
        assert isinstance(beginning(row), tuple)
        parts = [
            {"namespace": p.metadata.namespace, "name": p.metadata.name, "spec": p.spec or {}}
            for p in policies
        ]
        known = samples.grant(spec={"parts": parts})
        assert_shown(policy_lines(Standing(grant, row.drift, known)))
        assert isinstance(policy_yaml(grant), str)


@odd
@given(samples.entries, st.none() | samples.grants)
def test_whatever_a_registry_holds_is_inert(entry: Entry, record: GrantRecord | None) -> None:
    row = HistoryRow(ChainedEntry(7, entry, "\x1b", "\u202e"), record)
    assert_inert([*history_lines([row]), *row_lines(row), entry_line(row.item), *record_lines(record)])


def test_many_pods_are_bounded_and_the_rest_is_counted() -> None:
    cluster = LiveCluster("x")
    incident(cluster)
    for number in range(MOST + 12):
        cluster.inventory.pods.put(objects.pod("production", f"database-{number}", {"app": "database"}))
    ends = Concerned(cluster.population).ends([objects.DATABASE.policy])
    lines = [text_of(line) for line in pod_lines(ends, cluster, ("production",), NOW)]
    assert f"  … and {12} more" in lines
    assert len(lines) == MOST + 3
    assert lines[0].startswith(f"Target app=database  {MOST + 12} pods")


def test_widths_are_columns_of_a_terminal() -> None:
    assert width_of((("日本", ""), ("ab", "-quiet"))) == 6


class Host(App[None]):
    """One widget on the sheets of the app."""

    CSS_PATH = [sheet("tokens.tcss"), sheet("detail.tcss")]  # noqa: RUF012 (as Textual declares it)

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self.lines = lines

    def compose(self) -> ComposeResult:
        yield self.lines


async def test_what_does_not_fit_is_marked_and_can_be_scrolled_to() -> None:
    lines = Lines()
    async with Host(lines).run_test(size=(12, 4)) as pilot:
        lines.show([plain("0123456789abcdef"), plain("short"), plain("日本日本日本日本")])
        await pilot.pause()
        assert [lines.render_line(y).text for y in range(3)] == [
            "0123456789a…",
            "short       ",
            "日本日本日 …",
        ]
        lines.focus()
        await pilot.press("right", "right", "right", "right")
        assert lines.render_line(0).text == "456789abcdef"


async def test_text_is_selected_across_spans() -> None:
    lines = Lines()
    app = Host(lines)
    async with app.run_test(size=(20, 4)) as pilot:
        lines.show([(("one ", ""), ("two", "-quiet")), plain("three")])
        await pilot.pause()
        chosen = Selection(Offset(2, 0), Offset(2, 1))
        app.screen.selections = {lines: chosen}
        await pilot.pause()
        assert lines.get_selection(chosen) == ("e two\nth", "\n")
        texts = [segment.text for segment in lines.render_line(0)]
        assert texts[:3] == ["on", "e ", "two"]


async def test_a_cursor_goes_by_keys_and_stays_within() -> None:
    chooser = Chooser()
    async with Host(chooser).run_test(size=(20, 4)) as pilot:
        chooser.show([plain(str(number)) for number in range(10)])
        chooser.focus()
        found = []
        for key in ("k", "j", "pagedown", "G", "j", "g", "down", "ctrl+f", "ctrl+b"):
            await pilot.press(key)
            found.append(chooser.cursor)
        assert found == [0, 1, 4, 9, 9, 0, 1, 4, 1]
        chooser.say([plain("nothing")])
        assert not chooser.is_cursor(0)


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_moments_at_the_ends_of_the_calendar(moment: datetime) -> None:
    record = samples.grant(created_at=moment, deadline=moment, ended_at=moment)
    assert record_lines(record)
