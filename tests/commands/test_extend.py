"""Moving a deadline: Jobs first, all or none, then the annotations."""

from datetime import timedelta

import pytest

from app.commands.extend import Extended, extend
from app.domain.durations import FAR
from app.domain.records import Happening, Json
from app.errors import (
    InputError,
    NotFoundError,
    RefusedError,
    RegistryError,
)
from tests.commands.extending import END, HALF_HOUR, TWO, asked, ends, longer, written
from tests.commands.fakes import START
from tests.commands.world import World


async def test_the_timers_move_before_the_annotations(guarded: World) -> None:
    made = await guarded.granted(*TWO)
    guarded.clock.pass_time(600)
    done = await longer(guarded, made.grant.id)
    assert guarded.tap.methods()[-6:] == [
        "log.begin",
        "jobs.patch",
        "jobs.patch",
        "policies.patch",
        "policies.patch",
        "log.finish",
    ]
    assert done == Extended(made.grant.id, END, END + HALF_HOUR)
    assert ends(guarded) == written(guarded) == [END + HALF_HOUR] * 2
    assert guarded.log.records[made.grant.id].deadline == END + HALF_HOUR
    assert guarded.happenings()[-2:] == [Happening.ASKED, Happening.EXTENDED]
    assert guarded.last_detail()["before"] == "2026-11-24T10:30:00Z"
    assert guarded.log.rows[-2].entry.detail == {"op": "extend", "reason": "vendor still connected"}


async def test_shortening_is_told_as_such(guarded: World) -> None:
    made = await guarded.granted(*TWO)
    earlier = START + timedelta(minutes=10)
    done = await extend(guarded.session(), asked(made.grant.id, until=earlier))
    assert (done.before, done.deadline) == (END, earlier)
    assert ends(guarded) == written(guarded) == [earlier] * 2
    assert guarded.happenings()[-1] is Happening.SHORTENED
    guarded.clock.pass_time(601)
    assert guarded.is_empty()


async def test_an_extended_grant_lives_until_its_new_deadline(guarded: World) -> None:
    made = await guarded.granted()
    await longer(guarded, made.grant.id)
    guarded.clock.pass_time(3599)
    assert len(guarded.policies()) == 1
    guarded.clock.pass_time(1)
    assert guarded.is_empty()


async def test_a_fraction_of_a_second_never_ends_it_early(world: World) -> None:
    made = await world.granted()
    wanted = START + timedelta(minutes=40, milliseconds=300)
    done = await extend(world.session(), asked(made.grant.id, until=wanted))
    assert wanted <= done.deadline < wanted + timedelta(seconds=1)


async def test_it_is_found_by_any_name_the_user_has(world: World) -> None:
    made = await world.granted()
    name = world.policies()[0]["metadata"]["name"]
    for wanted in (made.grant.id, made.grant.id[-6:].lower(), name):
        assert (await longer(world, wanted)).grant_id == made.grant.id


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_timer_that_somebody_set_to_the_end_of_days_is_over_the_cap(world: World) -> None:
    made = await world.granted()
    (job,) = world.jobs()
    seconds = int((FAR - START).total_seconds()) - 60
    name = job["metadata"]["name"]
    world.cluster.edit(
        "production", name, lambda job: job["spec"].update(activeDeadlineSeconds=seconds), "Job"
    )
    with pytest.raises(InputError, match="may live for 8h at most"):
        await longer(world, made.grant.id)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "  ", "by": HALF_HOUR}, "needs a reason"),
        ({}, "either a duration or a moment"),
        ({"by": HALF_HOUR, "until": END}, "either a duration or a moment"),
        ({"until": START}, "the new deadline has passed"),
        ({"by": timedelta(minutes=-30)}, "the new deadline has passed"),
        ({"by": timedelta(hours=8)}, "8h at most, extensions included; this would be 8h30m"),
        ({"until": START + timedelta(hours=8, seconds=1)}, "8h at most"),
    ],
)
async def test_what_is_wrong_with_the_wish(world: World, changes: Json, words: str) -> None:
    made = await world.granted()
    with pytest.raises(InputError, match=words):
        await extend(world.session(), asked(made.grant.id, **changes))
    assert "jobs.patch" not in world.tap.methods()
    assert world.log.still_open() == ()


