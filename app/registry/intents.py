"""The intents table: what was about to be done to a cluster, open until its outcome is known.

Law: rows in, rows out; the caller owns the transaction. The first outcome of an intent stands: of two
processes that settle the same one, the second changes nothing here.
"""

import sqlite3
from dataclasses import fields

from app.domain.records import Intent, Op, Outcome
from app.errors import RegistryError
from app.registry.codec import (
    canonical,
    decode_names,
    decode_parts,
    decoding,
    encode_names,
    stamp,
    unstamp,
)
from app.registry.redaction import redact, redact_tree

_COLUMNS = tuple(field.name for field in fields(Intent))
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM intents WHERE outcome IS NULL"
_OPEN = f"INSERT INTO intents ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"


def begin(connection: sqlite3.Connection, intent: Intent) -> None:
    """Write the intent as open; its grant must be there."""
    connection.execute(_OPEN, encode(intent))


def finish(connection: sqlite3.Connection, intent_id: str, outcome: Outcome) -> None:
    """Close the intent, unless it is closed already.

    Raises:
        RegistryError: there never was such an intent here.
    """
    changed = connection.execute(
        "UPDATE intents SET outcome = coalesce(outcome, ?) WHERE id = ?", [outcome, intent_id]
    ).rowcount
    if not changed:
        raise RegistryError(
            f"the registry knows no intent {intent_id}",
            fix="was another registry put in its place meanwhile?",
        )


def still_open(connection: sqlite3.Connection, cluster: str) -> tuple[Intent, ...]:
    """Return the open intents of a cluster, oldest first."""
    rows = connection.execute(f"{_SELECT} AND cluster = ? ORDER BY at, id", [redact(cluster)]).fetchall()
    return tuple(decode(row) for row in rows)


def count_open(connection: sqlite3.Connection) -> int:
    """Return how many intents are open, of all clusters."""
    return int(connection.execute("SELECT count(*) FROM intents WHERE outcome IS NULL").fetchone()[0])


def encode(intent: Intent) -> dict[str, str]:
    """Return the row by column, without credentials."""
    return {
        "id": intent.id,
        "grant_id": intent.grant_id,
        "op": intent.op,
        "cluster": redact(intent.cluster),
        "namespaces": encode_names(intent.namespaces),
        "actor": intent.actor,
        "at": stamp(intent.at),
        "deadline": stamp(intent.deadline),
        "detail": canonical(redact_tree(intent.detail)),
    }


def decode(row: tuple[str, ...]) -> Intent:
    """Read back a row in the order of the record's fields; RegistryError where netgrant did not write it."""
    values = dict(zip(_COLUMNS, row, strict=True))
    with decoding(f"intent {values['id']}"):
        return Intent(
            op=Op(values.pop("op")),
            namespaces=decode_names(values.pop("namespaces")),
            at=unstamp(values.pop("at")),
            deadline=unstamp(values.pop("deadline")),
            detail=decode_parts(values.pop("detail")),
            **values,
        )
