"""Moving a deadline when a call fails, or the process is cancelled or dies: all timers move or none."""

from datetime import datetime, timedelta

import pytest

from app.commands.extend import extend
from app.commands.recover import recover
from app.domain.records import Outcome, Phase
from app.errors import (
    ClusterError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RegistryError,
    UncertainError,
    UnreachableError,
)
from tests.commands.extending import END, HALF_HOUR, TWO, asked, ends, longer, written
from tests.commands.tap import DiedError
from tests.commands.world import World

# ── half way ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_moved_is_moved_back_when_another_refuses(guarded: World) -> None:
    made = await guarded.granted(*TWO)
    guarded.tap.fail("jobs.patch", ForbiddenError("no", status=403), nth=2)
    with pytest.raises(ForbiddenError):
        await longer(guarded, made.grant.id)
    assert ends(guarded) == written(guarded) == [END] * 2
    assert guarded.log.still_open() == ()
    assert guarded.last_detail() == {"error": "no"}
    record = guarded.log.records[made.grant.id]
    assert (record.phase, record.deadline) == (Phase.ACTIVE, END)


@pytest.mark.parametrize("nth", [1, 2])
async def test_a_lost_answer_is_looked_up(guarded: World, nth: int) -> None:
    made = await guarded.granted(*TWO)
    guarded.tap.fail("jobs.patch", UncertainError("maybe"), nth=nth, done=True)
    assert (await longer(guarded, made.grant.id)).deadline == END + HALF_HOUR
    assert ends(guarded) == [END + HALF_HOUR] * 2


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("done", [False, True], ids=["lost", "done"])
async def test_where_the_second_look_fails_too_all_is_moved_back(
    guarded: World, nth: int, done: bool
) -> None:
    made = await guarded.granted(*TWO)
    guarded.tap.fail("jobs.patch", UncertainError("maybe"), nth=nth, done=done)
    guarded.tap.fail("jobs.get", UnreachableError("no line"))
    with pytest.raises(ClusterError):
        await longer(guarded, made.grant.id)
    assert ends(guarded) == written(guarded) == [END] * 2
    assert guarded.log.still_open() == ()


async def test_where_moving_back_fails_the_next_start_evens_it_out(guarded: World) -> None:
    made = await guarded.granted(*TWO)
    guarded.tap.fail("jobs.patch", ForbiddenError("no", fix="ask", status=403), nth=2)
    guarded.tap.fail("jobs.patch", UnreachableError("the line is dead"), nth=3)
    with pytest.raises(ForbiddenError) as raised:
        await longer(guarded, made.grant.id)
    assert raised.value.fix.startswith("ask; moving back failed too (the line is dead)")
    assert sorted(ends(guarded)) == [END, END + HALF_HOUR]
    assert len(guarded.log.still_open()) == 1
    (told,) = await recover(guarded.restarted())
    assert told.is_settled
    assert ends(guarded) == written(guarded) == [END] * 2
    assert list(guarded.log.outcomes.values())[-1] is Outcome.FAILED


async def test_a_grant_that_ended_before_its_timer_moved(world: World) -> None:
    made = await world.granted()
    world.tap.do("jobs.patch", world.cluster.objects.clear)
    with pytest.raises(NotFoundError, match="ended while its deadline was being moved"):
        await longer(world, made.grant.id)
    assert world.log.still_open() == ()


