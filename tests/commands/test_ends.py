"""Noting the ends that nobody was there to see."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.commands.adopt import Adoption, adopt
from app.commands.ends import note_ends
from app.commands.extend import Extension, extend
from app.domain.records import EndCause, Happening, Json, Phase
from app.errors import ForbiddenError, RegistryError, UnreachableError
from tests.commands.fakes import START
from tests.commands.world import World, policy

END = START + timedelta(minutes=30)


def ended(world: World) -> list[tuple[object, object]]:
    """Cause and time of each end on record."""
    return [(r.end_cause, r.ended_at) for r in world.log.records.values() if r.phase is Phase.ENDED]


async def test_with_nothing_on_record_nobody_is_asked(world: World) -> None:
    assert await note_ends(world.session()) == ()
    assert world.tap.methods() == ["log.grants"]


async def test_what_still_stands_is_not_noted(world: World) -> None:
    await world.granted("frontend", "backend")
    assert await note_ends(world.session()) == ()
    assert world.phases() == [Phase.ACTIVE]


async def test_one_that_ran_out(world: World) -> None:
    made = await world.granted("frontend", "backend")
    world.clock.pass_time(5 * 3600)
    assert await note_ends(world.session("second")) == (made.grant.id,)
    assert ended(world) == [(EndCause.EXPIRED, END)]
    assert world.happenings()[-1] is Happening.ENDED
    assert world.last_detail() == {"cause": "expired", "seen_gone_at": "2026-11-24T15:00:00Z"}
    assert await note_ends(world.session()) == ()


async def test_one_that_was_removed_before_its_time(world: World) -> None:
    await world.granted()
    world.clock.pass_time(600)
    world.cluster.objects.clear()
    await note_ends(world.session())
    assert ended(world) == [(EndCause.REMOVED, START + timedelta(minutes=10))]


async def test_one_that_ran_out_by_a_clock_that_is_known_within_a_second(world: World) -> None:
    await world.granted()
    world.cluster.objects.clear()
    world.clock.pass_time(1799.5)
    await note_ends(world.session())
    assert ended(world) == [(EndCause.EXPIRED, END)]


async def test_a_clock_that_cannot_be_told_is_believed_within_seconds(world: World) -> None:
    await world.granted()
    world.access.offset_error = timedelta.max
    world.cluster.objects.clear()
    world.clock.pass_time(600)
    await note_ends(world.session())
    assert ended(world) == [(EndCause.REMOVED, START + timedelta(minutes=10))]


async def test_the_servers_clock_counts(world: World) -> None:
    world.cluster.offset = timedelta(hours=-1)
    await world.granted()
    world.cluster.objects.clear()
    await note_ends(world.session())
    assert ended(world) == [(EndCause.REMOVED, START - timedelta(hours=1))]


async def test_a_moved_deadline_counts(world: World) -> None:
    made = await world.granted()
    await extend(world.session(), Extension(made.grant.id, "longer", by=timedelta(hours=1)))
    world.clock.pass_time(3600)
    assert await note_ends(world.session()) == ()
    world.clock.pass_time(3600)
    await note_ends(world.session())
    assert ended(world) == [(EndCause.EXPIRED, END + timedelta(hours=1))]


async def test_a_timer_alone_is_no_access(world: World) -> None:
    await world.granted()
    for key in [key for key in world.cluster.objects if key[0] == "NetworkPolicy"]:
        del world.cluster.objects[key]
    await note_ends(world.session())
    assert [cause for cause, _ in ended(world)] == [EndCause.REMOVED]


# ── not seen is not gone ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["policies.list", "policies.get"])
async def test_a_namespace_that_may_not_be_read(world: World, method: str) -> None:
    made = await world.granted("frontend", "backend")
    other = await world.granted("production")
    world.clock.pass_time(3600)
    world.cluster.forbidden.add((method, "frontend"))
    assert await note_ends(world.session()) == (other.grant.id,)
    assert world.log.records[made.grant.id].phase is Phase.ACTIVE


async def test_jobs_that_may_not_be_read_are_not_needed(world: World) -> None:
    await world.granted()
    world.clock.pass_time(3600)
    world.cluster.forbidden.add(("jobs.list", "production"))
    assert len(await note_ends(world.session())) == 1


async def test_a_policy_whose_label_was_taken_off_still_stands(world: World) -> None:
    """Somebody made the access permanent: to call it ended would be the worst thing to have on record."""
    made = await world.granted()
    name = made.grant.policies[0].metadata.name

    def keep(item: Json) -> None:
        item["metadata"].pop("labels")
        item["metadata"].pop("ownerReferences")

    world.cluster.edit("production", name, keep)
    world.clock.pass_time(3600)
    assert await note_ends(world.session()) == ()


async def test_a_successor_is_another_policy(world: World) -> None:
    """An adopted policy ended, and its chart put it back: the grant has ended all the same."""
    world.cluster.add("NetworkPolicy", policy("ops", "allow-vendor"))
    await adopt(world.session(), Adoption("ops", "allow-vendor", "vendor leaves", timedelta(hours=1)))
    world.clock.pass_time(3600)
    world.cluster.run_controllers()
    world.cluster.add("NetworkPolicy", policy("ops", "allow-vendor"))
    assert len(await note_ends(world.session())) == 1


async def test_a_cluster_that_cannot_be_asked_is_an_error_and_notes_nothing(world: World) -> None:
    await world.granted()
    world.clock.pass_time(3600)
    world.tap.fail("policies.list", UnreachableError("no line"))
    with pytest.raises(UnreachableError):
        await note_ends(world.session())
    assert world.phases() == [Phase.ACTIVE]


async def test_a_registry_that_cannot_note_it_is_an_error(world: World) -> None:
    await world.granted()
    world.clock.pass_time(3600)
    world.tap.fail("log.note", RegistryError("its disk is full"))
    with pytest.raises(RegistryError):
        await note_ends(world.session())


async def test_who_may_not_even_ask_who_they_are(world: World) -> None:
    await world.granted()
    world.tap.fail("access.whoami", ForbiddenError("no", status=403))
    with pytest.raises(ForbiddenError):
        await note_ends(world.session())


# ── others at work ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("phase", [Phase.INTENDED, Phase.ENDING, Phase.FAILED, Phase.ENDED])
async def test_what_is_being_made_or_removed_is_left_to_who_does_it(world: World, phase: Phase) -> None:
    made = await world.granted()
    world.log.records[made.grant.id] = replace(world.log.records[made.grant.id], phase=phase)
    world.cluster.objects.clear()
    assert await note_ends(world.session()) == ()


async def test_an_end_that_another_process_notes_meanwhile_is_noted_once(world: World) -> None:
    made = await world.granted()
    world.clock.pass_time(3600)
    ended_elsewhere = replace(
        world.log.records[made.grant.id], phase=Phase.ENDED, ended_at=END, end_cause=EndCause.REVOKED
    )
    world.tap.do("policies.list", lambda: world.log.records.update({made.grant.id: ended_elsewhere}))
    assert await note_ends(world.session()) == ()
    assert ended(world) == [(EndCause.REVOKED, END)]
    assert Happening.ENDED not in world.happenings()


async def test_a_deadline_that_another_process_moved_meanwhile_is_the_one_that_counts(world: World) -> None:
    made = await world.granted()
    world.clock.pass_time(3600)
    record = world.log.records[made.grant.id]
    later = replace(record, deadline=END + timedelta(minutes=20))
    world.tap.do("policies.list", lambda: world.log.records.update({made.grant.id: later}))
    await note_ends(world.session())
    assert ended(world) == [(EndCause.EXPIRED, END + timedelta(minutes=20))]


async def test_a_record_that_vanished_meanwhile_is_no_end(world: World) -> None:
    await world.granted()
    world.clock.pass_time(3600)
    world.tap.do("policies.list", world.log.records.clear)
    assert await note_ends(world.session()) == ()
