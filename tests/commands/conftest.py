import pytest

from tests.commands.world import World


@pytest.fixture
def world() -> World:
    return World()
