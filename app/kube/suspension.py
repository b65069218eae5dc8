"""Notice that the machine was asleep: its timers stood still, and what is open only looks so.

Law: the wall clock has no say here; somebody may set it.
"""

import time
from collections.abc import Callable
from typing import NoReturn

from app.ports import Clock

_LOOK_SECONDS = 1.0
_SLEPT_SECONDS = 5.0
"""From how long a sleep on connections are not to be trusted: routers forget them."""


def suspended_seconds() -> float:
    """Return for how long the machine has been asleep so far; only differences mean anything."""
    # Linux counts sleep in one of its clocks; on macOS that clock is the one which Python does not use.
    continuous = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(continuous) - time.monotonic()


async def watch_for_sleep(
    clock: Clock, on_wake: Callable[[], object], suspended: Callable[[], float] = suspended_seconds
) -> NoReturn:
    """Call ``on_wake`` each time the machine has been asleep, until cancelled."""
    before = suspended()
    while True:
        await clock.sleep(_LOOK_SECONDS)
        now = suspended()
        if now - before > _SLEPT_SECONDS:
            on_wake()
        before = now
