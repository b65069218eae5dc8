"""The machine's clock: the port Clock where nobody pretends."""

import asyncio
from datetime import UTC, datetime


class WallClock:
    """The machine's clock, for a caller that has no other."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
