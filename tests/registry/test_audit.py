import sqlite3
from datetime import timedelta

import pytest
import sqlite_utils

from app.domain.records import ChainHead, Happening, HistoryQuery
from app.errors import InputError
from app.registry import audit
from app.registry.chain import FaultKind, link_hash, verify
from tests.registry import samples

OTHER_CLUSTER = "https://192.0.2.20:6443"

# The way round that ends an older row: right in number and link, but with that row's hash.
_OLD_HASH = """
SELECT 4, last.hash, older.hash, '{}' FROM audit older, audit last WHERE (older.seq, last.seq) = (2, 3)
"""


@pytest.fixture
def three(memory: sqlite3.Connection) -> sqlite3.Connection:
    for minute in range(3):
        audit.append(memory, samples.entry(at=samples.NOW + timedelta(minutes=minute)))
    return memory


def is_whole(connection: sqlite3.Connection) -> bool:
    return verify(audit.links(connection)).is_whole


def test_rows_are_chained_from_the_first(memory: sqlite3.Connection) -> None:
    assert audit.head(memory) == ChainHead()

    first = audit.append(memory, samples.entry())
    second = audit.append(memory, samples.entry(Happening.GRANTED))

    assert (first.seq, second.seq) == (1, 2)
    assert second == audit.head(memory) == verify(audit.links(memory), [first]).head
    rows = audit.history(memory, HistoryQuery())
    assert [(row.seq, row.previous, row.hash) for row in rows] == [
        (1, ChainHead().hash, first.hash),
        (2, first.hash, second.hash),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET entry = 'x' WHERE seq = 2",
        "UPDATE OR REPLACE audit SET seq = 9 WHERE seq = 2",
        "UPDATE OR IGNORE audit SET seq = 9 WHERE seq = 2",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE seq = 3",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 2",
        "INSERT OR REPLACE INTO audit SELECT seq, previous, 'f', 'x' FROM audit WHERE seq = 2",
        "INSERT INTO audit (previous, hash, entry) SELECT hash, 'f', '{}' FROM audit WHERE seq = 3",
        "INSERT INTO audit (seq, previous, hash, entry) SELECT 5, hash, 'f', '{}' FROM audit WHERE seq = 3",
        "INSERT INTO audit (seq, previous, hash, entry) SELECT 4, hash, 'f', '{}' FROM audit WHERE seq = 1",
        f"INSERT OR REPLACE INTO audit {_OLD_HASH}",
        f"INSERT OR IGNORE INTO audit {_OLD_HASH}",
        "REPLACE INTO audit SELECT * FROM audit WHERE seq = 3",
    ],
)  # fmt: skip
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_rows_cannot_be_changed_removed_or_put_out_of_turn(
    three: sqlite3.Connection, statement: str, recursive: str
) -> None:
    three.execute(f"PRAGMA recursive_triggers = {recursive}")
    before = list(audit.links(three))

    with pytest.raises(sqlite3.IntegrityError, match="audit rows are"):
        three.execute(statement)

    assert list(audit.links(three)) == before


def test_a_schema_change_drops_the_guards_and_the_next_row_puts_them_back_and_says_so(
    three: sqlite3.Connection,
) -> None:
    sqlite_utils.Database(three).table("audit").transform(types={"hash": str})
    assert not audit.guards_stand(three)

    audit.append(three, samples.entry(Happening.GRANTED))

    assert audit.guards_stand(three)
    told = audit.history(three, HistoryQuery())[3:]
    assert [row.entry.happening for row in told] == [Happening.REPAIRED, Happening.GRANTED]
    assert "append-only triggers" in told[0].entry.detail["reason"]
    assert is_whole(three)
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        three.execute("DELETE FROM audit")


def test_a_guard_that_was_weakened_is_put_back_too(three: sqlite3.Connection) -> None:
    three.execute("DROP TRIGGER audit_keeps_rows")
    three.execute("CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit BEGIN SELECT 1; END")

    audit.append(three, samples.entry())

    assert audit.guards_stand(three)


def test_an_edit_behind_the_guards_is_found_by_the_chain(three: sqlite3.Connection) -> None:
    sqlite_utils.Database(three).table("audit").transform(types={"hash": str})
    three.execute("UPDATE audit SET entry = replace(entry, 'alice', 'mallory') WHERE seq = 2")

    audit.append(three, samples.entry())  # and putting the guards back does not hide it

    assert [(fault.kind, fault.seq) for fault in verify(audit.links(three)).faults] == [(FaultKind.EDITED, 2)]