async def test_a_job_that_has_failed_already_takes_a_patch_but_does_not_live_on(world: World) -> None:
    """The API server takes it; the Job controller never looks at a finished Job again."""
    made = await world.granted()
    name = world.policies()[0]["metadata"]["name"]
    failed = {"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}

    def fail() -> None:
        world.cluster.edit("production", name, lambda job: job["status"].update(conditions=[failed]), "Job")

    world.tap.do("jobs.patch", fail)
    with pytest.raises(NotFoundError, match="ended while its deadline was being moved"):
        await longer(world, made.grant.id)


async def test_policies_that_ended_while_the_timer_moved(world: World) -> None:
    made = await world.granted()
    world.tap.do("policies.patch", world.cluster.objects.clear)
    with pytest.raises(NotFoundError, match="ended while its deadline was being moved"):
        await longer(world, made.grant.id)
    assert world.log.still_open() == ()
    assert world.log.records[made.grant.id].phase is Phase.ACTIVE  # its end is noted by whoever sees it


async def test_one_of_two_policies_that_ended_is_a_warning(world: World) -> None:
    made = await world.granted(*TWO)
    world.tap.fail("policies.patch", NotFoundError("gone", status=404))
    done = await longer(world, made.grant.id)
    assert [warning.partition(":")[0] for warning in done.warnings] == ["backend"]
    assert done.deadline == END + HALF_HOUR


@pytest.mark.parametrize(
    "error", [ForbiddenError("no", status=403), UncertainError("maybe"), UnreachableError("no line")]
)
async def test_an_annotation_that_lags_behind_is_a_warning(world: World, error: ClusterError) -> None:
    made = await world.granted()
    world.tap.fail("policies.patch", error)
    done = await longer(world, made.grant.id)
    assert done.warnings == (f"production: the annotation may still show the old deadline: {error.message}",)
    assert ends(world) == [END + HALF_HOUR]
    assert world.log.records[made.grant.id].deadline == END + HALF_HOUR


async def test_another_object_under_the_name_is_not_annotated(world: World) -> None:
    made = await world.granted()
    world.tap.fail("policies.patch", ConflictError("another object", status=409))
    with pytest.raises(NotFoundError):
        await longer(world, made.grant.id)


async def test_a_registry_that_fails_at_the_end_is_a_warning_and_made_good_later(world: World) -> None:
    made = await world.granted()
    world.tap.fail("log.finish", RegistryError("its disk is full"))
    done = await longer(world, made.grant.id)
    assert done.warnings == ("the cluster has changed, but the registry could not note it: its disk is full",)
    (told,) = await recover(world.restarted())
    assert str(told).endswith("it ends at 2026-11-24T11:00:00Z")
    assert world.log.records[made.grant.id].deadline == END + HALF_HOUR
    assert list(world.log.outcomes.values()) == [Outcome.DONE, Outcome.DONE]


# ── the process is cancelled, or dies ────────────────────────────────────────────────────────────────────

STEPS = ["log.begin", "jobs.patch", "jobs.patch", "policies.patch", "policies.patch", "log.finish"]
FIRST = 5
"""The number of the first of these calls: whoami, the registry's grants and record, two lists precede."""


@pytest.mark.parametrize("step", range(len(STEPS)), ids=lambda i: f"{i}-{STEPS[i]}")
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_cancelling_moves_all_or_none(guarded: World, step: int, done: bool) -> None:
    made = await guarded.granted(*TWO)
    guarded.tap.cancel_at(FIRST + step, done=done)
    await guarded.tap.interrupted(longer(guarded, made.grant.id))
    assert guarded.tap.methods()[FIRST : FIRST + step + 1] == STEPS[: step + 1]
    assert ends(guarded) == written(guarded) == [END + HALF_HOUR if step > 2 else END] * 2
    assert guarded.log.still_open() == ()
    assert guarded.log.records[made.grant.id].deadline == ends(guarded)[0]


@pytest.mark.parametrize("wanted", [END + HALF_HOUR, END - timedelta(minutes=20)], ids=["longer", "shorter"])
@pytest.mark.parametrize("step", range(len(STEPS)), ids=lambda i: f"{i}-{STEPS[i]}")
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_dying_at_any_step_is_evened_out_at_the_next_start(
    guarded: World, wanted: datetime, step: int, done: bool
) -> None:
    made = await guarded.granted(*TWO)
    guarded.tap.fail_at(FIRST + step, DiedError(), done=done)
    with pytest.raises(DiedError):
        await extend(guarded.session(), asked(made.grant.id, until=wanted))
    await recover(guarded.restarted())
    assert guarded.log.still_open() == ()
    moved = step + done  # so many calls were carried out
    expected = wanted if moved > 2 or (moved == 2 and wanted < END) else END
    assert ends(guarded) == written(guarded) == [expected] * 2
    assert guarded.log.records[made.grant.id].deadline == expected
    assert guarded.log.records[made.grant.id].phase is Phase.ACTIVE


async def test_what_ended_meanwhile_need_not_be_moved_back(world: World) -> None:
    made = await world.granted(*TWO)
    world.tap.do("jobs.patch", world.cluster.objects.clear, nth=2)
    with pytest.raises(NotFoundError, match="ended while its deadline was being moved"):
        await longer(world, made.grant.id)
    assert world.log.still_open() == ()
    assert world.log.records[made.grant.id].deadline == END
