"""What moving a deadline would mean, foreseen from the row."""

from datetime import timedelta

import pytest

from app.commands.session import Limits
from app.domain.durations import Life
from app.domain.view import row_of
from app.live.moves import foresee, why_fixed
from tests.domain.standing import LIFE, NOW, grant, job, policy

ROW = row_of(grant(policy(), job()), NOW, "prod")
END = NOW + LIFE
HOUR = timedelta(hours=1)


def test_a_duration_is_added_and_a_moment_is_the_new_end() -> None:
    later = foresee(ROW, Life(ttl=HOUR), Limits(), NOW)
    assert (later.before, later.after, later.shortens) == (END, END + HOUR, False)
    assert (later.left, later.life) == (LIFE + HOUR, LIFE + HOUR)
    assert later.error is None
    earlier = foresee(ROW, Life(until=END - timedelta(minutes=10)), Limits(), NOW)
    assert earlier.shortens
    assert earlier.error is None


def test_the_cap_counts_the_whole_life_and_the_past_is_no_deadline() -> None:
    error = foresee(ROW, Life(ttl=HOUR), Limits(max_ttl=HOUR), NOW).error
    assert error is not None
    assert "1h at most, extensions included; this would be 1h30m" in error.message
    past = foresee(ROW, Life(until=NOW), Limits(), NOW).error
    assert past is not None
    assert past.field == "until"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (ROW, ""),
        (None, "has ended meanwhile"),
        (row_of(grant(policy(), job(suspend=True)), NOW, "prod"), "not armed (Job suspended)"),
        (row_of(grant(policy(), jobs_readable=False), NOW, "prod"), "not armed (Jobs may not be read)"),
        (row_of(grant(job()), NOW, "prod"), "not armed (no policy)"),
    ],
)
def test_what_cannot_be_moved_at_all_has_a_reason(row: object, why: str) -> None:
    told = why_fixed(row, NOW)  # type: ignore[arg-type]
    assert why in told
    assert bool(told) == bool(why)


def test_what_has_passed_its_deadline_is_over() -> None:
    assert why_fixed(ROW, END) == "its deadline has passed: make a new grant"
