"""Which overdue grants of one cluster this process has to end, because nothing in the cluster did.

Law: pure; only grants that are overdue are looked at, however many stand. A grant whose end failed is tried
again only after a while.
"""

from datetime import datetime, timedelta

from app.domain.grant import Grant, State
from app.domain.overdue import is_due
from app.live.projector import Change, RowChange
from app.live.rows import Rows

RETRY_AFTER = timedelta(seconds=30)


class Keeping:
    """The overdue grants of one cluster, and when each was last tried."""

    def __init__(self) -> None:
        self._overdue: set[str] = set()
        self._tried: dict[str, datetime] = {}

    def note(self, change: RowChange) -> None:
        """Take notice of what became of a row."""
        if change.change is not Change.ENDED and change.row.state is State.OVERDUE:
            self._overdue.add(change.row.id)
            return
        self._overdue.discard(change.row.id)
        self._tried.pop(change.row.id, None)

    def take_due(self, rows: Rows, now: datetime) -> tuple[Grant, ...]:
        """Return the grants to end by server time ``now``, oldest first; each counts as tried then."""
        found = []
        for grant_id in sorted(self._overdue):
            grant, tried = rows.grant(grant_id), self._tried.get(grant_id)
            waits = tried is not None and now < tried + RETRY_AFTER
            if grant is not None and not waits and is_due(grant, now):
                self._tried[grant_id] = now
                found.append(grant)
        return tuple(found)
