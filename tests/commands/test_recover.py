"""What the next start makes of intents that a dead process left open.

What a death at each step of each command leaves behind is tested beside that command.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.commands.adopt import Adoption, adopt
from app.commands.extend import Extension, extend
from app.commands.recover import Recovered, recover
from app.commands.revoke import revoke
from app.domain.manifest import GRANT_LABEL
from app.domain.records import EndCause, Happening, Json, Outcome, Phase
from tests.commands.fakes import START
from tests.commands.recovering import END, TWO, died_making, settled
from tests.commands.tap import DiedError
from tests.commands.world import World, policy


async def test_with_nothing_open_the_cluster_is_not_even_asked(world: World) -> None:
    assert await recover(world.session()) == ()
    assert world.tap.methods() == ["log.open_intents"]


def test_the_sentence_says_whether_it_is_settled() -> None:
    assert str(Recovered("a", True)) == "recovered: a"
    assert str(Recovered("a", False)) == "still unfinished: a"


async def test_what_a_living_process_has_begun_is_its_own(world: World) -> None:
    await died_making(world, "policies.create")  # it did not die: its token is still alive
    world.tap.clear()
    assert await recover(world.session("other")) == ()
    assert world.tap.methods() == ["log.open_intents"]
    assert len(world.jobs()) == 1


async def test_an_intent_that_another_start_settles_meanwhile_is_passed_over(world: World) -> None:
    await died_making(world, "policies.create")
    (intent,) = world.log.still_open()
    session = world.restarted()
    world.tap.do("access.whoami", lambda: world.log.outcomes.update({intent.id: Outcome.FAILED}), done=True)
    assert await recover(session) == ()
    assert world.happenings() == [Happening.ASKED]


# ── create ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_grant_found_whole_is_on_record_as_it_was_asked_for(world: World) -> None:
    grant_id = await died_making(world, "log.finish", *TWO)
    assert await settled(world) == [f"create of grant {grant_id}: it had been made; now on record"]
    record = world.log.records[grant_id]
    assert (record.phase, record.deadline, record.reason) == (Phase.ACTIVE, END, "debug replication lag")
    assert {part["uid"] for part in record.spec["parts"]} == {p["metadata"]["uid"] for p in world.policies()}
    assert world.last_detail() == {"op": "create", "outcome": "done", "deadline": "2026-11-24T10:30:00Z"}


async def test_what_was_granted_stays_on_record_though_the_policy_was_edited(world: World) -> None:
    grant_id = await died_making(world, "log.finish")
    name = world.policies()[0]["metadata"]["name"]
    world.cluster.edit("production", name, lambda item: item["spec"].update(ingress=[{}]))
    await settled(world)
    assert world.log.records[grant_id].spec["parts"][0]["spec"]["ingress"] != [{}]


@pytest.mark.parametrize("gone", ["NetworkPolicy", "Job"])
async def test_a_grant_found_in_part_is_undone(world: World, gone: str) -> None:
    grant_id = await died_making(world, "log.finish", *TWO)
    world.cluster.controllers = False  # so that a policy without its owner is still there
    del world.cluster.objects[next(k for k in world.cluster.objects if k[:2] == (gone, "backend"))]
    assert await settled(world) == [f"create of grant {grant_id}: it was half made; undone"]
    assert world.is_empty()
    assert world.phases() == [Phase.FAILED]
    assert list(world.log.outcomes.values()) == [Outcome.FAILED]


async def test_a_grant_whose_timer_was_suspended_is_undone(world: World) -> None:
    await died_making(world, "log.finish")
    name = world.policies()[0]["metadata"]["name"]
    world.cluster.edit("production", name, lambda job: job["spec"].update(suspend=True), "Job")
    await settled(world)
    assert world.is_empty()


async def test_a_stray_policy_with_the_grants_label_does_not_undo_it(world: World) -> None:
    """Somebody copied the manifest, labels and all."""
    grant_id = await died_making(world, "log.finish")
    world.cluster.add("NetworkPolicy", policy("production", "copy", labels={GRANT_LABEL: grant_id}))
    assert await settled(world) == [f"create of grant {grant_id}: it had been made; now on record"]
    assert len(world.policies()) == 2


async def test_a_grant_that_is_absent_before_its_deadline_did_not_happen(world: World) -> None:
    grant_id = await died_making(world, "jobs.create")
    assert await settled(world) == [f"create of grant {grant_id}: it had not happened"]
    assert world.phases() == [Phase.FAILED]
    assert list(world.log.outcomes.values()) == [Outcome.ABSENT]


async def test_a_grant_that_is_absent_after_its_deadline_may_have_stood(world: World) -> None:
    """An auditor must not read that it never happened: here it did."""
    grant_id = await died_making(world, "log.finish")
    world.clock.pass_time(24 * 3600)
    (told,) = await settled(world)
    assert told.endswith("whether it stood is not known; nothing of it stands now")
    record = world.log.records[grant_id]
    assert (record.phase, record.end_cause, record.ended_at) == (Phase.ENDED, EndCause.EXPIRED, END)
    assert list(world.log.outcomes.values()) == [Outcome.UNCERTAIN]
    assert world.last_detail()["seen"] is False


async def test_a_grant_that_outlived_its_deadline_is_removed(world: World) -> None:
    grant_id = await died_making(world, "log.finish")
    world.cluster.controllers = False
    world.clock.pass_time(3600)
    assert await settled(world) == [
        f"create of grant {grant_id}: it had been made, and its deadline had passed; removed"
    ]
    assert world.is_empty()
    record = world.log.records[grant_id]
    assert (record.phase, record.end_cause, record.ended_at) == (
        Phase.ENDED,
        EndCause.EXPIRED,
        START + timedelta(hours=1),
    )


async def test_jobs_that_may_not_be_read_leave_it_open_rather_than_undo_what_may_be_whole(
    world: World,
) -> None:
    await died_making(world, "log.finish")
    world.cluster.forbidden |= {("jobs.list", "production")}
    (told,) = await recover(world.restarted())
    assert not told.is_settled
    assert "Jobs may not be read" in str(told)
    assert len(world.policies()) == 1
    world.clock.pass_time(3600)
    await settled(world, "third")


# ── extend ───────────────────────────────────────────────────────────────────────────────────────────────


async def died_extending(world: World, until: datetime, method: str, nth: int = 1) -> str:
    made = await world.granted(*TWO)
    world.tap.fail(method, DiedError(), nth=nth)
    with pytest.raises(DiedError):
        await extend(world.session(), Extension(made.grant.id, "longer", until=until))
    return made.grant.id


@pytest.mark.parametrize("after", [1200, 1801, 7200], ids=["before", "in between", "after both"])
async def test_a_grant_that_is_gone_when_its_extension_is_looked_at(world: World, after: int) -> None:
    grant_id = await died_extending(world, END + timedelta(hours=1), "jobs.patch")
    if after < 1800:
        world.cluster.objects.clear()
    world.clock.pass_time(after)
    assert await settled(world) == [f"extend of grant {grant_id}: the grant is gone"]
    record = world.log.records[grant_id]
    now = START + timedelta(seconds=after)
    assert record.phase is Phase.ENDED
    assert record.end_cause is (EndCause.REMOVED if after < 1800 else EndCause.EXPIRED)
    assert record.ended_at == min(now, END + timedelta(hours=1))
    assert list(world.log.outcomes.values())[-1] is Outcome.UNCERTAIN


async def test_a_deadline_that_did_not_move_is_a_failed_extension(world: World) -> None:
    grant_id = await died_extending(world, END + timedelta(hours=1), "jobs.patch")
    assert await settled(world) == [f"extend of grant {grant_id}: it ends at 2026-11-24T10:30:00Z"]
    assert list(world.log.outcomes.values())[-1] is Outcome.FAILED
    assert world.phases() == [Phase.ACTIVE]


async def test_an_annotation_that_may_not_be_written_leaves_it_open_until_the_grant_is_gone(
    world: World,
) -> None:
    await died_extending(world, END + timedelta(hours=1), "policies.patch")
    world.cluster.forbidden |= {("policies.patch", name) for name in TWO}
    (told,) = await recover(world.restarted())
    assert not told.is_settled
    world.clock.pass_time(2 * 3600)
    await settled(world, "third")


async def test_an_extension_of_a_grant_whose_jobs_may_not_be_read(world: World) -> None:
    await died_extending(world, END + timedelta(hours=1), "policies.patch")
    world.cluster.forbidden |= {("jobs.list", "frontend")}
    (told,) = await recover(world.restarted())
    assert not told.is_settled


async def test_a_grant_on_record_as_ended_that_stands_is_standing_again(world: World) -> None:
    grant_id = await died_extending(world, END + timedelta(hours=1), "log.finish")
    record = world.log.records[grant_id]
    world.log.records[grant_id] = replace(
        record, phase=Phase.ENDED, ended_at=START, end_cause=EndCause.REMOVED
    )
    await settled(world)
    record = world.log.records[grant_id]
    assert (record.phase, record.ended_at, record.end_cause) == (Phase.ACTIVE, None, None)


# ── revoke ───────────────────────────────────────────────────────────────────────────────────────────────


async def died_revoking(world: World, method: str) -> str:
    made = await world.granted(*TWO)
    world.tap.fail(method, DiedError())
    with pytest.raises(DiedError):
        await revoke(world.session(), made.grant, "done")
    return made.grant.id


@pytest.mark.parametrize("after", [0, 600, 7200])
async def test_a_removal_is_finished_and_ended_when_it_was(world: World, after: int) -> None:
    grant_id = await died_revoking(world, "policies.delete")
    world.clock.pass_time(after)
    assert await settled(world) == [f"revoke of grant {grant_id}: removed"]
    assert world.is_empty()
    record = world.log.records[grant_id]
    assert (record.phase, record.end_cause) == (Phase.ENDED, EndCause.REVOKED)
    assert record.ended_at == min(START + timedelta(seconds=after), END)


async def test_a_removal_that_is_refused_stays_open_until_the_deadline_has_done_it(world: World) -> None:
    await died_revoking(world, "policies.delete")
    world.cluster.forbidden |= {(f"{kind}.delete", name) for kind in ("policies", "jobs") for name in TWO}
    (told,) = await recover(world.restarted())
    assert not told.is_settled
    world.clock.pass_time(3600)
    await settled(world, "third")


def take_out_of_its_grant(manifest: Json) -> None:
    del manifest["metadata"]["labels"]
    manifest["metadata"]["ownerReferences"] = []


async def test_a_policy_that_was_taken_out_of_its_grant_is_not_on_record_as_removed(world: World) -> None:
    grant_id = await died_revoking(world, "policies.delete")
    kept = world.policies("backend")[0]["metadata"]["name"]
    world.cluster.edit("backend", kept, take_out_of_its_grant, "NetworkPolicy")
    (sentence,) = await settled(world)
    assert sentence.endswith(
        f"backend/{kept} was taken out of the grant and is still enforced; remove it by hand"
    )
    record = world.log.records[grant_id]
    assert (record.phase, record.end_cause) == (Phase.ACTIVE, None)


# ── adopt ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("spoilt", ["suspended", "removed"])
async def test_an_adopted_policy_whose_timer_was_spoilt_is_let_go_and_not_deleted(
    world: World, spoilt: str
) -> None:
    world.cluster.add("NetworkPolicy", policy("ops", "allow-vendor", labels={"team": "net"}))
    world.tap.fail("log.finish", DiedError())
    with pytest.raises(DiedError):
        await adopt(world.session(), Adoption("ops", "allow-vendor", "vendor leaves", timedelta(hours=1)))
    world.cluster.controllers = False
    key = next(key for key in world.cluster.objects if key[0] == "Job")
    if spoilt == "removed":
        del world.cluster.objects[key]
    else:
        world.cluster.objects[key].manifest["spec"]["suspend"] = True
    (sentence,) = await settled(world)
    assert sentence.endswith("it was half made; undone")
    world.cluster.controllers = True
    (item,) = world.policies()
    assert item["metadata"]["labels"] == {"team": "net"}
    assert "ownerReferences" not in item["metadata"]
    assert world.jobs() == []
    assert world.phases() == [Phase.FAILED]


async def test_an_adopted_policy_that_outlived_its_deadline_is_removed_as_was_asked(world: World) -> None:
    world.cluster.add("NetworkPolicy", policy("ops", "allow-vendor"))
    world.tap.fail("log.finish", DiedError())
    with pytest.raises(DiedError):
        await adopt(world.session(), Adoption("ops", "allow-vendor", "vendor leaves", timedelta(hours=1)))
    world.cluster.controllers = False
    world.clock.pass_time(7200)
    (sentence,) = await settled(world)
    assert sentence.endswith("it had been made, and its deadline had passed; removed")
    assert world.is_empty()
