"""Adopting in short: the policy of somebody else, and what is called for it, in order."""

from datetime import timedelta
from typing import Any

import pytest

from app.commands.adopt import Adopted, Adoption, adopt
from tests.commands.world import SPEC, World

NAME = "allow-vendor"
STEPS = [
    "access.whoami",
    "policies.get",
    "jobs.rehearse",
    "log.begin",
    "jobs.create",
    "jobs.get",
    "policies.patch",
    "log.finish",
]
BEGIN, TIE, LAST = STEPS.index("log.begin"), STEPS.index("policies.patch"), len(STEPS) - 1
EACH_STEP = pytest.mark.parametrize("step", range(len(STEPS)), ids=lambda i: f"{i}-{STEPS[i]}")
BOTH_WAYS = pytest.mark.parametrize("done", [False, True], ids=["before", "after"])


def asked(**changes: Any) -> Adoption:
    fields: dict[str, Any] = {
        "namespace": "ops",
        "name": NAME,
        "reason": "vendor leaves tonight",
        "ttl": timedelta(hours=2),
    }
    return Adoption(**fields | changes)


async def adopted(world: World, **changes: Any) -> Adopted:
    return await adopt(world.session(), asked(**changes))


def is_untouched(world: World) -> bool:
    """Whether the policy is what it was before anybody adopted it."""
    (item,) = world.policies("ops")
    meta = item["metadata"]
    return bool(
        item["spec"] == SPEC
        and meta["labels"] == {"team": "net"}
        and meta["annotations"] == {"a": "b"}
        and "ownerReferences" not in meta
        and "deletionTimestamp" not in meta
    )
