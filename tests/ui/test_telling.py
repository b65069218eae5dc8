"""Moments and grants in words; what must not be missed, told so that it takes no keys from who types."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.durations import FAR
from app.domain.view import row_of
from app.errors import RefusedError, UncertainError
from app.ui import outcomes
from app.ui.changes import ask_extend
from app.ui.screens.dashboard import Dashboard
from app.ui.screens.extend import Extend
from app.ui.screens.told import Told
from app.ui.telling import access, both_clocks, grants, left_told, name_of, said
from tests.domain.standing import NOW as THEN
from tests.domain.standing import grant, job, policy
from tests.ui.objects import NOW
from tests.ui.stage import SMALL, drawn, ready, still

BERLIN, KATHMANDU, APIA = (ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia"))


@pytest.mark.parametrize(
    ("moment", "zone", "told"),
    [
        (NOW, UTC, "10:20:54 UTC"),
        (NOW, BERLIN, "10:20:54 UTC (11:20 here)"),
        (NOW, KATHMANDU, "10:20:54 UTC (16:05 here)"),
        (NOW.replace(hour=23), BERLIN, "23:20:54 UTC (Wed 00:20 here)"),
        (NOW + timedelta(days=1), BERLIN, "2026-11-25 10:20:54 UTC (11:20 here)"),
        (FAR, APIA, "the end of days"),
        (datetime(1, 1, 1, tzinfo=UTC), ZoneInfo("America/Lima"), "0001-01-01 00:00:00 UTC"),
    ],
)
def test_a_moment_by_both_clocks(moment: datetime, zone: ZoneInfo, told: str) -> None:
    assert both_clocks(moment, NOW, zone) == told


def test_a_grant_in_words() -> None:
    row = row_of(grant(policy(), job()), THEN, "prod")
    assert name_of(row) == "production app=database"
    assert access(row) == "app=database ← 198.51.100.0/24  5432/TCP"
    assert said(row) == "alice: debug"
    assert name_of(row_of(grant(job()), THEN, "prod")).startswith("production ")
    assert (grants(1), grants(3)) == ("1 grant", "3 grants")
    assert (left_told(timedelta(seconds=62)), left_told(timedelta(seconds=-62))) == (
        "01:02 left",
        "+01:02 overdue",
    )


async def test_over_a_form_it_is_said_beside_and_takes_no_keys() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        page = app.screen
        assert isinstance(page, Dashboard)
        ask_extend(page, tuple(app.feed.view.rows())[:1])
        await drawn(pilot)
        outcomes.tell_failures(app, "No", [("one", UncertainError("no answer")), ("two", RefusedError("no"))])
        await drawn(pilot)
        assert isinstance(app.screen, Extend)
        told = [note.message for note in app._notifications]
        assert any("✗ one: no answer. It may or may not have happened" in text for text in told)
        assert "✗ two: no" in told


async def test_over_the_table_it_stays_until_it_is_read() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        outcomes.tell_failures(app, "No", [("[red]one[/]", UncertainError("no answer"))])
        await drawn(pilot)
        assert isinstance(app.screen, Told)
        await pilot.press("enter")
        await drawn(pilot)
        assert isinstance(app.screen, Dashboard)


async def test_nothing_failed_and_nothing_is_said() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        before = len(app._notifications)
        outcomes.tell_failures(app, "No", [])
        outcomes.warn(app, "one", [])
        await drawn(pilot)
        assert isinstance(app.screen, Dashboard)
        assert len(app._notifications) == before
