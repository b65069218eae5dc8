"""A grant's row as text and as JSON, for every verb that prints one."""

from datetime import datetime

from app.commands.session import Session
from app.domain.durations import format_left, format_moment
from app.domain.grant import Grant
from app.domain.ids import short
from app.domain.records import Json
from app.domain.view import GrantRow, row_of

COLUMNS = ("STATE", "LEFT", "NAMESPACE", "TARGET", "FROM", "PORTS", "NETS", "BY", "ID", "REASON")
WIDE = (*COLUMNS, "DEADLINE", "DIRECTION", "TICKET", "POLICIES", "DRIFT")
JSON_COLUMNS = (
    "id", "state", "deadline", "secondsLeft", "context", "namespaces", "direction", "target", "peers",
    "ports", "armed", "requestedBy", "approvedBy", "reason", "ticket", "incident", "createdAt",
    "drift", "adopted",
)  # fmt: skip


def row_now(grant: Grant, session: Session, now: datetime) -> GrantRow:
    """Return the grant's row by server time ``now``."""
    return row_of(grant, now, session.cluster.context, session.limits.expiring)


def json_row(row: GrantRow) -> Json:
    """Return the row as documented for ``-o json``."""
    return row.to_json()


def cells(row: GrantRow, *, wide: bool = False) -> tuple[str, ...]:
    """Return the row's cells in the order of COLUMNS, or of WIDE."""
    narrow = (
        str(row.state),
        "unknown" if row.left is None else format_left(row.left),
        ",".join(row.namespaces),
        row.target,
        row.peers,
        row.ports,
        row.nets,
        row.requested_by,
        short(row.id),
        row.reason if wide or len(row.reason) <= 40 else f"{row.reason[:39]}…",
    )
    if not wide:
        return narrow
    return (
        *narrow,
        "unknown" if row.deadline is None else format_moment(row.deadline),
        row.direction,
        row.ticket,
        ",".join(part.policy for part in row.parts if part.policy),
        "; ".join(row.drift),
    )
