"""The grants table: each grant as it was last known, one row per id.

Law: rows in, rows out; the caller owns the transaction.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime

from app.domain.records import EndCause, GrantRecord, Phase
from app.registry.codec import (
    canonical,
    decode_names,
    decode_parts,
    decoding,
    encode_names,
    stamp,
    unstamp,
)
from app.registry.redaction import redact

_COLUMNS = tuple(field.name for field in fields(GrantRecord))
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM grants"
_KEEP = (
    f"INSERT INTO grants ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)}) "
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)


def keep(connection: sqlite3.Connection, grant: GrantRecord) -> None:
    """Write the grant, over what was known of it before."""
    connection.execute(_KEEP, encode(grant))


def find(connection: sqlite3.Connection, grant_id: str) -> GrantRecord | None:
    """Return the grant with this full id."""
    row = connection.execute(f"{_SELECT} WHERE id = ?", [grant_id]).fetchone()
    return None if row is None else decode(row)


def of_cluster(connection: sqlite3.Connection, cluster: str) -> tuple[GrantRecord, ...]:
    """Return the grants of a cluster (empty: of all), oldest first."""
    where, values = ("WHERE cluster = ?", [redact(cluster)]) if cluster else ("", [])
    rows = connection.execute(f"{_SELECT} {where} ORDER BY created_at, id", values).fetchall()
    return tuple(decode(row) for row in rows)


def some(connection: sqlite3.Connection, grant_ids: Iterable[str]) -> dict[str, GrantRecord]:
    """Return the grants with these full ids, by id; those that are not known are left out."""
    wanted = json.dumps(list(dict.fromkeys(grant_ids)))
    rows = connection.execute(f"{_SELECT} WHERE id IN (SELECT value FROM json_each(?))", [wanted])
    return {row[0]: decode(row) for row in rows.fetchall()}


def standing(connection: sqlite3.Connection, cluster: str, now: datetime) -> tuple[GrantRecord, ...]:
    """Return the grants of a cluster that were made and whose deadline has not passed, oldest first."""
    where = "WHERE cluster = ? AND phase = ? AND deadline > ? ORDER BY created_at, id"
    rows = connection.execute(f"{_SELECT} {where}", [redact(cluster), str(Phase.ACTIVE), stamp(now)])
    return tuple(decode(row) for row in rows)


def count(connection: sqlite3.Connection) -> int:
    """Return how many grants there are."""
    return int(connection.execute("SELECT count(*) FROM grants").fetchone()[0])


def encode(grant: GrantRecord) -> dict[str, str | None]:
    """Return the row by column, without credentials in what people typed."""
    row: dict[str, str | None] = {name: getattr(grant, name) for name in _COLUMNS}
    row |= {name: redact(getattr(grant, name)) for name in ("cluster", "reason", "ticket", "incident")}
    return row | {
        "namespaces": encode_names(grant.namespaces),
        "created_at": stamp(grant.created_at),
        "deadline": stamp(grant.deadline),
        "ended_at": None if grant.ended_at is None else stamp(grant.ended_at),
        "spec": canonical(grant.spec),
    }


def decode(row: tuple[str, ...]) -> GrantRecord:
    """Read back a row in the order of the record's fields; RegistryError where netgrant did not write it."""
    values = dict(zip(_COLUMNS, row, strict=True))
    with decoding(f"grant {values['id']}"):
        ended_at, end_cause = values.pop("ended_at"), values.pop("end_cause")
        return GrantRecord(
            namespaces=decode_names(values.pop("namespaces")),
            created_at=unstamp(values.pop("created_at")),
            deadline=unstamp(values.pop("deadline")),
            phase=Phase(values.pop("phase")),
            ended_at=None if ended_at is None else unstamp(ended_at),
            end_cause=None if end_cause is None else EndCause(end_cause),
            spec=decode_parts(values.pop("spec")),
            **values,
        )
