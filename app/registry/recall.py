"""What stood in a cluster when this registry last heard of it, read at once: rows for the very first frame.

Law: it only reads, through a connection of its own that it closes, in whatever thread it is called from. It
needs neither the audit chain nor the writer's thread, whose modules the first frame would wait for.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.records import GrantRecord
from app.registry import grants
from app.registry.codec import unstamp
from app.registry.database import Database
from app.registry.redaction import redact

_NEWEST = (
    "SELECT json_extract(entry, '$.at') FROM audit WHERE json_extract(entry, '$.cluster') = ? "
    "ORDER BY seq DESC LIMIT 1"
)
_PATIENCE_SECONDS = 1.0
"""For another process that writes: who asks here has nothing to show meanwhile."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """Grants that were made and whose deadline has not passed, oldest first."""

    grants: tuple[GrantRecord, ...]
    heard_at: datetime | None
    """When the newest audit row of the cluster was written; None where there is none."""


def recall(path: Path, cluster: str, now: datetime) -> Recalled:
    """Return what the registry at ``path`` knows to stand in a cluster, however long its history is.

    Raises:
        RegistryError: it cannot be read.
    """

    def query(connection: sqlite3.Connection) -> Recalled:
        standing = grants.standing(connection, cluster, now)
        newest = connection.execute(_NEWEST, [redact(cluster)]).fetchone() if standing else None
        return Recalled(standing, unstamp(newest[0]) if newest else None)

    database = Database(path, patience_seconds=_PATIENCE_SECONDS)
    try:
        return database.read(query, Recalled((), None))
    finally:
        database.close()
