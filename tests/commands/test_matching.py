"""Saying which pods a policy selects at this moment."""

import pytest

from app.commands.matching import describe_matches
from app.commands.session import Cluster
from app.domain.manifest import Wish
from app.domain.objects import Meta, Pod, PodSpec, PodStatus
from app.errors import ClusterError, ForbiddenError, UnreachableError
from tests.commands.world import World, wish


def add(world: World, name: str, phase: str = "Running", *, host: bool = False) -> None:
    labels = {"app": "api" if name.startswith("api") else "database"}
    meta = Meta(name=name, namespace="production", labels=labels)
    world.lookup.all_pods["production", name] = Pod(meta, PodSpec(host_network=host), PodStatus(phase=phase))


async def test_nobody(world: World, cluster: Cluster) -> None:
    assert await describe_matches(cluster, wish("production")) == (
        "app=database in production selects no pod now: is that the label you meant?"
    )


async def test_one_some_and_many(world: World, cluster: Cluster) -> None:
    add(world, "db-0")
    add(world, "api-0")
    assert await describe_matches(cluster, wish("production")) == (
        "app=database in production selects 1 pod: db-0"
    )
    for number in range(1, 5):
        add(world, f"db-{number}")
    assert await describe_matches(cluster, wish("production")) == (
        "app=database in production selects 5 pods: db-0, db-1, db-2, and 2 more"
    )


async def test_pods_that_no_policy_reaches_do_not_count(world: World, cluster: Cluster) -> None:
    add(world, "done", "Succeeded")
    add(world, "failed", "Failed")
    add(world, "host", host=True)
    add(world, "waiting", "Pending")
    assert (await describe_matches(cluster, wish("production"))).endswith("selects 1 pod: waiting")


async def test_all_pods_of_the_namespace(world: World, cluster: Cluster) -> None:
    add(world, "db-0")
    found = await describe_matches(cluster, Wish("production", {"podSelector": {}}))
    assert found == "all pods in production selects 1 pod: db-0"


@pytest.mark.parametrize("error", [ForbiddenError("no", status=403), UnreachableError("no line")])
async def test_what_may_not_be_read_is_not_told(world: World, cluster: Cluster, error: ClusterError) -> None:
    world.tap.fail("lookup.pods", error)
    assert await describe_matches(cluster, wish("production")) == ""
