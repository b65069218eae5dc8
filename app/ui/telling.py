"""Grants and moments in words, as the smaller forms and the toasts tell them.

Law: pure; texts of the cluster come cleaned.
"""

from datetime import UTC, datetime, timedelta, tzinfo

from app.domain.durations import FAR, format_left
from app.domain.ids import short
from app.domain.view import GrantRow

_ARROWS = {"egress": "→", "both": "↔"}
_DAY = timedelta(days=1)


def grants(count: int) -> str:
    """Return ``1 grant``, ``3 grants``."""
    return "1 grant" if count == 1 else f"{count} grants"


def name_of(row: GrantRow) -> str:
    """Return what to call a grant in a sentence: ``production app=database``."""
    return f"{', '.join(row.namespaces)} {row.target or short(row.id)}"


def access(row: GrantRow) -> str:
    """Return what a grant opens: ``app=database ← 198.51.100.0/24  5432/TCP``."""
    return f"{row.target} {_ARROWS.get(row.direction, '←')} {row.peers}  {row.ports}"


def said(row: GrantRow) -> str:
    """Return who asked and why: ``alice: INC-482 debug replication lag``."""
    why = " ".join(filter(None, (row.ticket, row.reason)))
    return f"{row.requested_by or 'somebody'}: {why}" if why else row.requested_by


def both_clocks(moment: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Return a moment by the server's clock and by the clock on the wall, where that one differs.

    Args:
        moment: what is told.
        now: by server time; a moment on another day has its date.
        zone: of the wall clock; None is this machine's.
    """
    server = moment.astimezone(UTC)
    if server >= FAR - _DAY:
        return "the end of days"
    day = "" if server.date() == now.astimezone(UTC).date() else f"{server.date()} "
    try:
        local = server.astimezone(zone)
    except OverflowError:  # west of Greenwich, before the year 1
        local = server
    if not local.utcoffset():
        return f"{day}{server:%H:%M:%S} UTC"
    its_day = "" if local.date() == server.date() else f"{local:%a} "
    return f"{day}{server:%H:%M:%S} UTC ({its_day}{local:%H:%M} here)"


def left_told(left: timedelta) -> str:
    """Return ``27:14 left``, or ``12 s overdue``."""
    return f"{format_left(left)} left" if left >= timedelta() else f"{format_left(left)} overdue"
