"""What stood when the registry last heard of a cluster, read without the registry's thread."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.records import Phase
from app.errors import RegistryError
from app.registry import Registry
from app.registry.recall import Recalled, recall
from tests.registry.samples import CLUSTER, NOW, entry, grant

SECOND = timedelta(seconds=1)


def test_a_registry_that_is_not_there_remembers_nothing_and_is_not_made(tmp_path: Path) -> None:
    assert recall(tmp_path / "none.db", CLUSTER, NOW) == Recalled((), None)
    assert not (tmp_path / "none.db").exists()


async def test_what_stands_is_active_and_not_past_its_deadline(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    async with Registry.open(path) as registry:
        for number, phase in enumerate(Phase):
            await registry.note(entry(), grant(f"g{number}", phase=phase))
        await registry.note(entry(), grant("over", phase=Phase.ACTIVE, deadline=NOW))
        await registry.note(entry(), grant("away", phase=Phase.ACTIVE, cluster="https://elsewhere"))
        before = NOW - timedelta(days=1)
        older = grant("older", phase=Phase.ACTIVE, created_at=before, deadline=NOW + 2 * SECOND)
        await registry.note(entry(at=NOW + SECOND), older)
        await registry.note(entry(at=NOW + 5 * SECOND, cluster="https://elsewhere"))
        found = recall(path, CLUSTER, NOW)  # while the other connection is open
    assert [(record.id, record.phase) for record in found.grants] == [
        ("older", Phase.ACTIVE),
        ("g1", Phase.ACTIVE),
    ]
    assert found.heard_at == NOW + SECOND
    assert [record.id for record in recall(path, CLUSTER, NOW + 2 * SECOND).grants] == ["g1"]


def test_what_is_no_registry_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    path.write_text("this is no registry" * 100)
    path.chmod(0o600)
    with pytest.raises(RegistryError):
        recall(path, CLUSTER, NOW)
