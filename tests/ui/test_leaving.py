"""Leaving asks where it would leave access open or a write unfinished, and nowhere else."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.errors import NetgrantError
from app.live.cluster import LiveCluster
from app.ui.app import NetgrantApp
from app.ui.backend import Preferences
from app.ui.screens.dashboard import Dashboard
from app.ui.screens.extend import Extend
from app.ui.screens.leaving import Leaving, Waiting
from app.ui.screens.revoke import Revoke
from app.ui.screens.told import Told
from tests.commands.revoking import hold
from tests.ui import objects
from tests.ui.form_stage import world
from tests.ui.leaving_stage import settled, toasts, unarmed
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, SMALL, Stage, connected, drawn, press, ready, set_scene, still

if TYPE_CHECKING:
    from textual.pilot import Pilot


def has_left(stage: Stage) -> bool:
    return stage.app._exit


async def asked(stage: Stage, pilot: "Pilot[int]", *keys: str) -> None:
    """Press what leads to the question, and see it."""
    await press(pilot, keys or ("q",))
    await drawn(pilot)
    assert isinstance(stage.app.screen, Leaving)
    assert not has_left(stage)


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_where_all_is_well_nobody_is_asked(key: str) -> None:
    stage = Stage(world())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, [key])
        assert has_left(stage)
    assert stage.app.return_code == 0
    assert stage.backend.is_closed


async def test_read_only_nothing_could_be_done_and_nobody_is_asked() -> None:
    stage = Stage(world(), Preferences(read_only=True))
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["q"])
        assert has_left(stage)


@pytest.mark.parametrize("keys", [("escape",), ("enter",), ("q", "q", "ctrl+q", "ctrl+c", "escape")])
async def test_without_a_clear_answer_one_stays(keys: tuple[str, ...]) -> None:
    stage = Stage(world())
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await asked(stage, pilot)
        await press(pilot, keys)
        await drawn(pilot)
        assert isinstance(stage.app.screen, Dashboard)
        assert not has_left(stage)
        assert len(stage.world.policies()) == 1


async def test_who_leaves_anyway_leaves_it_as_it_is() -> None:
    stage = Stage(world())
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await asked(stage, pilot)
        await press(pilot, ["l"])
        assert has_left(stage)
    assert stage.world.tap.trace == []
    assert len(stage.world.policies()) == 1


async def test_the_button_leaves_too() -> None:
    stage = Stage(world())
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await asked(stage, pilot)
        await pilot.click("#leave")
        await pilot.pause()
        assert has_left(stage)


async def test_what_is_revoked_is_seen_gone_before_one_leaves() -> None:
    stage = Stage(world())
    one, armed = await unarmed(stage.world), await stage.world.granted("ops")
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await asked(stage, pilot)
        await press(pilot, ["r"])
        assert not await stage.app.runner.wait(5)
        await pilot.pause()
        assert has_left(stage)
    assert [item["metadata"]["namespace"] for item in stage.world.policies()] == ["ops"]
    assert stage.world.log.records[one.id].ended_at is not None
    assert stage.world.log.records[armed.grant.id].ended_at is None
    assert "would have ended it" in stage.world.last_detail()["reason"]


async def test_where_a_finalizer_holds_it_one_stays_and_is_told() -> None:
    stage = Stage(world())
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await asked(stage, pilot)
        hold(stage.world)  # since it was shown
        await press(pilot, ["r"])
        await settled(stage, pilot)
        assert not has_left(stage)
        assert isinstance(stage.app.screen, Told)
        assert "You are still here" in toasts(stage)
        assert len(stage.world.policies()) == 1


async def test_in_production_the_form_that_revokes_asks_first() -> None:
    stage = Stage(world(), Preferences(production=("prod*",)))
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await asked(stage, pilot)
        await press(pilot, ["r"])
        assert isinstance(stage.app.screen, Revoke)
        await press(pilot, ["over", "enter", "revoke 1", "enter"])
        assert not await stage.app.runner.wait(5)
        await pilot.pause()
        assert has_left(stage)
    assert stage.world.is_empty()


async def test_from_a_form_ctrl_q_asks_and_what_was_typed_stays() -> None:
    stage = Stage(world())
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["e", "tab", "why"])
        await asked(stage, pilot, "ctrl+q")
        await press(pilot, ["escape"])
        form = stage.app.screen
        assert isinstance(form, Extend)
        assert form._reason.text == "why"
        await press(pilot, ["ctrl+c"])
        assert "Esc closes this" in toasts(stage)
        assert not has_left(stage)


async def test_ctrl_c_says_how_to_leave() -> None:
    stage = Stage(world())
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await press(pilot, ["ctrl+c"])
        assert "Press q to quit" in toasts(stage)
        assert not has_left(stage)


class Slow:
    """A write that ends when it is told to."""

    def __init__(self, app: NetgrantApp, error: NetgrantError | None = None) -> None:
        self.gate, self.error = asyncio.Event(), error
        self.is_done = False
        app.runner.start("opening production app=database", self.write)

    async def write(self) -> str:
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.is_done = True
        return "done"


async def waiting(stage: Stage, pilot: "Pilot[int]", error: NetgrantError | None = None) -> Slow:
    await ready(pilot)
    slow = Slow(stage.app, error)
    await press(pilot, ["q", "q"])
    await drawn(pilot)
    assert isinstance(stage.app.screen, Waiting)
    assert not has_left(stage)
    return slow


async def test_a_write_under_way_is_waited_for() -> None:
    stage = Stage(world())
    async with stage.app.run_test(size=SMALL) as pilot:
        slow = await waiting(stage, pilot)
        slow.gate.set()
        while not has_left(stage):
            await pilot.pause(0.01)
        assert slow.is_done


async def test_one_need_not_wait() -> None:
    stage = Stage(world())
    async with stage.app.run_test(size=SMALL) as pilot:
        slow = await waiting(stage, pilot)
        await press(pilot, ["l"])
        assert has_left(stage)
    assert not slow.is_done  # and we are here


async def test_what_was_waited_for_and_went_wrong_is_read_first() -> None:
    stage = Stage(world())
    async with stage.app.run_test(size=SMALL) as pilot:
        slow = await waiting(stage, pilot, NetgrantError("it was refused"))
        slow.gate.set()
        while isinstance(stage.app.screen, Waiting):
            await pilot.pause(0.01)
        assert not has_left(stage)
        assert "it was refused" in toasts(stage)


async def test_after_the_wait_grants_are_asked_about() -> None:
    stage = Stage(world())
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        slow = await waiting(stage, pilot)
        slow.gate.set()
        while isinstance(stage.app.screen, Waiting):
            await pilot.pause(0.01)
        assert isinstance(stage.app.screen, Leaving)


LATE = objects.grant(
    7, "ops", objects.spec("app=bastion", "203.0.113.7", "22"), -9 * objects.SECOND, suspended=True
)


def two_rest_here(cluster: LiveCluster) -> None:
    set_scene(cluster, (*objects.GRANTS, LATE))
    connected(cluster)


@pytest.mark.parametrize("size", SIZES)
async def test_how_the_question_about_grants_looks(size: tuple[int, int]) -> None:
    app = still(two_rest_here)
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        await app.runner.wait(5)
        app.clear_notifications()
        await press(pilot, ["q"])
        await drawn(pilot)
        assert_looks_as_before(app, "leaving")


@pytest.mark.parametrize("size", SIZES)
async def test_how_the_question_about_writes_looks(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        slow = Slow(app)
        await press(pilot, ["q"])
        await drawn(pilot)
        assert_looks_as_before(app, "leaving-waits")
        slow.gate.set()
