"""Every way in which the file fails us is a RegistryError that says what, why and what to do."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from errno import EDQUOT, ENOSPC, EROFS
from pathlib import Path

import pytest

from app.domain.records import Happening, HistoryQuery
from app.errors import RegistryError
from app.registry import Registry, audit
from app.registry.chain import verify
from app.registry.database import Database
from app.registry.faults import of_sqlite, of_system
from tests.registry.samples import count, entry, grant

PATIENCE = 0.05


async def filled(path: Path) -> Path:
    async with Registry.open(path) as registry:
        await registry.note(entry(), grant())
    return path


async def both_fail(path: Path, words: str) -> RegistryError:
    """Assert that reading and writing fail with the words, and return the error of writing."""
    async with Registry.open(path, patience_seconds=PATIENCE) as registry:
        with pytest.raises(RegistryError, match=words):
            await registry.history(HistoryQuery())
        with pytest.raises(RegistryError, match=words) as caught:
            await registry.note(entry())
    assert str(path) in caught.value.message
    assert caught.value.fix
    assert "\n" not in caught.value.message + caught.value.fix
    return caught.value


async def test_locked_for_longer_than_our_patience(path: Path) -> None:
    await filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        error = await both_fail(path, r"locked by another process \(waited 0\.05 s\)")
        other.execute("ROLLBACK")
    assert "fuser" in error.fix


async def test_locked_while_open_and_free_again_after(path: Path) -> None:
    await filled(path)
    async with Registry.open(path, patience_seconds=PATIENCE) as registry:
        await registry.head()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute(
                "SELECT * FROM audit"
            ).fetchone()  # a reader that does not end keeps us from committing
            with pytest.raises(RegistryError, match="locked by another process"):
                await registry.note(entry(Happening.ENDED))
            assert (await registry.head()).seq == 1
        await registry.note(entry(Happening.ENDED))
        assert (await registry.head()).seq == 2


@pytest.mark.parametrize("spare_pages", [0, 2])
def test_a_full_disk_loses_nothing_that_was_kept(path: Path, spare_pages: int) -> None:
    database = Database(path)
    database.write(lambda connection: audit.append(connection, entry()))
    database.read(lambda connection: limit_pages(connection, spare_pages), None)

    with pytest.raises(RegistryError, match="cannot grow: its disk is full") as caught:
        for number in range(100):
            database.write(lambda connection, number=number: append_much(connection, number))  # type: ignore[misc]

    assert "free some space" in caught.value.fix
    before = database.read(lambda connection: count(connection, "audit"), 0)
    database.read(lambda connection: limit_pages(connection, 1000), None)
    database.write(lambda connection: audit.append(connection, entry()))
    report = database.read(lambda connection: verify(audit.links(connection)), None)
    assert report is not None and report.is_whole and report.rows == before + 1
    database.close()


def limit_pages(connection: sqlite3.Connection, spare: int) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + spare}")


def append_much(connection: sqlite3.Connection, number: int) -> None:
    for _ in range(3):
        audit.append(connection, entry(detail={"reason": f"{number} " * 300}))


async def test_a_directory_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "registry.db").mkdir()

    error = await both_fail(tmp_path / "registry.db", "is a directory")

    assert "--registry" in error.fix


async def test_a_file_where_its_directory_should_be(tmp_path: Path) -> None:
    (tmp_path / "state").touch()

    await both_fail(tmp_path / "state" / "registry.db", "cannot be opened: (Not a directory|File exists)")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    path.write_bytes(b"kubeconfig: surely not\n" * 100)

    await both_fail(path, "is not an SQLite database")

    assert path.read_bytes().startswith(b"kubeconfig")


async def test_a_damaged_file(path: Path) -> None:
    await filled(path)
    page = 4096
    with path.open("r+b") as file:
        file.seek(page)
        file.write(b"\xff" * page * 20)

    async with Registry.open(path) as registry:
        for attempt in (registry.note(entry()), registry.history(HistoryQuery()), registry.health()):
            with pytest.raises(RegistryError, match="is damaged") as caught:
                await attempt
            assert "grants in the cluster end on time without it" in caught.value.fix


async def test_a_file_cut_short(path: Path) -> None:
    await filled(path)
    os.truncate(path, 4096)

    await both_fail(path, "is damaged")


async def test_a_table_that_somebody_dropped(path: Path) -> None:
    await filled(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE audit")

    await both_fail(path, "does not have netgrant's tables .*no such table")


@pytest.mark.parametrize(
    ("lose", "words"),
    [(Path.unlink, "was deleted"), (lambda path: os.replace(path.with_name("other"), path), "was replaced")],
)
async def test_deleted_or_replaced_while_it_is_open(
    path: Path, lose: Callable[[Path], None], words: str
) -> None:
    await filled(path.with_name("other"))
    async with Registry.open(path) as registry:
        await registry.note(entry())
        lose(path)

        with pytest.raises(RegistryError, match=f"{words} while netgrant had it open") as caught:
            await registry.note(entry())

        assert "put it back" in caught.value.fix


async def test_deleted_stays_an_error_until_it_is_put_back(path: Path, tmp_path: Path) -> None:
    async with Registry.open(path) as registry:
        await registry.note(entry())
        path.rename(tmp_path / "kept")

        for attempt in (registry.note(entry()), registry.note(entry()), registry.history(HistoryQuery())):
            with pytest.raises(RegistryError, match="was deleted while netgrant had it open"):
                await attempt
        assert not path.exists()

        (tmp_path / "kept").rename(path)
        await registry.note(entry())
        assert (await registry.verify()).rows == 2


@pytest.mark.parametrize("when", ["before the first change", "after it"])
def test_deleted_in_the_middle_of_a_write(path: Path, when: str) -> None:
    database = Database(path)
    database.write(lambda connection: audit.append(connection, entry()))

    def change(connection: sqlite3.Connection) -> None:
        if when == "after it":
            audit.append(connection, entry())
        path.unlink()
        if when != "after it":
            audit.append(connection, entry())

    with pytest.raises(RegistryError, match=r"was deleted .*while netgrant had it open"):
        database.write(change)
    database.close()


async def test_a_read_only_file_can_be_read(unprivileged: Path) -> None:
    path = await filled(unprivileged / "registry.db")
    path.chmod(0o400)

    async with Registry.open(path) as registry:
        assert len(await registry.history(HistoryQuery())) == 1
        assert await registry.grants() == (grant(),)
        assert (await registry.health()).problems == ()
        with pytest.raises(RegistryError, match="is read-only") as caught:
            await registry.note(entry())
    assert "writable" in caught.value.fix


async def test_a_file_in_a_read_only_directory_can_be_read(unprivileged: Path) -> None:
    path = await filled(unprivileged / "registry.db")
    unprivileged.chmod(0o500)

    async with Registry.open(path) as registry:
        assert len(await registry.history(HistoryQuery())) == 1
        with pytest.raises(RegistryError, match=r"registry\.db (is read-only|cannot be opened)") as caught:
            await registry.note(entry())
        assert "directory writable" in caught.value.fix
        assert len(await registry.history(HistoryQuery())) == 1


async def test_a_new_file_in_a_read_only_directory(unprivileged: Path) -> None:
    unprivileged.chmod(0o500)

    async with Registry.open(unprivileged / "registry.db") as registry:
        assert await registry.history(HistoryQuery()) == ()
        with pytest.raises(
            RegistryError, match=r"may not be opened or made by this user \(Permission denied\)"
        ):
            await registry.note(entry())


async def test_a_file_that_we_may_not_read(unprivileged: Path) -> None:
    path = await filled(unprivileged / "registry.db")
    path.chmod(0o000)

    await both_fail(path, "cannot be opened")


async def test_a_directory_that_we_may_not_enter(unprivileged: Path) -> None:
    path = await filled(unprivileged / "state" / "registry.db")
    path.parent.chmod(0o000)
    try:
        await both_fail(path, "may not be opened or made by this user")
    finally:
        path.parent.chmod(0o700)


@pytest.mark.parametrize(
    ("number", "words"),
    [(ENOSPC, "its disk is full"), (EDQUOT, "its disk is full"), (EROFS, "may not be opened or made")],
)
def test_what_the_system_refuses_is_said_in_words(number: int, words: str) -> None:
    error = of_system(OSError(number, os.strerror(number)), Path("/srv/registry.db"))

    assert words in error.message and os.strerror(number) in error.message
    assert error.fix


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_IOERR_FSYNC, "its disk fails"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "locked by another process"),
        (sqlite3.SQLITE_LOCKED, "locked by another process"),
        (sqlite3.SQLITE_READONLY_ROLLBACK, "is read-only"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "was deleted or replaced"),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, "cannot be opened"),
        (sqlite3.SQLITE_TOOBIG, "a row of this size"),
        (sqlite3.SQLITE_MISUSE, "cannot be used"),
        (None, "cannot be used: the words"),
    ],
)
def test_sqlites_codes_are_told_apart_by_their_family(code: int | None, words: str) -> None:
    raised = sqlite3.OperationalError("the words")
    if code is not None:
        raised.sqlite_errorcode = code

    assert words in of_sqlite(raised, Path("/srv/registry.db"), 1.0).message
