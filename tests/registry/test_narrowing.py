"""Questions to the audit rows: each term alone, together, and with what SQL takes for its own."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.records import Happening, HistoryQuery
from app.registry import Registry, audit, grants
from app.registry.narrowing import narrowed
from tests.registry import samples

MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(memory: sqlite3.Connection) -> sqlite3.Connection:
    """Two grants with two rows each, and one row about no grant."""
    grants.keep(memory, samples.grant("one", namespaces=("production", "ops"), ticket="INC-482"))
    grants.keep(
        memory,
        samples.grant("two", namespaces=("payments",), requested_by="bob", target="app=api", ticket=""),
    )
    rows: tuple[tuple[str, Happening, str, dict[str, str]], ...] = (
        ("one", Happening.ASKED, "alice", {"reason": 'debug "lag" 100%'}),
        ("one", Happening.GRANTED, "alice", {}),
        ("two", Happening.GRANTED, "bob", {"deadline": "2026-11-24T19:00:00Z"}),
        ("two", Happening.REVOKED, "carol", {"reason": "c:\\temp"}),
        ("", Happening.REPAIRED, "root", {}),
    )
    for minute, (grant_id, happening, actor, detail) in enumerate(rows):
        at = samples.NOW + minute * MINUTE
        audit.append(memory, samples.entry(happening, grant_id=grant_id, actor=actor, detail=detail, at=at))
    return memory


def found(connection: sqlite3.Connection, **query: object) -> list[int]:
    return [row.seq for row in audit.history(connection, HistoryQuery(**query))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "seqs"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"by": "ALICE"}, [1, 2]),
        ({"by": "bob"}, [3, 4]),  # who asked for the grant, too, not only who acted
        ({"by": "carol"}, [4]),
        ({"namespace": "ops"}, [1, 2]),
        ({"namespace": "op"}, []),
        ({"namespace": "p*"}, [1, 2, 3, 4]),
        ({"namespace": "[op]*"}, []),
        ({"ticket": "482"}, [1, 2]),
        ({"happenings": (Happening.GRANTED, Happening.REVOKED)}, [2, 3, 4]),
        ({"until": samples.NOW + MINUTE}, [1]),
        ({"since": samples.NOW + MINUTE, "until": samples.NOW + 3 * MINUTE}, [2, 3]),
        ({"text": ("app=api",)}, [3, 4]),
        ({"text": ('"lag"',)}, [1]),
        ({"text": ("100%",)}, [1]),
        ({"text": ("c:\\temp",)}, [4]),
        ({"text": ("reason",)}, []),  # the name of a field is no text of a row
        ({"text": ("DEBUG", "inc-482")}, [1, 2]),
        ({"text": ("debug", "carol")}, [4]),
        ({"by": "alice", "happenings": (Happening.ASKED,)}, [1]),
        ({"grant_id": "tw", "by": "carol"}, [4]),
    ],
)
def test_each_term_narrows(told: sqlite3.Connection, query: dict[str, object], seqs: list[int]) -> None:
    assert found(told, **query) == seqs


def test_the_newest_are_kept(told: sqlite3.Connection) -> None:
    assert found(told, limit=2) == [4, 5]


def test_each_value_is_a_parameter() -> None:
    hostile = "x'; DROP TABLE audit; --"
    where, values = narrowed(
        HistoryQuery(by=hostile, namespace=hostile, ticket=hostile, text=(hostile,), cluster=hostile), hostile
    )
    assert "DROP" not in where
    assert where.count("?") == len(values)


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_looked_for_as_it_is(needle: str, hay: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE audit (entry TEXT); CREATE TABLE grants (id, context, namespaces, target, peers, ports,"
        " requested_by, reason, ticket, incident)"
    )
    entry = samples.entry(actor=hay, cluster="", grant_id="", detail={})
    connection.execute("INSERT INTO audit VALUES (?)", [audit.encode(entry)])
    where, values = narrowed(HistoryQuery(text=(needle,)), "")
    (count,) = connection.execute(f"SELECT count(*) FROM audit WHERE {where}", values).fetchone()
    if needle in hay and "\0" not in needle + hay:
        assert count == 1
    connection.close()


async def test_rows_come_beside_their_grants(tmp_path: Path) -> None:
    async with Registry.open(tmp_path / "registry.db") as log:
        assert await log.search(HistoryQuery()) == ()
        await log.note(samples.entry(grant_id="one"), samples.grant("one"))
        await log.note(samples.entry(grant_id="unknown"))
        first, second = await log.search(HistoryQuery())
    assert first.record == samples.grant("one")
    assert second.record is None
    assert (first.item.seq, second.item.seq) == (1, 2)
