"""Records go in and come back as they were, whatever text is in them."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
import sqlite_utils
from hypothesis import given

from app.domain.records import Entry, GrantRecord, Happening, HistoryQuery, Intent, Outcome, Phase
from app.errors import RegistryError
from app.registry import audit, grants, intents
from app.registry.codec import canonical, decode_object
from app.registry.migrations import migrations
from app.registry.redaction import redact, redact_tree
from tests.registry import samples


@pytest.fixture(scope="module")
def shared() -> sqlite3.Connection:
    """One connection for all examples of a property: each rolls back what it did."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrations.apply(sqlite_utils.Database(connection, execute_plugins=False))
    return connection


@pytest.fixture(scope="module", autouse=True)
def _closed(shared: sqlite3.Connection) -> object:
    with closing(shared):
        yield


@given(grant=samples.grants)
def test_a_grant_comes_back_as_it_was(shared: sqlite3.Connection, grant: GrantRecord) -> None:
    kept = replace(
        grant,
        cluster=redact(grant.cluster),
        reason=redact(grant.reason),
        ticket=redact(grant.ticket),
        incident=redact(grant.incident),
    )
    shared.execute("BEGIN")
    try:
        grants.keep(shared, grant)

        assert grants.find(shared, grant.id) == kept
        assert grants.of_cluster(shared, grant.cluster) == (kept,)
    finally:
        shared.execute("ROLLBACK")


@given(intent=samples.intents)
def test_an_intent_comes_back_as_it_was(shared: sqlite3.Connection, intent: Intent) -> None:
    kept = replace(intent, cluster=redact(intent.cluster), detail=redact_tree(intent.detail))
    shared.execute("BEGIN")
    try:
        grants.keep(shared, samples.grant(intent.grant_id))
        intents.begin(shared, intent)

        assert intents.still_open(shared, intent.cluster) == (kept,)
    finally:
        shared.execute("ROLLBACK")


@given(entry=samples.entries)
def test_an_audit_row_comes_back_as_it_was_and_is_canonical(entry: Entry) -> None:
    text = audit.encode(entry)

    assert audit.decode(text) == replace(
        entry, cluster=redact(entry.cluster), detail=redact_tree(entry.detail)
    )
    assert canonical(decode_object(text)) == text


def test_keeping_a_grant_again_replaces_it(memory: sqlite3.Connection) -> None:
    grants.keep(memory, samples.grant())
    grants.keep(memory, samples.grant(phase=Phase.ACTIVE))

    assert grants.of_cluster(memory, "") == (samples.grant(phase=Phase.ACTIVE),)


def test_an_intent_without_its_grant_is_refused(memory: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        intents.begin(memory, samples.intent())


def test_the_first_outcome_of_an_intent_stands(memory: sqlite3.Connection) -> None:
    grants.keep(memory, samples.grant())
    intents.begin(memory, samples.intent())

    intents.finish(memory, "i1", Outcome.DONE)
    intents.finish(memory, "i1", Outcome.ABSENT)

    assert memory.execute("SELECT outcome FROM intents").fetchall() == [("done",)]
    assert intents.still_open(memory, samples.CLUSTER) == ()


def test_an_unknown_intent_cannot_be_finished(memory: sqlite3.Connection) -> None:
    with pytest.raises(RegistryError, match="knows no intent i9"):
        intents.finish(memory, "i9", Outcome.DONE)


@pytest.mark.parametrize(
    ("column", "value"),
    [("phase", "asleep"), ("deadline", "soon"), ("namespaces", "{"), ("spec", "[]"), ("created_at", b"\x00")],
)
def test_a_grant_row_that_netgrant_did_not_write_is_named(
    memory: sqlite3.Connection, column: str, value: object
) -> None:
    grants.keep(memory, samples.grant())
    memory.execute(f"UPDATE grants SET {column} = ?", [value])

    with pytest.raises(RegistryError, match=f"grant {samples.GRANT_ID} in the registry does not read"):
        grants.find(memory, samples.GRANT_ID)


def test_an_unknown_happening_is_named(memory: sqlite3.Connection) -> None:
    audit.append(memory, samples.entry(Happening.ASKED))
    memory.execute("DROP TRIGGER audit_keeps_words")
    memory.execute("UPDATE audit SET entry = replace(entry, 'asked', 'danced')")

    with pytest.raises(RegistryError, match="audit row 1 in the registry"):
        audit.history(memory, HistoryQuery())
