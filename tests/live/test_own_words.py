"""What netgrant itself says of a grant's life."""

from dataclasses import replace

from app.domain.grant import State
from app.domain.view import GrantRow
from app.live.own_words import Diary, beginning, told
from app.live.projector import Change, RowChange
from app.live.rows import Rows
from tests.ui import objects
from tests.ui.objects import MINUTE, NOW


def row_of(made: objects.Made = objects.DATABASE) -> GrantRow:
    rows = Rows("prod-eu1")
    rows.put_policy(made.policy)
    rows.put_job(made.job)
    rows.advance(NOW)
    return next(iter(rows))


ROW = row_of()
assert ROW.deadline is not None
LATER = replace(ROW, deadline=ROW.deadline + 15 * MINUTE)


def words(after: GrantRow, before: GrantRow | None = ROW, change: Change = Change.CHANGED) -> list[str]:
    return [line.text for line in told(RowChange(change, after, before), NOW)]


def test_how_it_began() -> None:
    (line,) = beginning(ROW)
    assert (line.moment, line.text) == (ROW.created_at, "granted to alice: debug replication lag")
    assert beginning(replace(ROW, created_at=None)) == ()
    assert beginning(replace(ROW, adopted=True))[0].text.startswith("put under a deadline by alice")


def test_deadlines_that_moved() -> None:
    assert words(LATER) == ["extended by 15m: ends at 2026-11-24T11:03:08Z"]
    assert words(ROW, LATER) == ["shortened by 15m: ends at 2026-11-24T10:48:08Z"]
    assert words(replace(ROW, deadline=None)) == ["its deadline cannot be read any more"]
    assert words(ROW, replace(ROW, deadline=None)) == ["ends at 2026-11-24T10:48:08Z"]


def test_drift_and_its_end() -> None:
    drifted = replace(ROW, drift=("p: spec edited",))
    assert words(drifted) == ["drifted: p: spec edited"]
    assert words(ROW, drifted) == ["as it was granted again"]


def test_states_that_deserve_a_word() -> None:
    assert words(replace(ROW, state=State.OVERDUE)) == ["is overdue: it should have ended"]
    assert words(replace(ROW, state=State.PENDING)) == []


def test_ends_and_first_looks() -> None:
    assert words(ROW, ROW, Change.ENDED) == ["ended: nothing of it stands any more"]
    assert words(ROW, None, Change.STANDS) == []


def test_the_diary_keeps_so_much_and_no_more() -> None:
    diary = Diary(grants=2, lines=3)
    for _ in range(5):
        diary.note("prod", RowChange(Change.CHANGED, LATER, ROW), NOW)
    assert len(diary.of("prod", ROW.id)) == 3
    for number in range(2):
        other = replace(LATER, id=str(number))
        diary.note("prod", RowChange(Change.CHANGED, other, ROW), NOW)
    assert diary.of("prod", ROW.id) == ()
    assert len(diary.of("prod", "1")) == 1
