"""Ending access now: what goes, in which order, and what is said of what does not go."""

from datetime import timedelta

import pytest

from app.commands.create import create
from app.commands.draft import Order
from app.commands.recover import recover
from app.commands.revoke import Revoked, choose, choose_all, revoke
from app.commands.session import Limits
from app.domain.grant import Grant
from app.domain.manifest import GRANT_LABEL
from app.domain.records import EndCause, Happening, Json, Outcome, Phase
from app.errors import (
    ClusterError,
    ForbiddenError,
    InputError,
    NotFoundError,
    RegistryError,
    ServerFaultError,
    UncertainError,
    UnreachableError,
)
from tests.commands.fakes import START
from tests.commands.tap import DiedError
from tests.commands.world import World, policy, wish

TWO = ("frontend", "backend")
STEPS = [
    "access.whoami",
    "log.grant",
    "log.begin",
    "policies.get",
    "policies.get",
    "policies.delete",
    "policies.delete",
    "jobs.delete",
    "jobs.delete",
    "policies.get",
    "policies.get",
    "log.finish",
]
BEGIN, LAST = STEPS.index("log.begin"), len(STEPS) - 1


async def ended(world: World, grant: Grant, reason: str = "done") -> Revoked:
    return await revoke(world.session(), grant, reason)


def release(world: World) -> None:
    """Whatever held the policies lets go of them."""
    for key, kept in list(world.cluster.objects.items()):
        if kept.meta.pop("finalizers", None) and "deletionTimestamp" in kept.meta:
            del world.cluster.objects[key]


def hold(world: World) -> None:
    for kept in world.cluster.objects.values():
        if kept.manifest["kind"] == "NetworkPolicy":
            kept.meta["finalizers"] = ["cni.example/flows"]


async def test_policies_go_before_the_jobs_and_gone_is_what_a_get_says(guarded: World) -> None:
    made = await guarded.granted(*TWO)
    done = await ended(guarded, made.grant)
    assert guarded.tap.methods() == STEPS
    assert done == Revoked(made.grant.id, gone=True)
    assert guarded.is_empty()
    record = guarded.log.records[made.grant.id]
    assert (record.phase, record.end_cause, record.ended_at) == (Phase.ENDED, EndCause.REVOKED, START)
    assert guarded.happenings()[-2:] == [Happening.REVOKING, Happening.REVOKED]
    assert guarded.log.rows[-2].entry.detail == {"op": "revoke", "reason": "done"}
    assert guarded.last_detail()["audit_ids"].count("audit-delete-") == 4


async def test_it_needs_a_reason(world: World) -> None:
    made = await world.granted()
    with pytest.raises(InputError, match="needs a reason"):
        await ended(world, made.grant, "  ")
    assert world.tap.trace == []


async def test_a_job_without_a_policy_goes_too(world: World) -> None:
    await world.granted()
    for key in [key for key in world.cluster.objects if key[0] == "NetworkPolicy"]:
        del world.cluster.objects[key]
    (grant,) = await choose_all(world.session(), "production", "")
    assert (await ended(world, grant)).gone
    assert world.is_empty()


# ── whom it never touches ────────────────────────────────────────────────────────────────────────────────


async def test_a_successor_under_the_same_name_is_not_touched(world: World) -> None:
    made = await world.granted()
    name = made.grant.policies[0].metadata.name
    del world.cluster.objects["NetworkPolicy", "production", name]
    world.cluster.add("NetworkPolicy", policy("production", name))
    done = await ended(world, made.grant)
    assert done.gone
    assert [item["metadata"]["name"] for item in world.policies()] == [name]


async def test_a_policy_that_was_taken_out_of_its_grant_is_left_alone_and_said_to_stand(world: World) -> None:
    """Somebody made the access permanent meanwhile: no label, no owner."""
    made = await world.granted()
    name = made.grant.policies[0].metadata.name

    def keep(item: Json) -> None:
        item["metadata"].pop("labels")
        item["metadata"].pop("ownerReferences")

    world.cluster.edit("production", name, keep)
    done = await ended(world, made.grant)
    assert not done.gone
    assert done.blocked == (
        f"production/{name} is still enforced: it was taken out of grant {made.grant.id}, "
        "so it was left alone",
    )
    assert len(world.policies()) == 1
    assert "policies.delete" not in world.tap.methods()


async def test_a_policy_that_cannot_be_looked_at_is_deleted_all_the_same(world: World) -> None:
    made = await world.granted()
    world.tap.fail("policies.get", ServerFaultError("no", status=500))
    assert (await ended(world, made.grant)).gone


