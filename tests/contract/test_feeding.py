"""What is known of a cluster follows what the official client does to it, on both clusters."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config

from app.domain.durations import format_moment
from app.domain.grant import Deadman, State
from app.domain.link import LinkState
from app.domain.manifest import EXPIRES_AT, GRANT_LABEL, SPEC_HASH
from app.domain.policyspec import spec_hash
from app.kube.strands import Scope
from app.kube.wall_clock import WallClock
from app.live.cluster import Kind, Stage
from tests.contract.clusters import Cluster
from tests.contract.eventually import eventually
from tests.contract.objects import job, owned, pod, policy
from tests.kube.fault_proxy import fault_proxy
from tests.kube.fed import fed, until
from tests.rest import Json

GRANT = "01KAV8ZC3Q5M7X9Y2W4T6R8P0N"
Api = Any  # the client ships no type information
Rule = dict[str, list[str]]
LISTED = tuple(kind for kind in Kind if kind is not Kind.EVENTS)


def rule(group: str, *resources: str) -> Rule:
    return {"apiGroups": [group], "resources": [*resources], "verbs": ["get", "list", "watch"]}


POLICIES = rule("networking.k8s.io", "networkpolicies")
JOBS = rule("batch", "jobs")
PODS = rule("", "pods", "events")


class Witness:
    """The official client as the administrator, in one namespace."""

    def __init__(self, connection: Api, namespace: str) -> None:
        self.core = client.CoreV1Api(connection)
        self.batch = client.BatchV1Api(connection)
        self.networking = client.NetworkingV1Api(connection)
        self.namespace = namespace

    def open_grant(self, seconds: int = 1800, name: str = "hole") -> None:
        """Make the two objects of a grant as netgrant makes them."""
        made = self.batch.create_namespaced_job(
            self.namespace, labelled(job(name, activeDeadlineSeconds=seconds))
        )
        owner = {"apiVersion": "batch/v1", "kind": "Job"} | {
            "metadata": {"name": name, "uid": made.metadata.uid}
        }
        body = labelled(owned(policy(name), owner))
        end = WallClock().now() + timedelta(seconds=seconds)
        body["metadata"]["annotations"] = {
            EXPIRES_AT: format_moment(end),
            SPEC_HASH: spec_hash(body["spec"]),
        }
        self.networking.create_namespaced_network_policy(self.namespace, body)

    def extend(self, seconds: int, name: str = "hole") -> None:
        """Move the Job's deadline."""
        change = {"spec": {"activeDeadlineSeconds": seconds}}
        self.batch.patch_namespaced_job(name, self.namespace, change)

    def revoke(self, name: str = "hole") -> None:
        """Delete the Job; the cluster takes the policy along."""
        self.batch.delete_namespaced_job(name, self.namespace, propagation_policy="Background")


def labelled(body: Json) -> Json:
    body["metadata"]["labels"] = {GRANT_LABEL: GRANT}
    return body


@pytest.fixture
def witness(cluster: Cluster, namespace: str) -> Iterator[Witness]:
    connection: Api = config.new_client_from_config(config_file=str(cluster.kubeconfig()))
    yield Witness(connection, namespace)
    connection.close()


