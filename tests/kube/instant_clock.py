"""A clock that never waits: who sleeps wakes at once, and the time has passed."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 10, 0, 0, tzinfo=UTC)


class InstantClock:
    """A Clock; begins at START."""

    def __init__(self) -> None:
        self._now = START
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_time(seconds)

    def pass_time(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
