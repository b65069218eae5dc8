"""The Backend of the screens, with a real registry and a cluster over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.demo import scenario
from app.demo.server import ClusterOptions, EmbeddedCluster, running_cluster
from app.domain.grant import State
from app.domain.link import LinkState
from app.domain.records import GrantRecord, Phase
from app.errors import ConfigError, RegistryError, UnreachableError
from app.live.cluster import Kind, LiveCluster, Stage
from app.live.lookup import StoredLookup
from app.settings import Settings
from app.ui.backend import Backend
from app.wiring.preferences import Wish
from app.wiring.screens import DEMO, Screens
from tests.kube.fed import until
from tests.registry import samples


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedCluster]:
    """The incident, standing still."""
    with running_cluster(ClusterOptions(has_controllers=False), scenario.load) as cluster:
        cluster.kubeconfig(tmp_path / "kubeconfig", "alice")
        yield cluster


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(kubeconfig=str(tmp_path / "kubeconfig"), registry=tmp_path / "registry.db")


@asynccontextmanager
async def opened(settings: Settings, wish: Wish | None = None) -> AsyncIterator[Screens]:
    screens = Screens(settings, wish or Wish())
    try:
        yield screens
    finally:
        await screens.close()


@asynccontextmanager
async def following(screens: Screens, wanted: str | None = None) -> AsyncIterator[LiveCluster]:
    """Follow one context; it must still be followed at the end."""
    cluster = LiveCluster(wanted)
    task = asyncio.create_task(screens.follow(cluster))
    try:
        kinds = [kind for kind in Kind if kind is not Kind.EVENTS]
        await until(lambda: task.done() or all(state_of(cluster, kind) for kind in kinds))
        await until(lambda: LinkState.LOADING not in [state_of(cluster, kind) for kind in kinds])
        await until(lambda: cluster.status.version)
        yield cluster
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.wait((task,))


def state_of(cluster: LiveCluster, kind: Kind) -> LinkState | None:
    link = cluster.status.links.get(kind)
    return link.state if link else None


def active(embedded: EmbeddedCluster, **changes: object) -> GrantRecord:
    """A grant that the registry believes to stand."""
    now = embedded.clock.now()
    record = samples.grant(
        cluster=embedded.url, created_at=now, deadline=now + timedelta(minutes=30), phase=Phase.ACTIVE
    )
    return replace(record, **changes)  # type: ignore[arg-type]


async def test_it_is_the_backend_and_opens_nothing_before_it_must(settings: Settings) -> None:
    async with opened(settings) as screens:
        backend: Backend = screens
        assert backend.preferences.contexts == (None,)
        assert not settings.registry.exists()


async def test_a_cluster_is_followed_with_what_verbs_act_through(
    settings: Settings, embedded: EmbeddedCluster
) -> None:
    async with opened(settings) as screens:
        async with following(screens) as cluster:
            assert (cluster.status.stage, cluster.status.username) == (Stage.FOLLOWING, "alice")
            assert (cluster.status.server, cluster.name) == (embedded.url, "embedded")
            cluster.rows.advance(screens.clock.now())
            assert len(cluster.rows) == 4
            session = cluster.session
            assert session is not None and session.log is screens.log
            assert isinstance(session.cluster.lookup, StoredLookup)
            assert await session.cluster.lookup.namespace_exists("payments")
            assert not settings.registry.exists(), "nothing was written, so nothing was made"
        assert cluster.session is None


async def test_one_namespace_is_followed_where_that_is_asked_for(
    settings: Settings, embedded: EmbeddedCluster
) -> None:
    async with opened(settings, Wish(namespace="payments")) as screens, following(screens) as cluster:
        assert cluster.status.namespaces == ("payments",)
        assert [*cluster.inventory.pods.namespaces] == ["payments"]


async def test_where_there_is_nothing_to_connect_to_it_says_so(
    settings: Settings,
) -> None:
    async with opened(settings) as screens:
        with pytest.raises(ConfigError):
            await screens.follow(LiveCluster(None))
        with pytest.raises(ConfigError):
            await screens.remember(None)
        with pytest.raises(ConfigError):
            await screens.contexts()


async def test_a_server_that_is_gone_is_said_to_be(settings: Settings, tmp_path: Path) -> None:
    with running_cluster() as embedded:
        embedded.kubeconfig(tmp_path / "kubeconfig", "alice")
    cluster = LiveCluster(None)
    async with opened(settings) as screens:
        with pytest.raises(UnreachableError):
            await screens.follow(cluster)
    assert cluster.session is None
    assert cluster.status.server == embedded.url


async def test_the_registry_remembers_what_stands(settings: Settings, embedded: EmbeddedCluster) -> None:
    async with opened(settings) as screens:
        assert await screens.remember(None) is None
        before = embedded.clock.now()
        entry = samples.entry(at=before, cluster=embedded.url)
        await screens.log.note(entry, active(embedded))
        await screens.log.note(entry, active(embedded, id="other", cluster="https://elsewhere"))
        memory = await screens.remember("embedded")
        assert memory is not None and memory.as_of == before
        assert [(row.id, row.state) for row in memory.rows] == [(samples.GRANT_ID, State.ACTIVE)]


async def test_a_broken_registry_is_an_error_of_its_own(
    settings: Settings, embedded: EmbeddedCluster
) -> None:
    settings.registry.write_text("this is no registry" * 100)
    async with opened(settings) as screens:
        with pytest.raises(RegistryError):
            await screens.remember(None)
        async with following(screens) as cluster:
            assert len(cluster.inventory.pods) > 30
            await until(lambda: cluster.status.warnings)
            assert "unfinished work could not be looked at" in cluster.status.warnings[0]


async def test_what_a_dead_process_left_is_finished(settings: Settings, embedded: EmbeddedCluster) -> None:
    now = embedded.clock.now()
    half = samples.intent(cluster=embedded.url, at=now, deadline=now + timedelta(minutes=5))
    record = active(embedded, phase=Phase.INTENDED)
    async with opened(settings) as screens:
        await screens.log.begin(half, record, samples.entry(cluster=embedded.url))
    async with opened(settings, Wish(read_only=True)) as screens, following(screens) as cluster:
        assert cluster.status.warnings == ()
        assert len(await screens.log.open_intents(embedded.url)) == 1, "it may not write"
    async with opened(settings) as screens, following(screens) as cluster:
        await until(lambda: cluster.status.warnings)
        assert cluster.status.warnings[0].startswith("recovered: create of grant")
        assert await screens.log.open_intents(embedded.url) == ()


async def test_contexts_are_those_of_the_kubeconfig(settings: Settings, tmp_path: Path) -> None:
    def context(user: str, namespace: str) -> dict[str, str]:
        return {"cluster": "c", "user": user, "namespace": namespace}

    config = {
        "clusters": [{"name": "c", "cluster": {"server": "https://192.0.2.10:6443"}}],
        "users": [{"name": "alice", "user": {}}],
        "contexts": [
            {"name": "one", "context": context("alice", "payments")},
            {"name": "two", "context": context("alice", "")},
        ],
        "current-context": "two",
    }
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    async with opened(settings) as screens:
        found = await screens.contexts()
    assert [(item.name, item.namespace, item.is_current) for item in found] == [
        ("one", "payments", False),
        ("two", "default", True),
    ]
    assert found[0].server == "https://192.0.2.10:6443"


async def test_the_demo_is_a_cluster_and_a_registry_of_its_own(settings: Settings) -> None:
    async with opened(settings) as screens:
        assert await screens.start_demo() == await screens.start_demo() == DEMO
        async with following(screens, DEMO) as cluster:
            assert cluster.status.username == "alice"
            assert len(cluster.inventory.pods) > 30
            assert cluster.session is not None
            assert cluster.session.log is not screens.log
            server = cluster.status.server
        assert await screens.remember(DEMO) is None
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", int(server.rpartition(":")[2]))
