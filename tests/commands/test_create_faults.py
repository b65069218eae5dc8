"""Opening access when a call fails, the registry fails, or the process is cancelled or dies: what is left."""

import pytest

from app.commands.create import create
from app.commands.recover import recover
from app.domain.records import Happening, Json, Phase
from app.errors import (
    ClusterError,
    ExistsError,
    ForbiddenError,
    InvalidError,
    RefusedError,
    RegistryError,
    ServerFaultError,
    UncertainError,
    UnreachableError,
)
from tests.commands.steps import BEGIN, EACH_CALL_TO_MAKE, EACH_STEP, STEPS, TWO
from tests.commands.tap import DiedError
from tests.commands.world import World, order

# ── an error that is told ────────────────────────────────────────────────────────────────────────────────


def server_errors() -> list[ClusterError]:
    return [
        ForbiddenError("no", status=403),
        InvalidError("no", status=422),
        ServerFaultError("no", status=500),
        UnreachableError("no"),
    ]


@EACH_CALL_TO_MAKE
@pytest.mark.parametrize("number", range(len(server_errors())))
@pytest.mark.parametrize("done", [False, True], ids=["refused", "done"])
async def test_an_error_that_is_told_leaves_nothing(
    guarded: World, step: int, number: int, done: bool
) -> None:
    error = server_errors()[number]
    guarded.tap.fail_at(step, error, done=done)
    with pytest.raises(type(error)) as raised:
        await create(guarded.session(), order(*TWO))
    assert raised.value is error
    assert guarded.is_empty()
    assert guarded.log.still_open() == ()
    assert guarded.phases() == [Phase.FAILED]
    assert guarded.happenings() == [Happening.ASKED, Happening.FAILED]
    assert guarded.last_detail() == {"error": "no"}


@pytest.mark.parametrize("step", range(BEGIN), ids=lambda i: f"{i}-{STEPS[i]}")
async def test_what_is_refused_before_the_intent_leaves_not_even_a_row(world: World, step: int) -> None:
    world.tap.fail_at(step, ForbiddenError("no", status=403))
    with pytest.raises(ForbiddenError):
        await create(world.session(), order(*TWO))
    assert world.tap.methods() == STEPS[: step + 1]
    assert world.is_empty()
    assert world.log.rows == []


@EACH_CALL_TO_MAKE
async def test_a_lost_answer_is_looked_up(guarded: World, step: int) -> None:
    """The write was carried out, and nobody was told: what is found under our name is ours."""
    guarded.tap.fail_at(step, UncertainError("maybe"), done=True)
    session = guarded.session()
    if STEPS[step] == "jobs.get":  # a reading is never uncertain; any error there undoes all
        with pytest.raises(UncertainError):
            await create(session, order(*TWO))
        assert guarded.is_empty()
    else:
        made = await create(session, order(*TWO))
        assert made.grant.is_armed()
        assert guarded.phases() == [Phase.ACTIVE]
    assert guarded.log.still_open() == ()


@EACH_CALL_TO_MAKE
async def test_a_write_that_never_arrived_is_undone_and_said_to_be(guarded: World, step: int) -> None:
    guarded.tap.fail_at(step, UncertainError("maybe", fix="look"))
    with pytest.raises(UncertainError) as raised:
        await create(guarded.session(), order(*TWO))
    assert raised.value.fix == "whatever came of it was removed again: try once more"
    assert guarded.is_empty()
    assert guarded.log.still_open() == ()


async def test_a_policy_that_lands_after_the_cleaning_up_is_collected(guarded: World) -> None:
    """Its owner is gone by then, so the garbage collector takes it."""
    late: list[Json] = []
    writer = guarded.session().cluster.policies

    def keep() -> None:
        late.extend(guarded.policies())
        raise UncertainError("maybe")

    guarded.tap.do("policies.create", keep, done=True)
    guarded.tap.do("policies.get", guarded.cluster.objects.clear)
    with pytest.raises(UncertainError):
        await create(guarded.session(), order("production"))
    await writer.create(late[0])
    assert guarded.is_empty()


