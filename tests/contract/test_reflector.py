"""The reflector over real sockets, through networks that fail, with the official client as the witness."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client, config

from app.domain.link import Link, LinkState
from app.domain.objects import NetworkPolicy
from app.kube.backoff import Curve
from app.kube.choosing import ConnectOptions
from app.kube.connection import connect
from app.kube.exchange import Connection
from app.kube.listing import list_all
from app.kube.reflector import Reflector, Surroundings, Timing
from app.kube.resources import NETWORK_POLICIES, Target
from app.kube.store import Changes, Store
from app.kube.wall_clock import WallClock
from tests.contract.clusters import Cluster
from tests.contract.objects import policies, policy
from tests.kube.fault_proxy import FaultProxy, fault_proxy
from tests.rest import Rest

FAST = Timing(pause_seconds=0.05, denied_seconds=0.1, curve=Curve(first_seconds=0.05, last_seconds=0.2))
HASTY = Timing(idle_seconds=0.5, pause_seconds=0.05, curve=Curve(first_seconds=0.05, last_seconds=0.2))
Seen = set[tuple[str, str, str]]


@dataclass
class Following:
    """A reflector of a namespace's policies, behind a proxy."""

    store: Store[NetworkPolicy]
    proxy: FaultProxy
    reflector: Reflector[NetworkPolicy]
    links: list[Link] = field(default_factory=list)
    tombstones: list[str] = field(default_factory=list)

    def hear(self, changes: Changes[NetworkPolicy]) -> None:
        self.tombstones += [gone.metadata.name for gone in changes.deleted]

    def seen(self) -> Seen:
        """Name, UID and version of all that the store holds."""
        metas = [value.metadata for value in self.store]
        return {(meta.name, meta.uid, meta.resource_version) for meta in metas}

    def state(self) -> LinkState:
        return self.reflector.link.state


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until ``condition`` is true."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # the other side is a server: it sets no event of ours
            await asyncio.sleep(0.02)


@asynccontextmanager
async def connection_to(cluster: Cluster, url: str, folder: Path, user: str) -> AsyncIterator[Connection]:
    """A connection of ``user`` that goes to ``url`` instead of the cluster's own address."""
    content = yaml.safe_load(cluster.kubeconfig(user).read_text())
    content["clusters"][0]["cluster"]["server"] = url
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(content))
    environ = {"HOME": str(folder)}
    async with await connect(ConnectOptions(kubeconfig=str(path), environ=environ)) as connection:
        yield connection


@dataclass
class Watcher:
    """Starts what the tests look at."""

    cluster: Cluster
    namespace: str
    folder: Path

    @asynccontextmanager
    async def follow(self, timing: Timing = FAST, user: str = "admin") -> AsyncIterator[Following]:
        """Run a reflector; it must still run at the end."""
        async with AsyncExitStack() as stack:
            proxy = await stack.enter_async_context(fault_proxy(self.cluster.server))
            wire = await stack.enter_async_context(connection_to(self.cluster, proxy.url, self.folder, user))
            store, links = Store[NetworkPolicy](), list[Link]()
            surroundings = Surroundings(WallClock(), on_link=links.append)
            target = Target(NETWORK_POLICIES, self.namespace)
            reflector = Reflector(wire, target, store, surroundings, timing)
            following = Following(store, proxy, reflector, links)
            store.subscribe(following.hear)
            task = asyncio.create_task(reflector.run())
            try:
                yield following
                assert not task.done()
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def watcher(cluster: Cluster, namespace: str, tmp_path: Path) -> Watcher:
    return Watcher(cluster, namespace, tmp_path)


@pytest.fixture
def witness(cluster: Cluster, namespace: str) -> Iterator[Callable[[], Seen]]:
    """What the official client lists."""
    connection: Any = config.new_client_from_config(config_file=str(cluster.kubeconfig()))
    networking = client.NetworkingV1Api(connection)

    def look() -> Seen:
        items = networking.list_namespaced_network_policy(namespace).items
        metas = [item.metadata for item in items]
        return {(meta.name, meta.uid, meta.resource_version) for meta in metas}

    yield look
    connection.close()


def write(api: Rest, namespace: str, *names: str) -> None:
    for name in names:
        api.post(policies(namespace), policy(name)).ok()


