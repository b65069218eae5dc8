"""One SQLite file, one connection, and the two ways to use it: ``read`` and ``write``.

Law: every write is one BEGIN IMMEDIATE … COMMIT (a deferred one would fail at once with a stale snapshot
instead of waiting its turn), every read one snapshot. All calls come from one thread: the connection is
opened in the first that needs it.

The rollback journal with synchronous=EXTRA, on purpose and everywhere, not WAL: the journal mode is kept
in the file and shared by every SQLite that opens it, so one process with a new SQLite would put an older
one under WAL, whose reset bug with two writers was mended in 3.51.3 only. It also keeps a registry
readable where nothing can be written. The price is 0.8 ms instead of 0.2 ms for an audit row.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.errors import RegistryError
from app.registry import files
from app.registry.faults import ELSEWHERE, gone, told

T = TypeVar("T")

APPLICATION_ID = 0x4E477274
"""``NGrt`` in the file's header: this database is netgrant's and nobody else's."""
SCHEMA_VERSION = 1
"""How many migrations there are; kept in the file as user_version."""

PATIENCE_SECONDS = 10.0
"""How long to wait for other processes that write."""

_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # else INSERT OR REPLACE deletes without asking the delete trigger
    "PRAGMA synchronous = EXTRA",  # a committed row survives a power cut, its directory entry too
    "PRAGMA fullfsync = ON",  # macOS: fsync alone stops at the drive's cache
)


class Database:
    """A registry file that is opened at its first use.

    Args:
        path: the file; a missing one is made by the first write, with mode 0600.
        patience_seconds: how long to wait for another process's lock.
    """

    def __init__(self, path: Path, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._path = path
        self._patience_seconds = patience_seconds
        self._connection: sqlite3.Connection | None = None
        self._identity: files.Identity | None = None

    def read(self, query: Callable[[sqlite3.Connection], T], empty: T) -> T:
        """Run ``query`` on one snapshot; ``empty`` is the answer of a registry that is not there yet.

        Raises:
            RegistryError: the file cannot be read.
        """
        with told(self._path, self._patience_seconds):
            if self._connection is None and self._identity is None and files.is_unwritten(self._path):
                return empty
            connection = self._open()
            return self._transact(connection, "BEGIN", query)

    def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``change`` in one transaction; it is durable when this returns.

        Raises:
            RegistryError: nothing was written.
        """
        with told(self._path, self._patience_seconds):
            connection = self._open()
            result = self._transact(connection, "BEGIN IMMEDIATE", change)
            self._refuse_if_moved()  # what went into a deleted file is lost
            return result

    def close(self) -> None:
        """Close the file if it is open."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None:
            self._refuse_if_moved()
            return self._connection
        connection, found = self._connect()
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
            self._claim(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._identity = connection, found
        self._refuse_if_moved()
        return connection

    def _connect(self) -> tuple[sqlite3.Connection, files.Identity | None]:
        found = files.identity(self._path)
        if found is None and self._identity is not None:
            raise gone(self._path, "deleted")
        files.refuse_network(self._path)
        if found is None:
            files.create_private(self._path)
            found = files.identity(self._path)
        # mode=rw: SQLite must not make the file itself, it would be readable by all. Where the file is
        # write-protected, SQLite opens it for reading.
        uri = self._path.absolute().as_uri() + "?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=self._patience_seconds, isolation_level=None)
        return connection, found

    def _claim(self, connection: sqlite3.Connection) -> None:
        """Make sure that the file is ours, in the journal mode we want and of our schema."""
        if not self._is_current(connection):
            _migrate(connection)
        if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            connection.execute("PRAGMA journal_mode = DELETE")

    def _is_current(self, connection: sqlite3.Connection) -> bool:
        application, version = _marks(connection)
        if application != APPLICATION_ID and (application, version, _tables(connection)) != (0, 0, 0):
            raise RegistryError(
                f"the registry {self._path} is another program's database; nothing in it was changed",
                fix=ELSEWHERE,
            )
        if version > SCHEMA_VERSION:
            raise RegistryError(
                f"the registry {self._path} was written by a newer netgrant "
                f"(schema {version}, this one knows {SCHEMA_VERSION})",
                fix="use the newer netgrant; grants in the cluster end on time without the registry",
            )
        return version == SCHEMA_VERSION

    def _transact(
        self, connection: sqlite3.Connection, begin: str, work: Callable[[sqlite3.Connection], T]
    ) -> T:
        connection.execute(begin)
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has already rolled it back
                connection.execute("ROLLBACK")
            raise
        return result

    def _refuse_if_moved(self) -> None:
        found = files.identity(self._path)
        if found != self._identity:
            self.close()  # the next call looks again: the file may have been put back
            raise gone(self._path, "deleted" if found is None else "replaced")


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the schema's version as the file has it."""
    return _marks(connection)[1]


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application, version


def _tables(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return int(count)


def _migrate(connection: sqlite3.Connection) -> None:
    """Take the pending steps, all or none; of two processes at once the second finds nothing to do."""
    import sqlite_utils

    from app.registry.migrations import migrations

    connection.execute("BEGIN IMMEDIATE")
    try:
        if _marks(connection)[1] < SCHEMA_VERSION:
            migrations.apply(sqlite_utils.Database(connection, execute_plugins=False))
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
