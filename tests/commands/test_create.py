"""Opening access: the order of the steps, what is kept and written, and timers that are none."""

from datetime import timedelta

import pytest

from app.commands.create import create, rehearse
from app.commands.draft import draft
from app.commands.session import Limits
from app.domain.manifest import AUDIT_HEAD, EXPIRES_AT, GRANT_LABEL
from app.domain.records import Happening, Json, Outcome, Phase
from app.errors import (
    InputError,
    RefusedError,
)
from tests.commands.fakes import START
from tests.commands.steps import REHEARSAL, STEPS, TWO
from tests.commands.world import World, order, wish


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
    guarded.tap.do("jobs.get", guarded.cluster.objects.clear)
    with pytest.raises(RefusedError, match="was removed before it started"):
        await create(guarded.session(), order("production"))
    assert guarded.is_empty()


async def test_a_job_that_took_its_place_is_another(guarded: World) -> None:
    def replace() -> None:
        ((key, kept),) = list(guarded.cluster.objects.items())
        del guarded.cluster.objects[key]
        guarded.cluster.add("Job", kept.manifest)

    guarded.tap.do("jobs.get", replace)
    with pytest.raises(RefusedError, match="was removed before it started"):
        await create(guarded.session(), order("production"))
    assert guarded.policies() == []


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


async def test_taking_such_a_policy_back_is_not_cut_off_by_an_interrupt(world: World) -> None:
    """Without its label the cleaning up would not find it."""

    def strip(manifest: Json) -> None:
        if manifest["kind"] == "NetworkPolicy":
            manifest["metadata"].pop("ownerReferences", None)
            manifest["metadata"].pop("labels", None)

    world.cluster.admit = strip
    world.tap.do("policies.delete", world.tap.cancel)
    await world.tap.interrupted(create(world.session(), order("production")))
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
