"""Grants that only the terminal would end, and the end of everything that is under way."""

from typing import TYPE_CHECKING

from app.domain.grant import Grant
from app.domain.records import Json
from tests.commands.world import World
from tests.ui.stage import Stage, drawn

if TYPE_CHECKING:
    from textual.pilot import Pilot

HALF_HOUR = 30 * 60


def _suspend(job: Json) -> None:
    job["spec"]["suspend"] = True


async def unarmed(world: World, *namespaces: str) -> Grant:
    """Open access for half an hour, and have somebody suspend its Jobs."""
    made = await world.granted(*namespaces)
    for job in world.jobs():
        meta = job["metadata"]
        world.cluster.edit(meta["namespace"], meta["name"], _suspend, kind="Job")
    world.tap.clear()
    return made.grant


async def settled(stage: Stage, pilot: "Pilot[int]") -> None:
    """Wait until every write has ended and what came of it is told and shown."""
    assert not await stage.app.runner.wait(5)
    await pilot.pause()
    await stage.settle(pilot)
    await drawn(pilot)


def toasts(stage: Stage) -> str:
    """Everything that is told at the moment."""
    return "\n".join(notice.message for notice in stage.app._notifications)
