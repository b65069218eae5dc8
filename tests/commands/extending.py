"""Extending in short, and the two places where a deadline stands."""

from datetime import datetime, timedelta
from typing import Any

from app.commands.extend import Extended, Extension, extend
from app.domain.durations import parse_moment
from app.domain.manifest import EXPIRES_AT
from tests.commands.fakes import START
from tests.commands.world import World

TWO = ("frontend", "backend")
HALF_HOUR = timedelta(minutes=30)
END = START + HALF_HOUR


def asked(wanted: str, **changes: Any) -> Extension:
    fields: dict[str, Any] = {"reason": "vendor still connected"}
    return Extension(wanted, **fields | changes)


async def longer(world: World, wanted: str) -> Extended:
    return await extend(world.session(), asked(wanted, by=HALF_HOUR))


def ends(world: World) -> list[datetime]:
    """When the Jobs end, by namespace."""
    return [
        datetime.fromisoformat(job["status"]["startTime"])
        + timedelta(seconds=job["spec"]["activeDeadlineSeconds"])
        for job in world.jobs()
    ]


def written(world: World) -> list[datetime | None]:
    return [parse_moment(policy["metadata"]["annotations"][EXPIRES_AT]) for policy in world.policies()]
