"""A grant's row as text and as JSON, for every verb that prints one."""

from datetime import datetime

from app.commands.session import Session
from app.domain.durations import format_left, format_moment
from app.domain.grant import Grant
from app.domain.ids import short
from app.domain.records import ChainedEntry, GrantRecord, Json
from app.domain.text import clean_tree
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


def entry_json(item: ChainedEntry) -> Json:
    """Return an audit row as documented for ``history -o json``, its texts cleaned."""
    entry = item.entry
    return _cleaned(
        {
            "seq": item.seq,
            "at": format_moment(entry.at),
            "event": str(entry.happening),
            "grant": entry.grant_id,
            "actor": entry.actor,
            "cluster": entry.cluster,
            "detail": entry.detail,
            "hash": item.hash,
        }
    )


def record_json(record: GrantRecord) -> Json:
    """Return a registry record as documented for ``show -o json``, its texts cleaned."""
    return _cleaned(
        {
            "id": record.id,
            "phase": str(record.phase),
            "cluster": record.cluster,
            "context": record.context,
            "namespaces": list(record.namespaces),
            "direction": record.direction,
            "target": record.target,
            "peers": record.peers,
            "ports": record.ports,
            "requestedBy": record.requested_by,
            "reason": record.reason,
            "ticket": record.ticket,
            "incident": record.incident,
            "createdAt": format_moment(record.created_at),
            "deadline": format_moment(record.deadline),
            "endedAt": format_moment(record.ended_at) if record.ended_at else None,
            "endCause": str(record.end_cause) if record.end_cause else None,
        }
    )


def record_manifests(record: GrantRecord) -> list[object]:
    """Return the policies that a record was made of, as manifests, their texts cleaned."""
    return [
        _cleaned(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": part["name"], "namespace": part["namespace"]},
                "spec": part["spec"],
            }
        )
        for part in record.spec.get("parts", ())
    ]


def _cleaned(value: Json) -> Json:
    # A registry is a file: what stands in it may be older than this program, or somebody else's.
    found = clean_tree(value)
    assert isinstance(found, dict)
    return found
