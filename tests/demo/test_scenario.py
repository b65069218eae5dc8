"""The scene: what it holds, what happens in it, and that it tells the truth."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import msgspec
import pytest

from app.demo import incident, kinds, scenario
from app.demo.access import Attributes, Authorizer, User
from app.demo.clock import ScaledClock, SetClock
from app.demo.happenings import Happenings, restarts
from app.demo.resources import Resource
from app.demo.server import ClusterOptions, EmbeddedCluster, running_cluster
from app.domain import objects
from app.domain.grant import State, join, state_of
from app.domain.labels import selector_from_object
from app.domain.validation import validate_policy
from tests.contract.eventually import eventually
from tests.demo.test_watch import ServerTime
from tests.kube.virtual_time import settle
from tests.rest import Credentials, Json, Rest

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)


def scene() -> EmbeddedCluster:
    cluster = EmbeddedCluster(ClusterOptions(clock=SetClock(NOW)))
    scenario.load(cluster)
    return cluster


@pytest.fixture(scope="module")
def cluster() -> EmbeddedCluster:
    return scene()


def everything(cluster: EmbeddedCluster, resource: Resource, namespace: str = "") -> list[Json]:
    return [record.obj for record in cluster.store.records(resource, namespace)]


def test_the_same_seed_gives_the_same_scene(cluster: EmbeddedCluster) -> None:
    def names(found: EmbeddedCluster) -> list[tuple[str, str]]:
        return [
            (meta.get("namespace", ""), meta["name"])
            for resource in kinds.RESOURCES
            for meta in (obj["metadata"] for obj in everything(found, resource))
        ]

    assert names(cluster) == names(scene())


def test_every_policy_is_one_that_a_server_would_take(cluster: EmbeddedCluster) -> None:
    found = everything(cluster, kinds.NETWORK_POLICIES)
    assert len(found) == len(incident.POLICIES) + len(incident.OPEN_GRANTS)
    assert [validate_policy(policy) for policy in found] == [()] * len(found)


def test_the_open_grants_are_such_as_netgrant_makes(cluster: EmbeddedCluster) -> None:
    policies = [
        msgspec.convert(obj, objects.NetworkPolicy) for obj in everything(cluster, kinds.NETWORK_POLICIES)
    ]
    jobs = [msgspec.convert(obj, objects.Job) for obj in everything(cluster, kinds.JOBS)]
    grants = join(policies, jobs)
    assert len(grants) == len(incident.OPEN_GRANTS)
    assert [grant.drift() for grant in grants] == [()] * len(grants)
    assert all(grant.is_armed() for grant in grants)
    deadlines = [grant.deadline() for grant in grants]
    left = sorted(deadline - NOW for deadline in deadlines if deadline)
    wanted = sorted(timedelta(minutes=grant.minutes_left) for grant in incident.OPEN_GRANTS)
    assert left == wanted
    assert {state_of(grant, NOW) for grant in grants} == {State.ACTIVE, State.EXPIRING}


def test_the_new_release_fails_because_the_database_does_not_let_it_in(cluster: EmbeddedCluster) -> None:
    spec = incident.POLICIES["production", "payments-to-database"]
    lets_in = selector_from_object(spec["ingress"][0]["from"][0]["podSelector"])
    api = [
        pod
        for pod in everything(cluster, kinds.PODS, "payments")
        if pod["metadata"]["labels"]["app"] == "api"
    ]
    crashing = [pod for pod in api if restarts(pod)]
    assert len(crashing) == incident.NEW_RELEASE.replicas
    assert not any(lets_in.matches(pod["metadata"]["labels"]) for pod in crashing)
    healthy = [pod for pod in api if not restarts(pod)]
    assert len(healthy) == 3
    assert all(lets_in.matches(pod["metadata"]["labels"]) for pod in healthy)


def test_pods_lead_to_their_workloads_and_services_to_their_pods(cluster: EmbeddedCluster) -> None:
    owners = {
        obj["metadata"]["uid"]
        for resource in (kinds.REPLICA_SETS, kinds.STATEFUL_SETS, kinds.DAEMON_SETS)
        for obj in everything(cluster, resource)
    }
    pods = everything(cluster, kinds.PODS)
    assert all(pod["metadata"]["ownerReferences"][0]["uid"] in owners for pod in pods)
    uids = {pod["metadata"]["uid"] for pod in pods}
    slices = everything(cluster, kinds.ENDPOINT_SLICES)
    assert len(slices) == len(everything(cluster, kinds.SERVICES)) == len(incident.WORKLOADS)
    assert {item["targetRef"]["uid"] for one in slices for item in one["endpoints"]} <= uids


def test_addresses_are_unique_but_for_pods_of_the_host_network(cluster: EmbeddedCluster) -> None:
    pods = [pod for pod in everything(cluster, kinds.PODS) if not pod["spec"].get("hostNetwork")]
    addresses = [pod["status"]["podIP"] for pod in pods]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize(
    ("user", "namespace", "allowed"),
    [
        ("alice", "production", True),
        ("alice", "legacy", True),
        ("bob", "payments", True),
        ("bob", "production", False),
    ],
)
def test_what_the_people_may_do(cluster: EmbeddedCluster, user: str, namespace: str, allowed: bool) -> None:
    wish = Attributes("create", "networking.k8s.io", "networkpolicies", namespace)
    assert Authorizer(cluster.store).decide(User(user, ("sre",)), wish).allowed is allowed


def test_something_is_seen_within_ten_seconds_all_the_time() -> None:
    async def watch_for_ten_minutes() -> list[int]:
        time = ServerTime()
        cluster = EmbeddedCluster(ClusterOptions(clock=time))
        scenario.load(cluster)
        versions = []
        task = asyncio.create_task(scenario.play(cluster))
        for _ in range(60):
            await time.pass_time(10)
            versions.append(cluster.store.version)
        task.cancel()
        await settle()
        return versions

    versions = asyncio.run(watch_for_ten_minutes())
    assert all(later > earlier for earlier, later in pairwise(versions))


@pytest.fixture
def happenings() -> Iterator[tuple[EmbeddedCluster, Happenings]]:
    found = scene()
    yield found, Happenings(found.store, found.clock, Random(1))


def test_restarts_only_grow(happenings: tuple[EmbeddedCluster, Happenings]) -> None:
    _, things = happenings
    before = sum(restarts(pod.obj) for pod in things.crashing_pods())
    things.restart_crashing_pod()
    things.restart_crashing_pod()
    assert sum(restarts(pod.obj) for pod in things.crashing_pods()) == before + 2


def test_a_rollout_brings_a_ready_pod_and_asks_an_old_one_to_go(
    happenings: tuple[EmbeddedCluster, Happenings],
) -> None:
    cluster, things = happenings
    things.roll_catalog()
    pods = [
        pod
        for pod in everything(cluster, kinds.PODS, "production")
        if pod["metadata"]["labels"]["app"] == "catalog"
    ]
    going = [pod for pod in pods if "deletionTimestamp" in pod["metadata"]]
    assert (len(pods), len(going)) == (4, 1)
    assert all(pod["status"]["phase"] == "Running" for pod in pods)


def test_nothing_breaks_when_a_user_has_deleted_everything(
    happenings: tuple[EmbeddedCluster, Happenings],
) -> None:
    cluster, things = happenings
    for resource in (kinds.PODS, kinds.REPLICA_SETS, kinds.EVENTS):
        for record in cluster.store.records(resource):
            cluster.store.remove(resource, record)
    before = cluster.store.version
    for _, action in things.all():
        action()
    assert cluster.store.version == before


def test_it_plays_over_a_real_socket_and_the_shortest_grant_ends_by_itself() -> None:
    options = ClusterOptions(clock=ScaledClock(speed=60), has_kubelets=True)
    with running_cluster(options, scenario.load) as cluster:
        cluster.spawn(scenario.play)
        rest = Rest(cluster.url, Credentials(token=cluster.tokens["alice"]))
        path = "/apis/networking.k8s.io/v1/namespaces/monitoring/networkpolicies"
        standing = sum(namespace == "monitoring" for namespace, _ in incident.POLICIES)
        eventually(lambda: len(rest.get(path).ok()["items"]) == standing)
        version = int(rest.get("/api/v1/pods").ok()["metadata"]["resourceVersion"])
        with rest.watch("/api/v1/pods", resourceVersion=version, timeoutSeconds=3600) as stream:
            assert next(iter(stream))["type"] in {"ADDED", "MODIFIED", "DELETED"}
        rest.close()