async def test_a_foreign_object_under_our_name_is_left_alone(world: World) -> None:
    """Nobody can guess the name; if somebody did, it is theirs."""

    def taken() -> None:
        for key in [key for key in world.cluster.objects if key[0] == "NetworkPolicy"]:
            world.cluster.objects[key].meta["labels"] = {}
            world.cluster.objects[key].meta.pop("ownerReferences")
        raise UncertainError("maybe")

    world.tap.do("policies.create", taken, done=True)
    with pytest.raises(UncertainError):
        await create(world.session(), order("production"))
    assert len(world.policies()) == 1
    assert world.jobs() == []


async def test_a_name_that_is_taken_is_an_error_and_its_holder_is_untouched(world: World) -> None:
    world.tap.fail("policies.create", ExistsError("taken", status=409))
    with pytest.raises(ExistsError):
        await create(world.session(), order("production"))
    assert world.is_empty()


# ── an error, and then another one while cleaning up ─────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["policies.list", "jobs.list", "policies.delete", "jobs.delete"])
async def test_where_cleaning_up_fails_too_the_next_start_goes_on(guarded: World, method: str) -> None:
    guarded.tap.fail("policies.create", ForbiddenError("no", fix="ask", status=403), nth=2)
    guarded.tap.fail(method, UnreachableError("the line is dead"))
    with pytest.raises(ForbiddenError) as raised:
        await create(guarded.session(), order(*TWO))
    if guarded.is_empty():  # a policy goes with its Job, if only that could be deleted
        assert method == "policies.delete"
        return
    assert raised.value.fix.startswith("ask; cleaning up failed too (the line is dead)")
    assert "the timer ends it at 2026-11-24T10:30:00Z" in raised.value.fix
    assert len(guarded.log.still_open()) == 1
    (told,) = await recover(guarded.restarted())
    assert told.is_settled
    assert guarded.is_empty()
    assert guarded.log.still_open() == ()


async def test_what_one_namespace_refuses_does_not_keep_the_other_from_being_cleared(world: World) -> None:
    world.tap.fail("policies.create", ForbiddenError("no", status=403), nth=2)
    world.cluster.forbidden.add(("policies.list", "frontend"))
    with pytest.raises(ForbiddenError) as raised:
        await create(world.session(), order(*TWO))
    assert "cleaning up failed too" in raised.value.fix
    assert world.policies("backend") == world.jobs("backend") == []
    assert len(world.policies("frontend")) == 1


async def test_a_policy_held_by_a_finalizer_is_named_and_its_intent_stays_open(world: World) -> None:
    def hold(manifest: Json) -> None:
        if manifest["kind"] == "NetworkPolicy":
            manifest["metadata"]["finalizers"] = ["cni.example/flows"]

    world.cluster.admit = hold
    world.tap.fail("policies.create", ForbiddenError("no", status=403), nth=2)
    with pytest.raises((ForbiddenError, RefusedError)) as raised:
        await create(world.session(), order(*TWO))
    assert "held by finalizer cni.example/flows" in raised.value.fix
    assert len(world.log.still_open()) == 1
    assert [told.is_settled for told in await recover(world.restarted())] == [False]
    world.cluster.objects.clear()
    assert [told.is_settled for told in await recover(world.restarted("third"))] == [True]


# ── the registry ─────────────────────────────────────────────────────────────────────────────────────────


async def test_without_an_intent_nothing_is_written_to_the_cluster(world: World) -> None:
    world.log.down = True
    with pytest.raises(RegistryError):
        await create(world.session(), order(*TWO))
    assert world.tap.methods() == STEPS[: BEGIN + 1]
    assert world.is_empty()


