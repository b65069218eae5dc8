"""The embedded cluster's clock: an argument, so that tests can compress time and skew it.

Law: nothing in app/demo asks the machine for the time but this module.
"""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol


class ServerClock(Protocol):
    """What the server and its controllers know of time."""

    def now(self) -> datetime:
        """Return the server's time: aware, UTC."""

    async def sleep(self, seconds: float) -> None:
        """Return once ``seconds`` of the server's time have passed."""

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Return once ``event`` is set or ``seconds`` of the server's time have passed."""


class ScaledClock:
    """The machine's clock, run ``speed`` times as fast and ``offset_seconds`` ahead of it."""

    def __init__(self, speed: float = 1.0, offset_seconds: float = 0.0) -> None:
        self._speed = speed
        self._start = datetime.now(UTC) + timedelta(seconds=offset_seconds)
        self._started = time.monotonic()

    def now(self) -> datetime:
        """Return the server's time: aware, UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._started) * self._speed)

    async def sleep(self, seconds: float) -> None:
        """Sleep ``seconds`` of the server's time."""
        await asyncio.sleep(max(0.0, seconds) / self._speed)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait for ``event``, at most ``seconds`` of the server's time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds) / self._speed):
                await event.wait()


class SetClock:
    """A clock that shows ``moment``, whatever that is set to; waiting on it waits for nothing."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """Return ``moment``."""
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Return at once."""

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Return at once."""


def timestamp(moment: datetime) -> str:
    """Return metav1.Time: RFC 3339 in UTC, cut to whole seconds as the server cuts it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def read_timestamp(text: str) -> datetime:
    """Return the moment of a timestamp that the server itself wrote."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
