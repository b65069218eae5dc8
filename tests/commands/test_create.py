"""Opening access: the order of the steps, and what is left when one of them goes wrong."""

import asyncio
from datetime import timedelta

import pytest

from app.commands.create import create, rehearse
from app.commands.draft import draft
from app.commands.recover import recover
from app.commands.session import Limits, Session
from app.domain.manifest import AUDIT_HEAD, EXPIRES_AT, GRANT_LABEL
from app.domain.records import Happening, Json, Outcome, Phase
from app.errors import (
    ClusterError,
    ExistsError,
    ForbiddenError,
    InputError,
    InvalidError,
    RefusedError,
    RegistryError,
    ServerFaultError,
    UncertainError,
    UnreachableError,
)
from tests.commands.fakes import START
from tests.commands.tap import DiedError
from tests.commands.world import World, order, wish

TWO = ("frontend", "backend")
REHEARSAL = ["access.whoami", "jobs.rehearse", "jobs.rehearse", "policies.rehearse", "policies.rehearse"]
MAKING = [
    "log.begin",
    "jobs.create",
    "jobs.create",
    "jobs.get",
    "jobs.get",
    "policies.create",
    "policies.create",
    "log.finish",
]
STEPS = REHEARSAL + MAKING
"""What is called for access in two namespaces, in this order."""

BEGIN, LAST = STEPS.index("log.begin"), len(STEPS) - 1
EACH_STEP = pytest.mark.parametrize("step", range(len(STEPS)), ids=lambda i: f"{i}-{STEPS[i]}")
EACH_CALL_TO_MAKE = pytest.mark.parametrize("step", range(BEGIN + 1, LAST), ids=lambda i: f"{i}-{STEPS[i]}")


@pytest.fixture
def guarded(world: World) -> World:
    """A world that fails as soon as any policy of a grant stands without a running timer."""

    def look() -> None:
        assert world.untimed() == []

    world.tap.watch = look
    return world


async def test_the_timers_run_before_any_policy_is_made(guarded: World) -> None:
    made = await create(guarded.session(), order(*TWO))
    assert guarded.tap.methods() == STEPS
    assert made.grant.is_armed()
    assert made.warnings == ()
    assert made.deadline == START + timedelta(minutes=30)
    assert len(guarded.policies()) == len(guarded.jobs()) == 2


async def test_a_slow_controller_is_waited_for(guarded: World) -> None:
    guarded.cluster.starts_after = 20
    made = await create(guarded.session(), order("production"))
    assert made.grant.is_armed()
    assert guarded.clock.slept == pytest.approx(1.9)
    assert made.deadline > START + timedelta(minutes=30)  # the life counts from when the timer starts


async def test_what_is_kept_and_what_is_written(world: World) -> None:
    made = await create(world.session(), order("production", ticket="INC-1"))
    (policy,), (job,) = world.policies(), world.jobs()
    assert (
        policy["metadata"]["labels"][GRANT_LABEL] == job["metadata"]["labels"][GRANT_LABEL] == made.grant.id
    )
    assert policy["metadata"]["annotations"][EXPIRES_AT] == "2026-11-24T10:30:00Z"
    head = world.log.rows[0]
    assert policy["metadata"]["annotations"][AUDIT_HEAD] == f"{head.seq}:{head.hash}"
    record = world.log.records[made.grant.id]
    assert (record.phase, record.requested_by, record.ticket) == (Phase.ACTIVE, "alice", "INC-1")
    assert record.deadline == made.deadline
    assert [part["uid"] for part in record.spec["parts"]] == [policy["metadata"]["uid"]]
    assert world.happenings() == [Happening.ASKED, Happening.GRANTED]
    assert world.log.rows[0].entry.detail == {"reason": "debug replication lag"}
    assert list(world.log.outcomes.values()) == [Outcome.DONE]


async def test_every_time_on_record_is_the_servers(world: World) -> None:
    world.cluster.offset = timedelta(minutes=-7)
    await create(world.session(), order("production"))
    assert {row.entry.at for row in world.log.rows} == {START - timedelta(minutes=7)}


async def test_several_policies_in_one_namespace_share_a_timer(guarded: World) -> None:
    both = order()
    both = type(both)((wish("production"), wish("production", "replica")), both.reason, both.ttl)
    made = await create(guarded.session(), both)
    assert len(guarded.jobs()) == 1
    assert len(made.grant.policies) == 2
    assert made.grant.is_armed()


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
    guarded.tap.do("policies.get", lambda: guarded.cluster.objects.clear())
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


# ── the timer is no timer ────────────────────────────────────────────────────────────────────────────────


async def test_a_suspended_job_opens_nothing(guarded: World) -> None:
    guarded.cluster.suspends = True
    with pytest.raises(RefusedError, match="is suspended"):
        await create(guarded.session(), order("production"))
    assert guarded.is_empty()
    assert "policies.create" not in guarded.tap.methods()


