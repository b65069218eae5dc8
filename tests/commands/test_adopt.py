"""Putting a standing policy under a deadline, and never losing it because that failed."""

from datetime import timedelta

import pytest

from app.domain.durations import format_moment
from app.domain.manifest import ADOPTED, EXPIRES_AT, GRANT_LABEL, MANAGED_BY, REASON, REQUESTED_BY
from app.domain.records import Happening, Json, Phase
from app.errors import (
    InputError,
    NotFoundError,
    RefusedError,
)
from tests.commands.adopting import NAME, STEPS, adopted, is_untouched
from tests.commands.fakes import START
from tests.commands.tap import DiedError
from tests.commands.world import World, policy


async def test_the_timer_runs_before_the_policy_is_tied(standing: World) -> None:
    now = standing.clock.now()
    done = await adopted(standing, ticket="INC-1")
    assert standing.tap.methods() == STEPS
    assert done.grant.is_armed()
    assert done.grant.is_adopted
    assert done.warnings == ()
    meta = standing.policies()[0]["metadata"]
    assert meta["labels"] == {"team": "net", GRANT_LABEL: done.grant.id, MANAGED_BY: "netgrant"}
    notes = meta["annotations"]
    assert notes[EXPIRES_AT] == format_moment(now + timedelta(hours=2))
    assert (notes[REASON], notes[REQUESTED_BY], notes[ADOPTED]) == ("vendor leaves tonight", "alice", "true")
    assert done.deadline == now + timedelta(hours=2)
    record = standing.log.records[done.grant.id]
    assert (record.phase, record.reason, record.ticket) == (Phase.ACTIVE, "vendor leaves tonight", "INC-1")
    assert record.created_at == now
    assert standing.happenings() == [Happening.ASKED, Happening.ADOPTED]
    standing.clock.pass_time(7200)
    assert standing.is_empty()


async def test_what_is_kept_before_the_first_call_tells_all(standing: World) -> None:
    """A process that dies now must leave who, why and which policy; and not a grant that seems to stand."""
    standing.tap.fail("jobs.create", DiedError())
    with pytest.raises(DiedError):
        await adopted(standing)
    (record,) = standing.log.records.values()
    assert (record.phase, record.requested_by, record.reason) == (
        Phase.INTENDED,
        "alice",
        "vendor leaves tonight",
    )
    (intent,) = standing.log.still_open()
    assert intent.detail["parts"][0]["uid"] == standing.policies()[0]["metadata"]["uid"]


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_policy_that_is_not_there(world: World) -> None:
    with pytest.raises(NotFoundError, match="there is no NetworkPolicy ops/allow-vendor"):
        await adopted(world)


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ({"labels": {GRANT_LABEL: "01ABC"}}, "already is grant 01ABC"),
        ({"deletionTimestamp": "2026-11-24T10:00:00Z", "finalizers": ["x/y"]}, "is being deleted"),
        (
            {"ownerReferences": [{"apiVersion": "v1", "kind": "App", "name": "shop", "uid": "u"}]},
            "is owned by App/shop",
        ),
        ({"finalizers": ["cni.example/flows"]}, "is held by finalizer cni.example/flows"),
    ],
)
async def test_policies_that_cannot_be_adopted(world: World, meta: Json, words: str) -> None:
    world.cluster.controllers = False
    world.cluster.add("NetworkPolicy", policy("ops", NAME, **meta))
    with pytest.raises(RefusedError, match=words):
        await adopted(world)
    assert world.tap.methods() == ["access.whoami", "policies.get"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"ttl": timedelta(hours=9)}, "8h at most"),
        ({"ttl": None, "until": START}, "deadline has passed"),
        ({"ttl": None}, "until when"),
    ],
)
async def test_wishes_that_are_wrong(standing: World, changes: Json, words: str) -> None:
    with pytest.raises(InputError, match=words):
        await adopted(standing, **changes)
    assert is_untouched(standing)
    assert standing.log.rows == []


async def test_another_manager_is_a_warning_and_keeps_its_label(world: World) -> None:
    world.cluster.add("NetworkPolicy", policy("ops", NAME, labels={MANAGED_BY: "Helm"}))
    done = await adopted(world)
    (warning,) = done.warnings
    assert warning == "ops/allow-vendor is managed by Helm, which may bring it back after the deadline"
    assert world.policies()[0]["metadata"]["labels"][MANAGED_BY] == "Helm"
