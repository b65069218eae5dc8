"""Ending access when the registry fails, or the process is cancelled or dies."""

import pytest

from app.commands.recover import recover
from app.commands.session import Limits
from app.domain.records import EndCause, Happening, Phase
from app.errors import (
    ForbiddenError,
    RegistryError,
)
from tests.commands.revoking import BEGIN, STEPS, TWO, ended, hold
from tests.commands.tap import DiedError
from tests.commands.world import World

# ── the registry ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_registry_that_is_down_stops_no_removal(world: World) -> None:
    made = await world.granted()
    world.log.down = True
    done = await ended(world, made.grant)
    assert done.gone
    assert world.is_empty()
    assert done.warnings == (
        "revoked without a registry entry: the registry cannot be written: its disk is full",
        "the registry still cannot be written: this removal is in the API server's audit log alone",
    )


async def test_a_registry_that_is_back_after_the_removal_is_told_of_the_gap(world: World) -> None:
    made = await world.granted()
    world.tap.fail("log.begin", RegistryError("locked"))
    done = await ended(world, made.grant)
    assert done.gone
    assert done.warnings == ("revoked without a registry entry: locked",)
    assert world.happenings()[-1] is Happening.GAP
    assert world.last_detail() == {"reason": "done", "gone": True}
    record = world.log.records[made.grant.id]
    assert (record.phase, record.end_cause) == (Phase.ENDED, EndCause.REVOKED)
    assert record.reason == "debug replication lag"  # of the grant, as it was asked for


async def test_a_gap_is_not_an_end_while_the_policy_stands(world: World) -> None:
    made = await world.granted()
    hold(world)
    world.tap.fail("log.begin", RegistryError("locked"))
    done = await ended(world, made.grant)
    assert not done.gone
    assert world.last_detail() == {"reason": "done", "gone": False}
    assert world.log.records[made.grant.id].phase is Phase.ACTIVE


async def test_a_registry_that_does_not_answer_is_not_waited_for(world: World) -> None:
    """Another process holds its lock: the removal goes on, and what was handed over is kept later."""
    made = await world.granted()
    world.limits = Limits(log_seconds=0.01)
    world.log.slow.clear()
    done = await ended(world, made.grant)
    assert done.gone
    assert done.warnings == ("revoked without a registry entry: the registry does not answer",)
    assert world.is_empty()
    world.log.slow.set()
    while len(world.log.still_open()) != 1:
        await world.let_others_run()
    await recover(world.restarted())
    assert world.log.still_open() == ()
    assert world.phases() == [Phase.ENDED]


async def test_a_registry_that_fails_at_the_end_is_a_warning(world: World) -> None:
    made = await world.granted()
    world.tap.fail("log.finish", RegistryError("its disk is full"))
    done = await ended(world, made.grant)
    assert done.gone
    assert done.warnings == ("the cluster has changed, but the registry could not note it: its disk is full",)
    await recover(world.restarted())
    assert world.log.still_open() == ()


async def test_a_grant_that_this_registry_never_heard_of(world: World) -> None:
    """Made on another machine: what is known of it is read off its objects."""
    made = await world.granted(ticket="INC-1")
    world.log.records.clear()
    await ended(world, made.grant)
    record = world.log.records[made.grant.id]
    assert (record.requested_by, record.ticket, record.phase) == ("alice", "INC-1", Phase.ENDED)
    assert record.peers == "198.51.100.0/24"


async def test_what_this_registry_thought_ended_is_on_record_as_standing_when_it_stands(world: World) -> None:
    made = await world.granted()
    hold(world)
    await ended(world, made.grant)
    world.tap.clear()
    record = world.log.records[made.grant.id]
    assert (record.phase, record.ended_at, record.end_cause) == (Phase.ENDING, None, None)


# ── the process is cancelled, or dies ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", range(len(STEPS)), ids=lambda i: f"{i}-{STEPS[i]}")
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies", [False, True], ids=["cancelled", "dies"])
async def test_a_removal_that_was_begun_is_finished(
    guarded: World, step: int, done: bool, dies: bool
) -> None:
    made = await guarded.granted(*TWO)
    if dies:
        guarded.tap.fail_at(step, DiedError(), done=done)
        with pytest.raises(DiedError):
            await ended(guarded, made.grant)
    else:
        guarded.tap.cancel_at(step, done=done)
        await guarded.tap.interrupted(ended(guarded, made.grant))
    await recover(guarded.restarted())
    assert guarded.log.still_open() == ()
    begun = step > BEGIN or (step == BEGIN and dies and done)
    assert guarded.is_empty() == begun
    record = guarded.log.records[made.grant.id]
    assert record.phase is (Phase.ENDED if begun else Phase.ACTIVE)
    assert record.end_cause is (EndCause.REVOKED if begun else None)


async def test_a_removal_finished_long_after_says_when_it_ended_at_the_latest(world: World) -> None:
    made = await world.granted()
    world.tap.fail("log.finish", DiedError())
    with pytest.raises(DiedError):
        await ended(world, made.grant)
    world.clock.pass_time(24 * 3600)
    await recover(world.restarted())
    record = world.log.records[made.grant.id]
    assert (record.ended_at, record.end_cause) == (made.deadline, EndCause.REVOKED)


async def test_a_refusal_without_a_registry_is_just_a_refusal(world: World) -> None:
    made = await world.granted()
    world.tap.fail("log.begin", RegistryError("locked"))
    world.cluster.forbidden |= {("policies.delete", "production"), ("jobs.delete", "production")}
    with pytest.raises(ForbiddenError) as raised:
        await ended(world, made.grant)
    assert raised.value.fix == ""
    assert world.log.records[made.grant.id].phase is Phase.ACTIVE