async def test_the_cap_counts_the_whole_life(world: World) -> None:
    made = await world.granted(ttl=timedelta(hours=7))
    world.clock.pass_time(6 * 3600)
    with pytest.raises(InputError, match="extensions included; this would be 8h30m"):
        await extend(world.session(), asked(made.grant.id, by=timedelta(minutes=90)))
    assert (await extend(world.session(), asked(made.grant.id, by=timedelta(hours=1)))).deadline == (
        START + timedelta(hours=8)
    )


@pytest.mark.parametrize("suspended", [True, False], ids=["suspended", "owner stripped"])
async def test_a_switch_that_is_not_armed(world: World, suspended: bool) -> None:
    made = await world.granted()
    name = world.policies()[0]["metadata"]["name"]
    if suspended:
        world.cluster.edit("production", name, lambda job: job["spec"].update(suspend=True), "Job")
    else:
        world.cluster.edit("production", name, lambda policy: policy["metadata"].pop("ownerReferences"))
    with pytest.raises(RefusedError, match="is not armed"):
        await longer(world, made.grant.id)
    assert world.log.still_open() == ()


async def test_a_job_without_a_policy_is_not_extended(world: World) -> None:
    """Its policy was removed by hand, or is yet to be made by another process."""
    made = await world.granted()
    for key in [key for key in world.cluster.objects if key[0] == "NetworkPolicy"]:
        del world.cluster.objects[key]
    with pytest.raises(RefusedError, match="it has no policy"):
        await longer(world, made.grant.id)


async def test_a_leftover_timer_in_one_namespace_is_not_moved(world: World) -> None:
    made = await world.granted(*TWO)
    for key in [k for k in world.cluster.objects if k[:2] == ("NetworkPolicy", "backend")]:
        del world.cluster.objects[key]
    await longer(world, made.grant.id)
    assert ends(world) == [END, END + HALF_HOUR]  # backend's, frontend's


async def test_jobs_that_may_not_be_read(world: World) -> None:
    made = await world.granted()
    world.cluster.forbidden |= {("jobs.list", "*"), ("jobs.list", "production")}
    with pytest.raises(RefusedError, match="Jobs may not be read"):
        await longer(world, made.grant.id)


async def test_jobs_that_may_be_read_in_the_namespace_alone_are_enough(world: World) -> None:
    made = await world.granted()
    world.cluster.forbidden.add(("jobs.list", "*"))
    assert (await longer(world, made.grant.id)).deadline == END + HALF_HOUR


async def test_a_deadline_that_has_passed_while_no_controller_acted(world: World) -> None:
    made = await world.granted()
    world.cluster.controllers = False
    world.clock.pass_time(1800)
    with pytest.raises(RefusedError, match="has passed its deadline"):
        await longer(world, made.grant.id)


async def test_one_part_that_has_passed_its_deadline_is_enough_to_refuse(world: World) -> None:
    made = await world.granted(*TWO)
    name = world.policies("frontend")[0]["metadata"]["name"]
    world.cluster.edit("frontend", name, lambda job: job["spec"].update(activeDeadlineSeconds=60), "Job")
    world.cluster.controllers = False
    world.clock.pass_time(60)
    with pytest.raises(RefusedError, match="has passed its deadline"):
        await longer(world, made.grant.id)


async def test_a_grant_that_does_not_stand(world: World) -> None:
    await world.granted()
    world.clock.pass_time(1800)
    with pytest.raises(NotFoundError, match="no grant 'ABCDEF' stands"):
        await longer(world, "ABCDEF")


async def test_without_an_intent_nothing_moves(world: World) -> None:
    made = await world.granted()
    world.tap.fail("log.begin", RegistryError("its disk is full"))
    with pytest.raises(RegistryError):
        await longer(world, made.grant.id)
    assert ends(world) == [END]
