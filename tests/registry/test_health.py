import sqlite3
from contextlib import closing
from pathlib import Path

from app.domain.records import RegistryHealth
from app.registry import Registry
from app.registry.database import SCHEMA_VERSION
from tests.registry.samples import entry, grant, intent


async def test_a_sound_registry_has_counts_and_no_problem(registry: Registry, path: Path) -> None:
    await registry.begin(intent(), grant(), entry())
    await registry.note(entry())

    assert await registry.health() == RegistryHealth(
        path=str(path), schema_version=SCHEMA_VERSION, grants=1, entries=2, open_intents=1
    )


async def test_each_problem_is_one_line_and_none_is_mended(registry: Registry, path: Path) -> None:
    for _ in range(9):
        await registry.note(entry())
    path.chmod(0o640)
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TRIGGER audit_keeps_words")
        other.execute("UPDATE audit SET entry = replace(entry, 'alice', 'mallory') WHERE seq > 4")
        other.commit()

    health = await registry.health()

    assert health.problems == (
        f"mode 0640 lets others in: chmod 600 {path}",
        "the audit table's append-only triggers are missing or altered; the next write restores them",
        "audit chain: row 5 was changed after it was written",
        "audit chain: row 6 was changed after it was written",
        "audit chain: row 7 was changed after it was written",
        "audit chain: 2 more faults",
    )
    assert health == await registry.health()


async def test_a_damaged_file_is_told(registry: Registry, path: Path) -> None:
    await registry.note(entry())
    await registry.close()
    with path.open("r+b") as file:
        file.seek(36)  # the header's count of free pages
        file.write((7).to_bytes(4, "big"))

    async with Registry.open(path) as again:
        (problem,) = (await again.health()).problems

    assert problem.startswith("damaged: ") and "reelist" in problem
