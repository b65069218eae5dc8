"""The audit rows: appended one after the other, never changed, found by grant, cluster and time.

Law: append only. Triggers refuse UPDATE, DELETE, a row out of turn and a hash that is there already (the
way by which INSERT OR REPLACE would delete an older row). They stop mistakes, not a person who can write
the file: a schema change drops them silently, so every append looks for them first, and where they were
missing it puts them back and says so in a row of its own. That no row was changed meanwhile, only the
chain proves.
"""

import sqlite3
from collections.abc import Iterator

from app.domain.records import ChainedEntry, ChainHead, Entry, Happening, HistoryQuery
from app.errors import InputError
from app.registry.chain import Link, link_hash
from app.registry.codec import canonical, decode_object, decoding, stamp, unstamp
from app.registry.narrowing import GRANT as _GRANT
from app.registry.narrowing import narrowed
from app.registry.redaction import redact, redact_tree

_PREVIOUS = f"coalesce((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), '{ChainHead().hash}')"
# Whoever changes a word here also adds a migration that calls restore_guards, or every registry there is
# will look tampered with.
_GUARDS = {
    "audit_keeps_rows": "CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END",
    "audit_keeps_words": "CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END",
    "audit_keeps_order": "CREATE TRIGGER audit_keeps_order BEFORE INSERT ON audit WHEN "
    "new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit) "
    f"OR new.previous IS NOT {_PREVIOUS} "
    "OR EXISTS (SELECT 1 FROM audit WHERE hash = new.hash) "
    "BEGIN SELECT RAISE(ABORT, 'audit rows are only appended'); END",
}

_SELECT = "SELECT seq, previous, hash, entry FROM audit"
_AMBIGUOUS = 5
"""So many candidates are named to a person whose partial id fits several."""


def head(connection: sqlite3.Connection) -> ChainHead:
    """Return the newest link."""
    row = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return ChainHead() if row is None else ChainHead(*row)


def append(connection: sqlite3.Connection, entry: Entry) -> ChainHead:
    """Add a row at the end, within the caller's transaction, and return it as the new head."""
    if not guards_stand(connection):
        restore_guards(connection)
        _append(connection, _told_repair(entry))
    return _append(connection, entry)


def count(connection: sqlite3.Connection) -> int:
    """Return how many rows there are."""
    return int(connection.execute("SELECT count(*) FROM audit").fetchone()[0])


def links(connection: sqlite3.Connection) -> Iterator[Link]:
    """Return the rows as the chain sees them, in order, read as they are asked for."""
    return iter(connection.execute(f"{_SELECT} ORDER BY seq"))


def history(connection: sqlite3.Connection, query: HistoryQuery) -> tuple[ChainedEntry, ...]:
    """Return the rows asked for, oldest first, the newest ``limit`` of them.

    Raises:
        InputError: the partial id fits several grants.
    """
    full_id = _full_id(connection, query.grant_id) if query.grant_id else ""
    where, values = narrowed(query, full_id)
    rows = connection.execute(
        f"{_SELECT} WHERE {where} ORDER BY seq DESC LIMIT ?", [*values, max(0, query.limit)]
    ).fetchall()
    return tuple(_chained(row) for row in reversed(rows))


def guards_stand(connection: sqlite3.Connection) -> bool:
    """Tell whether the append-only triggers are in the schema, word for word."""
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    )
    return _GUARDS.items() <= dict(rows.fetchall()).items()


def restore_guards(connection: sqlite3.Connection) -> None:
    """Put the append-only triggers in place, whatever stands there under their names."""
    for name, create in _GUARDS.items():
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        connection.execute(create)


def encode(entry: Entry) -> str:
    """Return the text that is kept and hashed: canonical JSON, without credentials."""
    return canonical(
        {
            "at": stamp(entry.at),
            "cluster": redact(entry.cluster),
            "grant_id": entry.grant_id,
            "happening": entry.happening,
            "actor": entry.actor,
            "detail": redact_tree(entry.detail),
        }
    )


def decode(text: str) -> Entry:
    """Read back what ``encode`` wrote; ValueError, KeyError or TypeError where something else did."""
    fields = decode_object(text)
    return Entry(
        at=unstamp(fields["at"]),
        cluster=fields["cluster"],
        grant_id=fields["grant_id"],
        happening=Happening(fields["happening"]),
        actor=fields["actor"],
        detail=fields["detail"],
    )


def _append(connection: sqlite3.Connection, entry: Entry) -> ChainHead:
    last = head(connection)
    text = encode(entry)
    new = ChainHead(last.seq + 1, link_hash(last.seq + 1, last.hash, text))
    connection.execute(
        "INSERT INTO audit (seq, previous, hash, entry) VALUES (?, ?, ?, ?)",
        (new.seq, last.hash, new.hash, text),
    )
    return new


def _told_repair(entry: Entry) -> Entry:
    return Entry(
        at=entry.at,
        cluster=entry.cluster,
        grant_id="",
        happening=Happening.REPAIRED,
        actor=entry.actor,
        detail={"reason": "the registry's append-only triggers were missing or altered and were put back"},
    )


def _chained(row: Link) -> ChainedEntry:
    seq, previous, own, text = row
    with decoding(f"audit row {seq}"):
        return ChainedEntry(seq=seq, entry=decode(text), previous=previous, hash=own)


def _full_id(connection: sqlite3.Connection, part: str) -> str:
    """Return the one grant id that ``part`` is, begins or ends; ``part`` itself where there is none."""
    known = connection.execute(f"SELECT 1 FROM audit WHERE {_GRANT} = ? LIMIT 1", [part]).fetchone()
    if known:
        return part
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = connection.execute(
        f"SELECT DISTINCT {_GRANT} AS id FROM audit WHERE id LIKE ? ESCAPE '\\' OR id LIKE ? ESCAPE '\\' "
        "ORDER BY id LIMIT ?",
        [f"{escaped}%", f"%{escaped}", _AMBIGUOUS + 1],
    ).fetchall()
    if len(found) > 1:
        names = ", ".join(row[0] for row in found[:_AMBIGUOUS])
        more = " and more" if len(found) > _AMBIGUOUS else ""
        raise InputError(
            f"{part!r} fits several grants: {names}{more}", field="id", fix="give more characters of the id"
        )
    return str(found[0][0]) if found else part
