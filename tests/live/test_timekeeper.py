"""The cluster's clock is measured at the start, each minute, and whenever it may have changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from app.errors import UnreachableError
from app.live.timekeeper import Timekeeper
from app.ports import Identity
from tests.commands.fake_reading import FakeAccess
from tests.commands.world import World
from tests.kube.virtual_time import VirtualClock, settle


class FlakyAccess(FakeAccess):
    """Answers, unless it is down."""

    is_down = False
    asked = 0

    async def whoami(self) -> Identity:
        self.asked += 1
        if self.is_down:
            raise UnreachableError("no answer")
        return await super().whoami()


@asynccontextmanager
async def keeping() -> AsyncIterator[tuple[Timekeeper, FlakyAccess, VirtualClock, list[Identity]]]:
    access, clock, heard = FlakyAccess(World().cluster), VirtualClock(), list[Identity]()
    async with Timekeeper(access, clock, heard.append) as keeper:
        yield keeper, access, clock, heard


async def test_the_first_answer_is_there_on_entry() -> None:
    async with keeping() as (keeper, access, _, heard):
        assert heard == [keeper.identity]
        assert (keeper.identity.username, access.asked) == ("alice", 1)


async def test_a_first_question_without_an_answer_fails() -> None:
    access = FlakyAccess(World().cluster)
    access.is_down = True
    with pytest.raises(UnreachableError):
        async with Timekeeper(access, VirtualClock()):
            raise AssertionError("nothing was answered")


async def test_the_clock_is_measured_each_minute() -> None:
    async with keeping() as (keeper, access, clock, _):
        access.cluster.offset = timedelta(seconds=9)
        await clock.pass_time(59)
        assert access.asked == 1
        await clock.pass_time(1)
        assert (access.asked, keeper.identity.offset) == (2, timedelta(seconds=9))
        await clock.pass_time(120)
        assert access.asked == 4


async def test_what_fails_is_asked_again_soon_and_the_last_answer_stands() -> None:
    async with keeping() as (keeper, access, clock, heard):
        access.is_down = True
        await clock.pass_time(60)
        await clock.pass_time(5)
        assert (access.asked, len(heard), keeper.identity.username) == (3, 1, "alice")
        access.is_down = False
        await clock.pass_time(5)
        assert len(heard) == 2
        await clock.pass_time(59)
        assert access.asked == 4


async def test_it_measures_at_once_when_told_to() -> None:
    async with keeping() as (keeper, access, _, _):
        keeper.ask_soon()
        await settle()
        assert access.asked == 2


async def test_it_ends_with_the_body() -> None:
    before = asyncio.all_tasks()
    async with keeping():
        assert asyncio.all_tasks() != before
    await settle()
    assert asyncio.all_tasks() == before
