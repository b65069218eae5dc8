"""A process that dies while it makes a grant, and the next one that settles what it left."""

from datetime import timedelta

import pytest

from app.commands.create import create
from app.commands.recover import recover
from tests.commands.fakes import START
from tests.commands.tap import DiedError
from tests.commands.world import World, order

TWO = ("frontend", "backend")
END = START + timedelta(minutes=30)


async def died_making(world: World, method: str, *namespaces: str, nth: int = 1) -> str:
    """Let a process die as it calls ``method``; return the grant's id."""
    world.tap.fail(method, DiedError(), nth=nth)
    with pytest.raises(DiedError):
        await create(world.session(), order(*namespaces or ("production",)))
    return list(world.log.records)[-1]


async def settled(world: World, process: str = "second") -> list[str]:
    """What the next start says, if it settles everything."""
    told = await recover(world.restarted(process))
    assert all(one.is_settled for one in told), told
    assert world.log.still_open() == ()
    return [str(one).partition("recovered: ")[2] for one in told]
