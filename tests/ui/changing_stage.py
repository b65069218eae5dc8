"""Forms that change grants, opened by keys over the fake cluster, and what is then told and held there."""

from typing import TYPE_CHECKING

from textual.widgets import Static

from app.domain.records import Json
from app.ui.widgets.lines import Lines
from tests.commands.world import World
from tests.ui.leaving_stage import settled, toasts
from tests.ui.stage import Stage, drawn, press

if TYPE_CHECKING:
    from textual.pilot import Pilot

__all__ = ["settled", "toasts"]


def seen(stage: Stage) -> str:
    """Every text of the form in front."""
    texts = [str(widget.content) for widget in stage.app.screen.query(Static) if widget.display]
    return "\n".join(texts + [lines.text() for lines in stage.app.screen.query(Lines)])


async def keyed(stage: Stage, pilot: "Pilot[int]", *keys: str) -> None:
    """Press keys, and see what they show."""
    await press(pilot, keys)
    await drawn(pilot)


async def done(stage: Stage, pilot: "Pilot[int]", *keys: str) -> None:
    """Press keys, and wait for what they began."""
    await press(pilot, keys)
    await settled(stage, pilot)


async def mark_all(stage: Stage, pilot: "Pilot[int]", count: int) -> None:
    await keyed(stage, pilot, "g", *["space"] * count)


def ends(world: World) -> list[str]:
    """What the policies say of their end, by namespace."""
    return [item["metadata"]["annotations"]["netgrant.dev/expires-at"] for item in world.policies()]


_WRITES = ("create", "patch", "delete", "begin")


def nothing_was_written(world: World) -> bool:
    """Whether no call was made that changes anything."""
    return not [line for line in world.tap.trace if line.split()[0].split(".")[1] in _WRITES]


def edited(item: Json) -> None:
    """Somebody widens a policy behind our back."""
    rule = {"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}
    item["spec"] = {**item["spec"], "ingress": [rule]}  # a new one: what was mirrored shares the old
