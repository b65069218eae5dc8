"""The schema, as steps that were taken in this order on every registry there is.

Law: append only. A step that was ever released is not edited; a change is a new step at the end, and
SCHEMA_VERSION of the database module counts them. sqlite-utils costs 60 ms to import, so this module is
imported only where a step is pending.

audit has no columns for its fields: each row is the very text that the hash covers, and indexes on
expressions find things in it, so that there is no second copy which could say otherwise.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from app.registry.audit import restore_guards

migrations = Migrations("netgrant")


@migrations()
def m001_grants_intents_audit(db: Database) -> None:
    """Make the three tables and their indexes."""
    _make_grants(db)
    _make_intents(db)
    _make_audit(db)
    restore_guards(db.conn)


def _make_grants(db: Database) -> None:
    grants = db.table("grants")
    grants.create(
        {
            "id": str,
            "cluster": str,
            "context": str,
            "namespaces": str,  # JSON list
            "direction": str,
            "target": str,
            "peers": str,
            "ports": str,
            "requested_by": str,
            "reason": str,
            "created_at": str,
            "deadline": str,
            "phase": str,
            "ticket": str,
            "incident": str,
            "ended_at": str,
            "end_cause": str,
            "spec": str,  # JSON object
        },
        pk="id",
        not_null={
            "id", "cluster", "context", "namespaces", "direction", "target", "peers", "ports", "requested_by",
            "reason", "created_at", "deadline", "phase", "ticket", "incident", "spec",
        },
    )  # fmt: skip
    grants.create_index(["cluster", "created_at"])


def _make_intents(db: Database) -> None:
    intents = db.table("intents")
    intents.create(
        {
            "id": str,
            "grant_id": str,
            "op": str,
            "cluster": str,
            "namespaces": str,  # JSON list
            "actor": str,
            "at": str,
            "deadline": str,
            "detail": str,  # JSON object
            "outcome": str,  # NULL while the intent is open
        },
        pk="id",
        not_null={"id", "grant_id", "op", "cluster", "namespaces", "actor", "at", "deadline", "detail"},
        foreign_keys=[("grant_id", "grants", "id")],
    )
    intents.create_index(["grant_id"])
    db.execute("CREATE INDEX intents_open ON intents (cluster, at) WHERE outcome IS NULL")


def _make_audit(db: Database) -> None:
    audit = db.table("audit")
    audit.create(
        {"seq": int, "previous": str, "hash": str, "entry": str},
        pk="seq",
        not_null={"previous", "hash", "entry"},
    )
    audit.create_index(["hash"], unique=True)
    db.execute("CREATE INDEX audit_by_grant ON audit (json_extract(entry, '$.grant_id'))")
    db.execute("CREATE INDEX audit_by_time ON audit (json_extract(entry, '$.at'))")