async def test_a_registry_that_fails_at_the_end_is_a_warning_and_made_good_later(guarded: World) -> None:
    guarded.tap.fail("log.finish", RegistryError("its disk is full"))
    made = await create(guarded.session(), order(*TWO))
    assert made.grant.is_armed()
    assert "the access is open, but the registry could not note it: its disk is full" in made.warnings
    (told,) = await recover(guarded.restarted())
    assert str(told).endswith("it had been made; now on record")
    assert guarded.phases() == [Phase.ACTIVE]
    assert guarded.log.still_open() == ()
    assert guarded.log.records[made.grant.id].reason == "debug replication lag"


async def test_a_registry_that_fails_while_cleaning_up_is_told(guarded: World) -> None:
    guarded.tap.fail("policies.create", ForbiddenError("no", status=403))
    guarded.tap.fail("log.finish", RegistryError("its disk is full"))
    with pytest.raises(ForbiddenError) as raised:
        await create(guarded.session(), order(*TWO))
    assert (
        raised.value.fix == "nothing of it is left, but the registry could not note that (its disk is full)"
    )
    assert guarded.is_empty()
    (told,) = await recover(guarded.restarted())
    assert str(told).endswith("it had not happened")
    assert guarded.log.still_open() == ()


# ── the process is cancelled, or dies ────────────────────────────────────────────────────────────────────


@EACH_STEP
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_cancelling_at_any_step_undoes_it(guarded: World, step: int, done: bool) -> None:
    guarded.tap.cancel_at(step, done=done)
    await guarded.tap.interrupted(create(guarded.session(), order(*TWO)))
    assert guarded.is_empty()
    assert guarded.log.still_open() == ()
    assert set(guarded.phases()) <= {Phase.FAILED}
    if step > BEGIN:
        assert guarded.last_detail() == {"error": "interrupted"}


@pytest.mark.parametrize(("step", "made"), [(BEGIN + 1, 1), (BEGIN + 5, 3)], ids=["a Job", "a policy"])
async def test_a_write_in_flight_is_awaited_before_cleaning_up(guarded: World, step: int, made: int) -> None:
    """Were the request dropped, the server could carry it out after the list that looks for it."""
    seen: list[int] = []
    guarded.tap.cancel_at(step)
    guarded.tap.do("policies.list", lambda: seen.append(len(guarded.cluster.objects)))
    await guarded.tap.interrupted(create(guarded.session(), order(*TWO)))
    assert seen == [made]
    assert guarded.is_empty()


@EACH_STEP
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_dying_at_any_step_leaves_nothing_open_after_the_next_start(
    guarded: World, step: int, done: bool
) -> None:
    guarded.tap.fail_at(step, DiedError(), done=done)
    with pytest.raises(DiedError):
        await create(guarded.session(), order(*TWO))
    assert guarded.untimed() == []
    made = len(guarded.policies()) == 2
    await recover(guarded.restarted())
    assert guarded.log.still_open() == ()
    if made:
        assert set(guarded.phases()) == {Phase.ACTIVE}
        assert len(guarded.policies()) == len(guarded.jobs()) == 2
    else:
        assert guarded.is_empty()
        assert set(guarded.phases()) <= {Phase.FAILED}


@EACH_STEP
async def test_dying_at_any_step_and_coming_back_after_the_deadline_makes_nothing_again(
    guarded: World, step: int
) -> None:
    guarded.tap.fail_at(step, DiedError(), done=True)
    with pytest.raises(DiedError):
        await create(guarded.session(), order(*TWO))
    guarded.clock.pass_time(3600)
    await recover(guarded.restarted())
    assert "policies.create" not in guarded.tap.methods()
    assert guarded.log.still_open() == ()
    assert guarded.is_empty()


async def test_dying_while_cleaning_up_is_recovered_too(guarded: World) -> None:
    guarded.tap.fail("policies.create", ForbiddenError("no", status=403), nth=2)
    guarded.tap.fail("policies.delete", DiedError())
    with pytest.raises(DiedError):
        await create(guarded.session(), order(*TWO))
    assert len(guarded.log.still_open()) == 1
    await recover(guarded.restarted())
    assert guarded.is_empty()
    assert guarded.log.still_open() == ()
