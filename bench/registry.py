"""What the registry costs: an audit row and a walk along the chain, beside plain sqlite3 in the same run.

    python bench/registry.py [--rows N] [--chain N] [--directory DIR]

The plain side writes the same text with the same journal and synchronous settings, one row a transaction,
without chain, guards, thread or event loop; and reads the same rows without hashing them.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from app.domain.records import Entry, Happening
from app.registry import Registry, audit
from app.registry.chain import verify
from app.registry.database import Database

ENTRY = Entry(
    at=datetime(2026, 11, 24, 18, tzinfo=UTC),
    cluster="https://192.0.2.10:6443",
    grant_id="01kav8zc3q5m7x9y2w4t6r8p0n",
    happening=Happening.GRANTED,
    actor="alice@example.test",
    detail={
        "reason": "debug replication lag",
        "audit_id": "6f0c7c1e-2d0b-4c39-9d8a-2f6f0b6f2d11",
        "uid": "x" * 36,
    },
)


def plain_appends(path: Path, rows: int) -> list[float]:
    """Return the seconds of each insert by sqlite3 alone."""
    text = audit.encode(ENTRY)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("CREATE TABLE audit (seq INTEGER PRIMARY KEY, entry TEXT)")
        seconds = []
        for _ in range(rows):
            start = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO audit (entry) VALUES (?)", (text,))
            connection.execute("COMMIT")
            seconds.append(time.perf_counter() - start)
    return seconds


async def registry_appends(path: Path, rows: int) -> list[float]:
    """Return the seconds of each awaited note."""
    async with Registry.open(path) as registry:
        await registry.note(ENTRY)  # makes the file
        seconds = []
        for _ in range(rows):
            start = time.perf_counter()
            await registry.note(ENTRY)
            seconds.append(time.perf_counter() - start)
    return seconds


def fill(path: Path, rows: int) -> None:
    """Make a registry with a long chain, in one transaction."""
    database = Database(path)

    def many(connection: sqlite3.Connection) -> None:
        for _ in range(rows):
            audit.append(connection, ENTRY)

    database.write(many)
    database.close()


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def percentile(seconds: list[float], share: float) -> float:
    """Return the milliseconds below which ``share`` of the samples lie."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))] * 1000


def main() -> None:
    """Measure and print one table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1000)
    options.add_argument("--chain", type=int, default=200_000)
    options.add_argument(
        "--directory", type=Path, default=None, help="where the files go: the disk to measure"
    )
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.directory) as name:
        directory = Path(name)
        plain = plain_appends(directory / "plain.db", chosen.rows)
        ours = asyncio.run(registry_appends(directory / "registry.db", chosen.rows))
        fill(directory / "long.db", chosen.chain)
        with closing(sqlite3.connect(directory / "long.db")) as connection:
            reading = timed(lambda: sum(1 for _ in audit.links(connection)))
            walking = timed(lambda: verify(audit.links(connection)))
    print(
        f"SQLite {sqlite3.sqlite_version}, {chosen.rows} rows, one transaction each; chain of {chosen.chain}"
    )
    print(f"{'':24}{'sqlite3':>12}{'registry':>12}{'ratio':>8}")
    for label, share in (("append p50 ms", 0.5), ("append p99 ms", 0.99)):
        theirs, own = percentile(plain, share), percentile(ours, share)
        print(f"{label:24}{theirs:12.3f}{own:12.3f}{own / theirs:8.2f}")
    theirs, own = chosen.chain / reading, chosen.chain / walking
    print(f"{'read / verify rows/s':24}{theirs:12,.0f}{own:12,.0f}{theirs / own:8.2f}")


if __name__ == "__main__":
    main()
