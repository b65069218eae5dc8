import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.records import (
    ChainHead,
    Happening,
    HistoryQuery,
    Outcome,
    Phase,
    RegistryHealth,
)
from app.errors import RegistryError
from app.ports import GrantLog
from app.registry import Registry
from tests.registry.samples import CLUSTER, GRANT_ID, NOW, entry, grant, intent


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file as another process that writes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_it_is_the_grant_log(path: Path) -> None:
    log: GrantLog = Registry.open(path)

    assert isinstance(log, Registry)


async def test_a_grants_life_is_kept_in_order(registry: Registry) -> None:
    asked = await registry.begin(intent(), grant(), entry(Happening.ASKED))
    assert asked == await registry.head() and asked.seq == 1
    assert await registry.open_intents(CLUSTER) == (intent(),)
    assert await registry.open_intents("https://elsewhere") == ()
    assert await registry.grant(GRANT_ID) == grant()

    active = grant(phase=Phase.ACTIVE)
    await registry.finish("i1", Outcome.DONE, entry(Happening.GRANTED, detail={"audit_id": "6f"}), active)
    assert await registry.open_intents(CLUSTER) == ()
    assert await registry.grants() == (active,)

    ended = grant(phase=Phase.ENDED, ended_at=NOW + timedelta(minutes=30))
    await registry.note(entry(Happening.ENDED), ended)
    await registry.note(entry(Happening.GAP))
    assert await registry.grants(CLUSTER) == (ended,)
    assert await registry.grants("https://elsewhere") == ()

    rows = await registry.history(HistoryQuery(grant_id=GRANT_ID))
    assert [row.entry.happening for row in rows] == ["asked", "granted", "ended", "gap"]
    report = await registry.verify([asked])
    assert report.is_whole and report.head == await registry.head()


async def test_grants_and_intents_come_oldest_first(registry: Registry) -> None:
    for number, minutes in ((1, 5), (2, 1), (3, 3)):
        at = NOW + timedelta(minutes=minutes)
        record = grant(f"g{number}", created_at=at)
        await registry.begin(intent(f"i{number}", grant_id=f"g{number}", at=at), record, entry())

    assert [record.id for record in await registry.grants()] == ["g2", "g3", "g1"]
    assert [record.id for record in await registry.open_intents(CLUSTER)] == ["i2", "i3", "i1"]


async def test_what_was_kept_is_there_for_the_next_process(path: Path) -> None:
    async with Registry.open(path) as first:
        head = await first.begin(intent(), grant(), entry())
    async with Registry.open(path) as second:
        assert await second.head() == head
        assert await second.grant(GRANT_ID) == grant()


async def test_a_registry_that_is_not_there_reads_as_empty_and_is_not_made(
    registry: Registry, path: Path
) -> None:
    assert await registry.head() == ChainHead()
    assert await registry.open_intents(CLUSTER) == ()
    assert await registry.grant(GRANT_ID) is None
    assert await registry.grants() == ()
    assert await registry.history(HistoryQuery()) == ()
    assert await registry.health() == RegistryHealth(str(path), 0, 0, 0, 0)
    assert (await registry.verify()).is_whole
    assert not (await registry.verify([ChainHead(3, "f" * 64)])).is_whole
    assert not path.parent.exists()

    await registry.note(entry())

    assert (await registry.head()).seq == 1


async def test_a_failed_transaction_leaves_nothing(registry: Registry) -> None:
    await registry.begin(intent(), grant(), entry())

    with pytest.raises(RegistryError, match=r"breaks its rules .*intents\.id"):
        await registry.begin(intent(), grant(reason="again"), entry())
    with pytest.raises(RegistryError, match="knows no intent"):
        await registry.finish("i9", Outcome.DONE, entry(), grant(reason="again"))
    with pytest.raises(RegistryError, match="no time zone"):
        await registry.note(replace(entry(), at=NOW.replace(tzinfo=None)), grant(reason="again"))

    assert await registry.grants() == (grant(),)
    assert (await registry.head()).seq == 1


async def test_an_intent_that_two_processes_settle_keeps_both_rows(registry: Registry) -> None:
    await registry.begin(intent(), grant(), entry())

    await registry.finish("i1", Outcome.DONE, entry(Happening.RECOVERED), grant())
    await registry.finish("i1", Outcome.DONE, entry(Happening.GRANTED), grant())

    rows = await registry.history(HistoryQuery())
    assert [row.entry.happening for row in rows] == ["asked", "recovered", "granted"]


async def test_a_reason_in_no_valid_encoding_is_refused_in_words(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="UTF-8 cannot write"):
        await registry.begin(intent(), grant(reason="caf\udce9"), entry())


async def test_a_cancelled_await_does_not_lose_its_write(registry: Registry, path: Path) -> None:
    await registry.note(entry())
    with locked(path):  # so that the first write waits and the second stands in the queue behind it
        writes = [asyncio.create_task(registry.note(entry(actor=name))) for name in ("running", "queued")]
        await asyncio.sleep(0)
        for write in writes:
            write.cancel()
        cancelled = await asyncio.gather(*writes, return_exceptions=True)
    assert all(isinstance(error, asyncio.CancelledError) for error in cancelled)

    rows = await registry.history(HistoryQuery())

    assert [row.entry.actor for row in rows] == ["alice", "running", "queued"]


async def test_closing_finishes_what_was_handed_over(path: Path) -> None:
    registry = Registry.open(path)
    await registry.note(entry())
    with locked(path):
        write = asyncio.create_task(registry.note(entry(actor="late")))
        await asyncio.sleep(0)
        write.cancel()
        closing_down = asyncio.create_task(registry.close())
        await asyncio.sleep(0)
    await closing_down

    async with Registry.open(path) as after:
        assert [row.entry.actor for row in await after.history(HistoryQuery())] == ["alice", "late"]


async def test_a_closed_registry_refuses_and_its_thread_is_gone(path: Path) -> None:
    registry = Registry.open(path)
    await registry.note(entry())
    await registry.close()
    await registry.close()

    with pytest.raises(RegistryError, match="was closed"):
        await registry.head()
    assert [thread for thread in threading.enumerate() if thread.name.startswith("registry")] == []


async def test_many_at_once_from_one_process_stand_in_one_chain(registry: Registry) -> None:
    await asyncio.gather(*(registry.note(entry(actor=str(number))) for number in range(40)))

    rows = await registry.history(HistoryQuery())
    assert [row.entry.actor for row in rows] == [str(number) for number in range(40)]
    assert (await registry.verify()).is_whole


def test_importing_and_reading_do_not_pay_for_sqlite_utils(tmp_path: Path) -> None:
    script = f"""
import asyncio, sys
from pathlib import Path
from app.domain.records import HistoryQuery
from app.registry import Registry
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
async def main():
    async with Registry.open(Path({str(tmp_path / "r.db")!r})) as registry:
        await registry.history(HistoryQuery())
        print("sqlite_utils" in sys.modules)
        from tests.registry.samples import entry
        await registry.note(entry())
        print("sqlite_utils" in sys.modules)
asyncio.run(main())
"""
    for expected in (["False", "True"], ["False", "False"]):  # the first write makes the schema
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout.split() == expected
