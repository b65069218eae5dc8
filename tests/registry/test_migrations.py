import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from app.domain.records import HistoryQuery
from app.errors import RegistryError
from app.registry import Registry
from app.registry.database import APPLICATION_ID, SCHEMA_VERSION
from app.registry.migrations import migrations
from tests.registry.samples import entry


async def test_the_schema_version_counts_the_migrations() -> None:
    db = sqlite_utils.Database(memory=True)
    assert len(migrations.pending(db)) == SCHEMA_VERSION

    migrations.apply(db)

    assert len(migrations.applied(db)) == SCHEMA_VERSION
    db.close()


async def test_a_new_file_is_marked_as_ours_and_with_its_schema(registry: Registry, path: Path) -> None:
    await registry.note(entry())

    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert other.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert other.execute("PRAGMA journal_mode").fetchone() == ("delete",)


async def test_the_connection_is_as_durable_and_strict_as_promised(registry: Registry) -> None:
    await registry.note(entry())
    asked = ("synchronous", "foreign_keys", "recursive_triggers", "journal_mode", "busy_timeout")

    nothing: list[object] = []
    values = await registry._read(
        lambda connection: [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked], nothing
    )

    assert values == [3, 1, 1, "delete", 10_000]


async def test_a_newer_schema_is_neither_read_nor_written(registry: Registry, path: Path) -> None:
    await registry.note(entry())
    await registry.close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 2}")
    before = path.read_bytes()

    async with Registry.open(path) as older:
        for attempt in (older.note(entry()), older.history(HistoryQuery()), older.health()):
            with pytest.raises(
                RegistryError, match=r"by a newer netgrant \(schema 3, this one knows 1\)"
            ) as caught:
                await attempt
            assert caught.value.fix.startswith("use the newer netgrant")
    assert path.read_bytes() == before


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE photos (id)")
    before = path.read_bytes()

    async with Registry.open(path) as registry:
        for attempt in (registry.note(entry()), registry.health()):
            with pytest.raises(RegistryError, match="another program's database; nothing in it was changed"):
                await attempt
    assert path.read_bytes() == before


async def test_an_empty_file_left_by_a_crash_reads_as_empty_and_becomes_a_registry(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    path.touch(mode=0o600)

    async with Registry.open(path) as registry:
        assert (await registry.health()).schema_version == 0
        assert path.stat().st_size == 0
        await registry.note(entry())
        assert (await registry.health()).schema_version == SCHEMA_VERSION


async def test_a_file_in_wal_mode_is_brought_back_to_the_rollback_journal(
    registry: Registry, path: Path
) -> None:
    await registry.note(entry())
    await registry.close()
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)

    async with Registry.open(path) as again:
        assert (await again.head()).seq == 1
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("delete",)
