"""Look a registry over without changing it."""

import sqlite3
from pathlib import Path

from app.domain.records import RegistryHealth
from app.registry import audit, files, grants, intents
from app.registry.chain import verify
from app.registry.database import schema_version


def examine(connection: sqlite3.Connection, path: Path) -> RegistryHealth:
    """Count what is there and name each problem in one line; reads the whole file."""
    return RegistryHealth(
        path=str(path),
        schema_version=schema_version(connection),
        grants=grants.count(connection),
        entries=audit.count(connection),
        open_intents=intents.count_open(connection),
        problems=tuple(_problems(connection, path)),
    )


def _problems(connection: sqlite3.Connection, path: Path) -> list[str]:
    problems = [files.too_open(path)]
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        problems.append(f"damaged: {verdict}")
    if not audit.guards_stand(connection):
        problems.append(
            "the audit table's append-only triggers are missing or altered; the next write restores them"
        )
    report = verify(audit.links(connection))
    problems += [f"audit chain: {fault.words}" for fault in report.faults[:3]]
    if report.fault_count > 3:
        problems.append(f"audit chain: {report.fault_count - 3} more faults")
    return [problem for problem in problems if problem]
