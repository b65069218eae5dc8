"""The bracket around a change to a standing grant."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.commands.intents import (
    Change,
    Wanted,
    begin_change,
    close_failed,
    close_or_say,
    parts_on_record,
    record_from_cluster,
    with_uids,
)
from app.domain.grant import Grant
from app.domain.records import EndCause, Happening, Op, Outcome, Phase
from app.errors import RegistryError
from app.ports import Identity
from tests.commands.fakes import START
from tests.commands.world import SPEC, World

ALICE = Identity("alice", (), timedelta(minutes=2), timedelta(seconds=1))


async def begun(world: World, op: Op, grant: Grant) -> Change:
    return await begin_change(world.session(), ALICE, grant, Wanted(op, START, "why not"))


async def test_the_intent_says_who_does_what_where_and_why(world: World) -> None:
    made = await world.granted("frontend", "backend")
    change = await begun(world, Op.EXTEND, made.grant)
    intent = world.log.still_open()[-1]
    assert intent.id == change.intent_id
    assert (intent.op, intent.actor, intent.at) == (Op.EXTEND, "alice", START + timedelta(minutes=2))
    assert intent.namespaces == made.grant.namespaces
    assert intent.detail["owner"] == "first"
    assert {part["namespace"] for part in intent.detail["parts"]} == {"frontend", "backend"}
    assert all(set(part) == {"namespace", "name", "uid"} for part in intent.detail["parts"])
    assert world.happenings()[-1] is Happening.ASKED
    assert world.last_detail() == {"op": "extend", "reason": "why not"}
    assert world.log.rows[-1].entry.at == START + timedelta(minutes=2)


async def test_a_removal_is_on_record_as_ending(world: World) -> None:
    made = await world.granted()
    change = await begun(world, Op.REVOKE, made.grant)
    assert change.record.phase is world.log.records[made.grant.id].phase is Phase.ENDING
    assert world.happenings()[-1] is Happening.REVOKING


@pytest.mark.parametrize("thought", [Phase.ENDED, Phase.FAILED, Phase.INTENDED])
async def test_the_record_of_what_stands_says_that_it_stands(world: World, thought: Phase) -> None:
    made = await world.granted()
    record = world.log.records[made.grant.id]
    world.log.records[made.grant.id] = replace(
        record, phase=thought, ended_at=START, end_cause=EndCause.REMOVED, deadline=START
    )
    change = await begun(world, Op.EXTEND, made.grant)
    assert (change.record.phase, change.record.ended_at, change.record.end_cause) == (
        Phase.ACTIVE,
        None,
        None,
    )
    assert change.record.deadline == made.deadline  # the cluster's, moved by whomever


async def test_a_grant_of_another_machine_is_read_off_the_cluster(world: World) -> None:
    made = await world.granted(ticket="INC-1", incident="IR-2")
    world.log.records.clear()
    record = (await begun(world, Op.EXTEND, made.grant)).record
    assert record == record_from_cluster(world.session(), made.grant, START)
    assert (record.reason, record.ticket, record.incident) == ("debug replication lag", "INC-1", "IR-2")
    assert (record.target, record.peers, record.ports) == ("app=database", "198.51.100.0/24", "5432/TCP")
    assert record.spec["parts"] == parts_on_record(made.grant.policies)


async def test_a_grant_of_which_nothing_can_be_read_is_dated_now(world: World) -> None:
    record = record_from_cluster(world.session(), Grant("01X", ()), START)
    assert (record.created_at, record.deadline, record.namespaces) == (START, START, ())


async def test_without_a_registry_there_is_no_change(world: World) -> None:
    made = await world.granted()
    world.log.down = True
    with pytest.raises(RegistryError):
        await begun(world, Op.EXTEND, made.grant)


async def test_closing_keeps_the_record_and_tells_a_registry_that_fails(world: World) -> None:
    made = await world.granted()
    change = await begun(world, Op.EXTEND, made.grant)
    assert await close_or_say(change, Outcome.DONE, Happening.EXTENDED, {"a": 1}) == ()
    assert world.log.still_open() == ()
    assert world.last_detail() == {"a": 1}
    world.log.down = True
    (warning,) = await close_or_say(change, Outcome.DONE, Happening.EXTENDED, {})
    assert warning.startswith("the cluster has changed, but the registry could not note it")


async def test_a_removal_that_failed_stands_as_before(world: World) -> None:
    made = await world.granted()
    change = await begun(world, Op.REVOKE, made.grant)
    await close_failed(change, "no")
    assert world.phases() == [Phase.ACTIVE]
    assert world.last_detail() == {"error": "no"}


async def test_uids_are_added_and_what_was_granted_stays(world: World) -> None:
    made = await world.granted("frontend", "backend")
    record = world.log.records[made.grant.id]
    bare = replace(
        record,
        spec={"parts": [{k: p[k] for k in ("namespace", "name", "spec")} for p in record.spec["parts"]]},
    )
    assert with_uids(bare, made.grant.policies) == record
    assert all(part["spec"] == SPEC for part in record.spec["parts"])
    assert with_uids(record, ()) == record
    assert with_uids(replace(record, spec={}), made.grant.policies).spec == {"parts": []}
