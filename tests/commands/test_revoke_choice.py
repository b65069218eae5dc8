"""Which grants are meant: by name, by namespace, by label, all."""

from datetime import timedelta

import pytest

from app.commands.create import create
from app.commands.draft import Order
from app.commands.revoke import choose, choose_all
from app.errors import (
    ForbiddenError,
    NotFoundError,
)
from tests.commands.revoking import TWO, ended
from tests.commands.world import World, wish

# ── which ones ───────────────────────────────────────────────────────────────────────────────────────────


async def test_several_names_for_one_grant_are_one(world: World) -> None:
    made = await world.granted()
    name = made.grant.policies[0].metadata.name
    chosen = await choose(world.session(), [made.grant.id, name, made.grant.id[-6:]])
    assert [grant.id for grant in chosen] == [made.grant.id]
    assert world.tap.methods() == ["log.grants", "policies.list", "jobs.list"]


async def test_one_name_that_does_not_stand_stops_all(world: World) -> None:
    made = await world.granted()
    with pytest.raises(NotFoundError):
        await choose(world.session(), [made.grant.id, "ZZZZZZ"])
    assert len(world.policies()) == 1


async def test_names_are_found_without_the_registry(world: World) -> None:
    made = await world.granted()
    world.log.down = True
    world.cluster.forbidden |= {("policies.list", "*"), ("jobs.list", "*")}
    chosen = await choose(world.session(), [made.grant.id])
    assert [grant.id for grant in chosen] == [made.grant.id]


async def test_all_of_a_namespace_are_chosen_whole(world: World) -> None:
    """A grant has one end: its policies in other namespaces go with it."""
    made = await world.granted(*TWO)
    other = await world.granted("elsewhere")
    chosen = await choose_all(world.session(), "backend", "")
    assert [grant.id for grant in chosen] == [made.grant.id]
    assert chosen[0].namespaces == ("backend", "frontend")
    assert (await ended(world, chosen[0])).gone
    assert {item["metadata"]["namespace"] for item in world.policies()} == {"elsewhere"}
    assert other.grant.id in world.log.records


async def test_all_with_a_label_are_chosen_whole(world: World) -> None:
    wishes = (wish("production", labels={"team": "sre"}), wish("production", "replica"))
    made = await create(world.session(), Order(wishes, "debug", timedelta(minutes=30)))
    await world.granted()
    chosen = await choose_all(world.session(), None, "team=sre")
    assert [grant.id for grant in chosen] == [made.grant.id]
    assert len(chosen[0].policies) == 2


async def test_all_everywhere(world: World) -> None:
    ids = {(await world.granted(name)).grant.id for name in ("a", "b", "c")}
    assert {grant.id for grant in await choose_all(world.session(), None, "")} == ids
    assert await choose_all(world.session(), "d", "") == ()


@pytest.mark.parametrize("namespace", [None, "production"])
async def test_all_never_silently_means_some(world: World, namespace: str | None) -> None:
    await world.granted()
    world.cluster.forbidden.add(("policies.list", namespace or "*"))
    with pytest.raises(ForbiddenError):
        await choose_all(world.session(), namespace, "")