async def test_it_holds_what_the_witness_lists(
    watcher: Watcher, api: Rest, namespace: str, witness: Callable[[], Seen]
) -> None:
    write(api, namespace, "a", "b")
    async with watcher.follow() as following:
        await until(lambda: following.store.synced)
        assert following.seen() == witness()
        write(api, namespace, "c", "d")
        api.patch(policies(namespace, "a"), {"metadata": {"labels": {"x": "y"}}}).ok()
        api.delete(policies(namespace, "b")).ok()
        expected = witness()
        await until(lambda: following.seen() == expected)
        assert {name for name, _, _ in expected} == {"a", "c", "d"}
        assert following.tombstones == ["b"]
        assert following.state() is LinkState.LIVE
        assert len(following.links) == 1, "no failure"
        assert following.proxy.accepted == 1, "a watch-list: one stream is both the list and the watch"


async def test_a_list_is_read_in_pages(
    cluster: Cluster, api: Rest, namespace: str, witness: Callable[[], Seen], tmp_path: Path
) -> None:
    write(api, namespace, *(f"p{number}" for number in range(7)))
    async with connection_to(cluster, cluster.server, tmp_path, "admin") as wire:
        listing = await list_all(wire, Target(NETWORK_POLICIES, namespace), page_size=3)
    metas = [item.metadata for item in listing.items.values()]
    assert {(meta.name, meta.uid, meta.resource_version) for meta in metas} == witness()
    assert listing.resource_version.isdigit()


async def test_cut_after_the_first_initial_events_loses_no_object(
    watcher: Watcher, api: Rest, namespace: str, witness: Callable[[], Seen]
) -> None:
    write(api, namespace, *(f"policy-{number:02d}" for number in range(40)))
    async with watcher.follow() as following:
        following.proxy.cut_next_after = 8000  # behind the TLS handshake and the first of 40 events
        await until(lambda: following.store.synced)
        assert following.proxy.cuts == 1
        assert following.seen() == witness()
        assert len(following.store) == 40


async def test_a_cut_watch_goes_on_where_it_was(
    watcher: Watcher, api: Rest, namespace: str, witness: Callable[[], Seen]
) -> None:
    async with watcher.follow() as following:
        await until(lambda: following.state() is LinkState.LIVE)
        for name in ("a", "b", "c"):
            following.proxy.cut()
            write(api, namespace, name)
            expected = witness()
            await until(lambda expected=expected: following.seen() == expected)  # type: ignore[misc]


async def test_a_half_open_connection_is_given_up(
    watcher: Watcher, api: Rest, namespace: str, witness: Callable[[], Seen]
) -> None:
    async with watcher.follow(HASTY) as following:
        await until(lambda: following.state() is LinkState.LIVE)
        following.proxy.freeze()
        write(api, namespace, "unseen")
        expected = witness()
        await until(lambda: following.seen() == expected)
        assert any("silent" in link.error for link in following.links)


async def test_a_version_that_the_server_forgot_lists_again(
    watcher: Watcher, cluster: Cluster, api: Rest, namespace: str, witness: Callable[[], Seen]
) -> None:
    write(api, namespace, "kept", "missed")
    async with watcher.follow() as following:
        await until(lambda: len(following.store) == 2)
        following.proxy.is_refusing = True
        following.proxy.cut()
        api.delete(policies(namespace, "missed")).ok()
        write(api, namespace, "new")
        cluster.forget_history()  # on the real one this restarts the API server
        expected = witness()
        following.proxy.is_refusing = False
        await until(lambda: following.seen() == expected)
        assert following.tombstones == ["missed"], "a deletion that no event told"
        assert any("too old" in link.error for link in following.links)
        await until(lambda: following.state() is LinkState.LIVE)


async def test_a_denied_kind_is_shown_and_found_once_it_is_allowed(
    watcher: Watcher, cluster: Cluster, api: Rest, namespace: str
) -> None:
    write(api, namespace, "a")
    async with watcher.follow(user="bob") as following:
        await until(lambda: following.state() is LinkState.DENIED)
        assert "cannot list resource" in following.reflector.link.error
        assert not following.store.synced
        rule = {
            "apiGroups": ["networking.k8s.io"],
            "resources": ["networkpolicies"],
            "verbs": ["list", "watch"],
        }
        await asyncio.to_thread(cluster.allow, "bob", namespace, [rule])
        await until(lambda: following.state() is LinkState.LIVE)
        assert len(following.store) == 1


async def test_what_may_only_be_listed_is_polled(
    watcher: Watcher, cluster: Cluster, api: Rest, namespace: str, witness: Callable[[], Seen]
) -> None:
    rule = {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": ["list"]}
    cluster.allow("bob", namespace, [rule])
    async with watcher.follow(user="bob") as following:
        await until(lambda: following.state() is LinkState.STALE)
        assert "cannot watch resource" in following.reflector.link.error
        write(api, namespace, "a")
        expected = witness()
        await until(lambda: following.seen() == expected)
