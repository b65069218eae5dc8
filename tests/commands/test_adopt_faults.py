"""Adopting when a call fails, or the process is cancelled or dies: the policy is never lost."""

from collections.abc import Callable

import pytest

from app.commands.recover import recover
from app.domain.manifest import GRANT_LABEL
from app.domain.records import EndCause, Happening, Json, Outcome, Phase
from app.errors import (
    ClusterError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    RegistryError,
    ServerFaultError,
    UncertainError,
    UnreachableError,
)
from tests.commands.adopting import BEGIN, BOTH_WAYS, EACH_STEP, LAST, NAME, STEPS, TIE, adopted, is_untouched
from tests.commands.tap import DiedError
from tests.commands.world import SPEC, World, policy

# ── a step that fails ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", range(BEGIN + 1, LAST), ids=lambda i: f"{i}-{STEPS[i]}")
@pytest.mark.parametrize(
    "error",
    [ForbiddenError("no", status=403), ServerFaultError("no", status=500), UnreachableError("no")],
)
@BOTH_WAYS
async def test_an_error_that_is_told_leaves_the_policy_as_it_was(
    standing: World, step: int, error: ClusterError, done: bool
) -> None:
    standing.tap.fail_at(step, error, done=done)
    with pytest.raises(type(error)):
        await adopted(standing)
    assert is_untouched(standing)
    assert standing.jobs() == []
    assert standing.log.still_open() == ()
    assert standing.phases() == [Phase.FAILED]
    assert standing.happenings() == [Happening.ASKED, Happening.FAILED]


@pytest.mark.parametrize("step", [BEGIN + 1, TIE], ids=["jobs.create", "policies.patch"])
async def test_a_lost_answer_is_looked_up(standing: World, step: int) -> None:
    standing.tap.fail_at(step, UncertainError("maybe"), done=True)
    assert (await adopted(standing)).grant.is_armed()
    assert standing.log.still_open() == ()


@BOTH_WAYS
async def test_where_the_tie_stays_uncertain_nothing_is_removed(standing: World, done: bool) -> None:
    """Removing the Job could take the policy along, now or when the patch lands later."""
    standing.tap.fail("policies.patch", UncertainError("maybe"), done=done)
    standing.tap.fail("policies.get", UnreachableError("no line"), nth=2)
    with pytest.raises(UncertainError) as raised:
        await adopted(standing)
    assert raised.value.fix == "the next netgrant command here finds out and finishes or undoes it"
    assert len(standing.policies()) == len(standing.jobs()) == 1
    assert len(standing.log.still_open()) == 1
    (told,) = await recover(standing.restarted())
    assert standing.log.still_open() == ()
    if done:
        assert str(told).endswith("it had been made; now on record")
        assert standing.phases() == [Phase.ACTIVE]
    else:
        assert str(told).endswith("it was half made; undone")
        assert is_untouched(standing)
        assert standing.jobs() == []


async def test_an_edit_in_between_stops_it(standing: World) -> None:
    def edit() -> None:
        standing.cluster.edit("ops", NAME, lambda item: item["spec"].update(policyTypes=["Egress"]))

    standing.tap.do("policies.patch", edit)
    with pytest.raises(ConflictError, match="was edited meanwhile") as raised:
        await adopted(standing)
    assert raised.value.fix == "look at it again, then repeat the command"
    assert standing.policies()[0]["spec"]["policyTypes"] == ["Egress"]
    assert standing.jobs() == []
    assert standing.log.still_open() == ()


async def test_a_policy_that_was_replaced_in_between_is_not_touched(standing: World) -> None:
    def replace() -> None:
        del standing.cluster.objects["NetworkPolicy", "ops", NAME]
        standing.cluster.add("NetworkPolicy", policy("ops", NAME))

    standing.tap.do("policies.patch", replace)
    with pytest.raises(ConflictError):
        await adopted(standing)
    assert "labels" not in standing.policies()[0]["metadata"]
    assert standing.jobs() == []


async def test_a_policy_that_is_removed_in_between(standing: World) -> None:
    standing.tap.do("policies.patch", lambda: standing.cluster.remove(("NetworkPolicy", "ops", NAME)))
    with pytest.raises(NotFoundError):
        await adopted(standing)
    assert standing.is_empty()
    assert standing.log.still_open() == ()


async def test_a_suspended_timer_ties_nothing(standing: World) -> None:
    standing.cluster.suspends = True
    with pytest.raises(RefusedError, match="is suspended"):
        await adopted(standing)
    assert is_untouched(standing)
    assert standing.jobs() == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda item: item["metadata"].pop("ownerReferences"),
        lambda item: item["metadata"]["labels"].pop(GRANT_LABEL),
        lambda item: item["metadata"]["ownerReferences"].append(
            {"apiVersion": "v1", "kind": "App", "name": "shop", "uid": "u"}
        ),
    ],
    ids=["owner stripped", "label stripped", "second owner"],
)
async def test_admission_that_spoils_the_tie_is_undone(
    standing: World, spoil: Callable[[Json], None]
) -> None:
    standing.tap.watch = lambda: None
    standing.cluster.admit_patch = spoil
    with pytest.raises(RefusedError, match="came out of the cluster's admission"):
        await adopted(standing)
    assert len(standing.policies()) == 1
    assert standing.policies()[0]["spec"] == SPEC
    assert standing.jobs() == []


