"""Reading what stands, with whatever rights there are."""

from datetime import timedelta

import pytest

from app.commands.create import create
from app.commands.draft import Order
from app.commands.live import find_grant, find_grants, read_everywhere, read_grant, read_grants
from app.commands.session import Cluster
from app.domain.grant import Deadman
from app.errors import ForbiddenError, InputError, NotFoundError, UnreachableError
from tests.commands.world import World, policy, wish


def only_in(world: World, *namespaces: str) -> None:
    """Take away what is granted in all namespaces, and everything but in these."""
    for kind in ("policies", "jobs"):
        world.cluster.forbidden |= {(f"{kind}.list", "*")}
        world.cluster.forbidden |= {
            (f"{kind}.list", name) for name in {"frontend", "backend", "production"} - set(namespaces)
        }


async def test_grants_of_a_namespace_and_of_all(world: World, cluster: Cluster) -> None:
    here = (await world.granted("production")).grant.id
    there = (await world.granted("backend")).grant.id
    assert [grant.id for grant in (await read_grants(cluster, "production")).grants] == [here]
    assert [grant.id for grant in (await read_grants(cluster, None)).grants] == [here, there]


async def test_what_carries_no_grant_label_is_no_grant(world: World, cluster: Cluster) -> None:
    world.cluster.add("NetworkPolicy", policy("production", "baseline", labels={"team": "net"}))
    assert (await read_grants(cluster, None)).grants == ()


async def test_a_label_selector_leaves_no_job_behind_as_half_a_grant(world: World, cluster: Cluster) -> None:
    order = Order((wish("production", labels={"team": "sre"}),), "debug", timedelta(minutes=5))
    marked = (await create(world.session(), order)).grant.id
    await world.granted()
    found = await read_grants(cluster, None, "team=sre")
    assert [grant.id for grant in found.grants] == [marked]
    assert found.grants[0].is_armed()


async def test_jobs_that_may_not_be_read_are_told(world: World, cluster: Cluster) -> None:
    await world.granted()
    world.cluster.forbidden.add(("jobs.list", "production"))
    found = await read_grants(cluster, "production")
    assert found.denied == (
        "Jobs may not be listed in production: whether the dead-man switch is armed is not known",
    )
    assert found.grants[0].parts[0].deadman() is Deadman.UNKNOWN
    world.cluster.forbidden.add(("jobs.list", "*"))
    assert "in all namespaces" in (await read_grants(cluster, None)).denied[0]


async def test_policies_that_may_not_be_read_are_an_error(world: World, cluster: Cluster) -> None:
    world.cluster.forbidden.add(("policies.list", "production"))
    with pytest.raises(ForbiddenError):
        await read_grants(cluster, "production")


async def test_everywhere_means_where_one_may_if_all_may_not_be_listed(
    world: World, cluster: Cluster
) -> None:
    both = (await world.granted("frontend", "backend")).grant.id
    await world.granted("production")
    only_in(world, "frontend", "backend")
    found = await read_everywhere(cluster, ("frontend", "backend", "production", "frontend"))
    assert [grant.id for grant in found.grants] == [both]
    assert found.grants[0].namespaces == ("frontend", "backend")
    assert found.grants[0].is_armed()
    assert found.denied == ("may not list policies in *", "may not list policies in production")
    assert [line for line in world.tap.trace if line.startswith("policies.list")] == [
        "policies.list *",
        "policies.list frontend",
        "policies.list backend",
        "policies.list production",
    ]


async def test_a_cluster_that_is_away_is_an_error(world: World, cluster: Cluster) -> None:
    world.tap.fail("policies.list", UnreachableError("no line"))
    with pytest.raises(UnreachableError):
        await read_everywhere(cluster, ("production",))


async def test_one_grant_by_its_id(world: World, cluster: Cluster) -> None:
    both = (await world.granted("frontend", "backend")).grant.id
    found = await read_grant(cluster, both, ("frontend", "backend", "frontend"))
    assert found is not None
    assert found.is_armed()
    assert len(found.policies) == 2
    assert await read_grant(cluster, "01OTHER", ("frontend",)) is None


# ── by name ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_grant_is_found_by_id_piece_and_object(world: World, cluster: Cluster) -> None:
    made = await world.granted()
    await world.granted()
    name = made.grant.policies[0].metadata.name
    for wanted in (made.grant.id, made.grant.id.lower(), made.grant.id[-6:], name):
        assert (await find_grant(cluster, wanted, ())).id == made.grant.id


async def test_what_means_several_is_an_error(world: World, cluster: Cluster) -> None:
    for _ in range(2):
        await world.granted()
    with pytest.raises(InputError, match="means 2 grants"):
        await find_grant(cluster, next(iter(world.log.records))[:4], ())


async def test_what_stands_not_is_an_error_that_says_what_could_not_be_looked_at(
    world: World, cluster: Cluster
) -> None:
    with pytest.raises(NotFoundError, match=r"no grant 'ABCDEF' stands in this cluster$"):
        await find_grant(cluster, "ABCDEF", ())
    only_in(world, "production")
    with pytest.raises(NotFoundError, match=r"\(may not list policies in \*; may not list policies in ops\)"):
        world.cluster.forbidden.add(("policies.list", "ops"))
        await find_grant(cluster, "ABCDEF", ("production", "ops"))


async def test_several_names_take_one_look(world: World, cluster: Cluster) -> None:
    ids = [(await world.granted()).grant.id for _ in range(3)]
    found = await find_grants(cluster, (ids[2], ids[0], ids[2][-8:]), ())
    assert [grant.id for grant in found] == [ids[2], ids[0]]
    assert world.tap.methods() == ["policies.list", "jobs.list"]


async def test_jobs_that_may_be_read_in_the_namespace_alone_are_found_there(
    world: World, cluster: Cluster
) -> None:
    made = await world.granted()
    world.cluster.forbidden.add(("jobs.list", "*"))
    assert (await find_grant(cluster, made.grant.id, ())).is_armed()


async def test_a_grant_that_ends_between_the_two_looks_is_what_was_seen_first(
    world: World, cluster: Cluster
) -> None:
    made = await world.granted()
    world.cluster.forbidden.add(("jobs.list", "*"))
    world.tap.do("policies.list", world.cluster.objects.clear, nth=2)
    assert (await find_grant(cluster, made.grant.id, ())).id == made.grant.id
