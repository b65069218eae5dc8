"""Records to keep, by hand and by Hypothesis, and the file they are kept in."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from app.domain.records import EndCause, Entry, GrantRecord, Happening, Intent, Op, Phase

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
CLUSTER = "https://192.0.2.10:6443"
GRANT_ID = "01kav8zc3q5m7x9y2w4t6r8p0n"


def grant(grant_id: str = GRANT_ID, **changes: object) -> GrantRecord:
    fields: dict[str, Any] = {
        "id": grant_id,
        "cluster": CLUSTER,
        "context": "production",
        "namespaces": ("production",),
        "direction": "ingress",
        "target": "app=database",
        "peers": "198.51.100.0/24",
        "ports": "5432/TCP",
        "requested_by": "alice",
        "reason": "debug replication lag",
        "created_at": NOW,
        "deadline": NOW + timedelta(minutes=30),
        "phase": Phase.INTENDED,
    }
    return GrantRecord(**fields | changes)


def intent(intent_id: str = "i1", **changes: object) -> Intent:
    fields: dict[str, Any] = {
        "id": intent_id,
        "grant_id": GRANT_ID,
        "op": Op.CREATE,
        "cluster": CLUSTER,
        "namespaces": ("production",),
        "actor": "alice",
        "at": NOW,
        "deadline": NOW + timedelta(minutes=30),
    }
    return Intent(**fields | changes)


def entry(happening: Happening = Happening.ASKED, **changes: object) -> Entry:
    fields: dict[str, Any] = {
        "at": NOW,
        "cluster": CLUSTER,
        "grant_id": GRANT_ID,
        "happening": happening,
        "actor": "alice",
    }
    return Entry(**fields | changes)


times = st.datetimes(
    min_value=datetime(1, 1, 3),  # noqa: DTZ001 (the zone is Hypothesis' to add)
    max_value=datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.sampled_from(
        [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-11))]
    ),
)
texts = st.text(max_size=40)
names = st.lists(texts, max_size=3).map(tuple)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
objects = st.dictionaries(
    texts,
    st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_size=4,
)
grants = st.builds(
    GrantRecord,
    id=texts,
    cluster=texts,
    context=texts,
    namespaces=names,
    direction=texts,
    target=texts,
    peers=texts,
    ports=texts,
    requested_by=texts,
    reason=texts,
    created_at=times,
    deadline=times,
    phase=st.sampled_from(Phase),
    ticket=texts,
    incident=texts,
    ended_at=st.none() | times,
    end_cause=st.none() | st.sampled_from(EndCause),
    spec=objects,
)
intents = st.builds(
    Intent,
    id=texts,
    grant_id=texts,
    op=st.sampled_from(Op),
    cluster=texts,
    namespaces=names,
    actor=texts,
    at=times,
    deadline=times,
    detail=objects,
)
entries = st.builds(
    Entry,
    at=times,
    cluster=texts,
    grant_id=texts,
    happening=st.sampled_from(Happening),
    actor=texts,
    detail=objects,
)


def count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
