"""Recovery where something is in its way: one failure keeps no other intent from being settled."""

import pytest

from app.commands.recover import recover
from app.domain.objects import NetworkPolicy
from app.domain.records import EndCause, Intent, Json, Op, Outcome, Phase
from app.errors import (
    ClusterError,
    ForbiddenError,
    RegistryError,
    ServerFaultError,
    ThrottledError,
    UnauthorizedError,
    UnreachableError,
)
from tests.commands.fakes import START
from tests.commands.recovering import END, died_making, settled
from tests.commands.world import SERVER, World

# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("op", list(Op))
@pytest.mark.parametrize("stands", [False, True])
async def test_an_intent_without_a_record_is_closed_all_the_same(world: World, op: Op, stands: bool) -> None:
    made = await world.granted()
    world.log.records.clear()
    if not stands:
        world.cluster.objects.clear()
    world.log.intents["i"] = Intent(
        id="i",
        grant_id=made.grant.id,
        op=op,
        cluster=SERVER,
        namespaces=("production",),
        actor="alice",
        at=START,
        deadline=END,
        detail={},
    )
    await settled(world)
    record = world.log.records[made.grant.id]
    assert record.requested_by == "alice"
    assert all("spec" in part for part in record.spec["parts"])
    if stands:
        assert record.peers == "198.51.100.0/24"


@pytest.mark.parametrize("error", [ForbiddenError("no", status=403), ServerFaultError("no", status=500)])
async def test_what_fails_for_one_keeps_no_other_from_being_settled(
    world: World, error: ClusterError
) -> None:
    for name in ("a", "b", "c"):
        await died_making(world, "policies.create", name)
    session = world.restarted()
    world.tap.fail("policies.list", error, nth=4)  # the second intent's
    told = await recover(session)
    assert [one.is_settled for one in told] == [True, False, True]
    assert len(world.log.still_open()) == 1
    await settled(world, "third")
    assert world.is_empty()


@pytest.mark.parametrize(
    "error", [UnreachableError("no line"), UnauthorizedError("expired"), ThrottledError("slow down")]
)
async def test_a_cluster_that_does_not_answer_is_not_asked_for_each(
    world: World, error: ClusterError
) -> None:
    for name in ("a", "b", "c"):
        await died_making(world, "policies.create", name)
    session = world.restarted()
    world.tap.fail("policies.list", error)
    (told,) = await recover(session)
    assert not told.is_settled
    assert f"and what else there is: {error.message}" in str(told)
    await settled(world, "third")


async def test_a_cluster_that_cannot_be_asked_at_all_is_an_error(world: World) -> None:
    await died_making(world, "policies.create")
    session = world.restarted()
    world.tap.fail("access.whoami", UnreachableError("no line"))
    with pytest.raises(UnreachableError):
        await recover(session)
    assert len(world.log.still_open()) == 1


async def test_a_registry_that_cannot_be_read_is_an_error(world: World) -> None:
    world.log.down = True
    with pytest.raises(RegistryError):
        await recover(world.session())


async def test_a_registry_that_cannot_note_one_goes_on_to_the_next(world: World) -> None:
    for name in ("a", "b"):
        await died_making(world, "policies.create", name)
    session = world.restarted()
    world.tap.fail("log.finish", RegistryError("its disk is full"))
    told = await recover(session)
    assert [one.is_settled for one in told] == [False, True]
    assert world.is_empty()
    await settled(world, "third")


async def test_a_namespace_that_may_no_longer_be_read_is_settled_after_the_deadline(world: World) -> None:
    grant_id = await died_making(world, "log.finish")
    world.cluster.forbidden.add(("policies.list", "production"))
    (told,) = await recover(world.restarted())
    assert not told.is_settled
    world.clock.pass_time(1801)
    (told,) = await recover(world.restarted("third"))
    assert not told.is_settled  # the controllers get a minute
    world.clock.pass_time(60)
    (sentence,) = await settled(world, "fourth")
    assert sentence.endswith("it may no longer be looked at, and its deadline has passed")
    record = world.log.records[grant_id]
    assert (record.phase, record.end_cause, record.ended_at) == (Phase.ENDED, EndCause.EXPIRED, END)
    assert list(world.log.outcomes.values()) == [Outcome.UNCERTAIN]


async def test_a_record_that_recovery_wrote_reads_like_any_other(world: World) -> None:
    """Of an intent that is all there is left."""
    detail: Json = {"parts": [{"namespace": "production", "name": "netgrant-x"}]}
    world.log.intents["i"] = Intent(
        "i", "01X", Op.CREATE, SERVER, ("production",), "alice", START, END, detail
    )
    await settled(world)
    record = world.log.records["01X"]
    assert (record.target, record.phase) == ("unknown", Phase.FAILED)
    assert record.spec == {"parts": [{"namespace": "production", "name": "netgrant-x", "spec": {}}]}
    assert world.cluster.of(NetworkPolicy.__name__) == []
