"""Watch the grants of one cluster for what somebody should hear of, and tell each of it once.

Law: pure; ``now`` is an argument, by server time. A grant costs something only when it changes and when its
next moment has come: ten thousand that merely count down cost nothing. Whatever happened while nobody looked
(a laptop that slept) is told by how things stand now, never as the storm of what would have been told.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import heappop, heappush

from app.domain.grant import OVERDUE_AFTER, State
from app.domain.view import GrantRow
from app.live.projector import Change, RowChange

_BEGINNING = timedelta(seconds=10)
"""What the beginning of a grant may take: a life of five minutes is then a little longer by the objects."""
LOST_AFTER = timedelta(seconds=3)
"""How long a link must be lost: most are back at once."""
_COUNTING = (State.ACTIVE, State.EXPIRING, State.DRIFTED)


class AlertKind(StrEnum):
    """What somebody should hear of, the most urgent first."""

    OVERDUE = "overdue"
    """It stands although its deadline has passed."""
    DRIFTED = "drifted"
    """It is no longer what was granted, or not armed any more."""
    SOON = "soon"
    """It ends within one of the times before which to warn."""
    LINK_LOST = "link lost"
    ENDED = "ended"
    """It is gone, at or after its deadline."""
    REMOVED = "removed"
    """It is gone before its deadline: revoked here, or removed by somebody."""
    LINK_BACK = "link back"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to be told."""

    kind: AlertKind
    span: timedelta
    """SOON, REMOVED: what was left. OVERDUE, ENDED: how late. LINK_BACK: how long it was lost."""
    row: GrantRow | None = None
    """The grant; None where it is about the link."""
    threshold: timedelta = timedelta()
    """SOON: within what it ends."""
    was_told: bool = False
    """ENDED: whether it had been told as overdue, so that ``span`` is how late it really was."""


@dataclass(slots=True)
class _Watched:
    """What is known of one grant, and what was said of it."""

    row: GrantRow
    level: timedelta | None = None
    """The last threshold it was within; None: none."""
    said: set[tuple[datetime, timedelta]] = field(default_factory=set)
    """Deadlines with the thresholds at which they were told, or need not be."""
    overdue: set[datetime | None] = field(default_factory=set)
    """Deadlines that were told as passed."""
    drift: tuple[str, ...] = ()
    """The drift that was seen last, empty if none."""
    turn: datetime | None = None
    """When to look at it again, None for never."""


