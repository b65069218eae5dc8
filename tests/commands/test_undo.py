"""Removing a grant's objects, and only those; and the single writes that nothing breaks off."""

import asyncio
from datetime import timedelta

import pytest

from app.commands.adopt import Adoption, adopt
from app.commands.timers import is_over, seconds_until
from app.commands.undo import add_fix, delete_objects, release, remove_made, why_standing
from app.commands.writes import unbroken
from app.domain.objects import Condition, FullMeta, Job, JobStatus, NetworkPolicy
from app.errors import ClusterError, ConflictError, ForbiddenError, ServerFaultError, UnreachableError
from tests.commands.fakes import START
from tests.commands.world import World, policy


async def test_policies_before_jobs(world: World) -> None:
    made = await world.granted("frontend", "backend")
    removal = await delete_objects(world.session().cluster, made.grant)
    assert world.tap.methods() == ["policies.delete"] * 2 + ["jobs.delete"] * 2
    assert (len(removal.audit_ids), removal.failures) == (4, ())


async def test_what_one_refuses_the_others_do_not_wait_for(world: World) -> None:
    made = await world.granted("frontend", "backend")
    error = ForbiddenError("no", status=403)
    world.tap.fail("policies.delete", error)
    removal = await delete_objects(world.session().cluster, made.grant)
    assert (len(removal.audit_ids), removal.failures) == (3, (error,))
    assert world.is_empty()  # the garbage collector took the one that refused


async def test_only_the_grants_own_objects_go(world: World) -> None:
    made = await world.granted()
    world.cluster.add("NetworkPolicy", policy("production", "baseline"))
    assert await remove_made(world.session().cluster, made.grant.id, ("production",)) == ()
    assert [item["metadata"]["name"] for item in world.policies()] == ["baseline"]


async def test_where_there_is_nothing_nothing_is_deleted(world: World) -> None:
    assert await remove_made(world.session().cluster, "01X", ("production", "production")) == ()
    assert world.tap.methods() == ["policies.list", "jobs.list"]


async def test_the_first_failure_is_raised_once_all_was_tried(world: World) -> None:
    made = await world.granted("frontend", "backend")
    world.tap.fail("policies.list", UnreachableError("no line"))
    with pytest.raises(UnreachableError):
        await remove_made(world.session().cluster, made.grant.id, ("frontend", "backend"))
    assert len(world.policies()) == 1


async def test_a_failure_that_leaves_nothing_standing_is_none(world: World) -> None:
    made = await world.granted()
    world.tap.fail("policies.delete", ServerFaultError("no", status=500))
    assert await remove_made(world.session().cluster, made.grant.id, ("production",)) == ()


def test_why_a_policy_stands() -> None:
    labels = {"netgrant.dev/grant": "01X"}
    meta = FullMeta(name="a", namespace="n", labels=labels)
    assert why_standing(NetworkPolicy(meta), "01X") == "n/a is still there after the delete was accepted"
    held = FullMeta(name="a", namespace="n", labels=labels, finalizers=("x/y", "z"))
    assert why_standing(NetworkPolicy(held), "01X") == "n/a is still enforced: held by finalizer x/y, z"
    assert "was taken out of grant 01X" in why_standing(NetworkPolicy(FullMeta(name="a")), "01X")


def test_words_are_added_to_errors_of_ours_and_left_with_an_interrupt() -> None:
    error = ClusterError("no")
    add_fix(error, "one")
    add_fix(error, "two")
    assert error.fix == "one; two"
    interrupt = asyncio.CancelledError()
    add_fix(interrupt, "one")
    assert interrupt.__notes__ == ["one"]


# ── letting go ───────────────────────────────────────────────────────────────────────────────────────────


async def adopted(world: World) -> NetworkPolicy:
    labels = {"team": "net"}
    world.cluster.add("NetworkPolicy", policy("ops", "allow", labels=labels, annotations={"a": "b"}))
    done = await adopt(world.session(), Adoption("ops", "allow", "vendor leaves", timedelta(hours=1)))
    return done.grant.policies[0]


async def test_a_policy_that_is_let_go_is_what_it_was(world: World) -> None:
    item = await adopted(world)
    await release(world.session().cluster, item)
    meta = world.policies()[0]["metadata"]
    assert (meta["labels"], meta["annotations"]) == ({"team": "net"}, {"a": "b"})
    assert "ownerReferences" not in meta
    world.clock.pass_time(3600)
    assert len(world.policies()) == 1


async def test_one_that_is_gone_or_replaced_need_not_be_let_go(world: World) -> None:
    item = await adopted(world)
    del world.cluster.objects["NetworkPolicy", "ops", "allow"]
    await release(world.session().cluster, item)
    world.cluster.add("NetworkPolicy", policy("ops", "allow"))
    await release(world.session().cluster, item)
    assert "labels" not in world.policies()[0]["metadata"]


async def test_one_that_cannot_be_let_go_is_an_error(world: World) -> None:
    item = await adopted(world)
    world.tap.fail("policies.patch", ConflictError("busy", status=409))
    with pytest.raises(ConflictError):
        await release(world.session().cluster, item)


# ── writes and timers ────────────────────────────────────────────────────────────────────────────────────


async def test_a_write_is_awaited_to_its_end_by_whoever_is_cancelled() -> None:
    started, may_end, ended = asyncio.Event(), asyncio.Event(), []

    async def write() -> None:
        started.set()
        await may_end.wait()
        ended.append(True)

    task = asyncio.create_task(unbroken(write()))
    await started.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [True]


async def test_what_the_write_raised_is_the_cause_of_the_cancelling() -> None:
    may_end = asyncio.Event()

    async def write() -> None:
        await may_end.wait()
        raise ServerFaultError("no")

    task = asyncio.create_task(unbroken(write()))
    await asyncio.sleep(0)
    task.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError) as raised:
        await task
    assert isinstance(raised.value.__cause__, ServerFaultError)


async def test_an_unbroken_write_answers_and_fails_as_any_other() -> None:
    async def answer() -> int:
        return 1

    async def fail() -> int:
        raise ServerFaultError("no")

    assert await unbroken(answer()) == 1
    with pytest.raises(ServerFaultError):
        await unbroken(fail())


def test_when_a_job_is_over() -> None:
    meta = FullMeta(name="j", namespace="n")
    assert not is_over(Job(meta))
    assert not is_over(Job(meta, status=JobStatus(conditions=(Condition("Failed", "False"),))))
    assert is_over(Job(meta, status=JobStatus(conditions=(Condition("Failed", "True"),))))
    assert is_over(Job(meta, status=JobStatus(conditions=(Condition("Complete", "True"),))))
    assert is_over(Job(FullMeta(name="j", deletion_timestamp=START)))


def test_a_job_that_never_started_has_no_seconds_left() -> None:
    assert seconds_until(Job(FullMeta(name="j")), START) == 0