async def test_other_grants_stand_on(world: World) -> None:
    made = await world.granted()
    other = await world.granted()
    await ended(world, made.grant)
    assert {item["metadata"]["labels"][GRANT_LABEL] for item in world.policies()} == {other.grant.id}


# ── what does not go ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_finalizer_is_named_and_the_intent_stays_open(world: World) -> None:
    made = await world.granted()
    hold(world)
    done = await ended(world, made.grant)
    (sentence,) = done.blocked
    assert sentence.endswith("is still enforced: held by finalizer cni.example/flows")
    assert not done.gone
    assert world.clock.slept == pytest.approx(Limits().held_seconds, abs=0.2)
    assert world.log.records[made.grant.id].phase is Phase.ENDING
    (told,) = await recover(world.restarted())
    assert "still enforced" in str(told)
    assert not told.is_settled
    release(world)
    (told,) = await recover(world.restarted("third"))
    assert str(told) == f"recovered: revoke of grant {made.grant.id}: removed"
    assert world.log.still_open() == ()
    assert world.phases() == [Phase.ENDED]


async def test_a_finalizer_that_its_controller_soon_takes_off_is_waited_for(world: World) -> None:
    made = await world.granted()
    hold(world)
    world.tap.do("policies.get", lambda: release(world), nth=5)
    assert (await ended(world, made.grant)).gone


async def test_a_policy_that_just_does_not_go_is_waited_for_longer(world: World) -> None:
    made = await world.granted()
    world.tap.fail("policies.delete", UncertainError("maybe"))
    world.cluster.controllers = False
    with pytest.raises(UncertainError) as raised:
        await ended(world, made.grant)
    assert world.clock.slept == pytest.approx(Limits().gone_seconds, abs=0.2)
    assert "is still there after the delete was accepted" in raised.value.fix
    assert "the next netgrant command here tries again" in raised.value.fix
    assert len(world.log.still_open()) == 1


async def test_what_cannot_be_seen_is_not_called_gone(world: World) -> None:
    made = await world.granted()
    world.tap.fail("policies.get", UnreachableError("no line"), nth=2)
    done = await ended(world, made.grant)
    assert not done.gone
    (sentence,) = done.blocked
    assert sentence.startswith("whether production/netgrant-database-")
    assert sentence.endswith(" is gone could not be seen: no line")
    await recover(world.restarted())
    assert world.log.still_open() == ()


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_forbidden_is_an_error_at_once_and_the_grant_stands_as_before(world: World) -> None:
    made = await world.granted()
    world.cluster.forbidden |= {("policies.delete", "production"), ("jobs.delete", "production")}
    with pytest.raises(ForbiddenError):
        await ended(world, made.grant)
    assert world.clock.slept == 0
    assert world.log.still_open() == ()
    assert world.log.records[made.grant.id].phase is Phase.ACTIVE
    assert world.happenings()[-1] is Happening.FAILED
    assert list(world.log.outcomes.values())[-1] is Outcome.FAILED


async def test_where_only_the_job_may_be_deleted_the_policy_goes_with_it(world: World) -> None:
    made = await world.granted()
    world.cluster.forbidden.add(("policies.delete", "production"))
    done = await ended(world, made.grant)
    assert done.gone
    assert done.warnings == ("a delete failed, but no access is left: may not delete policies in production",)
    assert world.is_empty()


async def test_where_only_policies_may_be_deleted_the_access_ends(world: World) -> None:
    made = await world.granted()
    world.cluster.forbidden.add(("jobs.delete", "production"))
    done = await ended(world, made.grant)
    assert done.gone
    assert len(done.warnings) == 1
    assert world.policies() == []


async def test_what_one_namespace_refuses_ends_in_the_other_and_is_an_error(world: World) -> None:
    made = await world.granted(*TWO)
    world.cluster.forbidden |= {("policies.delete", "backend"), ("jobs.delete", "backend")}
    with pytest.raises(ForbiddenError) as raised:
        await ended(world, made.grant)
    assert "backend/netgrant-database" in raised.value.fix
    assert world.policies("frontend") == []
    assert len(world.log.still_open()) == 1  # something was removed: the next start tells what became of it


@pytest.mark.parametrize("error", [ServerFaultError("no", status=500), UncertainError("maybe")])
async def test_what_is_not_answered_is_tried_again_at_the_next_start(
    world: World, error: ClusterError
) -> None:
    made = await world.granted()
    world.tap.fail("policies.delete", error)
    world.tap.fail("jobs.delete", error)
    with pytest.raises(type(error)) as raised:
        await ended(world, made.grant)
    assert raised.value.fix.endswith("the next netgrant command here tries again")
    await recover(world.restarted())
    assert world.is_empty()
    assert world.log.still_open() == ()
    assert world.log.records[made.grant.id].end_cause is EndCause.REVOKED


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