async def test_a_job_that_is_not_started_in_time_opens_nothing(guarded: World) -> None:
    guarded.cluster.controllers = False
    with pytest.raises(RefusedError, match="was not started in time: nothing would end the access"):
        await create(guarded.session(), order("production"))
    assert guarded.is_empty()
    assert guarded.clock.slept == pytest.approx(guarded.limits.arm_seconds, abs=0.2)


async def test_a_slow_api_does_not_stretch_the_wait(guarded: World) -> None:
    guarded.cluster.controllers = False
    guarded.tap.watch = lambda: guarded.clock.pass_time(2)
    with pytest.raises(RefusedError):
        await create(guarded.session(), order("production"))
    assert guarded.tap.methods().count("jobs.get") < 10


async def test_a_job_that_was_removed_opens_nothing(guarded: World) -> None:
    guarded.tap.do("jobs.get", lambda: guarded.cluster.objects.clear())
    with pytest.raises(RefusedError, match="was removed before it started"):
        await create(guarded.session(), order("production"))
    assert guarded.is_empty()


async def test_no_policy_is_made_when_the_first_timer_has_run_out_meanwhile(guarded: World) -> None:
    guarded.tap.do("jobs.get", lambda: guarded.clock.pass_time(9), nth=2)
    with pytest.raises(RefusedError, match="took too long to start"):
        await create(guarded.session(), order(*TWO, ttl=timedelta(seconds=5)))
    assert guarded.is_empty()
    assert "policies.create" not in guarded.tap.methods()


@pytest.mark.parametrize("lost", ["ownerReferences", "labels"])
async def test_admission_that_takes_the_policy_out_of_the_timers_reach_is_undone(
    world: World, lost: str
) -> None:
    def strip(manifest: Json) -> None:
        if manifest["kind"] == "NetworkPolicy":
            manifest["metadata"].pop(lost, None)

    world.cluster.admit = strip
    with pytest.raises(RefusedError, match="came out of the cluster's admission"):
        await create(world.session(), order("production"))
    assert world.is_empty()
    assert world.phases() == [Phase.FAILED]


async def test_such_a_policy_that_cannot_be_removed_is_named(world: World) -> None:
    def strip(manifest: Json) -> None:
        if manifest["kind"] == "NetworkPolicy":
            manifest["metadata"].pop("ownerReferences", None)
            manifest["metadata"].pop("labels", None)

    world.cluster.admit = strip
    world.cluster.forbidden.add(("policies.delete", "production"))
    with pytest.raises(RefusedError, match="could not be removed") as raised:
        await create(world.session(), order("production"))
    assert "delete production/netgrant-database-" in raised.value.fix


async def test_admission_that_edits_the_spec_is_told(world: World) -> None:
    def widen(manifest: Json) -> None:
        if manifest["kind"] == "NetworkPolicy":
            manifest["spec"]["ingress"].append({})

    world.cluster.admit = widen
    made = await create(world.session(), order("production"))
    assert [text.partition(": ")[2] for text in made.warnings] == ["spec edited"]


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


async def cancelled(world: World, session: Session) -> None:
    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(_create(session))
    assert world.is_empty()
    assert world.log.still_open() == ()


async def _create(session: Session) -> None:
    await create(session, order(*TWO))


@EACH_STEP
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_cancelling_at_any_step_undoes_it(guarded: World, step: int, done: bool) -> None:
    guarded.tap.cancel_at(step, done=done)
    await cancelled(guarded, guarded.session())
    assert set(guarded.phases()) <= {Phase.FAILED}
    if step > BEGIN:
        assert guarded.last_detail() == {"error": "interrupted"}


@pytest.mark.parametrize("step", [BEGIN + 1, BEGIN + 5], ids=["jobs.create", "policies.create"])
async def test_a_write_in_flight_is_awaited_before_cleaning_up(guarded: World, step: int) -> None:
    """Were the request dropped, the server could carry it out after the list that looks for it."""
    guarded.tap.cancel_at(step)
    await cancelled(guarded, guarded.session())
    methods = guarded.tap.methods()
    assert methods[step] == STEPS[step]
    assert "policies.list" in methods[step:]


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


# ── orders that are wrong ────────────────────────────────────────────────────────────────────────────────


async def test_a_wrong_order_writes_nothing(world: World) -> None:
    with pytest.raises(InputError, match="8h at most"):
        await create(world.session(), order("production", ttl=timedelta(hours=9)))
    assert world.tap.methods() == ["access.whoami"]


async def test_the_rehearsal_shows_the_server_every_object(world: World) -> None:
    session = world.session()
    plan = draft(Limits(), order(*TWO), "alice", START)
    await rehearse(session, plan)
    assert world.tap.methods() == REHEARSAL[1:]
    assert world.is_empty()
