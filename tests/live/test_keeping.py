"""Which overdue grants are to be ended now, and how often a failing one is tried."""

from datetime import datetime, timedelta

from app.live.keeping import RETRY_AFTER, Keeping
from app.live.rows import Rows
from tests.ui import objects
from tests.ui.objects import CACHE, DATABASE, NOW, Made

MINUTE = timedelta(minutes=1)
LATE = objects.grant(7, "legacy", objects.spec("app=mq", "10.20.0.0/16", "5671"), MINUTE, suspended=True)


def standing(*grants: Made) -> Rows:
    rows = Rows("prod")
    for made in grants:
        rows.put_policy(made.policy)
        rows.put_job(made.job)
    return rows


def due(keeping: Keeping, rows: Rows, now: datetime) -> list[str]:
    rows.advance(now)
    for change in rows.take_changes():
        keeping.note(change)
    return [grant.id[-1] for grant in keeping.take_due(rows, now)]


def test_only_what_is_overdue_and_unarmed_is_ended() -> None:
    keeping, rows = Keeping(), standing(LATE, DATABASE, CACHE)
    assert due(keeping, rows, NOW) == []
    assert due(keeping, rows, NOW + MINUTE) == []
    assert due(keeping, rows, NOW + MINUTE + timedelta(seconds=3)) == ["7"]


def test_a_failing_one_is_tried_again_after_a_while() -> None:
    keeping, rows = Keeping(), standing(LATE)
    first = NOW + 2 * MINUTE
    assert due(keeping, rows, first) == ["7"]
    assert due(keeping, rows, first + RETRY_AFTER - timedelta(seconds=1)) == []
    assert due(keeping, rows, first + RETRY_AFTER) == ["7"]


def test_one_that_ended_or_was_given_more_time_is_forgotten() -> None:
    keeping, rows = Keeping(), standing(LATE)
    assert due(keeping, rows, NOW + 2 * MINUTE) == ["7"]
    rows.drop_policy(LATE.policy)
    assert due(keeping, rows, NOW + 9 * MINUTE) == []
    rows.put_policy(LATE.policy)
    assert due(keeping, rows, NOW + 9 * MINUTE) == ["7"]
    later = objects.grant(
        7, "legacy", objects.spec("app=mq", "10.20.0.0/16", "5671"), 60 * MINUTE, suspended=True
    )
    rows.put_policy(later.policy)
    assert due(keeping, rows, NOW + 20 * MINUTE) == []
