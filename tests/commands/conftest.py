import pytest

from app.commands.session import Cluster
from tests.commands.adopting import NAME
from tests.commands.world import World, policy


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def guarded(world: World) -> World:
    """A world that fails as soon as any policy of a grant stands without a running timer."""

    def look() -> None:
        assert world.untimed() == []

    world.tap.watch = look
    return world


@pytest.fixture
def cluster(world: World) -> Cluster:
    return world.session().cluster


@pytest.fixture
def standing(guarded: World) -> World:
    """A world with a policy that somebody else made, long ago."""
    guarded.cluster.add("NetworkPolicy", policy("ops", NAME, labels={"team": "net"}, annotations={"a": "b"}))
    guarded.clock.pass_time(30 * 24 * 3600)
    return guarded
