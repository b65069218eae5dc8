"""The dashboard ends what is overdue and nothing in the cluster ended, once, and tells what it could not."""

from typing import TYPE_CHECKING

from app.domain.records import EndCause, Phase
from app.errors import UnreachableError
from app.ui.backend import Preferences
from app.ui.widgets.grant_table import GrantTable
from tests.commands.revoking import hold
from tests.ui.form_stage import world
from tests.ui.leaving_stage import HALF_HOUR, settled, toasts, unarmed
from tests.ui.stage import LARGE, SMALL, Stage, drawn, ready

if TYPE_CHECKING:
    from textual.pilot import Pilot


async def pass_time(stage: Stage, pilot: "Pilot[int]", seconds: float) -> None:
    """Let the time pass, and whatever the dashboard begins then end."""
    stage.world.clock.pass_time(seconds)
    stage.app.feed.publish()
    await settled(stage, pilot)


async def test_what_is_overdue_is_ended_and_told() -> None:
    stage = Stage(world())
    grant = await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pass_time(stage, pilot, HALF_HOUR - 60)
        assert len(stage.world.policies()) == 1
        await pass_time(stage, pilot, 150)
        assert stage.world.is_empty()
        record = stage.world.log.records[grant.id]
        assert (record.phase, record.end_cause) == (Phase.ENDED, EndCause.EXPIRED)
        assert "nothing in the cluster had ended it" in toasts(stage)


async def test_an_armed_grant_is_left_to_the_cluster() -> None:
    stage = Stage(world())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pass_time(stage, pilot, HALF_HOUR + 20)
        assert stage.app.runner.under_way == ()
        assert "log.begin" not in stage.world.tap.methods()


async def test_nothing_is_ended_where_nothing_may_be_written() -> None:
    stage = Stage(world(), Preferences(read_only=True))
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pass_time(stage, pilot, HALF_HOUR + 150)
        assert len(stage.world.policies()) == 1


async def test_what_cannot_be_ended_is_tried_again_and_told_once() -> None:
    stage = Stage(world())
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        for method in ("policies.delete", "jobs.delete"):
            for nth in (1, 2):
                stage.world.tap.fail(method, UnreachableError("the API server is away"), nth=nth)
        await pass_time(stage, pilot, HALF_HOUR + 150)
        await pass_time(stage, pilot, 40)
        assert len(stage.world.policies()) == 1
        assert toasts(stage).count("could not be ended") == 1
        await pass_time(stage, pilot, 40)
        assert stage.world.is_empty()


async def test_a_finalizer_that_holds_it_is_named() -> None:
    stage = Stage(world())
    await unarmed(stage.world)
    hold(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pass_time(stage, pilot, HALF_HOUR + 150)
        assert len(stage.world.policies()) == 1
        assert "could not be ended" in toasts(stage)
        assert "cni.example/flows" in toasts(stage)
        await pass_time(stage, pilot, 40)
        assert toasts(stage).count("could not be ended") == 1


async def test_the_nets_column_says_where_only_this_terminal_is_one() -> None:
    stage = Stage(world())
    await unarmed(stage.world)
    async with stage.app.run_test(size=LARGE) as pilot:
        await ready(pilot)
        await drawn(pilot)
        table = stage.app.screen.query_one(GrantTable)
        assert " T " in " ".join(table.render_line(y).text for y in range(3))
        stage.backend.clusters[0].session = None
        stage.app.feed.publish()
        stage.world.clock.pass_time(1)
        stage.app.feed.publish()
        await drawn(pilot)
        assert " T " not in " ".join(table.render_line(y).text for y in range(3))
