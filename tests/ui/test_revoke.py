"""Ending grants by keys: what goes is shown, a question answered, and what stands is said to stand."""

from typing import TYPE_CHECKING

import pytest

from app.domain.records import EndCause, Happening
from app.errors import ServerFaultError, UnreachableError
from app.ui.backend import Preferences
from app.ui.changes import ask_revoke, matches
from app.ui.screens.dashboard import Dashboard
from app.ui.screens.revoke import Revoke
from app.ui.screens.told import Told
from tests.commands.revoking import TWO, hold
from tests.commands.world import World
from tests.ui.changing_stage import done, edited, keyed, mark_all, nothing_was_written, seen, settled, toasts
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, SMALL, Stage, drawn, incident, press, ready, still

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from app.ui.app import NetgrantApp

WHY = "vendor is done"
PRODUCTION = Preferences(production=("prod*",))


async def opened(stage: Stage, pilot: "Pilot[int]") -> None:
    await ready(pilot)
    await keyed(stage, pilot, "r")
    assert isinstance(stage.app.screen, Revoke)
    stage.world.tap.clear()


async def test_a_reason_and_yes() -> None:
    stage = Stage(World())
    made = await stage.world.granted(*TWO)
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        for policy in made.grant.policies:
            assert f"{policy.metadata.namespace}/{policy.metadata.name}" in seen(stage)
        assert "Revoke 1 grant(s) now?" in seen(stage)
        assert "alice: debug replication lag" in seen(stage)
        await done(stage, pilot, WHY, "enter", "y")
        assert isinstance(stage.app.screen, Dashboard)
        assert "revoked frontend, backend app=database: seen gone" in toasts(stage).replace(
            "backend, frontend", "frontend, backend"
        )
    assert stage.world.is_empty()
    assert stage.world.happenings()[-2:] == [Happening.REVOKING, Happening.REVOKED]
    assert stage.world.last_detail()["reason"] == WHY
    assert stage.world.log.records[made.grant.id].end_cause is EndCause.REVOKED


@pytest.mark.parametrize(
    "keys",
    [
        ("escape",),
        ("half a rea", "escape"),
        (WHY, "enter", "escape"),
        (WHY, "enter", "n"),
        (WHY, "enter", "enter"),  # No has the focus
        (WHY, "ctrl+s", "enter"),
    ],
)
async def test_nothing_but_a_yes_revokes(keys: tuple[str, ...]) -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, *keys)
        assert isinstance(stage.app.screen, Dashboard)
    assert nothing_was_written(stage.world)


async def test_without_a_reason_there_is_no_question() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, "enter")
        assert "reason is missing" in seen(stage)
        form = stage.app.screen
        assert isinstance(form, Revoke)
        form.action_agree()
        await pilot.pause()
        assert isinstance(stage.app.screen, Revoke)
    assert nothing_was_written(stage.world)


async def test_the_button_revokes_and_twice_is_once() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await press(pilot, [WHY])
        await pilot.click("#do")
        form = stage.app.screen_stack[-1]
        if isinstance(form, Revoke):
            form.action_agree()
        await settled(stage, pilot)
        assert isinstance(stage.app.screen, Dashboard)
    assert stage.world.is_empty()
    assert stage.world.happenings().count(Happening.REVOKED) == 1


async def test_in_production_it_is_typed() -> None:
    stage = Stage(World(), PRODUCTION)
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        assert "production is production: to revoke, type  revoke 1" in seen(stage)
        await keyed(stage, pilot, WHY, "enter", "enter")
        assert "to revoke, type exactly  revoke 1" in seen(stage)
        for wrong in ("y", "revoke", "revoke 2", "REVOKE 1"):
            await keyed(stage, pilot, "home", "ctrl+k", wrong, "enter")
            assert isinstance(stage.app.screen, Revoke)
            assert "to revoke, type exactly  revoke 1" in seen(stage)
        assert nothing_was_written(stage.world)
        await done(stage, pilot, "home", "ctrl+k", "revoke 1", "enter")
        assert isinstance(stage.app.screen, Dashboard)
    assert stage.world.is_empty()


async def test_in_production_the_button_wants_it_typed_too() -> None:
    stage = Stage(World(), PRODUCTION)
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, WHY)
        await pilot.click("#do")
        await drawn(pilot)
        assert "to revoke, type exactly  revoke 1" in seen(stage)
    assert nothing_was_written(stage.world)