class Watchman:
    """Watches one cluster.

    Args:
        warn_before: how long before an end to warn.
    """

    def __init__(self, warn_before: Iterable[timedelta]) -> None:
        self._thresholds = tuple(sorted(set(warn_before)))
        self._watched: dict[str, _Watched] = {}
        self._turns: list[tuple[datetime, str]] = []
        self._lost_since: datetime | None = None
        self._said_lost = False

    def watch(self, changes: Iterable[RowChange], now: datetime) -> list[Alert]:
        """Return what is to be told, given what has become of rows since the last call."""
        alerts = []
        stale: dict[str, None] = {}
        for change in changes:
            grant_id = change.row.id
            if change.change is Change.ENDED:
                stale.pop(grant_id, None)
                alerts += self._ended(change.row, now)
            else:
                self._note(change.row)
                stale[grant_id] = None
        while self._turns and self._turns[0][0] <= now:
            moment, grant_id = heappop(self._turns)
            watched = self._watched.get(grant_id)
            if watched is not None and watched.turn == moment:  # else another turn took its place
                stale[grant_id] = None
        for grant_id in stale:
            alerts += self._look(self._watched[grant_id], now)
        return alerts

    def watch_link(self, is_live: bool, now: datetime) -> list[Alert]:
        """Return what is to be told of the link to a cluster that once was live."""
        if is_live:
            lost, self._lost_since = self._lost_since, None
            if lost is None or not self._said_lost:
                return []
            self._said_lost = False
            return [Alert(AlertKind.LINK_BACK, now - lost)]
        if self._lost_since is None:
            self._lost_since = now
        if self._said_lost or now - self._lost_since < LOST_AFTER:
            return []
        self._said_lost = True
        return [Alert(AlertKind.LINK_LOST, now - self._lost_since)]

    def _ended(self, row: GrantRow, now: datetime) -> list[Alert]:
        watched = self._watched.pop(row.id, None)
        if watched is None or not any(part.policy for part in row.parts):
            return []  # nothing was ever open
        if row.deadline is None or now < row.deadline:
            return [Alert(AlertKind.REMOVED, (row.deadline or now) - now, row)]
        was_told = row.deadline in watched.overdue
        return [Alert(AlertKind.ENDED, now - row.deadline, row, was_told=was_told)]

    def _note(self, row: GrantRow) -> None:
        """Take a row in its new state."""
        watched = self._watched.get(row.id)
        if watched is None:
            watched = self._watched[row.id] = _Watched(row, said=self._known_to_its_maker(row))
        watched.row = row

    def _known_to_its_maker(self, row: GrantRow) -> set[tuple[datetime, timedelta]]:
        """Return the thresholds that the grant was within from its beginning: they are no news."""
        if row.deadline is None or row.created_at is None:
            return set()
        life = row.deadline - row.created_at - _BEGINNING
        return {(row.deadline, threshold) for threshold in self._thresholds if life <= threshold}

    def _within(self, left: timedelta) -> timedelta | None:
        """Return the most urgent threshold."""
        return next((threshold for threshold in self._thresholds if left <= threshold), None)

    def _look(self, watched: _Watched, now: datetime) -> list[Alert]:
        """Say of one grant what has not been said, and choose when to look again."""
        alerts = [*self._overdue(watched, now), *self._drift(watched), *self._soon(watched, now)]
        turns = [moment for moment in self._moments(watched) if moment > now]
        turn = min(turns, default=None)
        if turn is not None and turn != watched.turn:
            heappush(self._turns, (turn, watched.row.id))
        watched.turn = turn
        return alerts

    def _moments(self, watched: _Watched) -> Iterable[datetime]:
        """Yield when time alone may give reason to speak."""
        if watched.row.deadline is not None:
            for threshold in self._thresholds:
                yield _before(watched.row.deadline, threshold)

    def _overdue(self, watched: _Watched, now: datetime) -> list[Alert]:
        row = watched.row
        if row.state is not State.OVERDUE or row.deadline in watched.overdue:
            return []
        watched.overdue.add(row.deadline)
        return [Alert(AlertKind.OVERDUE, now - row.deadline if row.deadline else timedelta(), row)]

    def _drift(self, watched: _Watched) -> list[Alert]:
        row, before = watched.row, watched.drift
        watched.drift = row.drift
        # What is overdue or about to go says so: that its timer is gone by then is no news.
        is_news = row.drift and row.drift != before and row.state in _COUNTING
        return [Alert(AlertKind.DRIFTED, timedelta(), row)] if is_news else []

    def _soon(self, watched: _Watched, now: datetime) -> list[Alert]:
        row = watched.row
        if row.deadline is None or row.state not in _COUNTING or row.deadline <= now:
            return []
        left = row.deadline - now
        before, watched.level = watched.level, self._within(left)
        level = watched.level
        if level is None or (before is not None and before <= level) or (row.deadline, level) in watched.said:
            return []
        watched.said.add((row.deadline, level))
        return [Alert(AlertKind.SOON, left, row, level)]


def _before(moment: datetime, span: timedelta) -> datetime:
    try:
        return moment - span
    except OverflowError:
        return moment


def is_on_time(alert: Alert) -> bool:
    """Tell whether what has ended went when it should: its end was seen at once."""
    return alert.kind is AlertKind.ENDED and alert.span <= OVERDUE_AFTER
