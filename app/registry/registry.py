"""The registry as the use cases see it: asynchronous, over one thread that owns the file.

Law: each method is one durable transaction. Nothing is opened before the first is called. A write that
was handed over is done even if whoever awaited it was cancelled: its caller may be gone, its row is not.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from app.domain.records import (
    ChainedEntry,
    ChainHead,
    Entry,
    GrantRecord,
    HistoryQuery,
    HistoryRow,
    Intent,
    Outcome,
    RegistryHealth,
)
from app.errors import RegistryError
from app.registry import audit, grants, intents
from app.registry.chain import ChainReport, verify
from app.registry.database import PATIENCE_SECONDS, Database
from app.registry.health import examine

T = TypeVar("T")


class Registry:
    """GrantLog over a SQLite file.

    A registry that is not there yet reads as empty, and reading does not make it; the first write does.
    Every method raises RegistryError where the file cannot be read or written.
    """

    def __init__(self, path: Path, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._path = path
        self._database = Database(path, patience_seconds=patience_seconds)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="registry")
        self._closed = False

    @classmethod
    def open(cls, path: Path, *, patience_seconds: float = PATIENCE_SECONDS) -> Self:
        """Return a registry over ``path``; the file itself is opened at the first use.

        Args:
            path: the SQLite file.
            patience_seconds: how long to wait while another process writes.
        """
        return cls(path, patience_seconds=patience_seconds)

    async def close(self) -> None:
        """Finish what was handed over, then close the file; may be called twice."""
        if not self._closed:
            self._closed = True
            last = self._thread.submit(self._database.close)
            self._thread.shutdown(wait=False)
            await asyncio.shield(asyncio.wrap_future(last))
            self._thread.shutdown(wait=True)  # it has nothing left to do but to end

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def head(self) -> ChainHead:
        """Return the newest link of the audit chain."""
        return await self._read(audit.head, ChainHead())

    async def begin(self, intent: Intent, grant: GrantRecord, entry: Entry) -> ChainHead:
        """Keep the intent, the grant as it is asked for, and its audit row; return the new head."""

        def change(connection: sqlite3.Connection) -> ChainHead:
            grants.keep(connection, grant)
            intents.begin(connection, intent)
            return audit.append(connection, entry)

        return await self._write(change)

    async def finish(self, intent_id: str, outcome: Outcome, entry: Entry, grant: GrantRecord) -> None:
        """Close the intent, keep the grant as it now stands, and append the audit row.

        Where another process has closed it meanwhile its outcome stands; the row is appended all the same.
        """

        def change(connection: sqlite3.Connection) -> None:
            intents.finish(connection, intent_id, outcome)
            grants.keep(connection, grant)
            audit.append(connection, entry)

        await self._write(change)

    async def note(self, entry: Entry, grant: GrantRecord | None = None) -> None:
        """Append an audit row without an intent, and keep the grant if given."""

        def change(connection: sqlite3.Connection) -> None:
            if grant is not None:
                grants.keep(connection, grant)
            audit.append(connection, entry)

        await self._write(change)

    async def open_intents(self, cluster: str) -> tuple[Intent, ...]:
        """Return the intents of this cluster that were begun and never finished, oldest first."""
        return await self._read(lambda connection: intents.still_open(connection, cluster), ())

    async def grant(self, grant_id: str) -> GrantRecord | None:
        """Return the grant with this full id, None if this registry never heard of it."""
        return await self._read(lambda connection: grants.find(connection, grant_id), None)

    async def grants(self, cluster: str = "") -> tuple[GrantRecord, ...]:
        """Return all grants of a cluster (empty: of all), oldest first."""
        return await self._read(lambda connection: grants.of_cluster(connection, cluster), ())

    async def history(self, query: HistoryQuery) -> tuple[ChainedEntry, ...]:
        """Return the audit rows asked for, oldest first; the newest ``limit`` where there are more.

        Raises:
            InputError: a partial grant id fits several grants.
        """
        return await self._read(lambda connection: audit.history(connection, query), ())

    async def search(self, query: HistoryQuery) -> tuple[HistoryRow, ...]:
        """Return the audit rows asked for as ``history`` does, each beside its grant.

        Raises:
            InputError: a partial grant id fits several grants.
        """

        def found(connection: sqlite3.Connection) -> tuple[HistoryRow, ...]:
            items = audit.history(connection, query)
            known = grants.some(connection, (item.entry.grant_id for item in items))
            return tuple(HistoryRow(item, known.get(item.entry.grant_id)) for item in items)

        return await self._read(found, ())

    async def health(self) -> RegistryHealth:
        """Return what can be said about the file without changing it; schema_version 0: there is none yet."""
        absent = RegistryHealth(str(self._path), schema_version=0, grants=0, entries=0, open_intents=0)
        return await self._read(lambda connection: examine(connection, self._path), absent)

    async def verify(self, kept: Iterable[ChainHead] = ()) -> ChainReport:
        """Walk the whole audit chain and compare it with heads that were kept elsewhere."""
        heads = tuple(kept)
        empty = verify((), heads)
        return await self._read(lambda connection: verify(audit.links(connection), heads), empty)

    async def _read(self, query: Callable[[sqlite3.Connection], T], empty: T) -> T:
        return await self._run(lambda: self._database.read(query, empty))

    async def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        return await self._run(lambda: self._database.write(change))

    async def _run(self, job: Callable[[], T]) -> T:
        if self._closed:
            raise RegistryError(f"the registry {self._path} was closed")
        # Without the shield a cancelled await would take a job that waits for the thread out of its queue.
        return await asyncio.shield(asyncio.wrap_future(self._thread.submit(job)))