@pytest.mark.parametrize("method", ["policies.get", "policies.patch", "jobs.get", "jobs.delete"])
async def test_where_undoing_fails_the_next_start_goes_on(standing: World, method: str) -> None:
    nth = {"policies.get": 2, "policies.patch": 2, "jobs.get": 2, "jobs.delete": 1}[method]
    standing.tap.fail("policies.patch", ServerFaultError("no", status=500), done=True)
    standing.tap.fail(method, UnreachableError("the line is dead"), nth=nth)
    with pytest.raises(ServerFaultError) as raised:
        await adopted(standing)
    assert raised.value.fix.startswith("undoing failed too (the line is dead)")
    assert len(standing.policies()) == 1
    assert len(standing.log.still_open()) == 1
    await recover(standing.restarted())
    assert standing.log.still_open() == ()
    tied = method in ("policies.get", "policies.patch")
    assert is_untouched(standing) != tied
    assert standing.phases() == [Phase.ACTIVE if tied else Phase.FAILED]


async def test_without_an_intent_nothing_is_written(standing: World) -> None:
    standing.log.down = True
    with pytest.raises(RegistryError):
        await adopted(standing)
    assert is_untouched(standing)
    assert standing.jobs() == []


async def test_a_registry_that_fails_at_the_end_is_a_warning(standing: World) -> None:
    standing.tap.fail("log.finish", RegistryError("its disk is full"))
    done = await adopted(standing)
    assert done.warnings == ("the cluster has changed, but the registry could not note it: its disk is full",)
    await recover(standing.restarted())
    assert standing.log.still_open() == ()
    assert standing.log.records[done.grant.id].reason == "vendor leaves tonight"


# ── the process is cancelled, or dies ────────────────────────────────────────────────────────────────────


@EACH_STEP
@BOTH_WAYS
async def test_cancelling_leaves_the_policy_as_it_was(standing: World, step: int, done: bool) -> None:
    standing.tap.cancel_at(step, done=done)
    await standing.tap.interrupted(adopted(standing))
    assert standing.log.still_open() == ()
    if step == LAST:  # it was made, and is put on record to the end
        assert standing.phases() == [Phase.ACTIVE]
        assert standing.untimed() == []
    else:
        assert is_untouched(standing)
        assert standing.jobs() == []
        assert set(standing.phases()) <= {Phase.FAILED}


async def test_cancelling_while_the_tie_is_uncertain_removes_nothing(standing: World) -> None:
    standing.tap.cancel_at(TIE)
    standing.tap.fail("policies.patch", UncertainError("maybe"), done=True)
    standing.tap.fail("policies.get", UnreachableError("no line"), nth=2)
    await standing.tap.interrupted(adopted(standing))
    assert len(standing.policies()) == len(standing.jobs()) == 1
    await recover(standing.restarted())
    assert standing.phases() == [Phase.ACTIVE]


@EACH_STEP
@BOTH_WAYS
async def test_dying_never_costs_the_policy(standing: World, step: int, done: bool) -> None:
    standing.tap.fail_at(step, DiedError(), done=done)
    with pytest.raises(DiedError):
        await adopted(standing)
    await recover(standing.restarted())
    assert standing.log.still_open() == ()
    tied = step > TIE or (step == TIE and done)
    if tied:
        assert standing.phases() == [Phase.ACTIVE]
        assert standing.untimed() == []
    else:
        assert is_untouched(standing)
        assert standing.jobs() == []
        assert set(standing.phases()) <= {Phase.FAILED}


@EACH_STEP
async def test_dying_and_coming_back_after_the_deadline(standing: World, step: int) -> None:
    standing.tap.fail_at(step, DiedError(), done=True)
    with pytest.raises(DiedError):
        await adopted(standing)
    standing.clock.pass_time(3 * 3600)
    await recover(standing.restarted())
    assert standing.log.still_open() == ()
    assert standing.jobs() == []
    if step < TIE:
        assert is_untouched(standing)
        assert set(standing.phases()) <= {Phase.FAILED}
    else:
        assert standing.is_empty()
        (record,) = standing.log.records.values()
        if step == TIE:  # nobody saw it end
            assert (record.phase, record.end_cause) == (Phase.ENDED, EndCause.EXPIRED)
            assert list(standing.log.outcomes.values()) == [Outcome.UNCERTAIN]


async def test_a_registry_that_cannot_note_the_failure_is_told(standing: World) -> None:
    standing.tap.fail("policies.patch", ForbiddenError("no", fix="ask", status=403))
    standing.tap.fail("log.finish", RegistryError("its disk is full"))
    with pytest.raises(ForbiddenError) as raised:
        await adopted(standing)
    assert raised.value.fix.startswith("ask; ")
    assert raised.value.fix.endswith("the registry could not note it: its disk is full")
    await recover(standing.restarted())
    assert standing.log.still_open() == ()
    assert is_untouched(standing)
