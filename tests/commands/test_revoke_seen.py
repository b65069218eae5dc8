"""Revoking what somebody looked at: the very grant that was shown, or nothing."""

from datetime import timedelta

import pytest

from app.commands.extend import extend
from app.commands.revoke import revoke_as_seen
from app.domain.manifest import GRANT_LABEL
from app.domain.records import Json
from app.errors import ConflictError, InputError, NotFoundError
from tests.commands.extending import asked
from tests.commands.revoking import TWO
from tests.commands.world import World, policy


async def test_what_is_as_it_was_shown_is_revoked(world: World) -> None:
    made = await world.granted(*TWO)
    assert (await revoke_as_seen(world.session(), made.grant, "done")).gone
    assert world.is_empty()


async def test_what_ended_meanwhile_is_told(world: World) -> None:
    made = await world.granted()
    world.clock.pass_time(3600)
    with pytest.raises(NotFoundError, match="ended meanwhile: nothing was revoked"):
        await revoke_as_seen(world.session(), made.grant, "done")


async def test_what_was_edited_is_not_revoked_blindly(world: World) -> None:
    made = await world.granted()

    def widen(item: Json) -> None:
        item["spec"]["ingress"][0]["from"] = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]

    world.cluster.edit("production", made.grant.policies[0].metadata.name, widen)
    with pytest.raises(ConflictError, match="was edited"):
        await revoke_as_seen(world.session(), made.grant, "done")
    assert len(world.policies()) == 1


async def test_a_policy_that_came_to_it_is_not_revoked_blindly(world: World) -> None:
    made = await world.granted()
    world.cluster.add("NetworkPolicy", policy("production", "more", labels={GRANT_LABEL: made.grant.id}))
    with pytest.raises(ConflictError, match="production/more is new"):
        await revoke_as_seen(world.session(), made.grant, "done")
    assert len(world.policies()) == 2


async def test_a_successor_with_the_same_name_is_new(world: World) -> None:
    made = await world.granted()
    name = made.grant.policies[0].metadata.name
    del world.cluster.objects["NetworkPolicy", "production", name]
    world.cluster.add("NetworkPolicy", policy("production", name, labels={GRANT_LABEL: made.grant.id}))
    with pytest.raises(ConflictError, match="is new"):
        await revoke_as_seen(world.session(), made.grant, "done")


async def test_one_that_was_given_more_time_is_told(world: World) -> None:
    made = await world.granted()
    await extend(world.session(), asked(made.grant.id, by=timedelta(hours=1)))
    with pytest.raises(ConflictError, match="it ends at 2026-11-24T11:30:00Z now"):
        await revoke_as_seen(world.session(), made.grant, "done")
    assert len(world.policies()) == 1


async def test_of_two_policies_one_that_is_gone_already_does_not_keep_the_other(world: World) -> None:
    made = await world.granted(*TWO)
    gone = made.grant.policies[0].metadata
    del world.cluster.objects["NetworkPolicy", gone.namespace, gone.name]
    assert (await revoke_as_seen(world.session(), made.grant, "done")).gone
    assert world.is_empty()


async def test_it_needs_a_reason(world: World) -> None:
    made = await world.granted()
    with pytest.raises(InputError, match="needs a reason"):
        await revoke_as_seen(world.session(), made.grant, " ")
