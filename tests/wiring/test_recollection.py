"""What is read while the screens are being loaded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.domain.records import Phase
from app.registry import Registry
from app.settings import Settings
from app.wiring.recollection import Moment, Recollection
from tests.kube.kubeconfigs import options
from tests.registry import samples

NOW = datetime.now(UTC)
MOMENT = Moment(NOW, timedelta(minutes=5))


def settings_for(folder: Path) -> Settings:
    config = options(folder, samples.CLUSTER).kubeconfig or ""
    return Settings(kubeconfig=config, registry=folder / "registry.db")


async def test_it_is_there_once(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    async with Registry.open(Path(settings.registry)) as registry:
        standing = samples.grant(phase=Phase.ACTIVE, deadline=NOW + timedelta(hours=1))
        await registry.note(samples.entry(at=NOW), standing)
    recollection = Recollection(settings, (None,), MOMENT)
    view = recollection.view(10)
    assert [shown.row.id for shown in view.rows()] == [samples.GRANT_ID]
    found = recollection.take(None)
    assert found is not None and found.as_of == NOW
    assert found is view.clusters[0].memory
    assert recollection.take(None) is None


def test_what_cannot_be_read_is_left_to_whoever_asks_later(tmp_path: Path) -> None:
    recollection = Recollection(settings_for(tmp_path), ("no such context",), MOMENT)
    assert [*recollection.view(10).rows()] == []
    assert recollection.take("no such context") is None
