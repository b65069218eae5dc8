"""A clock whose hours pass in milliseconds, so that tests of waiting don't wait.

Law: time moves only inside ``pass_time``, from one sleeper's end to the next, each time after every task that
can run has run. So a test sees the very order of a real run.
"""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)


class VirtualClock:
    """A Clock; begins at START."""

    def __init__(self) -> None:
        self._now = START
        self._order = count()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    @property
    def seconds(self) -> float:
        """How much time has passed."""
        return (self._now - START).total_seconds()

    def set_back(self, seconds: float) -> None:
        """Turn the wall clock back; who sleeps goes on sleeping for as long as before."""
        self._now -= timedelta(seconds=seconds)
        back = timedelta(seconds=seconds)
        self._sleepers = [(due - back, number, waiter) for due, number, waiter in self._sleepers]

    async def sleep(self, seconds: float) -> None:
        waiter = asyncio.get_running_loop().create_future()
        due = self._now + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (due, next(self._order), waiter))
        await waiter

    async def pass_time(self, seconds: float) -> None:
        """Let ``seconds`` pass, and all that can happen in them happen."""
        end = self._now + timedelta(seconds=seconds)
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, waiter = heapq.heappop(self._sleepers)
            if not waiter.done():
                self._now = max(self._now, due)
                waiter.set_result(None)
                await settle()
        self._now = end


async def settle() -> None:
    """Give every task that can run without time passing the chance to."""
    for _ in range(50):
        await asyncio.sleep(0)
