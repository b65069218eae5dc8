import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from app.registry import Registry
from app.registry.migrations import migrations

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "registry.db"


@pytest.fixture
async def registry(path: Path) -> AsyncIterator[Registry]:
    async with Registry.open(path) as opened:
        yield opened


@pytest.fixture
def memory() -> Iterator[sqlite3.Connection]:
    """A connection with the schema, in memory, in autocommit as the real one."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        migrations.apply(sqlite_utils.Database(connection, execute_plugins=False))
        yield connection


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A directory of a user whom file modes do bind: root, who tests in containers, may write anything."""
    directory = Path(tempfile.mkdtemp(prefix="netgrant-"))
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(directory, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield directory
    finally:
        if is_root:
            os.seteuid(0)
        directory.chmod(0o700)
        shutil.rmtree(directory)
