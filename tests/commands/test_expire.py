"""Ending what is overdue: looked at anew, by UID, kept as an end that was due; what is not due is left."""

from datetime import timedelta

import pytest

from app.commands.expire import expire
from app.commands.recover import recover
from app.domain.grant import Grant
from app.domain.records import EndCause, Happening, Json, Outcome, Phase
from app.errors import ForbiddenError, UnreachableError
from tests.commands.revoking import TWO, hold
from tests.commands.world import World

HALF_HOUR = 30 * 60


def suspend(job: Json) -> None:
    job["spec"]["suspend"] = True


async def unarmed(world: World, *namespaces: str) -> Grant:
    """A grant whose Jobs somebody suspended."""
    made = await world.granted(*namespaces)
    for job in world.jobs():
        meta = job["metadata"]
        world.cluster.edit(meta["namespace"], meta["name"], suspend, kind="Job")
    world.tap.clear()
    return made.grant


async def test_what_nothing_ended_is_ended_and_kept_as_due(world: World) -> None:
    grant = await unarmed(world, *TWO)
    world.clock.pass_time(HALF_HOUR + 60)
    done = await expire(world.session(), grant)
    assert done is not None
    assert done.gone
    assert world.is_empty()
    record = world.log.records[grant.id]
    assert (record.phase, record.end_cause) == (Phase.ENDED, EndCause.EXPIRED)
    assert world.happenings()[-2:] == [Happening.REVOKING, Happening.ENDED]
    assert "nothing in the cluster ended it" in world.last_detail()["reason"]


async def test_what_is_not_due_is_left_alone(world: World) -> None:
    grant = await unarmed(world)
    world.clock.pass_time(HALF_HOUR + 2)  # within the doubt about the server's clock
    assert await expire(world.session(), grant) is None
    assert len(world.policies()) == 1
    assert len(world.happenings()) == 2  # asked and granted, as before


async def test_the_servers_clock_decides(world: World) -> None:
    grant = await unarmed(world)
    world.clock.pass_time(HALF_HOUR + 600)
    world.cluster.offset = timedelta(minutes=-30)
    assert await expire(world.session(), grant) is None
    assert len(world.policies()) == 1


async def test_one_that_was_given_more_time_meanwhile_is_left_alone(world: World) -> None:
    grant = await unarmed(world)

    def more(policy: Json) -> None:
        policy["metadata"]["annotations"]["netgrant.dev/expires-at"] = "2026-11-24T20:00:00Z"

    meta = grant.policies[0].metadata
    world.cluster.edit(meta.namespace, meta.name, more)
    world.clock.pass_time(HALF_HOUR + 600)
    assert await expire(world.session(), grant) is None
    assert len(world.policies()) == 1


async def test_one_that_is_gone_needs_nothing(world: World) -> None:
    grant = await unarmed(world)
    world.cluster.objects.clear()
    world.clock.pass_time(HALF_HOUR + 60)
    assert await expire(world.session(), grant) is None


async def test_what_a_finalizer_holds_is_said_to_stand(world: World) -> None:
    grant = await unarmed(world)
    hold(world)
    world.clock.pass_time(HALF_HOUR + 60)
    done = await expire(world.session(), grant)
    assert done is not None
    assert "held by finalizer cni.example/flows" in done.blocked[0]
    assert await expire(world.session(), grant) is None  # it is going, as far as it is ours to say


async def test_a_refusal_is_raised_and_nothing_is_said_to_have_ended(world: World) -> None:
    grant = await unarmed(world)
    world.clock.pass_time(HALF_HOUR + 60)
    world.cluster.forbidden = {("policies.delete", "production"), ("jobs.delete", "production")}
    with pytest.raises(ForbiddenError):
        await expire(world.session(), grant)
    assert world.phases() == [Phase.ACTIVE]


async def test_a_process_that_died_over_it_is_finished_as_due(world: World) -> None:
    grant = await unarmed(world)
    world.clock.pass_time(HALF_HOUR + 60)
    world.tap.fail("policies.get", UnreachableError("no answer"), nth=2)
    world.tap.fail("policies.delete", UnreachableError("no answer"))
    world.tap.fail("jobs.delete", UnreachableError("no answer"))
    with pytest.raises(UnreachableError):
        await expire(world.session(), grant)
    await recover(world.restarted())
    assert world.is_empty()
    assert list(world.log.outcomes.values())[-1] is Outcome.DONE
    assert world.log.records[grant.id].end_cause is EndCause.EXPIRED
