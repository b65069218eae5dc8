"""GrantLog over dicts, with the registry's own rules: an intent's grant is kept first, an outcome stands."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

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
from tests.commands.tap import Tap

T = TypeVar("T")


@dataclass
class FakeLog:
    """The registry; survives the processes that use it."""

    tap: Tap
    down: bool = False
    """Whether each call raises RegistryError."""
    problems: tuple[str, ...] = ()
    records: dict[str, GrantRecord] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    rows: list[ChainedEntry] = field(default_factory=list)
    slow: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set, ``begin`` waits, as for another process' lock."""

    def __post_init__(self) -> None:
        self.slow.set()

    def _head(self) -> ChainHead:
        return ChainHead(self.rows[-1].seq, self.rows[-1].hash) if self.rows else ChainHead()

    def _append(self, entry: Entry) -> ChainHead:
        before = self._head()
        digest = hashlib.sha256(f"{before}{entry}".encode()).hexdigest()
        self.rows.append(ChainedEntry(before.seq + 1, entry, before.hash, digest))
        return self._head()

    async def head(self) -> ChainHead:
        return await self._passed("head", "", self._head)

    async def begin(self, intent: Intent, grant: GrantRecord, entry: Entry) -> ChainHead:
        def write() -> ChainHead:
            assert intent.grant_id == grant.id == entry.grant_id
            self.records[grant.id] = grant
            self.intents[intent.id] = intent
            return self._append(entry)

        await self.slow.wait()
        return await self._passed("begin", str(intent.op), write)

    async def finish(self, intent_id: str, outcome: Outcome, entry: Entry, grant: GrantRecord) -> None:
        def write() -> None:
            if intent_id not in self.intents:
                raise RegistryError(f"the registry knows no intent {intent_id}")
            self.outcomes.setdefault(intent_id, outcome)
            self.records[grant.id] = grant
            self._append(entry)

        await self._passed("finish", str(outcome), write)

    async def note(self, entry: Entry, grant: GrantRecord | None = None) -> None:
        def write() -> None:
            if grant is not None:
                self.records[grant.id] = grant
            self._append(entry)

        await self._passed("note", str(entry.happening), write)

    async def open_intents(self, cluster: str) -> tuple[Intent, ...]:
        return await self._passed("open_intents", "", lambda: self.still_open(cluster))

    def still_open(self, cluster: str = "") -> tuple[Intent, ...]:
        """What ``open_intents`` returns, for tests."""
        found = [i for i in self.intents.values() if i.id not in self.outcomes]
        return tuple(i for i in found if cluster in ("", i.cluster))

    async def grant(self, grant_id: str) -> GrantRecord | None:
        return await self._passed("grant", "", lambda: self.records.get(grant_id))

    async def grants(self, cluster: str = "") -> tuple[GrantRecord, ...]:
        return await self._passed(
            "grants", "", lambda: tuple(r for r in self.records.values() if cluster in ("", r.cluster))
        )

    async def history(self, query: HistoryQuery) -> tuple[ChainedEntry, ...]:
        return await self._passed(
            "history", "", lambda: tuple(r for r in self.rows if query.grant_id in ("", r.entry.grant_id))
        )

    async def search(self, query: HistoryQuery) -> tuple[HistoryRow, ...]:
        items = await self.history(query)
        return tuple(HistoryRow(item, self.records.get(item.entry.grant_id)) for item in items)

    async def health(self) -> RegistryHealth:
        return await self._passed(
            "health",
            "",
            lambda: RegistryHealth(
                "registry.db", 1, len(self.records), len(self.rows), len(self.still_open()), self.problems
            ),
        )

    async def close(self) -> None:
        return

    async def _passed(self, method: str, what: str, carry_out: Callable[[], T]) -> T:
        def working() -> T:
            if self.down:
                raise RegistryError("the registry cannot be written: its disk is full")
            return carry_out()

        return await self.tap.passed(f"log.{method}", what, working)
