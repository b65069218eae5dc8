"""Reads a registry's file with sqlite3 alone, as any auditor could."""

import sqlite3
from contextlib import closing
from pathlib import Path


def open_intents(registry: Path) -> list[str]:
    """The operations that were begun and whose outcome is not known."""
    return [str(row[0]) for row in rows(registry, "SELECT op FROM intents WHERE outcome IS NULL ORDER BY at")]


def phases(registry: Path) -> dict[str, str]:
    """Each grant on record with its phase."""
    return {str(row[0]): str(row[1]) for row in rows(registry, "SELECT id, phase FROM grants")}


def rows(registry: Path, query: str) -> list[tuple[object, ...]]:
    """The answer to a query; none while the file is missing or still without tables."""
    if not registry.exists():
        return []
    with closing(sqlite3.connect(f"file:{registry}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            return []
        return connection.execute(query).fetchall()
