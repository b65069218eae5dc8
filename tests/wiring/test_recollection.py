"""What is read while the screens are being loaded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

from app.domain.records import Phase
from app.live.cluster import Memory
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


def read(recollection: Recollection, context: str | None) -> Memory | None:
    """Ask again until it is there, as a first frame that comes late would find it."""
    give_up = monotonic() + 10
    while (found := recollection.take(context)) is None and monotonic() < give_up:
        sleep(0.005)
    return found


async def test_it_is_there_once(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    async with Registry.open(Path(settings.registry)) as registry:
        standing = samples.grant(phase=Phase.ACTIVE, deadline=NOW + timedelta(hours=1))
        await registry.note(samples.entry(at=NOW), standing)
    recollection = Recollection(settings, (None,), MOMENT)
    found = read(recollection, None)
    assert found is not None
    assert [row.id for row in found.rows] == [samples.GRANT_ID]
    assert found.as_of == NOW
    assert recollection.take(None) is None


def test_what_cannot_be_read_is_left_to_whoever_asks_later(tmp_path: Path) -> None:
    recollection = Recollection(settings_for(tmp_path), ("no such context",), MOMENT)
    assert recollection.take("no such context") is None
