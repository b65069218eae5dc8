"""Ending access now: what goes, in which order, and what is said of what does not go."""

import pytest

from app.commands.ending import Ended
from app.commands.recover import recover
from app.commands.revoke import choose_all
from app.commands.session import Limits
from app.domain.manifest import GRANT_LABEL
from app.domain.records import EndCause, Happening, Json, Outcome, Phase
from app.errors import (
    ClusterError,
    ForbiddenError,
    InputError,
    ServerFaultError,
    UncertainError,
    UnreachableError,
)
from tests.commands.fakes import START
from tests.commands.revoking import STEPS, TWO, ended, hold, release
from tests.commands.world import World, policy


async def test_policies_go_before_the_jobs_and_gone_is_what_a_get_says(guarded: World) -> None:
    made = await guarded.granted(*TWO)
    done = await ended(guarded, made.grant)
    assert guarded.tap.methods() == STEPS
    assert done == Ended(made.grant.id, gone=True)
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
