"""What registry and cluster hold of a grant, as people and programs are told it.

Law: pure. A registry is a file: what stands in it may be older than this program, or somebody else's, so
every text is cleaned here.
"""

from app.domain.durations import format_moment
from app.domain.grant import Grant
from app.domain.records import ChainedEntry, GrantRecord, Json
from app.domain.text import clean_tree

ENTRY_COLUMNS = ("seq", "at", "event", "grant", "actor", "cluster", "detail", "hash")
"""The fields of ``entry_json``, for CSV."""


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


def history_line(item: ChainedEntry) -> str:
    """Return an audit row as one line."""
    row = entry_json(item)
    detail = "  ".join(f"{key}={value}" for key, value in row["detail"].items() if value not in ("", None))
    return f"{row['at']}  {row['event']:<9}  {row['grant']}  {row['actor']}  {detail}  #{row['seq']}"


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


def record_manifests(record: GrantRecord) -> list[Json]:
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


def grant_manifests(grant: Grant) -> list[Json]:
    """Return a live grant's policies as they stand; they were cleaned when they came."""
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {
                "name": policy.metadata.name,
                "namespace": policy.metadata.namespace,
                "uid": policy.metadata.uid,
                "labels": policy.metadata.labels or {},
                "annotations": policy.metadata.annotations or {},
            },
            "spec": policy.spec or {},
        }
        for policy in grant.policies
    ]


def _cleaned(value: Json) -> Json:
    found = clean_tree(value)
    assert isinstance(found, dict)
    return found
