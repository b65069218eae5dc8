"""What netgrant itself says of a grant's life, as lines beside the cluster's Events.

Law: pure and bounded; said is what was seen to change between two looks, and, of a grant that stood already,
its beginning.
"""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime

from app.domain.durations import format_duration, format_moment
from app.domain.grant import State
from app.domain.view import GrantRow
from app.live.projector import Change, RowChange
from app.live.stream import Happened

SUBJECT = "netgrant"
_WORTH_A_WORD = {
    State.EXPIRING: "is about to end",
    State.OVERDUE: "is overdue: it should have ended",
    State.ENDING: "is ending",
}


class Diary:
    """What was seen of each grant, for whoever looks at it later.

    Args:
        grants: of how many grants it is kept; those that changed longest ago are forgotten first.
        lines: how many lines of each.
    """

    def __init__(self, grants: int = 1000, lines: int = 50) -> None:
        self._grants = grants
        self._lines = lines
        self._kept: OrderedDict[tuple[str, str], tuple[Happened, ...]] = OrderedDict()

    def note(self, cluster: str, change: RowChange, now: datetime) -> None:
        """Keep what a change means, seen at server time ``now``."""
        if not (new := told(change, now)):
            return
        key = cluster, change.row.id
        self._kept[key] = (*self._kept.get(key, ()), *new)[-self._lines :]
        self._kept.move_to_end(key)
        if len(self._kept) > self._grants:
            self._kept.popitem(last=False)

    def of(self, cluster: str, grant_id: str) -> tuple[Happened, ...]:
        """Return what was seen of a grant, oldest first."""
        return self._kept.get((cluster, grant_id), ())


def beginning(row: GrantRow) -> tuple[Happened, ...]:
    """Return the line about how the grant came to be; none where the cluster does not say when."""
    if row.created_at is None:
        return ()
    word = "put under a deadline by" if row.adopted else "granted to"
    why = f": {row.reason}" if row.reason else ""
    return (_own(row.created_at, f"{word} {row.requested_by or 'somebody unknown'}{why}"),)


def told(change: RowChange, now: datetime) -> tuple[Happened, ...]:
    """Return the lines about a change that was seen at server time ``now``."""
    return tuple(_own(now, text, is_warning=bad) for text, bad in _texts(change))


def _texts(change: RowChange) -> Iterator[tuple[str, bool]]:
    row, before = change.row, change.before
    if change.change is Change.ENDED:
        yield "ended: nothing of it stands any more", False
    if change.change is not Change.CHANGED or before is None:
        return
    if row.deadline != before.deadline:
        yield _moved(before.deadline, row.deadline), row.deadline is None
    for word in row.drift:
        if word not in before.drift:
            yield f"drifted: {word}", True
    if before.drift and not row.drift:
        yield "as it was granted again", False
    if row.state is not before.state and (text := _WORTH_A_WORD.get(row.state)):
        yield text, row.state is State.OVERDUE


def _moved(before: datetime | None, after: datetime | None) -> str:
    if after is None:
        return "its deadline cannot be read any more"
    if before is None:
        return f"ends at {format_moment(after)}"
    word, by = ("extended", after - before) if after > before else ("shortened", before - after)
    return f"{word} by {format_duration(by)}: ends at {format_moment(after)}"


def _own(moment: datetime, text: str, *, is_warning: bool = False) -> Happened:
    return Happened(moment, SUBJECT, text, is_warning=is_warning, is_own=True)
