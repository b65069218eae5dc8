"""Feeding what is known of a cluster, where only the embedded one can be arranged for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.demo import kinds, scenario
from app.demo.resources import Resource
from app.demo.server import ClusterOptions, EmbeddedCluster, running_cluster
from app.demo.writes import Target
from app.domain.link import LinkState
from app.errors import UnauthorizedError, UnreachableError
from app.kube.strands import Scope, combined
from app.live.cluster import Kind, LiveCluster, Stage
from tests.kube.fed import fed, until
from tests.ui.objects import NOW

RBAC = "rbac.authorization.k8s.io"
ALL = tuple(kind for kind in Kind if kind is not Kind.EVENTS)


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    return tmp_path / "kubeconfig"


@asynccontextmanager
async def played(kubeconfig: Path, user: str = "admin") -> AsyncIterator[EmbeddedCluster]:
    """Run the incident, which stands still, in a thread of its own."""
    options = ClusterOptions(has_controllers=False)
    with running_cluster(options, scenario.load) as cluster:
        cluster.kubeconfig(kubeconfig, user)
        yield cluster


async def nothing_known() -> Sequence[str]:
    return ()


async def ops_and_payments() -> Sequence[str]:
    return "ops", "payments", "ops"


async def test_the_incident_is_known_whole(kubeconfig: Path) -> None:
    async with played(kubeconfig) as cluster, fed(kubeconfig) as it:
        await it.live(*ALL)
        inventory = it.cluster.inventory

        def count(resource: Resource) -> int:
            return len(cluster.run(lambda: cluster.store.records(resource, "")))

        assert len(inventory.pods) == count(kinds.PODS) > 30
        assert len(inventory.services) == count(kinds.SERVICES)
        assert len(inventory.policies) == count(kinds.NETWORK_POLICIES) > len(it.rows())
        assert len(inventory.namespace_objects) == count(kinds.NAMESPACES)
        assert {name: len(shelf) for name, shelf in inventory.workloads.items()} == {
            "deployments": count(kinds.DEPLOYMENTS),
            "statefulsets": count(kinds.STATEFUL_SETS),
            "daemonsets": count(kinds.DAEMON_SETS),
        }
        assert len(it.rows()) == 4
        assert it.cluster.status.namespaces is None
        assert all(it.cluster.knows(kind, "payments") for kind in ALL)
        assert it.cluster.memory is None


async def test_no_answer_ends_it_with_the_reason(kubeconfig: Path) -> None:
    async with played(kubeconfig) as cluster:
        pass
    async with fed(kubeconfig) as it:
        with pytest.raises(UnreachableError) as raised:
            await it.ended()
        assert cluster.url in raised.value.message
        assert it.cluster.status.stage is Stage.CONNECTING


async def test_credentials_that_nobody_knows_end_it(kubeconfig: Path) -> None:
    async with played(kubeconfig) as cluster:
        kubeconfig.write_text(kubeconfig.read_text().replace(cluster.tokens["admin"], "wrong"))
        async with fed(kubeconfig) as it:
            with pytest.raises(UnauthorizedError):
                await it.ended()


async def test_without_any_rights_each_kind_says_so(kubeconfig: Path) -> None:
    async with (
        played(kubeconfig) as cluster,
        fed(_nobody(cluster, kubeconfig), scope=Scope(known=nothing_known)) as it,
    ):
        await until(lambda: all(it.state(kind) is LinkState.DENIED for kind in ALL))
        assert it.cluster.status.stage is Stage.FOLLOWING
        assert it.rows() == {}
        it.cluster.wish_events(["ops"])
        await until(lambda: it.state(Kind.EVENTS) is LinkState.DENIED)


def _nobody(cluster: EmbeddedCluster, kubeconfig: Path) -> Path:
    """A kubeconfig for alice, whose bindings are taken away."""
    from app.demo.deletion import DeleteOptions

    def take_away() -> None:
        for record in cluster.store.records(kinds.CLUSTER_ROLE_BINDINGS, ""):
            name = record.obj["metadata"]["name"]
            if name.endswith("-alice"):
                cluster.deleter.delete(Target(kinds.CLUSTER_ROLE_BINDINGS, "", name), DeleteOptions())

    cluster.run(take_away)
    return cluster.kubeconfig(kubeconfig, "alice")


def _bind(cluster: EmbeddedCluster, namespace: str = "") -> None:
    """Give alice her role, in one namespace or everywhere."""
    body = {
        "metadata": {"name": "given"},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": scenario.OPERATOR_ROLE},
        "subjects": [{"kind": "User", "name": "alice"}],
    }
    kind = kinds.ROLE_BINDINGS if namespace else kinds.CLUSTER_ROLE_BINDINGS
    cluster.run(lambda: cluster.writer.create(Target(kind, namespace), body))


async def test_rights_that_come_later_show_all(kubeconfig: Path) -> None:
    async with played(kubeconfig) as cluster:
        user = _nobody(cluster, kubeconfig)
        _bind(cluster, "payments")
        async with fed(user, scope=Scope(known=ops_and_payments)) as it:
            await it.live(Kind.POLICIES, Kind.JOBS, Kind.PODS)
            assert it.cluster.status.namespaces == ("ops", "payments")
            some = it.rows()
            assert 0 < len(some) < 4
            assert {row.namespaces for row in some.values()} == {("payments",)}
            it.cluster.rows.take_changes()
            _bind(cluster)
            await until(lambda: it.cluster.status.namespaces is None and len(it.rows()) == 4)
            assert {change.change for change in it.cluster.rows.take_changes()} == {"stands"}
            await until(lambda: all(it.cluster.covered[kind] is None for kind in ALL))
            await it.live(*ALL)


async def test_an_earlier_connection_with_more_rights_leaves_nothing(kubeconfig: Path) -> None:
    async with played(kubeconfig) as cluster:
        live = LiveCluster(None)
        async with fed(kubeconfig, cluster=live) as it:
            await it.live(*ALL)
            assert len(it.rows()) == 4
        user = _nobody(cluster, kubeconfig)
        _bind(cluster, "payments")
        async with fed(user, cluster=live, scope=Scope(known=ops_and_payments)) as it:
            await it.live(Kind.POLICIES, Kind.PODS)
            assert {row.namespaces for row in it.rows().values()} == {("payments",)}
            assert not [item for item in live.rows.take_changes() if item.change == "ended"]
            assert [*live.inventory.pods.namespaces] == ["payments"]


async def test_few_namespaces_are_followed_for_their_events(kubeconfig: Path) -> None:
    async with played(kubeconfig), fed(kubeconfig) as it:
        await it.live(*ALL)
        names = ["ops", "payments", "production", "legacy", "monitoring", "ingress", "default"]
        for name in names:
            it.cluster.wish_events([name])
            await until(lambda: it.state(Kind.EVENTS) is LinkState.LIVE)
        followed = {task.get_name() for task in asyncio.all_tasks()}
        events = sorted(name for name in followed if name.startswith("follow events"))
        assert events == sorted(f"follow events in {name}" for name in names[-5:])
        it.cluster.wish_events(names[-3:])
        assert it.cluster.covered[Kind.EVENTS] is not None


async def test_whatever_ends_it_is_said_of_its_links(kubeconfig: Path) -> None:
    async with played(kubeconfig):
        async with fed(kubeconfig) as it:
            await it.live(*ALL)
        assert {it.state(kind) for kind in ALL} == {LinkState.STALE}
        it.cluster.wish_events(["ops"])  # nobody follows: that is no error


def test_links_of_several_places_as_one() -> None:
    from app.domain.link import Link

    live, later = Link(LinkState.LIVE, NOW), Link(LinkState.LIVE, NOW.replace(hour=12))
    denied = Link(LinkState.DENIED, NOW, "forbidden")
    loading, lost = Link(LinkState.LOADING, NOW), Link(LinkState.STALE, NOW, "cut", 3)
    assert combined([]) is None
    assert combined([denied, denied]) is denied
    assert combined([live, later]) is later
    assert combined([live, lost]) is lost
    assert combined([lost, loading, live]) is loading
    assert combined([denied, later]) == Link(LinkState.LIVE, later.since, "forbidden")
    failing = Link(LinkState.LOADING, NOW.replace(hour=12), "refused", 1)
    assert combined([loading, failing]) is failing


async def test_streams_are_opened_anew_and_go_on_where_they_were(kubeconfig: Path) -> None:
    async with played(kubeconfig) as cluster, fed(kubeconfig) as it:
        it.cluster.wish_events(["payments"])
        await it.live(*Kind)
        before = {task for task in asyncio.all_tasks() if task.get_name().startswith("follow ")}
        it.feeding.wake()
        await until(lambda: all(task.done() for task in before))
        after = {task for task in asyncio.all_tasks() if task.get_name().startswith("follow ")}
        assert sorted(task.get_name() for task in after) == sorted(task.get_name() for task in before)
        body = {"metadata": {"name": "late"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
        cluster.run(lambda: cluster.writer.create(Target(kinds.PODS, "payments"), body))
        await until(lambda: it.cluster.inventory.pods.get("payments", "late"))
        await it.live(*Kind)
