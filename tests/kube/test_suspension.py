"""A machine that slept is noticed; a clock that somebody set is not taken for it."""

import asyncio

from app.kube.suspension import suspended_seconds, watch_for_sleep
from tests.kube.virtual_time import VirtualClock


async def test_each_sleep_is_noticed_once() -> None:
    clock, wakes = VirtualClock(), list[float]()
    slept = 100.0
    task = asyncio.create_task(watch_for_sleep(clock, lambda: wakes.append(slept), lambda: slept))
    await clock.pass_time(3)
    assert wakes == []
    slept += 3600
    await clock.pass_time(3)
    assert wakes == [3700.0]
    slept += 2  # too short for anybody to forget us
    await clock.pass_time(3)
    clock.set_back(7200)
    await clock.pass_time(3)
    assert len(wakes) == 1
    task.cancel()
    await asyncio.wait((task,))


def test_time_that_passes_awake_is_no_sleep() -> None:
    before = suspended_seconds()
    assert abs(suspended_seconds() - before) < 1
