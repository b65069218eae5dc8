"""Revoking in short: what is called for a grant in two namespaces, in order, and finalizers in its way."""

from app.commands.ending import Ended
from app.commands.revoke import revoke
from app.domain.grant import Grant
from tests.commands.world import World

TWO = ("frontend", "backend")
STEPS = [
    "access.whoami",
    "log.grant",
    "log.begin",
    "policies.get",
    "policies.get",
    "policies.delete",
    "policies.delete",
    "jobs.delete",
    "jobs.delete",
    "policies.get",
    "policies.get",
    "log.finish",
]
BEGIN, LAST = STEPS.index("log.begin"), len(STEPS) - 1


async def ended(world: World, grant: Grant, reason: str = "done") -> Ended:
    return await revoke(world.session(), grant, reason)


def release(world: World) -> None:
    """Whatever held the policies lets go of them."""
    for key, kept in list(world.cluster.objects.items()):
        if kept.meta.pop("finalizers", None) and "deletionTimestamp" in kept.meta:
            del world.cluster.objects[key]


def hold(world: World) -> None:
    for kept in world.cluster.objects.values():
        if kept.manifest["kind"] == "NetworkPolicy":
            kept.meta["finalizers"] = ["cni.example/flows"]