def test_a_cut_tail_is_found_against_the_head_that_was_kept(three: sqlite3.Connection) -> None:
    kept = audit.head(three)
    three.execute("DROP TRIGGER audit_keeps_rows")
    three.execute("DELETE FROM audit WHERE seq = 3")

    assert is_whole(three)
    report = verify(audit.links(three), [kept])
    assert [(fault.kind, fault.seq) for fault in report.faults] == [(FaultKind.TRUNCATED, 3)]


def test_the_stored_text_is_what_was_hashed(three: sqlite3.Connection) -> None:
    seq, previous, own, text = list(audit.links(three))[1]

    assert own == link_hash(seq, previous, text)
    assert text == (
        '{"actor":"alice","at":"2026-11-24T18:01:00.000000Z","cluster":"https://192.0.2.10:6443",'
        '"detail":{},"grant_id":"01kav8zc3q5m7x9y2w4t6r8p0n","happening":"asked"}'
    )


def test_secrets_never_reach_the_file(memory: sqlite3.Connection) -> None:
    audit.append(memory, samples.entry(detail={"reason": "use PASSWORD=hunter2", "token": "hunter2"}))

    assert "hunter2" not in next(audit.links(memory))[3]


def test_history_is_the_newest_rows_oldest_first(three: sqlite3.Connection) -> None:
    assert [row.seq for row in audit.history(three, HistoryQuery())] == [1, 2, 3]
    assert [row.seq for row in audit.history(three, HistoryQuery(limit=2))] == [2, 3]
    assert audit.history(three, HistoryQuery(limit=0)) == ()
    assert audit.history(three, HistoryQuery(limit=-1)) == ()


def test_history_since_a_time_includes_it(three: sqlite3.Connection) -> None:
    since = samples.NOW + timedelta(minutes=1)

    assert [row.seq for row in audit.history(three, HistoryQuery(since=since))] == [2, 3]
    assert audit.history(three, HistoryQuery(since=since + timedelta(hours=1))) == ()


def test_history_of_a_cluster_is_found_even_if_its_url_held_a_password(memory: sqlite3.Connection) -> None:
    with_password = "https://admin:hunter2@192.0.2.10:6443"
    audit.append(memory, samples.entry(cluster=OTHER_CLUSTER))
    audit.append(memory, samples.entry(cluster=with_password))

    assert [row.seq for row in audit.history(memory, HistoryQuery(cluster=OTHER_CLUSTER))] == [1]
    assert [row.seq for row in audit.history(memory, HistoryQuery(cluster=with_password))] == [2]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("01kaaaa-one", [1, 3]),
        ("01kaaaa", [1, 3]),
        ("01KAAAA", [1, 3]),
        ("-one", [1, 3]),
        ("01kb", [2]),
        ("01k", None),
        ("%", []),
        ("01kaaaa_one", []),
        ("nothing", []),
    ],
)
def test_history_of_a_grant_by_its_id_or_an_end_of_it_that_is_its_own(
    memory: sqlite3.Connection, asked: str, found: list[int] | None
) -> None:
    for grant_id in ("01kaaaa-one", "01kbbbb-two", "01kaaaa-one"):
        audit.append(memory, samples.entry(grant_id=grant_id))

    if found is None:
        with pytest.raises(InputError, match="fits several grants: 01kaaaa-one, 01kbbbb-two") as caught:
            audit.history(memory, HistoryQuery(grant_id=asked))
        assert caught.value.field == "id"
    else:
        assert [row.seq for row in audit.history(memory, HistoryQuery(grant_id=asked))] == found


def test_a_full_id_is_not_taken_for_the_beginning_of_another(memory: sqlite3.Connection) -> None:
    for grant_id in ("01ka", "01kab"):
        audit.append(memory, samples.entry(grant_id=grant_id))

    assert [row.seq for row in audit.history(memory, HistoryQuery(grant_id="01ka"))] == [1]


def test_of_many_candidates_five_are_named(memory: sqlite3.Connection) -> None:
    for number in range(9):
        audit.append(memory, samples.entry(grant_id=f"01k{number}"))

    with pytest.raises(InputError, match="01k0, 01k1, 01k2, 01k3, 01k4 and more"):
        audit.history(memory, HistoryQuery(grant_id="01k"))


def test_history_uses_its_indexes(memory: sqlite3.Connection) -> None:
    plans: list[str] = []
    memory.set_trace_callback(plans.append)
    audit.history(memory, HistoryQuery(grant_id="g", since=samples.NOW))
    memory.set_trace_callback(None)

    plan = memory.execute(f"EXPLAIN QUERY PLAN {plans[-1]}").fetchall()
    assert "audit_by_grant" in plan[0][3] or "audit_by_time" in plan[0][3]
