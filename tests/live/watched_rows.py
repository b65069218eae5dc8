"""Rows as a watchman is fed them, without a cluster."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.grant import OVERDUE_AFTER, State
from app.domain.view import GrantRow, row_of
from app.live.projector import Change, RowChange, is_same
from tests.domain.standing import grant, job, policy

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
_ROW = row_of(grant(policy(), job()), START, "prod-eu1")


def row(name: str, deadline: datetime | None, now: datetime = START, **changes: object) -> GrantRow:
    """A grant that ends at ``deadline``, made an hour before START, in the state that ``now`` gives it."""
    made = {
        "id": name,
        "deadline": deadline,
        "left": None,
        "state": state(deadline, now),
        "created_at": START - timedelta(hours=1),
        **changes,
    }
    return replace(_ROW, **made)  # type: ignore[arg-type]


def state(deadline: datetime | None, now: datetime) -> State:
    """The state of a sound grant."""
    if deadline is None or deadline <= now - OVERDUE_AFTER:
        return State.OVERDUE
    if deadline <= now:
        return State.ENDING
    return State.EXPIRING if deadline - now <= 5 * MINUTE else State.ACTIVE


def put(row: GrantRow) -> RowChange:
    """It stands, or stands otherwise than before."""
    return RowChange(Change.STANDS, row)


def gone(row: GrantRow) -> RowChange:
    """It stands no more."""
    return RowChange(Change.ENDED, row, row)


class Scenes:
    """What stands, and what has become of it since the last look: rows as the projector gives them."""

    def __init__(self) -> None:
        self.deadlines: dict[str, datetime] = {}
        self._rows: dict[str, GrantRow] = {}

    def changes(self, now: datetime) -> list[RowChange]:
        """What differs from the last look."""
        found = [gone(self._rows.pop(name)) for name in tuple(self._rows) if name not in self.deadlines]
        for name, deadline in self.deadlines.items():
            before, after = self._rows.get(name), row(name, deadline, now)
            self._rows[name] = after
            if before is None:
                found.append(put(after))
            elif not is_same(before, after):
                found.append(RowChange(Change.CHANGED, after, before))
        return found