async def test_what_a_finalizer_holds_is_said_to_be_open_until_it_is_read() -> None:
    stage = Stage(World())
    await stage.world.granted()
    hold(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await done(stage, pilot, WHY, "enter", "y")
        assert isinstance(stage.app.screen, Told)
        assert "Not revoked: access is still open" in seen(stage)
        assert "is still enforced: held by finalizer cni.example/flows" in seen(stage)
        assert "seen gone" not in toasts(stage)
        await keyed(stage, pilot, "escape")
        assert isinstance(stage.app.screen, Dashboard)


async def test_what_could_not_be_seen_is_not_called_gone() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        stage.world.tap.fail("policies.get", UnreachableError("no answer"), nth=2)
        await done(stage, pilot, WHY, "enter", "y")
        assert "could not be seen: no answer" in seen(stage)
        assert "seen gone" not in toasts(stage)


async def test_one_that_ended_over_the_form_is_told_there() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        stage.world.clock.pass_time(3600)
        await stage.settle(pilot)
        assert "has ended meanwhile" in seen(stage)
        assert "Nothing of this can be revoked" in seen(stage)
        await keyed(stage, pilot, WHY, "enter", "ctrl+s")
        assert isinstance(stage.app.screen, Revoke)
    assert nothing_was_written(stage.world)


async def test_one_that_was_edited_over_the_form_is_told_there() -> None:
    stage = Stage(World())
    made = await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        stage.world.cluster.edit("production", made.grant.policies[0].metadata.name, edited)
        await stage.settle(pilot)
        assert "has changed since this opened" in seen(stage)
        await keyed(stage, pilot, WHY, "enter", "ctrl+s")
        assert isinstance(stage.app.screen, Revoke)
    assert len(stage.world.policies()) == 1


async def test_one_that_was_edited_and_not_yet_seen_is_not_revoked_either() -> None:
    stage = Stage(World())
    made = await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        stage.world.cluster.edit("production", made.grant.policies[0].metadata.name, edited)
        await done(stage, pilot, WHY, "enter", "y")
        assert "has changed since it was shown" in toasts(stage)
        assert "nothing was revoked; look at it again" in toasts(stage)
    assert len(stage.world.policies()) == 1


async def test_one_that_ended_and_not_yet_seen_is_told() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        stage.world.cluster.objects.clear()
        await done(stage, pilot, WHY, "enter", "y")
        assert "has ended meanwhile: nothing was revoked" in toasts(stage)


async def test_many_go_and_what_fails_is_told_and_stays_marked() -> None:
    stage = Stage(World())
    for namespace in ("ops", "payments", "production"):
        await stage.world.granted(namespace)
    denied = ("policies.delete", "jobs.delete")
    stage.world.cluster.forbidden = {(method, "payments") for method in denied}
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await mark_all(stage, pilot, 3)
        await keyed(stage, pilot, "r")
        assert "Revoke 3 grant(s) now?" in seen(stage)
        await done(stage, pilot, WHY, "enter", "y")
        assert "revoked 2 grants: seen gone" in toasts(stage)
        assert "may not delete policies in payments" in toasts(stage)
        table = stage.app.screen
        assert isinstance(table, Dashboard)
        assert [shown.row.namespaces for shown in table.table.marked] == [("payments",)]
    assert [item["metadata"]["namespace"] for item in stage.world.policies()] == ["payments"]


async def test_two_that_fail_are_told_each_with_its_name() -> None:
    stage = Stage(World())
    for namespace in ("ops", "payments"):
        await stage.world.granted(namespace)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await mark_all(stage, pilot, 2)
        for nth in (1, 2):
            stage.world.tap.fail("access.whoami", ServerFaultError("out of order", status=500), nth=nth)
        await done(stage, pilot, "r", WHY, "enter", "y")
        assert isinstance(stage.app.screen, Told)
        assert "0 of 2 revoked" in seen(stage)
        for namespace in ("ops", "payments"):
            assert f"✗ {namespace} app=database: out of order" in seen(stage)


async def test_a_warning_of_the_registry_is_told_and_the_access_is_gone() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        stage.world.log.down = True
        await done(stage, pilot, WHY, "enter", "y")
        assert "revoked without a registry entry" in toasts(stage)
        assert "seen gone" in toasts(stage)
    assert stage.world.is_empty()


def test_production_is_named_by_patterns_in_small_and_large_letters() -> None:
    assert matches("prod-eu1", ("staging", "prod-*"))
    assert not matches("Prod-eu1", ("prod-*",))
    assert not matches("staging", ("prod-*",))
    assert not matches("prod-eu1", ())


def first(app: "NetgrantApp", number: str) -> Dashboard:
    page = app.screen
    assert isinstance(page, Dashboard)
    chosen = [shown for shown in app.feed.view.rows() if shown.row.id.endswith(number)]
    ask_revoke(page, tuple(chosen))
    return page


@pytest.mark.parametrize("size", SIZES)
async def test_pictures(size: tuple[int, int]) -> None:
    app = still(incident)
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        page = first(app, "1")
        await drawn(pilot)
        assert_looks_as_before(app, "revoke")
        await press(pilot, ["enter"])
        await drawn(pilot)
        assert_looks_as_before(app, "revoke-no-reason")
        await press(pilot, ["escape"])
        ask_revoke(page, tuple(app.feed.view.rows()))
        await press(pilot, [WHY, "enter"])
        await drawn(pilot)
        assert_looks_as_before(app, "revoke-question")


@pytest.mark.parametrize("size", SIZES)
async def test_pictures_in_production(size: tuple[int, int]) -> None:
    app = still(incident, production=("prod-*",))
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        first(app, "1")
        await press(pilot, [WHY, "enter", "revoke", "enter"])
        await drawn(pilot)
        assert_looks_as_before(app, "revoke-production")


@pytest.mark.parametrize("size", SIZES)
async def test_picture_of_what_is_still_open(size: tuple[int, int]) -> None:
    app = still(incident)
    sentence = "legacy/netgrant-grant-00003 is still enforced: held by finalizer cni.example/flows"
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        await app.push_screen(Told("Not revoked: access is still open", [f"✗ {sentence}"]))
        await drawn(pilot)
        assert_looks_as_before(app, "told-still-open")
