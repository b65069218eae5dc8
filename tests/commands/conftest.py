import pytest

from app.commands.session import Cluster
from tests.commands.world import World


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