@pytest.fixture
def kubeconfig(cluster: Cluster, tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a user's kubeconfig in a folder of this test."""

    def copied(user: str) -> Path:
        path = tmp_path / f"{user}.kubeconfig"
        path.write_bytes(cluster.kubeconfig(user).read_bytes())
        return path

    return copied


Kubeconfig = Callable[[str], Path]


def known(*names: str) -> Callable[[], Awaitable[Sequence[str]]]:
    async def tell() -> Sequence[str]:
        return names

    return tell


async def test_a_grant_appears_changes_and_vanishes(kubeconfig: Kubeconfig, witness: Witness) -> None:
    async with fed(kubeconfig("admin"), scope=Scope(only=witness.namespace)) as it:
        await it.live(Kind.POLICIES, Kind.JOBS)
        assert it.rows() == {}
        await asyncio.to_thread(witness.open_grant)
        await until(lambda: GRANT in it.rows() and it.rows()[GRANT].armed)
        row = it.rows()[GRANT]
        assert (row.state, row.nets, row.namespaces) == (State.ACTIVE, "J", (witness.namespace,))
        assert row.deadline is not None
        assert abs(row.deadline - it.now - timedelta(minutes=30)) < timedelta(seconds=5)
        await asyncio.to_thread(witness.extend, 3600)
        await until(lambda: it.rows()[GRANT].deadline != row.deadline)
        assert it.rows()[GRANT].deadline == row.deadline + timedelta(minutes=30)
        await asyncio.to_thread(witness.revoke)
        await until(lambda: not it.rows())


async def test_it_says_who_we_are_and_what_the_server_is(kubeconfig: Kubeconfig, minor: int) -> None:
    async with fed(kubeconfig("alice")) as it:
        await until(lambda: it.cluster.status.version)
        status = it.cluster.status
        assert (status.username, status.stage) == ("alice", Stage.FOLLOWING)
        assert status.version.startswith(f"v1.{minor}.")
        assert abs(status.offset) < timedelta(seconds=2) and status.offset_error


async def test_pods_come_and_go(kubeconfig: Kubeconfig, witness: Witness) -> None:
    async with fed(kubeconfig("admin")) as it:
        await it.live(*LISTED)
        held = it.cluster.inventory.pods
        await asyncio.to_thread(
            witness.core.create_namespaced_pod, witness.namespace, pod("database-0", {"app": "database"})
        )
        await until(lambda: held.get(witness.namespace, "database-0"))
        found = held.get(witness.namespace, "database-0")
        assert found is not None and found.metadata.labels == {"app": "database"}
        assert witness.namespace in it.cluster.inventory.namespaces
        assert it.cluster.knows(Kind.PODS, witness.namespace)
        await asyncio.to_thread(
            witness.core.delete_namespaced_pod, "database-0", witness.namespace, grace_period_seconds=0
        )
        await until(lambda: held.get(witness.namespace, "database-0") is None)


async def test_events_come_where_they_are_wished_for(kubeconfig: Kubeconfig, witness: Witness) -> None:
    def happen(name: str) -> None:
        about = {"kind": "Pod", "namespace": witness.namespace, "name": "database-0"}
        body = {"metadata": {"name": name}, "involvedObject": about, "reason": "BackOff", "message": name}
        witness.core.create_namespaced_event(witness.namespace, {**body, "type": "Warning"})

    await asyncio.to_thread(happen, "first")
    async with fed(kubeconfig("admin")) as it:
        await it.live(Kind.PODS)
        assert (len(it.cluster.events), it.link(Kind.EVENTS)) == (0, None)
        it.cluster.wish_events([witness.namespace])
        await until(lambda: len(it.cluster.events) == 1)
        await asyncio.to_thread(happen, "second")
        await until(lambda: len(it.cluster.events) == 2)
        assert [event.message for event in it.cluster.events.newest(2)] == ["first", "second"]
        assert it.state(Kind.EVENTS) is LinkState.LIVE
        it.cluster.wish_events(())
        assert it.link(Kind.EVENTS) is None
        await asyncio.to_thread(happen, "third")
        await until(lambda: len(it.cluster.events) == 3)  # followed on, for eyes go back and forth


async def test_rights_in_one_namespace_show_that_namespace(
    kubeconfig: Kubeconfig, witness: Witness, cluster: Cluster
) -> None:
    await asyncio.to_thread(cluster.allow, "bob", witness.namespace, [POLICIES, JOBS, PODS])
    await asyncio.to_thread(witness.open_grant)
    await asyncio.to_thread(witness.core.create_namespaced_pod, witness.namespace, pod("p"))
    async with fed(kubeconfig("bob"), scope=Scope(known=known("default", witness.namespace))) as it:
        await until(lambda: GRANT in it.rows() and it.rows()[GRANT].armed)
        await until(lambda: it.cluster.inventory.pods.get(witness.namespace, "p"))
        assert it.cluster.status.namespaces == ("default", witness.namespace)
        await it.live(Kind.POLICIES)
        policies = it.link(Kind.POLICIES)
        assert policies is not None and 'in the namespace "default"' in policies.error
        await until(lambda: it.state(Kind.NAMESPACES) is LinkState.DENIED)
        await until(lambda: it.state(Kind.SERVICES) is LinkState.DENIED)
        await until(lambda: it.cluster.knows(Kind.PODS, witness.namespace))
        assert not it.cluster.knows(Kind.PODS, "default")
        assert it.cluster.status.username == "bob"


async def test_jobs_that_may_not_be_listed_leave_the_switch_unknown(
    kubeconfig: Kubeconfig, witness: Witness, cluster: Cluster
) -> None:
    await asyncio.to_thread(cluster.allow, "bob", witness.namespace, [POLICIES])
    await asyncio.to_thread(witness.open_grant)
    async with fed(kubeconfig("bob"), scope=Scope(only=witness.namespace)) as it:
        await until(lambda: it.state(Kind.JOBS) is LinkState.DENIED and GRANT in it.rows())
        row = it.rows()[GRANT]
        assert (row.nets, row.armed, row.parts[0].deadman) == ("?", False, Deadman.UNKNOWN)
        assert (row.state, row.drift) == (State.ACTIVE, ())


async def test_a_lost_link_leaves_all_readable_and_comes_back(
    kubeconfig: Kubeconfig, witness: Witness, cluster: Cluster
) -> None:
    await asyncio.to_thread(witness.open_grant)
    async with (
        fault_proxy(cluster.server) as proxy,
        fed(kubeconfig("admin"), scope=Scope(only=witness.namespace), url=proxy.url) as it,
    ):
        await it.live(Kind.POLICIES, Kind.JOBS)
        await until(lambda: it.cluster.status.version)
        before, offset = WallClock().now(), it.cluster.status.offset
        proxy.is_refusing = True
        proxy.cut()
        await until(lambda: it.state(Kind.POLICIES) is LinkState.STALE)
        link = it.link(Kind.POLICIES)
        assert link is not None and link.since >= before and link.error
        assert it.cluster.is_synced and GRANT in it.rows()
        assert it.cluster.status.stage is Stage.FOLLOWING
        await asyncio.to_thread(witness.revoke)
        proxy.is_refusing = False
        await it.live(Kind.POLICIES, Kind.JOBS)
        await until(lambda: not it.rows())
        await until(lambda: it.cluster.status.offset != offset)  # measured again, to the microsecond


async def test_a_new_connection_finds_out_what_went_meanwhile(
    kubeconfig: Kubeconfig, witness: Witness
) -> None:
    scope = Scope(only=witness.namespace)
    await asyncio.to_thread(witness.open_grant)
    async with fed(kubeconfig("admin"), scope=scope) as first:
        await first.live(*LISTED)
        assert GRANT in first.rows()
    assert first.state(Kind.POLICIES) is LinkState.STALE
    await asyncio.to_thread(witness.revoke)
    names = witness.networking.list_namespaced_network_policy
    await asyncio.to_thread(eventually, lambda: not names(witness.namespace).items)
    async with fed(kubeconfig("admin"), scope=scope, cluster=first.cluster) as second:
        assert GRANT in second.rows()
        await second.live(*LISTED)
        assert second.rows() == {}
